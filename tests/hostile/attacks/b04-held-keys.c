/* SPDX-License-Identifier: MIT
 *
 * B4: keys that are held while the keyboard goes from one machine to another.
 */
#include <linux/input-event-codes.h>

#include "tests/hostile/kit/attack.h"

static struct actor attacker, victim;
static struct actor_window evil, good;

/* The victim's window has the keyboard, the attacker's stands beside it. */
static bool set_up(struct arena *arena) {
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	bool is_clicked = arena_click_on(arena, GOOD);
	actor_settle(&victim);
	actor_settle(&attacker);
	return is_clicked && actor_count(&victim, EVENT_KEYBOARD_ENTER) > 0;
}

/* A key is pressed for the victim, then the attacker's window is clicked on, then it is released. */
static enum verdict held_over(struct arena *arena, const char *key) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim did not get the keyboard by a click");
	}
	arena_hold(arena, key, true);
	actor_forget(&attacker);
	bool is_clicked = arena_click_on(arena, EVIL);
	arena_hold(arena, key, false);
	actor_settle(&attacker);
	if (!is_clicked || actor_count(&attacker, EVENT_KEYBOARD_ENTER) == 0) {
		return because(arena, CANNOT, "the attacker did not get the keyboard by a click");
	}
	size_t keys = actor_count(&attacker, EVENT_KEY);
	uint32_t held = actor_last(&attacker, EVENT_KEYBOARD_ENTER)->a;
	return because(arena, keys == 0 && held == 0 ? HELD : BROKEN,
			"told of %u held keys on entering, and %zu key events", held, keys);
}

static enum verdict a_letter(struct arena *arena) {
	return held_over(arena, "b");
}

const struct attack_case attack_cases[] = {
		{"B4.1", "a key held while the keyboard changes hands", a_letter},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
