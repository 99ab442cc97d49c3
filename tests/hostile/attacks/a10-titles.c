/* SPDX-License-Identifier: MIT
 *
 * A10: titles that reorder, hide or escape.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

/* A bar's height, and what of its ends is not the title's: the name with its marks, the buttons. */
#define BAR 32
#define NAME 128
#define BUTTONS 112
#define FLOOD_MS 2000
#define SHOWN_MS 3000

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

/*
 * A window that wears a bar, not a label alone: such as fill a half of the screen, where long titles have no room.
 * ret_bar is the bar, without name and buttons.
 */
static bool show_bar(struct arena *arena, struct box *ret_bar) {
	struct box shown;
	arena_attacker(arena, &attacker);
	actor_window_init(&evil, &attacker);
	xdg_toplevel_set_title(evil.toplevel, "i");
	xdg_toplevel_set_maximized(evil.toplevel);
	actor_window_show(&evil, 0, 0, EVIL);
	if (!arena_click_on(arena, EVIL)) {
		return false;
	}
	arena_chord(arena, "Alt+Left");
	actor_settle(&attacker);
	if (evil.width > 0 && evil.height > 0) {
		actor_window_paint(&evil, evil.width, evil.height, EVIL);
		actor_settle(&attacker);
	}
	arena_look(arena);
	arena_find(arena, EVIL, &shown);
	*ret_bar = (struct box){shown.x + NAME, shown.y - BAR, shown.width - NAME - BUTTONS, BAR};
	return true;
}

/* A number for what the box shows. */
static uint64_t look_at(const struct arena *arena, const struct box *box) {
	uint64_t sum = 0;
	for (int y = box->y; y < box->y + box->height; y++) {
		for (int x = box->x; x < box->x + box->width; x++) {
			sum = sum * 31 +
					(y >= 0 && x >= 0 && x < arena->width
									? arena_pixel(arena, x, y)
									: 0);
		}
	}
	return sum;
}

/* As many titles as it can say, while somebody counts how often the frame's changes. */
static enum verdict flood(struct arena *arena) {
	struct box bar;
	if (!show_bar(arena, &bar)) {
		return because(arena, CANNOT, "the window did not appear");
	}
	int changes = 0, said = 0;
	uint64_t before = look_at(arena, &bar);
	int64_t end_ms = clock_now_ms() + FLOOD_MS;
	while (clock_now_ms() < end_ms && actor_settle(&attacker)) {
		xdg_toplevel_set_title(evil.toplevel, said++ % 2 == 0 ? "MMMMMMMM" : "i");
		actor_settle(&attacker);
		arena_look(arena);
		uint64_t now = look_at(arena, &bar);
		changes += now != before;
		before = now;
	}
	/* One more for the title that it began with, one for the end of the last second. */
	int most = TITLES_PER_SECOND_MAX * FLOOD_MS / 1000 + TITLES_PER_SECOND_MAX + 2;
	return because(arena, changes > 0 && changes <= most ? HELD : BROKEN,
			"%d titles, the bar changed %d times, at most %d", said, changes, most);
}

/* Whatever it says, the machine's name and the buttons are where they were. */
static enum verdict pushes(struct arena *arena) {
	static const char *const titles[] = {
			"MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM"
			"MMM"
			"M",
			"\u05d0\u05d1\u05d2\u05d3\u05d4\u05d5\u05d6 banking \u05d0\u05d1\u05d2",
			"Z\u0335\u0336\u0337\u0338\u0321\u0322a\u0335\u0336\u0337l\u0335\u0336"
			"\u0337",
			"\U0001242b\U0001242b\U0001242b\ufdfd\ufdfd\ufdfd",
	};
	struct box bar;
	if (!show_bar(arena, &bar)) {
		return because(arena, CANNOT, "the window did not appear");
	}
	const struct box name = {bar.x - NAME, bar.y - 4, NAME, BAR + 4},
			 buttons = {bar.x + bar.width, bar.y - 4, BUTTONS, BAR + 4};
	uint64_t name_before = look_at(arena, &name), buttons_before = look_at(arena, &buttons);
	int shown = 0, wrong = 0;
	if (arena->fill == 0) {
		return because(arena, BROKEN, "no machine's name is anywhere");
	}
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		uint64_t before = look_at(arena, &bar);
		int64_t end_ms = clock_now_ms() + SHOWN_MS;
		xdg_toplevel_set_title(evil.toplevel, titles[i]);
		while (clock_now_ms() < end_ms && look_at(arena, &bar) == before) {
			actor_settle(&attacker);
			arena_look(arena);
		}
		shown += look_at(arena, &bar) != before;
		wrong += look_at(arena, &name) != name_before ||
				look_at(arena, &buttons) != buttons_before;
	}
	return because(arena, wrong == 0 && shown > 0 ? HELD : BROKEN,
			"%d of %zu titles shown, %d of them over name or buttons", shown,
			sizeof(titles) / sizeof(titles[0]), wrong);
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
		{"A10.10", "titles without an end, as the frame shows them", flood,
				"title-pace,own-limits"},
		{"A10.11", "titles that push name and buttons away", pushes},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
