/* SPDX-License-Identifier: MIT
 *
 * clipboard { … }: what may be copied between VMs, and who may paste what of whom.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "compositor/settings/reading.h"
#include "config/value.h"

#define RULES_MAX 256
#define DEADLINE_MS 5000
#define DEADLINE_MIN_MS 100
#define DEADLINE_MAX_MS 60000
#define TIMEOUT_MS 60000
#define TIMEOUT_MIN_MS 1000
#define TIMEOUT_MAX_MS (10 * 60000)

void reading_default_clipboard(struct settings *settings) {
	settings->clipboard = (struct clipboard_settings){
			.limit_bytes = CLIPBOARD_BYTES_DEFAULT,
			.deadline_ms = DEADLINE_MS,
			.timeout_ms = TIMEOUT_MS,
			.takes_text = true,
			.takes_html = true,
	};
}

void reading_free_clipboard(struct settings *settings) {
	free(settings->clipboard.rules);
}

static void read_limit(struct reading *reading) {
	uint64_t bytes;
	if (!value_size(reading->directive->params[0], &bytes) || bytes > CLIPBOARD_BYTES_MAX) {
		READING_FAIL(reading, "write a size from 1K to %uM, such as \"limit 256K\"",
				CLIPBOARD_BYTES_MAX >> 20);
		return;
	}
	reading->settings->clipboard.limit_bytes = (uint32_t)bytes;
}

static void read_time(struct reading *reading, uint32_t min_ms, uint32_t max_ms, uint32_t *ret_ms) {
	uint32_t ms;
	if (!value_duration(reading->directive->params[0], &ms) || ms < min_ms || ms > max_ms) {
		READING_FAIL(reading, "write a time from %ums to %us", min_ms, max_ms / 1000);
		return;
	}
	*ret_ms = ms;
}

static void read_deadline(struct reading *reading) {
	read_time(reading, DEADLINE_MIN_MS, DEADLINE_MAX_MS,
			&reading->settings->clipboard.deadline_ms);
}

static void read_timeout(struct reading *reading) {
	read_time(reading, TIMEOUT_MIN_MS, TIMEOUT_MAX_MS,
			&reading->settings->clipboard.timeout_ms);
}

static void read_types(struct reading *reading) {
	const struct scfg_directive *directive = reading->directive;
	struct clipboard_settings *clipboard = &reading->settings->clipboard;
	bool text = false, html = false, png = false;
	for (size_t i = 0; i < directive->params_len; i++) {
		const char *name = directive->params[i];
		bool *type = strcmp(name, "text") == 0      ? &text
				: strcmp(name, "html") == 0 ? &html
				: strcmp(name, "png") == 0  ? &png
							    : NULL;
		if (type == NULL) {
			READING_FAIL(reading, "\"%s\" is no type; there are text, html and png",
					name);
			return;
		}
		*type = true;
	}
	clipboard->takes_text = text;
	clipboard->takes_html = html;
	clipboard->takes_png = png;
}

static void read_controls(struct reading *reading) {
	const char *text = reading->directive->params[0];
	if (strcmp(text, "keep") == 0 || strcmp(text, "remove") == 0) {
		reading->settings->clipboard.keeps_controls = strcmp(text, "keep") == 0;
	} else {
		READING_FAIL(reading, "\"%s\": write \"controls remove\" or \"controls keep\"",
				text);
	}
}

static void read_paste_keys(struct reading *reading) {
	struct binding chord;
	if (strcmp(reading->directive->params[0], "none") == 0) {
		reading->settings->clipboard.paste_symbol = XKB_KEY_NoSymbol;
	} else if (reading_chord(reading, reading->directive->params[0], &chord)) {
		if ((chord.modifiers & BINDING_MOD) != 0) {
			READING_FAIL(reading, "the keys are for applications, which know no Mod");
			return;
		}
		reading->settings->clipboard.paste_modifiers = chord.modifiers;
		reading->settings->clipboard.paste_symbol = chord.symbol;
	}
}

static bool is_party(const char *text) {
	return strcmp(text, "*") == 0 || strcmp(text, "host") == 0 || text_is_vm_name(text);
}

static void read_rule(struct reading *reading) {
	const struct scfg_directive *directive = reading->directive;
	struct clipboard_settings *clipboard = &reading->settings->clipboard;
	struct clipboard_rule rule = {0};
	for (size_t i = 0; i < 2; i++) {
		if (!is_party(directive->params[i])) {
			READING_FAIL(reading,
					"\"%s\" is no VM's name; write one, \"host\" for this "
					"computer, or *",
					directive->params[i]);
			return;
		}
	}
	if (!verdict_parse(directive->params[2], &rule.verdict)) {
		READING_FAIL(reading, "\"%s\": write allow, ask or deny", directive->params[2]);
		return;
	}
	if (clipboard->rules_len == RULES_MAX) {
		READING_FAIL(reading, "more than %d rules; remove some", RULES_MAX);
		return;
	}
	snprintf(rule.source, sizeof(rule.source), "%s", directive->params[0]);
	snprintf(rule.target, sizeof(rule.target), "%s", directive->params[1]);
	struct clipboard_rule *grown =
			reallocarray(clipboard->rules, clipboard->rules_len + 1, sizeof(*grown));
	if (grown == NULL) {
		abort();
	}
	clipboard->rules = grown;
	grown[clipboard->rules_len++] = rule;
}

void reading_clipboard(struct reading *reading) {
	static const struct rule rules[] = {
			{"limit", 1, 1, false, false, "limit 256K", read_limit},
			{"deadline", 1, 1, false, false, "deadline 5s", read_deadline},
			{"timeout", 1, 1, false, false, "timeout 60s", read_timeout},
			{"types", 1, 3, false, false, "types text html", read_types},
			{"controls", 1, 1, false, false, "controls remove", read_controls},
			{"paste-keys", 1, 1, false, false, "paste-keys Ctrl+v", read_paste_keys},
			{"rule", 3, 3, false, true, "rule untrusted banking deny", read_rule},
	};
	struct reading inner = *reading;
	inner.where = "clipboard";
	reading_block(&inner, &reading->directive->children, rules,
			sizeof(rules) / sizeof(rules[0]));
}
