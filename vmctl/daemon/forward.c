/* SPDX-License-Identifier: MIT */
#include "vmctl/daemon/forward.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/canary.h"
#include "base/clock.h"
#include "base/limits.h"
#include "vmctl/daemon/instance.h"
#include "vmctl/daemon/notices.h"
#include "vmctl/supervisor/interface.h"

struct forward {
	struct forward *next;
	struct manager *manager;
	sd_varlink *callee, *caller;
	bool is_stop; /* a supervisor that hangs up has done what it was asked to */
	/* Of a program that nobody waits for, else "". */
	char vm[VM_NAME_MAX + 1];
	char program[NOTICE_PROGRAM_MAX];
	int64_t launched_ms;
};

/* What fails or ends later than that was started. */
#define START_MS 5000

static void destroy(struct forward *forward) {
	struct forward **at = &forward->manager->forwards;
	while (*at != NULL && *at != forward) {
		at = &(*at)->next;
	}
	if (*at != NULL && !CANARY(manager)) {
		*at = forward->next;
	}
	sd_varlink_set_userdata(forward->callee, NULL);
	sd_varlink_close_unref(forward->callee);
	sd_varlink_unref(forward->caller);
	free(forward);
}

static uint64_t number_of(sd_json_variant *parameters, const char *key) {
	sd_json_variant *value = sd_json_variant_by_key(parameters, key);
	return value != NULL && sd_json_variant_is_unsigned(value) ? sd_json_variant_unsigned(value)
								   : 0;
}

/* Nobody waits for it, but somebody looks for its window. Texts of errors may be the guest's. */
static void judge_launch(const struct forward *forward, sd_json_variant *parameters,
		const char *error_id) {
	struct instance *instance = manager_find(forward->manager, forward->vm);
	uint64_t status = number_of(parameters, "status");
	bool is_early = clock_now_ms() - forward->launched_ms < START_MS;
	/* One that went down with its VM is no news beside that. */
	if (instance == NULL || instance->record.state != VM_RUNNING) {
		return;
	}
	if (error_id != NULL && (status == 126 || status == 127 || is_early)) {
		notices_not_run(instance, forward->program, status);
	} else if (error_id == NULL && is_early) {
		uint64_t signal = number_of(parameters, "signal");
		if (status != 0 || signal != 0) {
			notices_ended_at_once(instance, forward->program, status, signal);
		}
	}
}

static int handle_reply(sd_varlink *link, sd_json_variant *parameters, const char *error_id,
		sd_varlink_reply_flags_t flags, void *data) {
	struct forward *forward = data;
	if (forward == NULL) {
		return 0;
	}
	if (forward->vm[0] != '\0') {
		judge_launch(forward, parameters, error_id);
		destroy(forward);
		return 0;
	}
	bool has_ended = forward->is_stop && error_id != NULL &&
			strcmp(error_id, SD_VARLINK_ERROR_DISCONNECTED) == 0;
	if (forward->caller != NULL && has_ended) {
		sd_varlink_reply(forward->caller, NULL);
	} else if (forward->caller != NULL && error_id != NULL) {
		const char *reason = "the supervisor hung up";
		sd_json_variant *value = sd_json_variant_by_key(parameters, "reason");
		if (value != NULL && sd_json_variant_is_string(value)) {
			reason = sd_json_variant_string(value);
		}
		sd_json_variant *status = sd_json_variant_by_key(parameters, "status");
		if (status != NULL && sd_json_variant_is_unsigned(status)) {
			interface_fail_with(forward->caller, MANAGER_NAME,
					(unsigned)sd_json_variant_unsigned(status), reason);
		} else {
			interface_fail(forward->caller, MANAGER_NAME, "%s", reason);
		}
	} else if (forward->caller != NULL && (flags & SD_VARLINK_REPLY_CONTINUES) != 0) {
		sd_varlink_notify(forward->caller, parameters);
		return 0;
	} else if (forward->caller != NULL) {
		sd_varlink_reply(forward->caller, parameters);
	}
	destroy(forward);
	return 0;
}

static int begin(struct manager *manager, const char *dir, const char *method,
		sd_json_variant *parameters, const int *fds, size_t n, bool more,
		struct forward **ret_forward) {
	struct forward *forward = calloc(1, sizeof(*forward));
	if (forward == NULL) {
		return -ENOMEM;
	}
	forward->manager = manager;
	forward->is_stop = strcmp(method, SUPERVISOR_NAME ".Stop") == 0;
	int result = interface_connect(dir, SUPERVISOR_NAME, &forward->callee);
	if (result < 0) {
		free(forward);
		return result;
	}
	for (size_t i = 0; i < n && result >= 0; i++) {
		result = sd_varlink_push_dup_fd(forward->callee, fds[i]);
	}
	if (result >= 0) {
		sd_varlink_set_userdata(forward->callee, forward);
		result = sd_varlink_bind_reply(forward->callee, handle_reply);
	}
	if (result >= 0) {
		result = sd_varlink_attach_event(forward->callee, manager->event,
				SD_EVENT_PRIORITY_NORMAL);
	}
	if (result >= 0) {
		result = more ? sd_varlink_observe(forward->callee, method, parameters)
			      : sd_varlink_invoke(forward->callee, method, parameters);
	}
	if (result < 0) {
		destroy(forward);
		return result;
	}
	forward->next = manager->forwards;
	manager->forwards = forward;
	*ret_forward = forward;
	return 0;
}

int forward_call(struct manager *manager, const char *dir, const char *method,
		sd_json_variant *parameters, const int *fds, size_t n, bool more,
		sd_varlink *caller) {
	struct forward *forward;
	int result = begin(manager, dir, method, parameters, fds, n, more, &forward);
	if (result >= 0) {
		forward->caller = caller != NULL ? sd_varlink_ref(caller) : NULL;
	}
	return result;
}

int forward_launch(struct instance *instance, sd_json_variant *parameters, const int *fds,
		const char *program) {
	struct forward *forward;
	int result = begin(instance->manager, instance->dir, SUPERVISOR_NAME ".Run", parameters,
			fds, RUN_STREAMS, false, &forward);
	if (result >= 0) {
		snprintf(forward->vm, sizeof(forward->vm), "%s", instance->vm->name);
		snprintf(forward->program, sizeof(forward->program), "%s", program);
		forward->launched_ms = clock_now_ms();
	}
	return result;
}

void forward_forget(struct manager *manager, const sd_varlink *caller) {
	for (struct forward *forward = manager->forwards; forward != NULL;) {
		struct forward *next = forward->next;
		if (forward->caller == caller) {
			destroy(forward);
		}
		forward = next;
	}
}

void forward_destroy_all(struct manager *manager) {
	while (manager->forwards != NULL) {
		destroy(manager->forwards);
	}
}
