/* SPDX-License-Identifier: MIT */
#include "vmctl/daemon/forward.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "vmctl/supervisor/interface.h"

struct forward {
	struct forward *next;
	struct manager *manager;
	sd_varlink *callee, *caller;
	bool is_stop; /* a supervisor that hangs up has done what it was asked to */
};

static void destroy(struct forward *forward) {
	struct forward **at = &forward->manager->forwards;
	while (*at != NULL && *at != forward) {
		at = &(*at)->next;
	}
	if (*at != NULL) {
		*at = forward->next;
	}
	sd_varlink_set_userdata(forward->callee, NULL);
	sd_varlink_close_unref(forward->callee);
	sd_varlink_unref(forward->caller);
	free(forward);
}

static int handle_reply(sd_varlink *link, sd_json_variant *parameters, const char *error_id,
		sd_varlink_reply_flags_t flags, void *data) {
	struct forward *forward = data;
	if (forward == NULL) {
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

int forward_call(struct manager *manager, const char *dir, const char *method,
		sd_json_variant *parameters, const int *fds, size_t n, bool more,
		sd_varlink *caller) {
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
	forward->caller = caller != NULL ? sd_varlink_ref(caller) : NULL;
	forward->next = manager->forwards;
	manager->forwards = forward;
	return 0;
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
