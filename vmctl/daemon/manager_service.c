/* SPDX-License-Identifier: MIT
 *
 * io.silo.Manager: what vmctl, the launcher and the compositor may ask.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "vmctl/daemon/applications.h"
#include "vmctl/daemon/definition.h"
#include "vmctl/daemon/forward.h"
#include "vmctl/daemon/instance.h"
#include "vmctl/daemon/manager.h"
#include "vmctl/daemon/reload.h"
#include "vmctl/daemon/watch.h"
#include "vmctl/supervisor/applications.h"
#include "vmctl/supervisor/interface.h"
#include "vmctl/supervisor/run_request.h"

/* Of every call about one VM. */
struct parameters {
	const char *name;
	bool force, follow;
};

static const sd_json_dispatch_field parameters_table[] = {
		{"name", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
				offsetof(struct parameters, name), SD_JSON_MANDATORY},
		{"force", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_stdbool,
				offsetof(struct parameters, force), SD_JSON_NULLABLE},
		{"follow", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_stdbool,
				offsetof(struct parameters, follow), SD_JSON_NULLABLE},
		{0},
};

/* Of Run and Launch. */
struct run_parameters {
	const char *name;
	struct run_request run;
};

static const sd_json_dispatch_field run_table[] = {
		{"name", SD_JSON_VARIANT_STRING, sd_json_dispatch_const_string,
				offsetof(struct run_parameters, name), SD_JSON_MANDATORY},
		{"root", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_stdbool,
				offsetof(struct run_parameters, run.root), SD_JSON_NULLABLE},
		{"argv", SD_JSON_VARIANT_ARRAY, sd_json_dispatch_strv,
				offsetof(struct run_parameters, run.argv), SD_JSON_NULLABLE},
		{"application", SD_JSON_VARIANT_STRING, sd_json_dispatch_string,
				offsetof(struct run_parameters, run.application), SD_JSON_NULLABLE},
		{"terminal", SD_JSON_VARIANT_OBJECT, run_request_dispatch_terminal,
				offsetof(struct run_parameters, run), SD_JSON_NULLABLE},
		{0},
};

int manager_no_such_vm(const struct manager *manager, sd_varlink *link, const char *name) {
	const char *meant = manifest_suggest(manager->manifest, name);
	bool is_due = reload_is_due(manager);
	if (manager->fault != NULL && !is_due) {
		return reload_complain(manager, link);
	}
	return sd_varlink_errorbo(link, MANAGER_NAME ".NoSuchVm",
			SD_JSON_BUILD_PAIR_STRING("name", name),
			SD_JSON_BUILD_PAIR_BOOLEAN("stale", is_due),
			SD_JSON_BUILD_PAIR_CONDITION(meant != NULL, "suggestion",
					SD_JSON_BUILD_STRING(meant)));
}

/* Reads the parameters, of which name is one, by table, and finds the VM; *ret_instance is NULL if an
 * answer was given. */
static int begin(struct manager *manager, sd_varlink *link, sd_json_variant *json,
		const sd_json_dispatch_field *table, void *parameters, const char *const *name,
		struct instance **ret_instance) {
	*ret_instance = NULL;
	int result = sd_varlink_dispatch(link, json, table, parameters);
	if (result != 0) {
		return result;
	}
	*ret_instance = manager_find(manager, *name);
	return *ret_instance != NULL ? 0 : manager_no_such_vm(manager, link, *name);
}

/* The VM of a call that has no more to say; NULL if *ret_result is its result. */
static struct instance *begin_plain(struct manager *manager, sd_varlink *link,
		sd_json_variant *json, struct parameters *ret_parameters, int *ret_result) {
	struct instance *instance;
	*ret_parameters = (struct parameters){0};
	*ret_result = begin(manager, link, json, parameters_table, ret_parameters,
			&ret_parameters->name, &instance);
	return instance;
}

static int handle_list(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data) {
	struct manager *manager = data;
	sd_json_variant *list = NULL;
	int result = sd_json_build(&list, SD_JSON_BUILD_EMPTY_ARRAY);
	for (size_t i = 0; i < manager->instances_len && result >= 0; i++) {
		sd_json_variant *status = NULL;
		result = instance_status(manager->instances[i], &status);
		if (result >= 0) {
			result = sd_json_variant_append_array(&list, status);
		}
		sd_json_variant_unref(status);
	}
	if (result >= 0) {
		result = sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_VARIANT("vms", list),
				SD_JSON_BUILD_PAIR_CONDITION(manager->fault != NULL, "fault",
						SD_JSON_BUILD_STRING(manager->fault)));
	}
	sd_json_variant_unref(list);
	return result;
}

static int handle_status(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data) {
	struct parameters parameters;
	int result;
	struct instance *instance = begin_plain(data, link, json, &parameters, &result);
	if (instance == NULL) {
		return result;
	}
	sd_json_variant *status = NULL;
	result = instance_status(instance, &status);
	if (result >= 0) {
		result = sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_VARIANT("status", status));
	}
	sd_json_variant_unref(status);
	return result;
}

/*
 * Starts the VM if it must be and lets the call wait. What is in request, NULL for a Start, becomes the
 * waiter's. program, if it is not NULL, is what a Launch is called for people: that is answered at once.
 */
static int wait_for(struct instance *instance, sd_varlink *link, struct run_request *request,
		const char *program, int streams[RUN_STREAMS]) {
	bool detached = program != NULL;
	char error[ERROR_MAX];
	struct waiter *waiter = calloc(1, sizeof(*waiter));
	if (waiter == NULL || !instance_start(instance, error)) {
		free(waiter);
		return interface_fail(link, MANAGER_NAME, "%s",
				waiter == NULL ? "out of memory" : error);
	}
	*waiter = (struct waiter){
			.link = detached ? NULL : sd_varlink_ref(link), .is_run = request != NULL};
	if (request != NULL) {
		waiter->request = *request;
		*request = (struct run_request){0};
	}
	if (detached) {
		snprintf(waiter->program, sizeof(waiter->program), "%s", program);
	}
	for (int i = 0; i < RUN_STREAMS; i++) {
		waiter->streams[i] = fd_steal(&streams[i]);
	}
	instance_wait(instance, waiter);
	return detached ? sd_varlink_reply(link, NULL) : 0;
}

/* Pipes that lead nowhere: the input has ended, of what is written nobody reads anything. */
static int open_nowhere(int streams[RUN_STREAMS]) {
	for (int i = 0; i < RUN_STREAMS; i++) {
		int ends[2];
		if (pipe2(ends, O_CLOEXEC) < 0) {
			return -errno;
		}
		bool is_output = i == 1 || i == 2;
		streams[i] = ends[is_output];
		close(ends[!is_output]);
	}
	return 0;
}

static int handle_start(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data) {
	struct parameters parameters;
	int streams[RUN_STREAMS] = {-1, -1, -1, -1}, result;
	struct instance *instance = begin_plain(data, link, json, &parameters, &result);
	return instance == NULL ? result : wait_for(instance, link, NULL, NULL, streams);
}

static int handle_stop(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data) {
	struct parameters parameters;
	int result;
	struct instance *instance = begin_plain(data, link, json, &parameters, &result);
	if (instance == NULL) {
		return result;
	}
	struct waiter *waiter = calloc(1, sizeof(*waiter));
	if (waiter == NULL) {
		return -ENOMEM;
	}
	*waiter = (struct waiter){
			.link = sd_varlink_ref(link),
			.is_stop = true,
			.is_forced = parameters.force,
			.streams = {-1, -1, -1, -1},
	};
	instance_wait(instance, waiter);
	return 0;
}

/* A call without parameters to the supervisor of a VM that lives; n descriptors go with it. */
static int forward_plain(struct manager *manager, sd_varlink *link, sd_json_variant *json,
		const char *method, const int *fds, size_t n) {
	struct parameters parameters;
	int result;
	struct instance *instance = begin_plain(manager, link, json, &parameters, &result);
	if (instance == NULL) {
		return result;
	}
	if (instance->monitor == NULL) {
		return interface_fail(link, MANAGER_NAME,
				"vm \"%s\" does not run; start it with: vmctl start %s",
				instance->name, instance->name);
	}
	return forward_call(manager, instance->dir, method, NULL, fds, n, false, link);
}

static int handle_pause(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data) {
	return forward_plain(data, link, json, SUPERVISOR_NAME ".Pause", NULL, 0);
}

static int handle_resume(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data) {
	return forward_plain(data, link, json, SUPERVISOR_NAME ".Resume", NULL, 0);
}

static int handle_console(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data) {
	int fds[] = {sd_varlink_take_fd(link, 0), sd_varlink_take_fd(link, 1)};
	int result = fds[0] < 0 || fds[1] < 0
			? interface_fail(link, MANAGER_NAME, "two pipes must come with the call")
			: forward_plain(data, link, json, SUPERVISOR_NAME ".Console", fds, 2);
	fd_close(&fds[0]);
	fd_close(&fds[1]);
	return result;
}

static char **copy_words(char *const *words) {
	size_t n = 0;
	while (words[n] != NULL) {
		n++;
	}
	char **copied = calloc(n + 1, sizeof(*copied));
	for (size_t i = 0; copied != NULL && i < n; i++) {
		copied[i] = strdup(words[i]);
	}
	return copied;
}

/* Does the guest have such an application? One that never told of any is asked when it runs. */
static bool may_have(const struct instance *instance, const char *id) {
	struct applications applications = {0};
	if (!agent_id_is_valid(id)) {
		return false;
	}
	applications_read(&applications, instance->state_dir);
	bool may = applications.len == 0 || applications_find(&applications, id) != NULL;
	applications_finish(&applications);
	return may;
}

/* An application of the manifest becomes its command. Returns false if an answer was given. */
static bool choose_command(struct instance *instance, sd_varlink *link, struct run_request *request,
		int *ret_result) {
	const char *wrong = NULL;
	if (request->application == NULL) {
		wrong = run_request_error(request);
	} else {
		const struct vm_application *application =
				vm_application_find(definition_menu(instance),
						request->application);
		if (application == NULL && !may_have(instance, request->application)) {
			*ret_result = interface_fail(link, MANAGER_NAME,
					"vm \"%s\" has no application \"%.64s\"; vmctl "
					"applications %s lists all",
					instance->name, request->application, instance->name);
			return false;
		}
		if (application != NULL) {
			free(request->application);
			request->application = NULL;
			request->argv = copy_words(application->command);
		}
	}
	if (wrong != NULL) {
		*ret_result = interface_fail(link, MANAGER_NAME, "%s", wrong);
	}
	return wrong == NULL;
}

static int handle_run(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data) {
	struct run_parameters parameters = {0};
	struct instance *instance;
	int result = begin(data, link, json, run_table, &parameters, &parameters.name, &instance);
	int streams[RUN_STREAMS] = {-1, -1, -1, -1};
	for (int i = 0; i < RUN_STREAMS; i++) {
		streams[i] = sd_varlink_take_fd(link, (size_t)i);
	}
	if (instance != NULL && streams[RUN_STREAMS - 1] < 0) {
		result = interface_fail(link, MANAGER_NAME, "four pipes must come with the call");
	} else if (instance != NULL && choose_command(instance, link, &parameters.run, &result)) {
		result = wait_for(instance, link, &parameters.run, NULL, streams);
	}
	run_request_finish(&parameters.run);
	run_streams_close(streams);
	return result;
}

/* What a launch is called for people, before its application has become a command. */
static void name_program(const struct instance *instance, const struct run_request *request,
		char out[NOTICE_PROGRAM_MAX]) {
	out[0] = '\0';
	if (request->application != NULL) {
		applications_name(instance, request->application, out, NOTICE_PROGRAM_MAX);
	} else if (request->argv != NULL && request->argv[0] != NULL) {
		text_sanitise(request->argv[0], strlen(request->argv[0]), NOTICE_PROGRAM_MAX, out,
				NOTICE_PROGRAM_MAX);
	}
}

static int handle_launch(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data) {
	struct run_parameters parameters = {0};
	struct instance *instance;
	int streams[RUN_STREAMS] = {-1, -1, -1, -1};
	int result = begin(data, link, json, run_table, &parameters, &parameters.name, &instance);
	if (instance != NULL && instance->record.state == VM_PAUSED) {
		result = interface_fail(link, MANAGER_NAME, "vm \"%s\" is paused", instance->name);
	} else if (instance != NULL) {
		char program[NOTICE_PROGRAM_MAX];
		name_program(instance, &parameters.run, program);
		if (choose_command(instance, link, &parameters.run, &result)) {
			result = open_nowhere(streams);
			result = result < 0 ? result
					    : wait_for(instance, link, &parameters.run, program,
							      streams);
		}
	}
	run_request_finish(&parameters.run);
	run_streams_close(streams);
	return result;
}

/* Of a VM that does not run: what its supervisor left behind. */
static int send_old_log(const struct instance *instance, sd_varlink *link) {
	char path[PLACE_MAX];
	static char chunk[48u << 10];
	int result = 0;
	FILE *file = place_join(path, instance->state_dir, "log") ? fopen(path, "re") : NULL;
	size_t n;
	while (file != NULL && result >= 0 && (n = fread(chunk, 1, sizeof(chunk), file)) > 0) {
		result = sd_varlink_notifybo(link,
				SD_JSON_BUILD_PAIR("data", SD_JSON_BUILD_BASE64(chunk, n)));
	}
	if (file != NULL) {
		fclose(file);
	}
	return result < 0 ? result
			  : sd_varlink_replybo(link, SD_JSON_BUILD_PAIR_STRING("data", ""));
}

static int handle_log(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data) {
	struct parameters parameters;
	int result;
	struct instance *instance = begin_plain(data, link, json, &parameters, &result);
	if (instance == NULL) {
		return result;
	}
	/* A supervisor that has said its last word has written the log before. */
	if (instance->monitor == NULL || !vm_state_is_alive(instance->record.state)) {
		return send_old_log(instance, link);
	}
	sd_json_variant *forwarded = NULL;
	result = sd_json_buildo(&forwarded,
			SD_JSON_BUILD_PAIR_BOOLEAN("follow", parameters.follow));
	if (result >= 0) {
		result = forward_call(data, instance->dir, SUPERVISOR_NAME ".Log", forwarded, NULL,
				0, true, link);
	}
	sd_json_variant_unref(forwarded);
	/* It has just ended, and left its log. */
	return result == -ENOENT || result == -ECONNREFUSED ? send_old_log(instance, link) : result;
}

static void handle_disconnect(sd_varlink_server *server, sd_varlink *link, void *data) {
	struct manager *manager = data;
	forward_forget(manager, link);
	watch_forget(manager, link);
	for (size_t i = 0; i < manager->instances_len; i++) {
		instance_forget(manager->instances[i], link);
	}
}

int manager_serve(struct manager *manager) {
	static const struct {
		const char *name;
		sd_varlink_method_t handler;
	} methods[] = {
			{MANAGER_NAME ".List", handle_list},
			{MANAGER_NAME ".GetStatus", handle_status},
			{MANAGER_NAME ".Start", handle_start},
			{MANAGER_NAME ".Stop", handle_stop},
			{MANAGER_NAME ".Pause", handle_pause},
			{MANAGER_NAME ".Resume", handle_resume},
			{MANAGER_NAME ".Console", handle_console},
			{MANAGER_NAME ".Run", handle_run},
			{MANAGER_NAME ".Launch", handle_launch},
			{MANAGER_NAME ".Watch", watch_handle},
			{MANAGER_NAME ".ListApplications", applications_handle_list},
			{MANAGER_NAME ".Log", handle_log},
			{MANAGER_NAME ".Reload", reload_handle},
	};
	int result = manager->passed_socket >= 0
			? interface_serve_fd(manager->event, fd_steal(&manager->passed_socket),
					  manager_interface, manager, &manager->server)
			: interface_serve(manager->event, manager->socket_path, manager_interface,
					  manager, &manager->server);
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]) && result >= 0; i++) {
		result = sd_varlink_server_bind_method(manager->server, methods[i].name,
				methods[i].handler);
	}
	if (result >= 0) {
		result = sd_varlink_server_bind_disconnect(manager->server, handle_disconnect);
	}
	return result;
}
