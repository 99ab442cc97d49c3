/* SPDX-License-Identifier: MIT
 *
 * A6, B8: what reaches a machine, and what of it is seen, once the user has locked: with menus open, keys held,
 * and a locker that never comes.
 */
#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

/* A program that is started and shows nothing: the worst locker there can be. */
#define LOCKER "locker sleep 600\n"
#define LOCK_CHORD "Alt+l"

static struct actor attacker;
static struct actor_window evil, popup;

static bool set_up(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 600, 400, EVIL);
	return arena_click_on(arena, EVIL) && actor_settle(&attacker) &&
			actor_count(&attacker, EVENT_KEYBOARD_ENTER) > 0;
}

static void lock(struct arena *arena) {
	actor_settle(&attacker);
	actor_forget(&attacker);
	arena_chord(arena, LOCK_CHORD);
}

/* Nothing but that the focus ended. */
static enum verdict judge_input(struct arena *arena) {
	actor_settle(&attacker);
	size_t keys = actor_count(&attacker, EVENT_KEY);
	size_t pointing = actor_count(&attacker, EVENT_MOTION) +
			actor_count(&attacker, EVENT_BUTTON) +
			actor_count(&attacker, EVENT_POINTER_ENTER);
	return because(arena, keys == 0 && pointing == 0 ? HELD : BROKEN,
			"%zu key events and %zu of the pointer since it was locked", keys,
			pointing);
}

static enum verdict password(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the attacker did not get the keyboard by a click");
	}
	lock(arena);
	arena_type(arena, "secret");
	return judge_input(arena);
}

static enum verdict held_key(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the attacker did not get the keyboard by a click");
	}
	arena_hold(arena, "b", true);
	lock(arena);
	arena_hold(arena, "b", false);
	arena_hold(arena, "c", true);
	arena_hold(arena, "c", false);
	return judge_input(arena);
}

/* Where its window was. */
static enum verdict pointer(struct arena *arena) {
	struct box box;
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the attacker did not get the keyboard by a click");
	}
	arena_look(arena);
	arena_find(arena, EVIL, &box);
	lock(arena);
	arena_click(arena, box.x + 100, box.y + 100);
	arena_click(arena, box.x + 200, box.y + 200);
	return judge_input(arena);
}

static enum verdict judge_picture(struct arena *arena) {
	struct box shown;
	actor_settle(&attacker);
	arena_look(arena);
	size_t pixels = arena_find(arena, EVIL, &shown);
	return because(arena, pixels == 0 ? HELD : BROKEN,
			"%zu pixels of it are seen while it is locked", pixels);
}

static enum verdict open_menu(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the attacker did not get the keyboard by a click");
	}
	actor_popup_init(&popup, &evil, 100, 100, 200, 150);
	xdg_popup_grab(popup.popup, attacker.seat, attacker.serial);
	actor_window_show(&popup, 200, 150, EVIL);
	lock(arena);
	return judge_picture(arena);
}

static enum verdict opened_later(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the attacker did not get the keyboard by a click");
	}
	lock(arena);
	static struct actor_window later;
	actor_window_init(&later, &attacker);
	xdg_toplevel_set_fullscreen(later.toplevel, NULL);
	actor_window_show(&later, 0, 0, EVIL);
	actor_popup_init(&popup, &later, 0, 0, 900, 700);
	actor_window_show(&popup, 900, 700, EVIL);
	return judge_picture(arena);
}

const struct attack_case attack_cases[] = {
		{"A6.1", "a menu that is open when it locks", open_menu, "lock-picture", LOCKER},
		{"A6.2", "a full-screen window and a menu while it is locked", opened_later,
				"lock-picture", LOCKER},
		{"B8.1", "what is typed once it is locked", password, "lock-input", LOCKER},
		{"B8.2", "a key that is held when it locks", held_key, "lock-input", LOCKER},
		{"B8.3", "clicks once it is locked", pointer, "lock-pointer", LOCKER},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
