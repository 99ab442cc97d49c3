/* SPDX-License-Identifier: MIT
 *
 * A5: popups beyond their window: over another machine's, over the compositor's own part of the screen,
 * nested without end.
 */
#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

#define DEPTH 10

static struct actor attacker, victim;
static struct actor_window evil, good, popups[DEPTH];

static void set_up(struct arena *arena) {
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 700, 500, GOOD);
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 200, 150, ANCHOR);
	/* In front of the victim's. */
	arena_click_on(arena, ANCHOR);
}

/* A popup at x, y: none of it in the strip, and what is there framed. */
static enum verdict popup_at(struct arena *arena, int x, int y, int width, int height) {
	set_up(arena);
	actor_popup_init(&popups[0], &evil, x, y, width, height);
	actor_window_show(&popups[0], width, height, EVIL);
	arena_look(arena);
	struct box shown;
	if (arena_find(arena, EVIL, &shown) == 0) {
		return because(arena, CANNOT, "the popup was not shown");
	}
	size_t in_strip = arena_find_in_strip(arena, EVIL);
	bool is_framed = arena_is_framed(arena, &shown);
	return because(arena, in_strip == 0 && is_framed ? HELD : BROKEN,
			"%zu pixels in the strip, %s", in_strip,
			is_framed ? "framed" : "without a frame");
}

static enum verdict over_another(struct arena *arena) {
	return popup_at(arena, 250, 60, 120, 90);
}

static enum verdict over_the_strip(struct arena *arena) {
	return popup_at(arena, -300, -300, 600, 600);
}

static enum verdict over_everything(struct arena *arena) {
	return popup_at(arena, -2000, -2000, 5000, 5000);
}

static enum verdict nested(struct arena *arena) {
	set_up(arena);
	struct actor_window *parent = &evil;
	for (int i = 0; i < DEPTH; i++) {
		bool is_last = i == DEPTH - 1;
		actor_popup_init(&popups[i], parent, 10, 10, 60, 60);
		if (!actor_window_show(&popups[i], 60, 60, is_last ? EVIL : ANCHOR)) {
			return because(arena, HELD, "hung up at the popup number %d", i + 1);
		}
		parent = &popups[i];
	}
	struct box shown;
	arena_look(arena);
	return because(arena, arena_find(arena, EVIL, &shown) > 0 ? BROKEN : HELD,
			"%d popups, one in the other", DEPTH);
}

const struct attack_case attack_cases[] = {
		{"A5.1", "a popup over another machine's window", over_another},
		{"A5.2", "a popup over the strip", over_the_strip},
		{"A5.3", "a popup over the whole screen", over_everything},
		{"A5.4", "popups nested ten deep", nested},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
