/* SPDX-License-Identifier: MIT
 *
 * A10: titles that reorder, hide or escape.
 */
#include <stdio.h>
#include <string.h>

#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

static struct actor attacker;
static struct actor_window evil;

/* What of title is known to the compositor must not hold unwanted. */
static enum verdict title_without(struct arena *arena, const char *title, const char *unwanted) {
	char told[4096];
	arena_attacker(arena, &attacker);
	actor_window_init(&evil, &attacker);
	xdg_toplevel_set_title(evil.toplevel, title);
	if (!actor_window_show(&evil, 300, 200, EVIL)) {
		return because(arena, HELD, "the client was hung up");
	}
	if (!arena_title(arena, "plain", told, sizeof(told))) {
		return because(arena, CANNOT, "the compositor tells no titles");
	}
	bool is_held = strstr(told, unwanted) == NULL && strstr(told, "plain") != NULL;
	return because(arena, is_held ? HELD : BROKEN, "%zu bytes of title", strlen(told));
}

static enum verdict override(struct arena *arena) {
	return title_without(arena, "plain \u202egnp.knab", "\u202e");
}

static enum verdict isolate(struct arena *arena) {
	return title_without(arena, "plain \u2066\u2067\u2068text\u2069", "\u2067");
}

static enum verdict zero_width(struct arena *arena) {
	return title_without(arena, "plain ba\u200bnk\u00ading", "\u200b");
}

static enum verdict soft_hyphen(struct arena *arena) {
	return title_without(arena, "plain ba\u00adnking", "\u00ad");
}

static enum verdict newline(struct arena *arena) {
	return title_without(arena, "plain\nbanking", "\n");
}

static enum verdict escape(struct arena *arena) {
	return title_without(arena, "plain \033]52;c;aGk=\007", "\033");
}

static enum verdict tag(struct arena *arena) {
	return title_without(arena, "plain \U000E0041\U000E0042", "\U000E0041");
}

static enum verdict separator(struct arena *arena) {
	return title_without(arena, "plain\u2028banking", "\u2028");
}

static enum verdict long_title(struct arena *arena) {
	char title[3500], unwanted[1001];
	snprintf(title, sizeof(title), "plain ");
	memset(title + 6, 'x', sizeof(title) - 7);
	title[sizeof(title) - 1] = '\0';
	memset(unwanted, 'x', sizeof(unwanted) - 1);
	unwanted[sizeof(unwanted) - 1] = '\0';
	return title_without(arena, title, unwanted);
}

const struct attack_case attack_cases[] = {
		{"A10.1", "right-to-left override", override},
		{"A10.2", "directional isolates", isolate},
		{"A10.3", "zero-width space", zero_width},
		{"A10.4", "soft hyphen", soft_hyphen},
		{"A10.5", "newline", newline},
		{"A10.6", "a terminal's escape sequence", escape},
		{"A10.7", "tag characters", tag},
		{"A10.8", "line separator", separator},
		{"A10.9", "3500 bytes", long_title},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
