/* SPDX-License-Identifier: MIT
 *
 * B12: the user's own chords, pressed by a program of the host's that may type, or by a machine.
 */
#include "base/clock.h"
#include "tests/hostile/kit/attack.h"
#include "tests/probe/keyboard.h"

/* Longer than a chord that has to be held. */
#define HELD_MS 1500

static struct actor victim;
static struct actor_window good;
static struct probe machine; /* what the attacker connects as */

static bool set_up(struct arena *arena) {
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	return arena_click_on(arena, GOOD);
}

static enum verdict judge_end(struct arena *arena) {
	bool is_alive = wl_display_roundtrip(arena->screen.display) >= 0 &&
			wl_display_roundtrip(arena->screen.display) >= 0 && actor_settle(&victim);
	return because(arena, is_alive ? HELD : BROKEN, "the session %s",
			is_alive ? "goes on" : "ended");
}

/* Whoever reaches the tools socket may type into windows, but not what only the user may decide. */
static enum verdict end_session(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim's window did not appear");
	}
	struct keyboard *keyboard = keyboard_get(&arena->screen);
	if (keyboard == NULL || !keyboard_chord(keyboard, "Alt+Shift+e")) {
		return because(arena, CANNOT, "no virtual keyboard is offered");
	}
	return judge_end(arena);
}

/* It holds the modifiers and waits for the user to type the letter. */
static enum verdict half_of_it(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim's window did not appear");
	}
	struct keyboard *keyboard = keyboard_get(&arena->screen);
	if (keyboard == NULL || !keyboard_hold(keyboard, "Alt_L", true) ||
			!keyboard_hold(keyboard, "Shift_L", true)) {
		return because(arena, CANNOT, "no virtual keyboard is offered");
	}
	wl_display_roundtrip(arena->screen.display);
	if (!keyboard_hold(keyboard_get(&arena->user), "e", true)) {
		return because(arena, CANNOT, "the user has no such key");
	}
	wl_display_roundtrip(arena->user.display);
	return judge_end(arena);
}

/* A sheet below the strip asks to hold on: it is of the whole chord, so none may be there. */
static enum verdict hold(struct arena *arena, const char *letter) {
	struct box box;
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim's window did not appear");
	}
	arena_look(arena);
	uint32_t plate = arena_pixel(arena, 2, 2);
	size_t before = arena_find(arena, plate, &box);
	struct keyboard *keyboard = keyboard_get(&arena->screen);
	if (keyboard == NULL || !keyboard_hold(keyboard, "Alt_L", true) ||
			!keyboard_hold(keyboard, "Shift_L", true) ||
			!keyboard_hold(keyboard, letter, true)) {
		return because(arena, CANNOT, "no virtual keyboard is offered");
	}
	wl_display_roundtrip(arena->screen.display);
	arena_look(arena);
	size_t after = arena_find(arena, plate, &box);
	keyboard_hold(keyboard, letter, false);
	keyboard_hold(keyboard, "Shift_L", false);
	keyboard_hold(keyboard, "Alt_L", false);
	return because(arena, after <= before ? HELD : BROKEN,
			"%zu pixels of the plate's colour, %zu before", after, before);
}

static enum verdict freeze(struct arena *arena) {
	return hold(arena, "f");
}

static enum verdict end_machine(struct arena *arena) {
	return hold(arena, "k");
}

/* A machine plays the chord on a keyboard of its own, as long as it has to be held. */
static enum verdict machine_holds(struct arena *arena) {
	if (!set_up(arena) || !probe_connect(&machine, arena->attacker_socket, NULL)) {
		return because(arena, CANNOT, "the victim's window did not appear");
	}
	actor_settle(&victim);
	actor_forget(&victim);
	struct keyboard *keyboard = keyboard_get(&machine);
	if (keyboard == NULL) {
		return because(arena, HELD, "no virtual keyboard is offered");
	}
	keyboard_hold(keyboard, "Alt_L", true);
	keyboard_hold(keyboard, "Shift_L", true);
	keyboard_hold(keyboard, "k", true);
	wl_display_roundtrip(machine.display);
	actor_wait(&victim, clock_now_ms() + HELD_MS);
	size_t heard = actor_count(&victim, EVENT_KEY);
	return because(arena, heard == 0 ? HELD : BROKEN, "%zu keys came of it", heard);
}

const struct attack_case attack_cases[] = {
		{"B12.1", "the session ended by a virtual keyboard", end_session, "virtual-chords"},
		{"B12.2", "a machine frozen by a virtual keyboard", freeze, "virtual-chords"},
		{"B12.3", "a machine killed by a virtual keyboard", end_machine, "virtual-chords"},
		{"B12.4", "modifiers that a virtual keyboard holds below the user's typing",
				half_of_it, "virtual-chords"},
		{"B12.5", "a chord held on a machine's own keyboard", machine_holds},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
