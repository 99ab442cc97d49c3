/* SPDX-License-Identifier: MIT
 *
 * A22: the key that shows whose every window is, against windows that imitate what it shows, hide from it,
 * or listen meanwhile.
 */
#include <linux/input-event-codes.h>

#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

static struct actor attacker, victim;
static struct actor_window evil, good, late;

/* The arena's modifier is Alt: the compositor runs in a window. */
static void hold(struct arena *arena, bool is_held) {
	if (is_held) {
		arena_hold(arena, "Alt_L", true);
		arena_hold(arena, "Escape", true);
	} else {
		arena_hold(arena, "Escape", false);
		arena_hold(arena, "Alt_L", false);
	}
}

static enum verdict judge_gone(struct arena *arena, const char *what) {
	struct box shown;
	arena_look(arena);
	size_t pixels = arena_find(arena, EVIL, &shown);
	hold(arena, false);
	return because(arena, pixels == 0 ? HELD : BROKEN, "%zu pixels of %s", pixels, what);
}

/* A window as large as may be, with a picture of the reveal, and another machine's plate in it. */
static enum verdict imitation(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_init(&evil, &attacker);
	xdg_toplevel_set_fullscreen(evil.toplevel, NULL);
	actor_window_show(&evil, 0, 0, 0xff0c0d0f);
	actor_buffer_fill(&evil.buffer, 200, 200, 300, 72, EVIL);
	wl_surface_attach(evil.surface, evil.buffer.wl_buffer, 0, 0);
	wl_surface_damage_buffer(evil.surface, 0, 0, 2000, 2000);
	wl_surface_commit(evil.surface);
	actor_settle(&attacker);
	hold(arena, true);
	return judge_gone(arena, "the imitated plate");
}

/* It appears only when the keys are held already. */
static enum verdict late_window(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, ANCHOR);
	arena_click_on(arena, ANCHOR);
	hold(arena, true);
	actor_window_map(&late, &attacker, 500, 300, EVIL);
	return judge_gone(arena, "the window that came later");
}

static enum verdict late_popup(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, ANCHOR);
	arena_click_on(arena, ANCHOR);
	hold(arena, true);
	actor_popup_init(&late, &evil, 20, 20, 200, 100);
	actor_window_show(&late, 200, 100, EVIL);
	return judge_gone(arena, "the popup that came later");
}

static bool set_up_listener(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, ANCHOR);
	return arena_click_on(arena, ANCHOR) && actor_settle(&attacker) &&
			actor_count(&attacker, EVENT_BUTTON) == 2;
}

/* What is pressed meanwhile is the user's business with the compositor. */
static enum verdict keys(struct arena *arena) {
	if (!set_up_listener(arena)) {
		return because(arena, CANNOT, "the attacker was not clicked on");
	}
	hold(arena, true);
	actor_settle(&attacker);
	actor_forget(&attacker);
	arena_hold(arena, "b", true);
	arena_hold(arena, "b", false);
	actor_settle(&attacker);
	size_t told = actor_count(&attacker, EVENT_KEY);
	hold(arena, false);
	return because(arena, told == 0 ? HELD : BROKEN, "told of %zu keys", told);
}

static enum verdict pointer(struct arena *arena) {
	struct box box;
	if (!set_up_listener(arena)) {
		return because(arena, CANNOT, "the attacker was not clicked on");
	}
	arena_look(arena);
	arena_find(arena, ANCHOR, &box);
	hold(arena, true);
	actor_settle(&attacker);
	actor_forget(&attacker);
	arena_click(arena, box.x + 40, box.y + 40);
	arena_click(arena, box.x + 60, box.y + 60);
	actor_settle(&attacker);
	size_t told = actor_count(&attacker, EVENT_BUTTON) + actor_count(&attacker, EVENT_MOTION);
	hold(arena, false);
	return because(arena, told == 0 ? HELD : BROKEN, "told %zu times of the pointer", told);
}

/* A machine that hears of it could go on pretending at the right moment. */
static enum verdict notice(struct arena *arena) {
	if (!set_up_listener(arena)) {
		return because(arena, CANNOT, "the attacker was not clicked on");
	}
	actor_forget(&attacker);
	hold(arena, true);
	actor_settle(&attacker);
	hold(arena, false);
	actor_settle(&attacker);
	size_t told = actor_count(&attacker, EVENT_KEY) +
			actor_count(&attacker, EVENT_KEYBOARD_LEAVE) +
			actor_count(&attacker, EVENT_KEYBOARD_ENTER);
	return because(arena, told == 0 ? HELD : BROKEN, "told %zu times of it", told);
}

/* It covers a part of the victim's window: both are told apart by their machines' colours. */
static enum verdict both_are_named(struct arena *arena) {
	struct box shown;
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	arena_look(arena);
	if (arena_find(arena, EVIL, &shown) == 0) {
		return because(arena, CANNOT, "the attacker's window is not in sight");
	}
	hold(arena, true);
	arena_look(arena);
	/* An edge of 8 pixels all round, and a plate, where a frame has fewer. */
	size_t fill = arena->fill != 0 ? arena_find(arena, arena->fill, &shown) : 0;
	hold(arena, false);
	return because(arena, fill > 8000 ? HELD : BROKEN, "%zu pixels in the machine's colour",
			fill);
}

const struct attack_case attack_cases[] = {
		{"A22.1", "a window that imitates the reveal", imitation},
		{"A22.2", "a window that appears in the reveal", late_window},
		{"A22.3", "a popup that appears in the reveal", late_popup},
		{"A22.4", "keys pressed in the reveal", keys},
		{"A22.5", "the pointer in the reveal", pointer},
		{"A22.6", "a reveal that is told", notice},
		{"A22.7", "a window that the reveal does not name", both_are_named},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
