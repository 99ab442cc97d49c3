/* SPDX-License-Identifier: MIT
 *
 * B4: keys that are held while the keyboard goes from one machine to another; and B5: chords that are the
 * compositor's.
 */
#include <linux/input-event-codes.h>
#include <unistd.h>

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

static enum verdict a_modifier(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim did not get the keyboard by a click");
	}
	arena_hold(arena, "Control_L", true);
	actor_forget(&attacker);
	bool is_clicked = arena_click_on(arena, EVIL);
	actor_settle(&attacker);
	const struct actor_event *told = actor_last(&attacker, EVENT_MODIFIERS);
	uint32_t held = told != NULL ? told->a : 0;
	arena_hold(arena, "Control_L", false);
	if (!is_clicked || actor_count(&attacker, EVENT_KEYBOARD_ENTER) == 0) {
		return because(arena, CANNOT, "the attacker did not get the keyboard by a click");
	}
	return because(arena, held == 0 ? HELD : BROKEN, "told of held modifiers %#x", held);
}

static void count_keys(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		struct wl_surface *surface, struct wl_array *keys) {
	size_t *seen = data;
	*seen += keys->size / sizeof(uint32_t);
}

static void ignore_keymap(void *data, struct wl_keyboard *keyboard, uint32_t format, int32_t fd,
		uint32_t size) {
	close(fd);
}

static void ignore_leave(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		struct wl_surface *surface) {
}

static void ignore_key(void *data, struct wl_keyboard *keyboard, uint32_t serial, uint32_t time,
		uint32_t key, uint32_t state) {
}

static void ignore_modifiers(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		uint32_t depressed, uint32_t latched, uint32_t locked, uint32_t group) {
}

static void ignore_repeat_info(void *data, struct wl_keyboard *keyboard, int32_t rate,
		int32_t delay) {
}

/* A keyboard that is made now is told what is held now. */
static enum verdict asked_for_again(struct arena *arena) {
	static const struct wl_keyboard_listener listener = {
			.keymap = ignore_keymap,
			.enter = count_keys,
			.leave = ignore_leave,
			.key = ignore_key,
			.modifiers = ignore_modifiers,
			.repeat_info = ignore_repeat_info,
	};
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim did not get the keyboard by a click");
	}
	arena_hold(arena, "b", true);
	actor_forget(&attacker);
	bool is_clicked = arena_click_on(arena, EVIL);
	actor_settle(&attacker);
	size_t seen = 0;
	struct wl_keyboard *keyboard = wl_seat_get_keyboard(attacker.seat);
	wl_keyboard_add_listener(keyboard, &listener, &seen);
	actor_settle(&attacker);
	arena_hold(arena, "b", false);
	if (!is_clicked || actor_count(&attacker, EVENT_KEYBOARD_ENTER) == 0) {
		return because(arena, CANNOT, "the attacker did not get the keyboard by a click");
	}
	return because(arena, seen == 0 ? HELD : BROKEN, "a new keyboard was told of %zu held keys",
			seen);
}

/* The focused window watches for a chord of the compositor's own. */
static enum verdict watch_a_chord(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	if (!arena_click_on(arena, EVIL) || !actor_settle(&attacker) ||
			actor_count(&attacker, EVENT_KEYBOARD_ENTER) == 0) {
		return because(arena, CANNOT, "the attacker did not get the keyboard by a click");
	}
	actor_forget(&attacker);
	arena_hold(arena, "Alt_L", true);
	arena_hold(arena, "2", true);
	arena_hold(arena, "2", false);
	arena_hold(arena, "1", true);
	arena_hold(arena, "1", false);
	arena_hold(arena, "Alt_L", false);
	actor_settle(&attacker);
	size_t keys = actor_count(&attacker, EVENT_KEY);
	return because(arena, keys == 0 ? HELD : BROKEN, "told of %zu keys of the chord", keys);
}

const struct attack_case attack_cases[] = {
		{"B4.1", "a key held while the keyboard changes hands", a_letter},
		{"B4.2", "a modifier held while the keyboard changes hands", a_modifier},
		{"B4.3", "a keyboard made while a key is held", asked_for_again},
		{"B5.1", "the focused window watches a trusted chord", watch_a_chord,
				.control = "chords"},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
