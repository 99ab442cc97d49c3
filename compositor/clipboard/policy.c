/* SPDX-License-Identifier: MIT */
#include "compositor/clipboard/policy.h"

#include <stdio.h>
#include <string.h>

#include "base/defence.h"
#include "base/log.h"
#include "compositor/clipboard/clipboard.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"

static const char *const verdict_names[VERDICTS] = {
		[VERDICT_ALLOW] = "allow",
		[VERDICT_ASK] = "ask",
		[VERDICT_DENY] = "deny",
};

const char *verdict_name(enum verdict verdict) {
	return verdict_names[verdict];
}

const char *verdict_reason_name(enum verdict_reason reason) {
	static const char *const names[] = {
			[VERDICT_DEFAULT] = "default",
			[VERDICT_SETTINGS] = "settings",
			[VERDICT_MANIFEST] = "manifest",
			[VERDICT_REMEMBERED] = "remembered",
	};
	return names[reason];
}

bool verdict_parse(const char *text, enum verdict *ret_verdict) {
	for (int i = 0; i < VERDICTS; i++) {
		if (strcmp(text, verdict_names[i]) == 0) {
			*ret_verdict = (enum verdict)i;
			return true;
		}
	}
	return false;
}

static bool fits(const char *pattern, const char *name) {
	return strcmp(pattern, "*") == 0 || strcmp(pattern, name) == 0;
}

/* The first rule that fits; without one, into the host asks and all else is allowed. */
static struct decision by_settings(const struct clipboard_settings *settings, const char *source,
		const char *target) {
	for (size_t i = 0; i < settings->rules_len; i++) {
		const struct clipboard_rule *rule = &settings->rules[i];
		if (fits(rule->source, source) && fits(rule->target, target)) {
			return (struct decision){rule->verdict, VERDICT_SETTINGS};
		}
	}
	bool is_into_host = strcmp(target, "host") == 0;
	return (struct decision){is_into_host ? VERDICT_ASK : VERDICT_ALLOW, VERDICT_DEFAULT};
}

static struct clipboard_rule *find_remembered(struct remembered *remembered, const char *source,
		const char *target) {
	for (size_t i = 0; i < remembered->len; i++) {
		struct clipboard_rule *rule = &remembered->rules[i];
		if (strcmp(rule->source, source) == 0 && strcmp(rule->target, target) == 0) {
			return rule;
		}
	}
	return NULL;
}

struct decision policy_decide(struct server *server, const struct clipboard_party *source,
		const struct clipboard_party *target) {
	if (strcmp(source->name, target->name) == 0 || !DEFENDS(clipboard_policy)) {
		return (struct decision){VERDICT_ALLOW, VERDICT_DEFAULT};
	}
	struct decision decision =
			by_settings(&server->settings->clipboard, source->name, target->name);
	enum verdict manifest = source->out > target->in ? source->out : target->in;
	if (manifest > decision.verdict) {
		decision = (struct decision){manifest, VERDICT_MANIFEST};
	}
	const struct clipboard_rule *remembered = decision.verdict != VERDICT_ASK
			? NULL
			: find_remembered(clipboard_remembered(server), source->name, target->name);
	if (remembered != NULL) {
		decision = (struct decision){remembered->verdict, VERDICT_REMEMBERED};
	}
	return decision;
}

void policy_remember(struct server *server, const char *source, const char *target,
		bool is_allowed) {
	struct remembered *remembered = clipboard_remembered(server);
	struct clipboard_rule *rule = find_remembered(remembered, source, target);
	if (rule == NULL && remembered->len == REMEMBERED_MAX) {
		log_warn("an answer is not remembered: there are %d", REMEMBERED_MAX);
		return;
	}
	if (rule == NULL) {
		rule = &remembered->rules[remembered->len++];
		snprintf(rule->source, sizeof(rule->source), "%s", source);
		snprintf(rule->target, sizeof(rule->target), "%s", target);
	}
	rule->verdict = is_allowed ? VERDICT_ALLOW : VERDICT_DENY;
}

void policy_forget_all(struct server *server) {
	clipboard_remembered(server)->len = 0;
}

bool policy_remembered(struct server *server, size_t n, struct clipboard_rule *ret_rule) {
	const struct remembered *remembered = clipboard_remembered(server);
	if (n >= remembered->len) {
		return false;
	}
	*ret_rule = remembered->rules[n];
	return true;
}
