/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/interface.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/peer.h"
#include "vmctl/supervisor/places.h"

/* libsystemd describes an interface with flexible arrays, which only GNU C can initialise. */
#pragma GCC diagnostic ignored "-Wpedantic"

SD_VARLINK_DEFINE_STRUCT_TYPE(Pids, SD_VARLINK_DEFINE_FIELD(supervisor, SD_VARLINK_INT, 0),
		SD_VARLINK_DEFINE_FIELD(vmm, SD_VARLINK_INT, 0),
		SD_VARLINK_DEFINE_FIELD(proxy, SD_VARLINK_INT, 0),
		SD_VARLINK_DEFINE_FIELD(vsock, SD_VARLINK_INT, 0),
		SD_VARLINK_DEFINE_FIELD(agent, SD_VARLINK_INT, 0));

/* What the kernel holds the VM's processes to; 0: nothing. */
SD_VARLINK_DEFINE_STRUCT_TYPE(Limits, SD_VARLINK_DEFINE_FIELD(memory, SD_VARLINK_INT, 0),
		SD_VARLINK_DEFINE_FIELD(tasks, SD_VARLINK_INT, 0),
		SD_VARLINK_DEFINE_FIELD(cpu_percent, SD_VARLINK_INT, 0));

SD_VARLINK_DEFINE_STRUCT_TYPE(Status, SD_VARLINK_DEFINE_FIELD(name, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_FIELD(state, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_FIELD(reason, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_FIELD(since, SD_VARLINK_INT, 0),
		SD_VARLINK_DEFINE_FIELD(boots, SD_VARLINK_INT, 0),
		SD_VARLINK_DEFINE_FIELD(vmm, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_FIELD(accelerator, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_FIELD(jail, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_FIELD(boot_id, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_FIELD_BY_TYPE(pids, Pids, 0),
		SD_VARLINK_DEFINE_FIELD(ready_ms, SD_VARLINK_INT, 0),
		SD_VARLINK_DEFINE_FIELD(unit, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_FIELD_BY_TYPE(limits, Limits, 0),
		SD_VARLINK_DEFINE_FIELD(unlimited, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_FIELD(label, SD_VARLINK_STRING, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_FIELD(color, SD_VARLINK_STRING, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_FIELD(domain, SD_VARLINK_BOOL, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_FIELD(glyph, SD_VARLINK_STRING, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_FIELD(memory, SD_VARLINK_INT, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_FIELD(expected_ms, SD_VARLINK_INT, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_FIELD(pending, SD_VARLINK_STRING, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_FIELD(offences, SD_VARLINK_INT, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_FIELD(offence, SD_VARLINK_STRING, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_FIELD(offence_at, SD_VARLINK_INT, SD_VARLINK_NULLABLE));

SD_VARLINK_DEFINE_STRUCT_TYPE(Terminal, SD_VARLINK_DEFINE_FIELD(columns, SD_VARLINK_INT, 0),
		SD_VARLINK_DEFINE_FIELD(rows, SD_VARLINK_INT, 0),
		SD_VARLINK_DEFINE_FIELD(term, SD_VARLINK_STRING, SD_VARLINK_NULLABLE));

SD_VARLINK_DEFINE_ERROR(Failed, SD_VARLINK_DEFINE_FIELD(reason, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_FIELD(status, SD_VARLINK_INT, SD_VARLINK_NULLABLE));

static SD_VARLINK_DEFINE_METHOD_FULL(Monitor, SD_VARLINK_REQUIRES_MORE,
		SD_VARLINK_DEFINE_OUTPUT_BY_TYPE(status, Status, 0));
static SD_VARLINK_DEFINE_METHOD(Attach);
static SD_VARLINK_DEFINE_METHOD(Stop, SD_VARLINK_DEFINE_INPUT(force, SD_VARLINK_BOOL, 0));
static SD_VARLINK_DEFINE_METHOD(Console);
static SD_VARLINK_DEFINE_METHOD(Pause);
static SD_VARLINK_DEFINE_METHOD(Resume);
static SD_VARLINK_DEFINE_METHOD(Run,
		SD_VARLINK_DEFINE_INPUT(argv, SD_VARLINK_STRING,
				SD_VARLINK_ARRAY | SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_INPUT(application, SD_VARLINK_STRING, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_INPUT(root, SD_VARLINK_BOOL, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_INPUT(detached, SD_VARLINK_BOOL, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_INPUT_BY_TYPE(terminal, Terminal, SD_VARLINK_NULLABLE),
		SD_VARLINK_DEFINE_OUTPUT(status, SD_VARLINK_INT, 0),
		SD_VARLINK_DEFINE_OUTPUT(signal, SD_VARLINK_INT, 0));
static SD_VARLINK_DEFINE_STRUCT_TYPE(Application, SD_VARLINK_DEFINE_FIELD(id, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_FIELD(name, SD_VARLINK_STRING, 0),
		SD_VARLINK_DEFINE_FIELD(category, SD_VARLINK_STRING, SD_VARLINK_NULLABLE));
static SD_VARLINK_DEFINE_METHOD(ListApplications,
		SD_VARLINK_DEFINE_OUTPUT_BY_TYPE(applications, Application, SD_VARLINK_ARRAY));
static SD_VARLINK_DEFINE_METHOD_FULL(Log, SD_VARLINK_REQUIRES_MORE,
		SD_VARLINK_DEFINE_INPUT(follow, SD_VARLINK_BOOL, 0),
		SD_VARLINK_DEFINE_OUTPUT(data, SD_VARLINK_STRING, 0));

static SD_VARLINK_DEFINE_INTERFACE(io_silo_Supervisor, SUPERVISOR_NAME, &vl_type_Pids,
		&vl_type_Limits, &vl_type_Status, &vl_type_Terminal, &vl_type_Application,
		&vl_method_ListApplications, &vl_method_Console, &vl_method_Pause,
		&vl_method_Resume, &vl_method_Monitor, &vl_method_Attach, &vl_method_Stop,
		&vl_method_Run, &vl_method_Log, &vl_error_Failed);
const sd_varlink_interface *const supervisor_interface = &vl_interface_io_silo_Supervisor;

static int handle_connect(sd_varlink_server *server, sd_varlink *link, void *data) {
	if (!peer_may_call(sd_varlink_get_fd(link))) {
		log_warn("refused a caller that lives in a box, or has ended already");
		return -EPERM;
	}
	return 0;
}

int interface_serve(sd_event *event, const char *path, const sd_varlink_interface *interface,
		void *data, sd_varlink_server **ret_server) {
	/* Not libsystemd's own listening: there the name appears before it can be connected to. */
	int listener = fd_listen(path, SOCK_STREAM);
	return listener < 0 ? listener
			    : interface_serve_fd(event, listener, interface, data, ret_server);
}

int interface_serve_fd(sd_event *event, int fd, const sd_varlink_interface *interface, void *data,
		sd_varlink_server **ret_server) {
	cleanup_fd int listener = fd;
	sd_varlink_server *server = NULL;
	int result = sd_varlink_server_new(&server,
			SD_VARLINK_SERVER_MYSELF_ONLY | SD_VARLINK_SERVER_INHERIT_USERDATA |
					SD_VARLINK_SERVER_ALLOW_FD_PASSING_INPUT);
	if (result < 0) {
		return result;
	}
	sd_varlink_server_set_userdata(server, data);
	result = sd_varlink_server_add_interface(server, interface);
	if (result >= 0) {
		result = sd_varlink_server_bind_connect(server, handle_connect);
	}
	if (result >= 0) {
		result = sd_varlink_server_listen_fd(server, listener);
	}
	if (result >= 0) {
		fd_steal(&listener);
	}
	if (result >= 0) {
		result = sd_varlink_server_attach_event(server, event, SD_EVENT_PRIORITY_NORMAL);
	}
	if (result < 0) {
		sd_varlink_server_unref(server);
		return result;
	}
	*ret_server = server;
	return 0;
}

int interface_fail(sd_varlink *link, const char *interface, const char *format, ...) {
	char reason[ERROR_MAX], error[64];
	va_list args;
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	snprintf(error, sizeof(error), "%s.Failed", interface);
	return sd_varlink_errorbo(link, error, SD_JSON_BUILD_PAIR_STRING("reason", reason));
}

int interface_fail_with(sd_varlink *link, const char *interface, unsigned status,
		const char *reason) {
	char error[64];
	snprintf(error, sizeof(error), "%s.Failed", interface);
	return sd_varlink_errorbo(link, error, SD_JSON_BUILD_PAIR_STRING("reason", reason),
			SD_JSON_BUILD_PAIR_UNSIGNED("status", status));
}

int interface_connect(const char *dir, const char *name, sd_varlink **ret_link) {
	char path[PLACE_MAX];
	sd_varlink *link = NULL;
	if (!place_join(path, dir, name)) {
		return -ENAMETOOLONG;
	}
	int result = sd_varlink_connect_address(&link, path);
	if (result < 0) {
		return result;
	}
	sd_varlink_set_relative_timeout(link, UINT64_MAX);
	sd_varlink_set_allow_fd_passing_output(link, true);
	*ret_link = link;
	return 0;
}
