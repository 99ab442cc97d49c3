/* SPDX-License-Identifier: MIT */
#include "compositor/domain/service_ask.h"

#include <stddef.h>

#include "base/log.h"
#include "compositor/domain/service_interface.h"
#include "compositor/server.h"
#include "compositor/shell/ask.h"
#include "compositor/shell/programs.h"

/* The process was silo's child when it connected, and is, as silo has not yet heard of its end. */
static bool is_ask(struct server *server, sd_varlink *link) {
	pid_t pid = 0;
	return sd_varlink_get_peer_pid(link, &pid) >= 0 && pid > 0 && pid == programs_ask(server);
}

static int refuse(sd_varlink *link) {
	log_warn("a program that is not silo-ask wants to answer for the user");
	return sd_varlink_error(link, SERVICE_NAME ".NotAllowed", NULL);
}

static int handle_watch(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	int ret = sd_varlink_dispatch(link, parameters, NULL, NULL);
	if (ret != 0) {
		return ret;
	}
	if (!is_ask(server, link)) {
		return refuse(link);
	}
	ask_connect(server, link);
	service_ask_changed(server);
	return 0;
}

void service_ask_changed(struct server *server) {
	sd_varlink *link = ask_link(server);
	sd_json_variant *now = NULL;
	if (link == NULL) {
		return;
	}
	if (ask_describe(server, &now) < 0 || sd_varlink_notify(link, now) < 0) {
		log_error("silo-ask cannot be told what to ask");
		ask_refuse_all(server, ASK_DOWN);
	}
	sd_json_variant_unref(now);
}

void service_ask_forget(struct server *server, const sd_varlink *link) {
	if (link == ask_link(server)) {
		ask_connect(server, NULL);
	}
}

static int handle_answer(sd_varlink *link, sd_json_variant *parameters,
		sd_varlink_method_flags_t flags, void *data) {
	struct server *server = data;
	struct answer {
		uint32_t id;
		int allow, remember, mute;
	} answer = {0};
	static const sd_json_dispatch_field table[] = {
			{"id", _SD_JSON_VARIANT_TYPE_INVALID, sd_json_dispatch_uint32,
					offsetof(struct answer, id), SD_JSON_MANDATORY},
			{"allow", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
					offsetof(struct answer, allow), SD_JSON_MANDATORY},
			{"remember", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
					offsetof(struct answer, remember), 0},
			{"mute", SD_JSON_VARIANT_BOOLEAN, sd_json_dispatch_tristate,
					offsetof(struct answer, mute), 0},
			{0},
	};
	int ret = sd_varlink_dispatch(link, parameters, table, &answer);
	if (ret != 0) {
		return ret;
	}
	if (!is_ask(server, link)) {
		return refuse(link);
	}
	ask_answer(server, answer.id, answer.allow > 0, answer.remember > 0, answer.mute > 0);
	return sd_varlink_reply(link, NULL);
}

int service_ask_bind(sd_varlink_server *varlink) {
	return sd_varlink_server_bind_method_many(varlink, SERVICE_NAME ".WatchQuestions",
			handle_watch, SERVICE_NAME ".AnswerQuestion", handle_answer);
}
