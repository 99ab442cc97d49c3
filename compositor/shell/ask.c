/* SPDX-License-Identifier: MIT */
#include "compositor/shell/ask.h"

#include <stdlib.h>
#include <string.h>
#include <wayland-server-core.h>

#include "base/clock.h"
#include "base/defence.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/service_ask.h"
#include "compositor/options.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/shell/notices.h"

#define TEXT_BYTES (4 * ASK_TEXT_MAX + 1)
/* From the third of one VM within that time it can be muted. */
#define MUTE_FROM 3
#define MUTE_WITHIN_MS 60000
#define ASKERS_MAX (2 * DOMAINS_MAX)

struct question {
	uint32_t id; /* 0: free */
	bool is_settled;
	struct ask_result result; /* if it is */
	struct notice_party source, target, about;
	bool has_mute;
	char question[TEXT_BYTES], action[TEXT_BYTES], remember[TEXT_BYTES];
	char names[ASK_FACTS_MAX][TEXT_BYTES], values[ASK_FACTS_MAX][TEXT_BYTES];
	size_t facts_len;
	ask_answered_t answered;
	void *data;
};

/* How often a VM had the user asked. */
struct asker {
	char name[VM_NAME_MAX + 1]; /* "": free */
	int64_t asked_ms[MUTE_FROM];
	bool is_muted;
};

struct ask {
	struct server *server;
	struct question questions[ASK_QUESTIONS_MAX]; /* the oldest first; the first is shown */
	size_t len;
	uint32_t last_id;
	sd_varlink *link; /* of silo-ask; NULL: it is not there */
	bool is_expected; /* it was there, or should be */
	int64_t shown_ms; /* when the first became it */
	struct asker askers[ASKERS_MAX];
	struct wl_event_source *idle; /* answers are to be told; NULL: none */
};

/* ---- who asks too much ---- */

static struct asker *find_asker(struct ask *ask, const char *name) {
	for (size_t i = 0; i < ASKERS_MAX; i++) {
		if (strcmp(ask->askers[i].name, name) == 0) {
			return &ask->askers[i];
		}
	}
	return NULL;
}

/* The VM's record; a new one takes the place of the one that was silent longest. */
static struct asker *take_asker(struct ask *ask, const char *name) {
	struct asker *found = find_asker(ask, name), *oldest = NULL;
	if (found != NULL) {
		return found;
	}
	for (size_t i = 0; i < ASKERS_MAX; i++) {
		struct asker *asker = &ask->askers[i];
		if (!asker->is_muted &&
				(oldest == NULL || asker->asked_ms[0] < oldest->asked_ms[0])) {
			oldest = asker;
		}
	}
	if (oldest != NULL) {
		*oldest = (struct asker){0};
		memcpy(oldest->name, name, strlen(name) + 1);
	}
	return oldest;
}

/* Notes that it asks, and returns whether the user may mute it by now. */
static bool note(struct asker *asker, int64_t now_ms) {
	memmove(&asker->asked_ms[1], &asker->asked_ms[0],
			sizeof(asker->asked_ms) - sizeof(asker->asked_ms[0]));
	asker->asked_ms[0] = now_ms;
	int64_t third_ms = asker->asked_ms[MUTE_FROM - 1];
	return third_ms != 0 && now_ms - third_ms < MUTE_WITHIN_MS;
}

bool ask_is_muted(struct server *server, const char *vm) {
	const struct asker *asker = server->ask != NULL ? find_asker(server->ask, vm) : NULL;
	return asker != NULL && asker->is_muted;
}

void ask_unmute_all(struct server *server) {
	memset(server->ask->askers, 0, sizeof(server->ask->askers));
}

/* ---- the queue ---- */

/* The one that is shown; NULL: none is. */
static struct question *find_shown(struct ask *ask) {
	for (size_t i = 0; i < ask->len; i++) {
		if (!ask->questions[i].is_settled) {
			return &ask->questions[i];
		}
	}
	return NULL;
}

static void remove_at(struct ask *ask, size_t index) {
	ask->len--;
	memmove(&ask->questions[index], &ask->questions[index + 1],
			(ask->len - index) * sizeof(ask->questions[0]));
}

static void tell_answers(void *data) {
	struct ask *ask = data;
	ask->idle = NULL;
	for (size_t i = 0; i < ask->len;) {
		struct question *question = &ask->questions[i];
		if (!question->is_settled) {
			i++;
			continue;
		}
		const struct ask_result result = question->result;
		ask_answered_t answered = question->answered;
		void *its_data = question->data;
		remove_at(ask, i);
		/* May ask again, or withdraw another. */
		answered(its_data, &result);
		i = 0;
	}
}

static void settle(struct ask *ask, struct question *question, const struct ask_result *result) {
	question->is_settled = true;
	question->result = *result;
	if (ask->idle == NULL) {
		ask->idle = wl_event_loop_add_idle(ask->server->loop, tell_answers, ask);
	}
}

/* Another question may be the first now, or there are more or fewer behind it. */
static void changed(struct ask *ask, uint32_t shown_before) {
	const struct question *shown = find_shown(ask);
	if (shown != NULL && shown->id != shown_before) {
		ask->shown_ms = clock_now_ms();
	}
	service_ask_changed(ask->server);
}

static uint32_t shown_id(struct ask *ask) {
	const struct question *shown = find_shown(ask);
	return shown != NULL ? shown->id : 0;
}

static void take_text(char out[TEXT_BYTES], const char *text) {
	out[0] = '\0';
	if (text != NULL) {
		text_sanitise(text, strlen(text), ASK_TEXT_MAX, out, TEXT_BYTES);
	}
}

static void take_party(struct notice_party *party, const struct domain *domain) {
	if (domain != NULL) {
		notice_party_set(party, domain);
	}
}

static void fill(struct question *question, const struct ask_request *request) {
	if (request->source_party != NULL) {
		question->source = *request->source_party;
	}
	take_party(&question->source, request->source);
	take_party(&question->target, request->target);
	take_party(&question->about, request->about);
	take_text(question->question, request->question);
	take_text(question->action, request->action);
	take_text(question->remember, request->remember);
	for (size_t i = 0; i < ASK_FACTS_MAX && request->facts[i].name != NULL; i++) {
		take_text(question->names[i], request->facts[i].name);
		take_text(question->values[i], request->facts[i].value);
		question->facts_len++;
	}
	question->answered = request->answered;
	question->data = request->data;
}

static size_t count_about(const struct ask *ask, const char *name) {
	size_t n = 0;
	for (size_t i = 0; i < ask->len; i++) {
		n += strcmp(ask->questions[i].about.name, name) == 0;
	}
	return n;
}

/* Why it is not even shown; ASK_ANSWERED: it is. */
static enum ask_reason judge(struct ask *ask, const struct ask_request *request) {
	if (ask->link == NULL) {
		return ASK_DOWN;
	}
	if (request->about == NULL) {
		return ASK_ANSWERED;
	}
	const char *name = request->about->name;
	return ask_is_muted(ask->server, name)                     ? ASK_MUTED
			: count_about(ask, name) >= ASK_PER_VM_MAX ? ASK_TOO_MANY
								   : ASK_ANSWERED;
}

uint32_t ask_question(struct server *server, const struct ask_request *request) {
	struct ask *ask = server->ask;
	if (ask == NULL || ask->len == ASK_QUESTIONS_MAX) {
		log_warn("not asked, so no: \"%s\": too many questions wait", request->question);
		return 0;
	}
	enum ask_reason reason = judge(ask, request);
	uint32_t shown_before = shown_id(ask);
	struct question *question = &ask->questions[ask->len++];
	ask->last_id = ask->last_id == UINT32_MAX ? 1 : ask->last_id + 1;
	*question = (struct question){.id = ask->last_id};
	fill(question, request);
	if (reason != ASK_ANSWERED) {
		settle(ask, question, &(struct ask_result){.reason = reason});
		return question->id;
	}
	struct asker *asker = request->about != NULL ? take_asker(ask, request->about->name) : NULL;
	question->has_mute = asker != NULL && note(asker, clock_now_ms());
	changed(ask, shown_before);
	return question->id;
}

void ask_withdraw(struct server *server, uint32_t id) {
	struct ask *ask = server->ask;
	for (size_t i = 0; ask != NULL && i < ask->len; i++) {
		if (ask->questions[i].id == id) {
			uint32_t shown_before = shown_id(ask);
			remove_at(ask, i);
			changed(ask, shown_before);
			return;
		}
	}
}

void ask_refuse_all(struct server *server, enum ask_reason reason) {
	struct ask *ask = server->ask;
	if (ask == NULL || find_shown(ask) == NULL) {
		return;
	}
	for (size_t i = 0; i < ask->len; i++) {
		if (!ask->questions[i].is_settled) {
			settle(ask, &ask->questions[i], &(struct ask_result){.reason = reason});
		}
	}
	changed(ask, 0);
}

bool ask_is_down(struct server *server) {
	return server->ask == NULL || server->ask->link == NULL;
}

bool ask_is_lost(struct server *server) {
	return ask_is_down(server) && server->ask != NULL && server->ask->is_expected;
}

/* ---- silo-ask ---- */

void ask_lose(struct server *server) {
	server->ask->is_expected = true;
	outputs_update_strips(server);
}

sd_varlink *ask_link(struct server *server) {
	return server->ask != NULL ? server->ask->link : NULL;
}

void ask_connect(struct server *server, sd_varlink *link) {
	struct ask *ask = server->ask;
	if (ask == NULL || ask->link == link) {
		return;
	}
	sd_varlink_unref(ask->link);
	ask->link = sd_varlink_ref(link);
	ask->is_expected = true;
	/* Whoever came before is not heard any more. */
	ask_refuse_all(server, ASK_DOWN);
	outputs_update_strips(server);
}

/* The shown question and those of the same VM that wait. */
static void mute(struct ask *ask, const struct question *shown) {
	char name[sizeof(shown->about.name)];
	memcpy(name, shown->about.name, sizeof(name));
	struct asker *asker = take_asker(ask, name);
	if (asker == NULL) {
		return;
	}
	asker->is_muted = true;
	log_info("no more questions of \"%s\" are asked", name);
	for (size_t i = 0; i < ask->len; i++) {
		struct question *question = &ask->questions[i];
		if (!question->is_settled && strcmp(question->about.name, name) == 0) {
			settle(ask, question, &(struct ask_result){.reason = ASK_MUTED});
		}
	}
}

void ask_answer(struct server *server, uint32_t id, bool is_allowed, bool is_remembered,
		bool is_muted) {
	struct ask *ask = server->ask;
	struct question *shown = find_shown(ask);
	if (shown == NULL || shown->id != id) {
		return; /* it was withdrawn meanwhile */
	}
	struct ask_result result = {.is_allowed = is_allowed && !is_muted,
			.is_remembered = is_remembered && shown->remember[0] != '\0'};
	if (is_allowed && clock_now_ms() - ask->shown_ms < ASK_DEAD_MS && DEFENDS(ask_deadtime)) {
		log_warn("a yes that came sooner than anybody can read is no");
		result = (struct ask_result){0};
	}
	log_info("\"%s\" %s", shown->question, result.is_allowed ? "yes" : "no");
	settle(ask, shown, &result);
	if (is_muted && shown->has_mute) {
		mute(ask, shown);
	}
	changed(ask, id);
}

static int describe_facts(const struct question *question, sd_json_variant **array) {
	int ret = sd_json_variant_new_array(array, NULL, 0);
	for (size_t i = 0; i < question->facts_len && ret >= 0; i++) {
		ret = sd_json_variant_append_arraybo(array,
				SD_JSON_BUILD_PAIR_STRING("name", question->names[i]),
				SD_JSON_BUILD_PAIR_STRING("value", question->values[i]));
	}
	return ret;
}

static int describe_question(const struct question *question, sd_json_variant **ret_json) {
	sd_json_variant *source = NULL, *target = NULL, *facts = NULL;
	int ret = notice_party_describe(&question->source, &source);
	if (ret >= 0) {
		ret = notice_party_describe(&question->target, &target);
	}
	if (ret >= 0) {
		ret = describe_facts(question, &facts);
	}
	if (ret >= 0) {
		const char *remember = question->remember[0] != '\0' ? question->remember : NULL;
		const char *about = question->has_mute ? question->about.label : NULL;
		ret = sd_json_buildo(ret_json, SD_JSON_BUILD_PAIR_UNSIGNED("id", question->id),
				SD_JSON_BUILD_PAIR_CONDITION(source != NULL, "source",
						SD_JSON_BUILD_VARIANT(source)),
				SD_JSON_BUILD_PAIR_CONDITION(target != NULL, "target",
						SD_JSON_BUILD_VARIANT(target)),
				SD_JSON_BUILD_PAIR_STRING("question", question->question),
				SD_JSON_BUILD_PAIR_STRING("action", question->action),
				SD_JSON_BUILD_PAIR_VARIANT("facts", facts),
				SD_JSON_BUILD_PAIR_CONDITION(remember != NULL, "remember",
						SD_JSON_BUILD_STRING(remember)),
				SD_JSON_BUILD_PAIR_CONDITION(about != NULL, "mute",
						SD_JSON_BUILD_STRING(about)));
	}
	sd_json_variant_unref(source);
	sd_json_variant_unref(target);
	sd_json_variant_unref(facts);
	return ret;
}

int ask_describe(struct server *server, sd_json_variant **ret_json) {
	struct ask *ask = server->ask;
	const struct question *shown = find_shown(ask);
	sd_json_variant *question = NULL;
	size_t waiting = 0;
	for (size_t i = 0; i < ask->len; i++) {
		waiting += !ask->questions[i].is_settled && &ask->questions[i] != shown;
	}
	int ret = shown != NULL ? describe_question(shown, &question) : 0;
	if (ret >= 0) {
		ret = sd_json_buildo(ret_json,
				SD_JSON_BUILD_PAIR_CONDITION(question != NULL, "question",
						SD_JSON_BUILD_VARIANT(question)),
				SD_JSON_BUILD_PAIR_UNSIGNED("waiting", waiting));
	}
	sd_json_variant_unref(question);
	return ret;
}

bool ask_create(struct server *server) {
	server->ask = calloc(1, sizeof(*server->ask));
	if (server->ask == NULL) {
		log_error("out of memory");
		return false;
	}
	server->ask->server = server;
	return true;
}

void ask_destroy(struct server *server) {
	struct ask *ask = server->ask;
	if (ask == NULL) {
		return;
	}
	if (ask->idle != NULL) {
		wl_event_source_remove(ask->idle);
	}
	sd_varlink_unref(ask->link);
	free(ask);
	server->ask = NULL;
}
