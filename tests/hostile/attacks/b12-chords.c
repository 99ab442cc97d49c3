/* SPDX-License-Identifier: MIT
 *
 * B12: the user's own chords, pressed by a program of the host's that may type.
 */
#include "tests/hostile/kit/attack.h"
#include "tests/probe/keyboard.h"

static struct actor victim;
static struct actor_window good;

/* Whoever reaches the tools socket may type into windows, but not what only the user may decide. */
static enum verdict end_session(struct arena *arena) {
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	if (!arena_click_on(arena, GOOD)) {
		return because(arena, CANNOT, "the victim's window did not appear");
	}
	struct keyboard *keyboard = keyboard_get(&arena->screen);
	if (keyboard == NULL || !keyboard_chord(keyboard, "Alt+Shift+e")) {
		return because(arena, CANNOT, "no virtual keyboard is offered");
	}
	bool is_alive = wl_display_roundtrip(arena->screen.display) >= 0 &&
			wl_display_roundtrip(arena->screen.display) >= 0 && actor_settle(&victim);
	return because(arena, is_alive ? HELD : BROKEN, "the session %s",
			is_alive ? "goes on" : "ended");
}

const struct attack_case attack_cases[] = {
		{"B12.1", "the session ended by a virtual keyboard", end_session, "virtual-chords"},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
