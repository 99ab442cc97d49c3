/* SPDX-License-Identifier: MIT
 *
 * B7: a machine that types and clicks as if it were the user, and one that looks at the screen.
 */
#include "base/clock.h"
#include "tests/hostile/kit/attack.h"
#include "tests/probe/capture.h"
#include "tests/probe/keyboard.h"
#include "tests/probe/pointer.h"

static struct actor victim;
static struct actor_window good;
static struct probe probe; /* what the attacker connects as */

static bool set_up(struct arena *arena) {
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	return arena_click_on(arena, GOOD) && actor_settle(&victim) &&
			actor_count(&victim, EVENT_KEYBOARD_ENTER) > 0 &&
			probe_connect(&probe, arena->attacker_socket, NULL);
}

static enum verdict typing(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim did not get the keyboard by a click");
	}
	actor_forget(&victim);
	struct keyboard *keyboard = keyboard_get(&probe);
	if (keyboard == NULL) {
		return because(arena, HELD, "no virtual keyboard is offered");
	}
	keyboard_type(keyboard, "rm");
	wl_display_roundtrip(probe.display);
	actor_settle(&victim);
	size_t typed = actor_count(&victim, EVENT_KEY);
	return because(arena, typed == 0 ? HELD : BROKEN, "%zu key events typed by the attacker",
			typed);
}

static enum verdict clicking(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim did not get the keyboard by a click");
	}
	actor_forget(&victim);
	struct pointer *pointer = pointer_get(&probe);
	if (pointer == NULL) {
		return because(arena, HELD, "no virtual pointer is offered");
	}
	pointer_button(pointer, 0x110, true);
	pointer_button(pointer, 0x110, false);
	wl_display_roundtrip(probe.display);
	actor_settle(&victim);
	size_t clicks = actor_count(&victim, EVENT_BUTTON);
	return because(arena, clicks == 0 ? HELD : BROKEN, "%zu button events by the attacker",
			clicks);
}

static enum verdict looking(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim did not get the keyboard by a click");
	}
	struct probe_output *output = probe_output(&probe, NULL);
	struct capture *capture = output != NULL ? capture_create(&probe, output, true) : NULL;
	bool is_seen = capture != NULL && capture_take(capture, clock_now_ms() + 10000) == 0;
	return because(arena, is_seen ? BROKEN : HELD, "%s",
			is_seen ? "a picture of all machines' windows" : "no picture");
}

const struct attack_case attack_cases[] = {
		{"B7.1", "a machine types for the user", typing},
		{"B7.2", "a machine clicks for the user", clicking},
		{"D2.1", "a machine takes a picture of the screen", looking},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
