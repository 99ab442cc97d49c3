/* SPDX-License-Identifier: MIT */
#include "vmctl/daemon/instance.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "vmctl/daemon/definition.h"
#include "vmctl/daemon/domains.h"
#include "vmctl/daemon/forward.h"
#include "vmctl/daemon/reload.h"
#include "vmctl/daemon/unit.h"
#include "vmctl/daemon/watch.h"
#include "vmctl/supervisor/interface.h"

void waiter_destroy(struct waiter *waiter) {
	run_request_finish(&waiter->request);
	run_streams_close(waiter->streams);
	sd_varlink_unref(waiter->link);
	free(waiter);
}

static void fail(struct instance *instance, const struct waiter *waiter, const char *format, ...)
		__attribute__((format(printf, 3, 4)));
static void fail(struct instance *instance, const struct waiter *waiter, const char *format, ...) {
	char reason[ERROR_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	if (waiter->link != NULL) {
		interface_fail(waiter->link, MANAGER_NAME, "%s", reason);
	} else {
		log_warn("a program was not started: %s", reason);
		notices_not_started(instance, waiter->program, reason);
	}
}

static void go_on(struct instance *instance, struct waiter *waiter) {
	if (!waiter->is_run) {
		sd_varlink_reply(waiter->link, NULL);
		return;
	}
	sd_json_variant *parameters = NULL;
	waiter->request.is_detached = waiter->link == NULL;
	int result = run_request_to_json(&waiter->request, &parameters);
	if (result >= 0 && waiter->link == NULL) {
		result = forward_launch(instance, parameters, waiter->streams, waiter->program);
	} else if (result >= 0) {
		result = forward_call(instance->manager, instance->dir, SUPERVISOR_NAME ".Run",
				parameters, waiter->streams, RUN_STREAMS, false, waiter->link);
	}
	sd_json_variant_unref(parameters);
	if (result < 0) {
		fail(instance, waiter, "the supervisor does not answer: %s", strerror(-result));
	}
}

static void refuse(struct instance *instance, const struct waiter *waiter) {
	const char *name = instance->name, *reason = instance->record.reason;
	if (instance->record.state == VM_PAUSED) {
		fail(instance, waiter, "vm \"%s\" is paused; let it go on with: vmctl resume %s",
				name, name);
	} else if (waiter->link == NULL && instance->record.state == VM_FAILED &&
			reason[0] != '\0') {
		fail(instance, waiter, "%s", reason);
	} else {
		fail(instance, waiter, "vm \"%s\" %s%s%s", name,
				instance->record.state == VM_FAILED ? "failed" : "has stopped",
				reason[0] != '\0' ? ": " : "", reason);
	}
}

static void stop(struct instance *instance, struct waiter *waiter) {
	if (instance->monitor == NULL) {
		sd_varlink_reply(waiter->link, NULL);
		return;
	}
	sd_json_variant *parameters = NULL;
	int result = sd_json_buildo(&parameters,
			SD_JSON_BUILD_PAIR_BOOLEAN("force", waiter->is_forced));
	if (result >= 0) {
		result = forward_call(instance->manager, instance->dir, SUPERVISOR_NAME ".Stop",
				parameters, NULL, 0, false, waiter->link);
	}
	sd_json_variant_unref(parameters);
	if (result == -ENOENT || result == -ECONNREFUSED) {
		/* It has just ended. */
		sd_varlink_reply(waiter->link, NULL);
	} else if (result < 0) {
		interface_fail(waiter->link, MANAGER_NAME, "the supervisor does not answer: %s",
				strerror(-result));
	}
}

/* The VM goes down, or has gone and its supervisor is about to. */
static bool is_going(const struct instance *instance) {
	return instance->ready < 0 && instance->monitor != NULL &&
			(instance->record.state == VM_STOPPING ||
					!vm_state_is_alive(instance->record.state));
}

/* Who launched a program and looks at the desktop is told that its VM boots first. */
static void tell_start(struct instance *instance, const struct waiter *waiter) {
	if (waiter->link == NULL && instance->record.state == VM_STARTING) {
		instance->is_start_told = true;
		notices_starting(instance, waiter->program);
	}
}

/* Answers waiter, or returns false: it waits on. */
static bool settle(struct instance *instance, struct waiter *waiter) {
	if (instance->ready >= 0) {
		return false;
	}
	if (waiter->is_stop) {
		stop(instance, waiter);
		return true;
	}
	if (waiter->boots_again && is_going(instance)) {
		return false;
	}
	if (waiter->boots_again && instance->monitor == NULL) {
		char error[ERROR_MAX];
		waiter->boots_again = false;
		if (!instance_start(instance, error)) {
			fail(instance, waiter, "%s", error);
			return true;
		}
		tell_start(instance, waiter);
		return false;
	}
	switch (instance->record.state) {
	case VM_STARTING:
	case VM_STOPPING:
		return false;
	case VM_RUNNING:
		go_on(instance, waiter);
		return true;
	default:
		refuse(instance, waiter);
		return true;
	}
}

/* The state may have changed: who waits goes on, or learns why not; who watches is told. */
static void settle_waiters(struct instance *instance) {
	struct waiter *waiter = instance->waiters;
	if (!instance_is_alive(instance)) {
		definition_settle(instance);
	}
	if (instance->record.ready_ms != 0) {
		instance->expected_ms = instance->record.ready_ms;
	}
	watch_changed(instance);
	notices_state_changed(instance);
	instance->waiters = NULL;
	while (waiter != NULL) {
		struct waiter *next = waiter->next;
		if (settle(instance, waiter)) {
			waiter_destroy(waiter);
		} else {
			waiter->next = instance->waiters;
			instance->waiters = waiter;
		}
		waiter = next;
	}
	if (!instance_is_alive(instance) && definition_pending(instance) != NULL) {
		reload_sweep(instance->manager);
	}
}

bool instance_is_alive(const struct instance *instance) {
	return instance->monitor != NULL || instance->ready >= 0;
}

void instance_wait(struct instance *instance, struct waiter *waiter) {
	waiter->boots_again = !waiter->is_stop && is_going(instance);
	waiter->next = instance->waiters;
	instance->waiters = waiter;
	tell_start(instance, waiter);
	settle_waiters(instance);
}

void instance_forget(struct instance *instance, const sd_varlink *link) {
	for (struct waiter **at = &instance->waiters; *at != NULL;) {
		struct waiter *waiter = *at;
		if (waiter->link == link) {
			*at = waiter->next;
			waiter_destroy(waiter);
		} else {
			at = &waiter->next;
		}
	}
}

/* No supervisor lives: what the record says of a life is over, and how nobody knows. */
static void declare_lost(struct instance *instance) {
	struct record *record = &instance->record;
	if (!record_read(record, instance->state_dir)) {
		*record = (struct record){.state = VM_STOPPED};
	}
	if (vm_state_is_alive(record->state)) {
		record->supervisor_pid = record->vmm_pid = record->proxy_pid = 0;
		record->vsock_pid = record->agent_pid = 0;
		record_set(record, VM_FAILED, "the supervisor was killed, and its VM with it");
		record_write(record, instance->name, instance->state_dir);
	}
}

static void lose_supervisor(struct instance *instance) {
	sd_varlink_set_userdata(instance->monitor, NULL);
	instance->monitor = sd_varlink_close_unref(instance->monitor);
	instance->has_domain = false;
	declare_lost(instance);
	settle_waiters(instance);
}

static int handle_monitor(sd_varlink *link, sd_json_variant *parameters, const char *error_id,
		sd_varlink_reply_flags_t flags, void *data) {
	struct instance *instance = data;
	if (instance == NULL) {
		return 0;
	}
	sd_json_variant *status = sd_json_variant_by_key(parameters, "status");
	if (error_id == NULL && status != NULL) {
		uint64_t boots = instance->record.boots;
		record_from_json(&instance->record, status);
		if (instance->record.boots != boots) {
			/* New processes: the old proxy took the dial channel with it. */
			instance->has_domain = false;
		}
	}
	if (error_id != NULL || (flags & SD_VARLINK_REPLY_CONTINUES) == 0) {
		lose_supervisor(instance);
		return 0;
	}
	domains_update(instance->manager->domains, instance);
	settle_waiters(instance);
	return 0;
}

bool instance_adopt(struct instance *instance) {
	sd_varlink *link = NULL;
	if (instance->monitor != NULL) {
		return true;
	}
	int result = interface_connect(instance->dir, SUPERVISOR_NAME, &link);
	if (result < 0) {
		return false;
	}
	instance->monitor = link;
	instance->has_domain = false;
	/* It writes its record before it tells anybody; what it tells comes in a moment. */
	if (!record_read(&instance->record, instance->state_dir)) {
		instance->record.state = VM_STARTING;
	}
	sd_varlink_set_userdata(link, instance);
	result = sd_varlink_bind_reply(link, handle_monitor);
	if (result >= 0) {
		result = sd_varlink_attach_event(link, instance->manager->event,
				SD_EVENT_PRIORITY_NORMAL);
	}
	if (result >= 0) {
		result = sd_varlink_observe(link, SUPERVISOR_NAME ".Monitor", NULL);
	}
	if (result < 0) {
		log_warn("vm \"%s\": the supervisor cannot be watched: %s", instance->name,
				strerror(-result));
		instance->monitor = sd_varlink_close_unref(link);
		return false;
	}
	return true;
}

static bool watch_ready(struct instance *instance);
static bool fork_supervisor(struct instance *instance);

/*
 * A unit whose supervisor never said a word: the service manager could not run it, as when we live in
 * a tree of files of our own. Then as where there is no systemd.
 */
static bool leave_units(struct instance *instance) {
	int ready[2];
	if (!instance->is_in_unit || instance->ready_len > 0 ||
			fd_socketpair(SOCK_STREAM, ready) < 0) {
		return false;
	}
	log_warn("systemd cannot run silo-vmd from here: VMs get no units and no limits");
	instance->manager->units_are_useless = true;
	instance->ready = ready[0];
	instance->ready_far = ready[1];
	if (fd_set_nonblock(ready[0], true) >= 0 && watch_ready(instance) &&
			fork_supervisor(instance)) {
		return true;
	}
	instance->ready_source = sd_event_source_disable_unref(instance->ready_source);
	fd_close(&instance->ready);
	fd_close(&instance->ready_far);
	return false;
}

static void handle_ready_text(struct instance *instance) {
	instance->ready_source = sd_event_source_disable_unref(instance->ready_source);
	fd_close(&instance->ready);
	if (leave_units(instance)) {
		return;
	}
	instance->ready_text[instance->ready_len] = '\0';
	instance->ready_text[strcspn(instance->ready_text, "\n")] = '\0';
	if (strcmp(instance->ready_text, "ok") == 0 && instance_adopt(instance)) {
		settle_waiters(instance);
		return;
	}
	declare_lost(instance);
	if (instance->ready_text[0] != '\0' && strcmp(instance->ready_text, "ok") != 0) {
		record_set(&instance->record, VM_FAILED, instance->ready_text);
	} else if (instance->ready_len == 0 && instance->record.state == VM_STOPPED) {
		/* One that said ok has been stopped already. */
		record_set(&instance->record, VM_FAILED, "the supervisor did not start");
	}
	settle_waiters(instance);
}

static int handle_ready(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct instance *instance = data;
	ssize_t n = read(fd, instance->ready_text + instance->ready_len,
			sizeof(instance->ready_text) - 1 - instance->ready_len);
	if (n > 0) {
		instance->ready_len += (size_t)n;
		/* A service manager may keep the other end open; a whole line is all there is. */
		if (instance->ready_text[instance->ready_len - 1] == '\n') {
			handle_ready_text(instance);
		}
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		handle_ready_text(instance);
	}
	return 0;
}

static bool watch_ready(struct instance *instance) {
	instance->ready_len = 0;
	return sd_event_add_io(instance->manager->event, &instance->ready_source, instance->ready,
			       EPOLLIN, handle_ready, instance) >= 0;
}

#define SUPERVISOR_ARGV_MAX 18

/* number has room for a descriptor's, root for unit_root_text(). */
static void supervisor_argv(const struct instance *instance, const char *program,
		const char *number, const char *root, const char *argv[SUPERVISOR_ARGV_MAX]) {
	const struct manager_options *options = instance->manager->options;
	const char *const words[][2] = {
			{"--vm", instance->name},
			{"--ready-fd", number},
			{"--root-id", root},
			{"--manifest", instance->definition},
			{"--defined-in", instance->vm->file},
			{"--libexec", options->programs.libexec},
			{"--crosvm", options->programs.crosvm},
			{"--qemu", options->programs.qemu},
	};
	size_t n = 0;
	argv[n++] = program;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i][1] != NULL) {
			argv[n++] = words[i][0];
			argv[n++] = words[i][1];
		}
	}
	argv[n] = NULL;
}

static _Noreturn void exec_supervisor(const struct instance *instance) {
	const char *argv[SUPERVISOR_ARGV_MAX];
	char number[16];
	snprintf(number, sizeof(number), "%d", instance->ready_far);
	supervisor_argv(instance, "silo-vmd", number, NULL, argv);
	/* A session of its own: what ends the manager, a terminal's hang-up too, ends no VM. */
	setsid();
	signal(SIGCHLD, SIG_DFL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	fd_set_cloexec(instance->ready_far, false);
	execv("/proc/self/exe", (char *const *)argv);
	_exit(127);
}

/* Takes ready_far: it is closed here, and lives on in the supervisor. */
static bool fork_supervisor(struct instance *instance) {
	instance->is_in_unit = false;
	pid_t pid = fork();
	if (pid == 0) {
		exec_supervisor(instance);
	}
	fd_close(&instance->ready_far);
	return pid > 0;
}

static void handle_unit(const char *refusal, void *data) {
	struct instance *instance = data;
	unit_start_destroy(instance->unit_start);
	instance->unit_start = NULL;
	if (refusal == NULL) {
		fd_close(&instance->ready_far);
		return;
	}
	log_warn("vm \"%s\": no unit from systemd (%s): its limits do not hold", instance->name,
			refusal);
	/* Should that fail too, the pipe's end tells. */
	fork_supervisor(instance);
}

/* Our own program as the service manager is to start it; after an upgrade, the new one. */
static bool own_program(char out[PLACE_MAX]) {
	static const char deleted[] = " (deleted)";
	ssize_t len = readlink("/proc/self/exe", out, PLACE_MAX - 1);
	if (len <= 0) {
		return false;
	}
	out[len] = '\0';
	size_t tail = sizeof(deleted) - 1;
	if ((size_t)len > tail && strcmp(out + len - tail, deleted) == 0) {
		out[(size_t)len - tail] = '\0';
	}
	return access(out, X_OK) == 0;
}

static bool ask_for_unit(struct instance *instance) {
	struct manager *manager = instance->manager;
	const char *argv[SUPERVISOR_ARGV_MAX];
	char program[PLACE_MAX], root[UNIT_ROOT_MAX];
	if (manager->options->no_units || manager->units_are_useless || !own_program(program) ||
			!unit_root_text(root)) {
		return false;
	}
	supervisor_argv(instance, program, "0", root, argv);
	instance->is_in_unit = true;
	instance->unit_start = unit_start_create(manager->event, instance->vm, argv,
			instance->ready_far, handle_unit, instance);
	return instance->unit_start != NULL;
}

bool instance_start(struct instance *instance, char error[ERROR_MAX]) {
	if (instance->monitor != NULL || instance->ready >= 0 || instance_adopt(instance)) {
		return true;
	}
	if (definition_pending(instance) != NULL) {
		snprintf(error, ERROR_MAX, "vm \"%s\" is not in the manifest any more",
				instance->name);
		return false;
	}
	if (!definition_write(instance, instance->definition, error)) {
		return false;
	}
	int ready[2];
	/* Not a pipe: as a unit's standard input it must be readable. */
	if (fd_socketpair(SOCK_STREAM, ready) < 0) {
		snprintf(error, ERROR_MAX, "no socket pair: %s", strerror(errno));
		return false;
	}
	instance->ready = ready[0];
	instance->ready_far = ready[1];
	if (fd_set_nonblock(ready[0], true) < 0 || !watch_ready(instance) ||
			(!ask_for_unit(instance) && !fork_supervisor(instance))) {
		snprintf(error, ERROR_MAX, "no process: %s", strerror(errno));
		instance->ready_source = sd_event_source_disable_unref(instance->ready_source);
		fd_close(&instance->ready);
		fd_close(&instance->ready_far);
		return false;
	}
	record_set(&instance->record, VM_STARTING, "");
	watch_changed(instance);
	return true;
}

int instance_status(const struct instance *instance, sd_json_variant **ret_status) {
	sd_json_variant *status = NULL;
	char color[8];
	snprintf(color, sizeof(color), "#%06x", instance->vm->color);
	int result = record_to_json(&instance->record, instance->name, &status);
	if (result >= 0) {
		result = sd_json_variant_set_field_string(&status, "label", instance->vm->label);
	}
	if (result >= 0) {
		result = sd_json_variant_set_field_string(&status, "color", color);
	}
	if (result >= 0) {
		result = sd_json_variant_set_field_boolean(&status, "domain", instance->has_domain);
	}
	if (result >= 0) {
		result = sd_json_variant_set_field_string(&status, "glyph", instance->vm->glyph);
	}
	if (result >= 0) {
		result = sd_json_variant_set_field_unsigned(&status, "memory",
				instance->vm->memory_bytes);
	}
	if (result >= 0) {
		result = sd_json_variant_set_field_unsigned(&status, "expected_ms",
				instance->expected_ms);
	}
	if (result >= 0) {
		result = offences_add(&instance->offences, &status);
	}
	const char *pending = definition_pending(instance);
	if (result >= 0 && pending != NULL) {
		result = sd_json_variant_set_field_string(&status, "pending", pending);
	}
	if (result < 0) {
		sd_json_variant_unref(status);
		return result;
	}
	*ret_status = status;
	return 0;
}

struct instance *instance_create(struct manager *manager, const char *name, const struct vm *vm) {
	struct instance *instance = calloc(1, sizeof(*instance));
	char error[ERROR_MAX];
	if (instance == NULL) {
		return NULL;
	}
	instance->manager = manager;
	instance->vm = vm;
	snprintf(instance->name, sizeof(instance->name), "%s", name);
	instance->ready = instance->ready_far = -1;
	if (!place_join(instance->dir, manager->runtime_dir, name) ||
			!place_state(name, instance->state_dir, error)) {
		free(instance);
		return NULL;
	}
	bool is_alive = instance_adopt(instance);
	if (is_alive && !definition_adopt(instance)) {
		log_warn("vm \"%s\" runs, and nobody knows its definition", name);
	} else if (!is_alive && vm != NULL) {
		declare_lost(instance);
	}
	if (instance->vm == NULL) {
		instance_destroy(instance);
		return NULL;
	}
	instance->expected_ms = instance->record.ready_ms;
	instance->noticed_state = instance->record.state;
	return instance;
}

void instance_destroy(struct instance *instance) {
	if (instance == NULL) {
		return;
	}
	while (instance->waiters != NULL) {
		struct waiter *next = instance->waiters->next;
		waiter_destroy(instance->waiters);
		instance->waiters = next;
	}
	if (instance->monitor != NULL) {
		sd_varlink_set_userdata(instance->monitor, NULL);
		sd_varlink_close_unref(instance->monitor);
	}
	unit_start_destroy(instance->unit_start);
	sd_event_source_disable_unref(instance->ready_source);
	fd_close(&instance->ready);
	fd_close(&instance->ready_far);
	manifest_destroy(instance->own);
	free(instance);
}
