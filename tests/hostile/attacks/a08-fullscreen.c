/* SPDX-License-Identifier: MIT
 *
 * A8: a window of the screen's size, which could show a desktop, a lock screen or another's dialog.
 */
#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

static struct actor attacker;
static struct actor_window evil;

/* Of the four borders of the screen, how many show the client? */
static enum verdict judge(struct arena *arena) {
	arena_look(arena);
	struct box shown;
	if (arena_find(arena, EVIL, &shown) == 0) {
		return because(arena, CANNOT, "the window did not appear");
	}
	bool is_held = arena_find_in_strip(arena, EVIL) == 0 && arena_is_framed(arena, &shown);
	return because(arena, is_held ? HELD : BROKEN, "it shows %dx%d at %d, %d", shown.width,
			shown.height, shown.x, shown.y);
}

static enum verdict fullscreen(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_init(&evil, &attacker);
	xdg_toplevel_set_fullscreen(evil.toplevel, NULL);
	actor_window_show(&evil, 0, 0, EVIL);
	return judge(arena);
}

static enum verdict fullscreen_later(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, ANCHOR);
	for (int i = 0; i < 9; i++) {
		xdg_toplevel_set_fullscreen(evil.toplevel, NULL);
		xdg_toplevel_unset_fullscreen(evil.toplevel);
	}
	xdg_toplevel_set_fullscreen(evil.toplevel, NULL);
	actor_settle(&attacker);
	actor_window_paint(&evil, evil.width, evil.height, EVIL);
	return judge(arena);
}

/* Whatever was configured, the buffer has the screen's size. */
static enum verdict disobedient(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_init(&evil, &attacker);
	xdg_toplevel_set_maximized(evil.toplevel);
	actor_window_show(&evil, 1280, 800, EVIL);
	return judge(arena);
}

const struct attack_case attack_cases[] = {
		{"A8.1", "full screen from the start", fullscreen},
		{"A8.2", "full screen, and back, and again", fullscreen_later},
		{"A8.3", "maximised, and larger than allowed", disobedient},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
