/* SPDX-License-Identifier: MIT */
#include "compositor/shell/launch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-varlink.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "compositor/domain/domain.h"
#include "compositor/server.h"
#include "compositor/shell/notices.h"
#include "compositor/shell/runtime.h"

#define MANAGER "io.silo.Manager"
/* Questions that wait for an answer; more key presses are dropped. */
#define CALLS_MAX 4

struct call {
	struct server *server;
	sd_varlink *link; /* NULL: free */
	char vm[VM_NAME_MAX + 1];
	const char *title; /* of the notice if it fails; static */
};

struct launch {
	struct call calls[CALLS_MAX];
};

static void call_end(struct call *call) {
	call->link = sd_varlink_close_unref(call->link);
}

/* The user pressed a key and waits for what follows. */
static void tell(struct server *server, const char *vm, const char *title, const char *reason) {
	struct notice notice = {
			.kind = NOTICE_START,
			.is_failure = true,
	};
	snprintf(notice.title, sizeof(notice.title), "%s", title);
	const struct domain *domain = domains_find(server, vm);
	if (domain != NULL) {
		notice_party_set(&notice.source, domain);
	}
	text_sanitise(reason, strlen(reason), NOTICE_TEXT_MAX, notice.text, sizeof(notice.text));
	notices_add(server, &notice);
}

static int handle_reply(sd_varlink *link, sd_json_variant *parameters, const char *error_id,
		sd_varlink_reply_flags_t flags, void *data) {
	struct call *call = data;
	if (error_id != NULL) {
		sd_json_variant *reason = sd_json_variant_by_key(parameters, "reason");
		const char *words = reason != NULL && sd_json_variant_is_string(reason)
				? sd_json_variant_string(reason)
				: error_id;
		log_warn("%s: %s: %s", call->vm, call->title, words);
		tell(call->server, call->vm, call->title, words);
	}
	call_end(call);
	return 0;
}

static struct call *find_free(struct launch *launch) {
	for (size_t i = 0; i < CALLS_MAX; i++) {
		if (launch->calls[i].link == NULL) {
			return &launch->calls[i];
		}
	}
	return NULL;
}

/* Sends the call, whose other members are set. Returns a negative errno. */
static int send(struct call *call, const char *path, const char *method,
		sd_json_variant *parameters) {
	int ret = sd_varlink_connect_address(&call->link, path);
	if (ret >= 0) {
		sd_varlink_set_userdata(call->link, call);
		ret = sd_varlink_bind_reply(call->link, handle_reply);
	}
	if (ret >= 0) {
		ret = sd_varlink_attach_event(call->link, call->server->event, 0);
	}
	return ret < 0 ? ret : sd_varlink_invoke(call->link, method, parameters);
}

void launch_ask(struct server *server, const char *vm, const char *title, const char *method,
		sd_json_variant *parameters) {
	if (server->runtime == NULL) {
		/* Without the service there is no manager either. */
		tell(server, vm, title, "There is no VM manager in this session.");
		return;
	}
	struct call *call = find_free(server->launch);
	char *path = call != NULL ? runtime_path(server, MANAGER) : NULL;
	if (path == NULL) {
		return;
	}
	call->server = server;
	call->title = title;
	snprintf(call->vm, sizeof(call->vm), "%s", vm);
	int ret = send(call, path, method, parameters);
	free(path);
	if (ret < 0) {
		log_warn("%s: the VM manager cannot be asked: %s", vm, strerror(-ret));
		tell(server, vm, title,
				"The VM manager does not answer. Start it in a terminal: silo-vmd "
				"&");
		call_end(call);
	}
}

void launch_application(struct server *server, const char *vm, const char *application) {
	sd_json_variant *parameters = NULL;
	if (sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_STRING("name", vm),
			    SD_JSON_BUILD_PAIR_STRING("application", application)) >= 0) {
		launch_ask(server, vm, "Not started: another terminal", MANAGER ".Launch",
				parameters);
	}
	sd_json_variant_unref(parameters);
}

bool launch_create(struct server *server) {
	server->launch = calloc(1, sizeof(*server->launch));
	if (server->launch == NULL) {
		log_error("out of memory");
	}
	return server->launch != NULL;
}

void launch_destroy(struct server *server) {
	if (server->launch == NULL) {
		return;
	}
	for (size_t i = 0; i < CALLS_MAX; i++) {
		call_end(&server->launch->calls[i]);
	}
	free(server->launch);
	server->launch = NULL;
}
