/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/service.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "vmctl/supervisor/interface.h"
#include "vmctl/supervisor/supervisor.h"

/* Raw bytes of one log message; base64 makes a third more of it. */
#define LOG_CHUNK (48u << 10)

static bool remember(sd_varlink **slots, sd_varlink *link) {
	for (size_t i = 0; i < WATCHERS_MAX; i++) {
		if (slots[i] == NULL) {
			slots[i] = sd_varlink_ref(link);
			return true;
		}
	}
	return false;
}

static int notify_status(struct supervisor *supervisor, sd_varlink *link, bool is_last) {
	sd_json_variant *status = NULL;
	int result = record_to_json(&supervisor->record, supervisor->vm->name, &status);
	if (result >= 0) {
		result = is_last ? sd_varlink_replybo(link,
						   SD_JSON_BUILD_PAIR_VARIANT("status", status))
				 : sd_varlink_notifybo(link,
						   SD_JSON_BUILD_PAIR_VARIANT("status", status));
	}
	sd_json_variant_unref(status);
	return result;
}

static int handle_monitor(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct supervisor *supervisor = data;
	if (!remember(supervisor->monitors, link)) {
		return interface_fail(link, SUPERVISOR_NAME, "too many monitors");
	}
	return notify_status(supervisor, link, false);
}

static int handle_attach(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct supervisor *supervisor = data;
	int fd = sd_varlink_take_fd(link, 0);
	int type = 0;
	socklen_t len = sizeof(type);
	if (fd < 0 || getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0 ||
			type != SOCK_SEQPACKET) {
		fd_close(&fd);
		return interface_fail(link, SUPERVISOR_NAME, "no dial channel was passed");
	}
	supervisor_attach(supervisor, fd);
	return sd_varlink_reply(link, NULL);
}

static int handle_stop(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct supervisor *supervisor = data;
	static const sd_json_dispatch_field table[] = {
			{"force", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_stdbool, 0,
					SD_JSON_MANDATORY},
			{0},
	};
	bool is_forced = false;
	int result = sd_varlink_dispatch(link, parameters, table, &is_forced);
	if (result != 0) {
		return result;
	}
	if (!remember(supervisor->stops, link)) {
		return interface_fail(link, SUPERVISOR_NAME, "too many callers wait");
	}
	supervisor_stop(supervisor, is_forced);
	return 0;
}

static int pause_or_resume(struct supervisor *supervisor, sd_varlink *link, bool pause) {
	enum vm_state state = supervisor->record.state;
	if (state == (pause ? VM_PAUSED : VM_RUNNING)) {
		return sd_varlink_reply(link, NULL);
	}
	if (state != VM_RUNNING && state != VM_PAUSED) {
		return interface_fail(link, SUPERVISOR_NAME, "vm \"%s\" is %s",
				supervisor->vm->name, vm_state_text(state));
	}
	if (!remember(supervisor->pausers, link)) {
		return interface_fail(link, SUPERVISOR_NAME, "too many callers wait");
	}
	supervisor_pause(supervisor, pause);
	return 0;
}

static int handle_pause(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	return pause_or_resume(data, link, true);
}

static int handle_resume(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	return pause_or_resume(data, link, false);
}

/* Pipes and sockets only: a terminal could be made to answer, a file cannot be waited for. */
static bool is_stream(int fd) {
	struct stat info;
	return fstat(fd, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
}

static int take_streams(sd_varlink *link, int streams[RUN_STREAMS]) {
	bool is_good = true;
	for (int i = 0; i < RUN_STREAMS; i++) {
		streams[i] = sd_varlink_take_fd(link, (size_t)i);
		is_good = is_good && streams[i] >= 0 && is_stream(streams[i]);
	}
	return is_good ? 0 : -EINVAL;
}

static void release(struct waiting_run *waiting) {
	run_request_finish(&waiting->request);
	run_streams_close(waiting->streams);
	sd_varlink_unref(waiting->link);
	*waiting = (struct waiting_run){.streams = {-1, -1, -1, -1}};
}

/* Hands the command to the agent child; who waits is answered if that fails. */
static int begin_run(struct supervisor *supervisor, struct waiting_run *waiting) {
	static struct agent_run message;
	char error[ERROR_MAX], environment[RUN_TERM_MAX + 6];
	run_request_to_message(&waiting->request, environment, &message);
	int result = agent_run(boot_agent(supervisor->boot), waiting->id, &message,
			waiting->streams, error, sizeof(error));
	if (result == -EPIPE) {
		/* Its end is not known here yet; the command waits for the next one's hello. */
		return 0;
	}
	if (result < 0) {
		result = 0;
		if (waiting->link != NULL) {
			result = interface_fail(waiting->link, SUPERVISOR_NAME, "%s", error);
		} else {
			log_warn("a program was not started: %s", error);
		}
		release(waiting);
		return result;
	}
	waiting->waits = false;
	run_streams_close(waiting->streams);
	return 0;
}

void service_agent_ready(struct supervisor *supervisor) {
	for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
		if (supervisor->runs[i].waits) {
			begin_run(supervisor, &supervisor->runs[i]);
		}
	}
}

/* What may be wrong with a call, or NULL. */
static const char *run_error(const struct supervisor *supervisor, const struct run_request *request,
		char error[ERROR_MAX]) {
	enum vm_state state = supervisor->record.state;
	const char *wrong = run_request_error(request);
	if (wrong != NULL) {
		return wrong;
	}
	if (request->root && !supervisor->vm->root_allowed) {
		snprintf(error, ERROR_MAX,
				"commands as root are not allowed; write \"root allow\" into vm "
				"\"%s\" in %s",
				supervisor->vm->name, supervisor->vm->file);
		return error;
	}
	if (state != VM_RUNNING && state != VM_STARTING) {
		snprintf(error, ERROR_MAX, "vm \"%s\" is %s", supervisor->vm->name,
				vm_state_text(state));
		return error;
	}
	return NULL;
}

/* Takes what is in request, and the streams, if it succeeds. */
static int run(struct supervisor *supervisor, sd_varlink *link, struct run_request *request,
		int streams[RUN_STREAMS]) {
	char room[ERROR_MAX];
	const char *error = run_error(supervisor, request, room);
	if (error != NULL) {
		return interface_fail(link, SUPERVISOR_NAME, "%s", error);
	}
	for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
		struct waiting_run *waiting = &supervisor->runs[i];
		if (waiting->id != 0) {
			continue;
		}
		supervisor->run_id = supervisor->run_id == UINT32_MAX ? 1 : supervisor->run_id + 1;
		*waiting = (struct waiting_run){
				.id = supervisor->run_id,
				.link = sd_varlink_ref(link),
				.request = *request,
				.waits = true,
		};
		*request = (struct run_request){0};
		for (int stream = 0; stream < RUN_STREAMS; stream++) {
			waiting->streams[stream] = fd_steal(&streams[stream]);
		}
		return supervisor->agent_is_ready ? begin_run(supervisor, waiting) : 0;
	}
	return interface_fail(link, SUPERVISOR_NAME, "%d commands run already", AGENT_COMMANDS_MAX);
}

static int handle_list_applications(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct supervisor *supervisor = data;
	sd_json_variant *list = NULL;
	int result = applications_to_json(&supervisor->applications, &list);
	if (result >= 0) {
		result = sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_VARIANT("applications", list));
	}
	sd_json_variant_unref(list);
	return result;
}

static int handle_run(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	static const sd_json_dispatch_field table[] = {
			{"argv", SD_JSON_VARIANT_ARRAY, sd_json_dispatch_strv,
					offsetof(struct run_request, argv), SD_JSON_NULLABLE},
			{"application", SD_JSON_VARIANT_STRING, sd_json_dispatch_string,
					offsetof(struct run_request, application),
					SD_JSON_NULLABLE},
			{"root", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_stdbool,
					offsetof(struct run_request, root), SD_JSON_NULLABLE},
			{"detached", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_stdbool,
					offsetof(struct run_request, is_detached),
					SD_JSON_NULLABLE},
			{"terminal", SD_JSON_VARIANT_OBJECT, run_request_dispatch_terminal, 0,
					SD_JSON_NULLABLE},
			{0},
	};
	struct run_request request = {0};
	int streams[RUN_STREAMS] = {-1, -1, -1, -1};
	int result = sd_varlink_dispatch(link, parameters, table, &request);
	if (result == 0) {
		result = take_streams(link, streams) < 0
				? interface_fail(link, SUPERVISOR_NAME,
						  "four pipes must come with the call")
				: run(data, link, &request, streams);
	}
	run_streams_close(streams);
	run_request_finish(&request);
	return result;
}

static int handle_console(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct supervisor *supervisor = data;
	struct console *console = supervisor->boot != NULL ? boot_console(supervisor->boot) : NULL;
	cleanup_fd int in = sd_varlink_take_fd(link, 0);
	cleanup_fd int out = sd_varlink_take_fd(link, 1);
	if (in < 0 || out < 0 || !is_stream(in) || !is_stream(out)) {
		return interface_fail(link, SUPERVISOR_NAME, "two pipes must come with the call");
	}
	if (console == NULL || !console_attach(console, fd_steal(&in), fd_steal(&out))) {
		return interface_fail(link, SUPERVISOR_NAME, "vm \"%s\" %s", supervisor->vm->name,
				console == NULL ? "has no console yet" : "has too many viewers");
	}
	return sd_varlink_reply(link, NULL);
}

/* Sends what is new since position. */
static int send_log(struct supervisor *supervisor, sd_varlink *link, uint64_t *position) {
	char *chunk = malloc(LOG_CHUNK);
	size_t n;
	int result = chunk == NULL ? -ENOMEM : 0;
	while (result >= 0 && (n = ring_read(&supervisor->ring, position, chunk, LOG_CHUNK)) > 0) {
		result = sd_varlink_notifybo(link,
				SD_JSON_BUILD_PAIR("data", SD_JSON_BUILD_BASE64(chunk, n)));
	}
	free(chunk);
	return result;
}

static int handle_log(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct supervisor *supervisor = data;
	bool follow = false;
	static const sd_json_dispatch_field table[] = {
			{"follow", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_stdbool, 0,
					SD_JSON_MANDATORY},
			{0},
	};
	int result = sd_varlink_dispatch(link, parameters, table, &follow);
	if (result != 0) {
		return result;
	}
	uint64_t position = 0;
	result = send_log(supervisor, link, &position);
	if (result < 0) {
		return result;
	}
	for (size_t i = 0; follow && i < WATCHERS_MAX; i++) {
		if (supervisor->followers[i].link == NULL) {
			supervisor->followers[i].link = sd_varlink_ref(link);
			supervisor->followers[i].position = position;
			return 0;
		}
	}
	return sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_STRING("data", ""));
}

static void forget(sd_varlink **slot) {
	*slot = sd_varlink_unref(*slot);
}

static void handle_disconnect(sd_varlink_server *server, sd_varlink *link, void *data) {
	struct supervisor *supervisor = data;
	for (size_t i = 0; i < WATCHERS_MAX; i++) {
		if (supervisor->monitors[i] == link) {
			forget(&supervisor->monitors[i]);
		}
		if (supervisor->stops[i] == link) {
			forget(&supervisor->stops[i]);
		}
		if (supervisor->pausers[i] == link) {
			forget(&supervisor->pausers[i]);
		}
		if (supervisor->followers[i].link == link) {
			forget(&supervisor->followers[i].link);
		}
	}
	for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
		struct waiting_run *waiting = &supervisor->runs[i];
		if (waiting->link == link && waiting->request.is_detached) {
			waiting->link = sd_varlink_unref(waiting->link);
		} else if (waiting->link == link) {
			if (supervisor->boot != NULL && !waiting->waits) {
				agent_cancel(boot_agent(supervisor->boot), waiting->id);
			}
			release(waiting);
		}
	}
}

int service_create(struct supervisor *supervisor) {
	int result = interface_serve(supervisor->event, supervisor->socket_path,
			supervisor_interface, supervisor, &supervisor->server);
	if (result < 0) {
		return result;
	}
	static const struct {
		const char *name;
		sd_varlink_method_t handler;
	} methods[] = {
			{SUPERVISOR_NAME ".Monitor", handle_monitor},
			{SUPERVISOR_NAME ".Attach", handle_attach},
			{SUPERVISOR_NAME ".Stop", handle_stop},
			{SUPERVISOR_NAME ".Pause", handle_pause},
			{SUPERVISOR_NAME ".Resume", handle_resume},
			{SUPERVISOR_NAME ".Run", handle_run},
			{SUPERVISOR_NAME ".Console", handle_console},
			{SUPERVISOR_NAME ".ListApplications", handle_list_applications},
			{SUPERVISOR_NAME ".Log", handle_log},
	};
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]) && result >= 0; i++) {
		result = sd_varlink_server_bind_method(supervisor->server, methods[i].name,
				methods[i].handler);
	}
	if (result >= 0) {
		result = sd_varlink_server_bind_disconnect(supervisor->server, handle_disconnect);
	}
	return result;
}

void service_paused(struct supervisor *supervisor) {
	for (size_t i = 0; i < WATCHERS_MAX; i++) {
		if (supervisor->pausers[i] != NULL) {
			sd_varlink_reply(supervisor->pausers[i], NULL);
			forget(&supervisor->pausers[i]);
		}
	}
}

void service_pause_refused(struct supervisor *supervisor) {
	for (size_t i = 0; i < WATCHERS_MAX; i++) {
		if (supervisor->pausers[i] != NULL) {
			interface_fail(supervisor->pausers[i], SUPERVISOR_NAME,
					"the VMM refuses; see: vmctl log %s", supervisor->vm->name);
			forget(&supervisor->pausers[i]);
		}
	}
}

void service_destroy(struct supervisor *supervisor) {
	for (size_t i = 0; i < WATCHERS_MAX; i++) {
		if (supervisor->monitors[i] != NULL) {
			notify_status(supervisor, supervisor->monitors[i], true);
			sd_varlink_flush(supervisor->monitors[i]);
			forget(&supervisor->monitors[i]);
		}
	}
	const char *reason = supervisor->record.reason;
	service_commands_lost(supervisor, reason[0] != '\0' ? reason : "the VM has ended", true);
	service_paused(supervisor);
	for (size_t i = 0; i < WATCHERS_MAX; i++) {
		if (supervisor->followers[i].link != NULL) {
			sd_varlink *link = supervisor->followers[i].link;
			sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_STRING("data", ""));
			sd_varlink_flush(link);
			forget(&supervisor->followers[i].link);
		}
		if (supervisor->stops[i] != NULL) {
			sd_varlink_reply(supervisor->stops[i], NULL);
			sd_varlink_flush(supervisor->stops[i]);
			forget(&supervisor->stops[i]);
		}
	}
	if (supervisor->server != NULL) {
		/* prepare_release() has removed its name. */
		sd_varlink_server_unref(supervisor->server);
		supervisor->server = NULL;
	}
}

void service_status_changed(struct supervisor *supervisor) {
	for (size_t i = 0; i < WATCHERS_MAX; i++) {
		if (supervisor->monitors[i] != NULL) {
			/* At once, so that the manager knows before any caller is answered. */
			notify_status(supervisor, supervisor->monitors[i], false);
			sd_varlink_flush(supervisor->monitors[i]);
		}
	}
}

void service_logged(struct supervisor *supervisor) {
	for (size_t i = 0; i < WATCHERS_MAX; i++) {
		if (supervisor->followers[i].link != NULL) {
			send_log(supervisor, supervisor->followers[i].link,
					&supervisor->followers[i].position);
		}
	}
}

void service_command_ended(struct supervisor *supervisor, const struct agent_report *report) {
	for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
		struct waiting_run *waiting = &supervisor->runs[i];
		if (waiting->id == 0 || waiting->id != report->id) {
			continue;
		}
		if (waiting->link == NULL) {
			if (report->type != REPORT_EXIT) {
				log_warn("a program that was started: %s", report->text);
			}
		} else if (report->type == REPORT_EXIT) {
			sd_varlink_replybo(waiting->link,
					SD_JSON_BUILD_PAIR_UNSIGNED("status", report->status),
					SD_JSON_BUILD_PAIR_UNSIGNED("signal", report->signal));
		} else {
			interface_fail_with(waiting->link, SUPERVISOR_NAME, report->status,
					report->text);
		}
		release(waiting);
		return;
	}
}

void service_commands_lost(struct supervisor *supervisor, const char *reason, bool waiting_too) {
	for (size_t i = 0; i < AGENT_COMMANDS_MAX; i++) {
		bool is_lost = supervisor->runs[i].id != 0 &&
				(waiting_too || !supervisor->runs[i].waits);
		if (is_lost) {
			struct agent_report report = {.type = REPORT_ERROR,
					.id = supervisor->runs[i].id,
					.status = 1};
			snprintf(report.text, sizeof(report.text), "%s", reason);
			sd_varlink *link = supervisor->runs[i].link;
			if (link != NULL) {
				sd_varlink_ref(link);
			}
			service_command_ended(supervisor, &report);
			if (link != NULL) {
				sd_varlink_flush(link);
				sd_varlink_unref(link);
			}
		}
	}
}
