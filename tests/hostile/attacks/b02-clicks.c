/* SPDX-License-Identifier: MIT
 *
 * B2: a click that is due on another window falls into one that has just appeared there, or is let
 * through by one that has just gone.
 */
#include <linux/input-event-codes.h>

#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

#define LARGE_WIDTH 800
#define LARGE_HEIGHT 560
/* So large that any two cover each other's middle. */
#define HUGE_WIDTH 1100
#define HUGE_HEIGHT 640

static struct actor attacker, victim;
static struct actor_window evil, good, more[8];

static void click_here(struct arena *arena) {
	arena_press(arena, BTN_LEFT, true);
	arena_press(arena, BTN_LEFT, false);
}

/* The user works with a window of the attacker, and is about to click on one of the victim. */
static enum verdict appears_under_the_pointer(struct arena *arena) {
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, LARGE_WIDTH, LARGE_HEIGHT, GOOD);
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 200, 150, EVIL);
	if (!arena_click_on(arena, EVIL) || !actor_settle(&attacker) ||
			actor_count(&attacker, EVENT_BUTTON) == 0) {
		return because(arena, CANNOT, "the attacker's window could not be clicked on");
	}
	struct box box;
	arena_look(arena);
	arena_find(arena, GOOD, &box);
	arena_point(arena, box.x + box.width / 2, box.y + box.height - 40);
	for (int i = 0; i < 5; i++) {
		actor_window_map(&more[i], &attacker, LARGE_WIDTH, LARGE_HEIGHT, EVIL);
	}
	actor_forget(&attacker);
	actor_forget(&victim);
	click_here(arena);
	actor_settle(&attacker);
	actor_settle(&victim);
	size_t stolen = actor_count(&attacker, EVENT_BUTTON);
	return because(arena, stolen == 0 ? HELD : BROKEN,
			"%zu button events meant for the victim, which got %zu", stolen,
			actor_count(&victim, EVENT_BUTTON));
}

/* "Click here to win": the attacker's window goes when the click is on its way. */
static enum verdict lets_the_click_through(struct arena *arena) {
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, HUGE_WIDTH, HUGE_HEIGHT, GOOD);
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, HUGE_WIDTH, HUGE_HEIGHT, EVIL);
	if (!arena_click_on(arena, EVIL) || !actor_settle(&attacker) ||
			actor_count(&attacker, EVENT_BUTTON) == 0) {
		return because(arena, CANNOT, "the attacker's window could not be clicked on");
	}
	arena_point(arena, arena->width / 2, arena->height / 2);
	actor_window_finish(&evil);
	actor_settle(&attacker);
	actor_settle(&victim);
	actor_forget(&victim);
	click_here(arena);
	actor_settle(&victim);
	size_t tricked = actor_count(&victim, EVENT_BUTTON);
	return because(arena, tricked == 0 ? HELD : BROKEN,
			"%zu button events meant for the attacker reached the victim", tricked);
}

/* The same by a window that makes itself small. */
static enum verdict draws_aside(struct arena *arena) {
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, HUGE_WIDTH, HUGE_HEIGHT, GOOD);
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, HUGE_WIDTH, HUGE_HEIGHT, EVIL);
	if (!arena_click_on(arena, EVIL)) {
		return because(arena, CANNOT, "the attacker's window could not be clicked on");
	}
	arena_point(arena, arena->width / 2, arena->height / 2);
	actor_window_paint(&evil, 60, 40, EVIL);
	actor_settle(&attacker);
	actor_forget(&victim);
	click_here(arena);
	actor_settle(&victim);
	size_t tricked = actor_count(&victim, EVENT_BUTTON);
	return because(arena, tricked == 0 ? HELD : BROKEN,
			"%zu button events meant for the attacker reached the victim", tricked);
}

const struct attack_case attack_cases[] = {
		{"B2.1", "a window appears under the pointer before a click",
				appears_under_the_pointer, .control = "deadtime"},
		{"B2.2", "a window goes and lets a click through", lets_the_click_through,
				.control = "deadtime"},
		{"B2.3", "a window shrinks and lets a click through", draws_aside,
				.control = "deadtime"},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
