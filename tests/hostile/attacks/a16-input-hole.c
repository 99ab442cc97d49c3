/* SPDX-License-Identifier: MIT
 *
 * A16: a window without an input region, through which a click falls to another machine's window.
 */
#include "tests/hostile/kit/attack.h"

#define WIDTH 900
#define HEIGHT 560

static struct actor attacker, victim;
static struct actor_window evil, good;

static enum verdict click_through(struct arena *arena) {
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, WIDTH, HEIGHT, GOOD);
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, WIDTH, HEIGHT, EVIL);
	arena_click_on(arena, EVIL); /* brings it to the top */
	struct wl_region *region = wl_compositor_create_region(attacker.compositor);
	wl_surface_set_input_region(evil.surface, region);
	wl_surface_commit(evil.surface);
	actor_settle(&attacker);
	arena_look(arena);
	struct box below, above;
	if (arena_find(arena, GOOD, &below) == 0 || arena_find(arena, EVIL, &above) == 0) {
		return because(arena, CANNOT, "the windows do not overlap");
	}
	actor_forget(&victim);
	/* A point of the attacker's window that the victim's window must lie under. */
	int x = (above.x > below.x ? above.x : below.x) + 200;
	int y = (above.y > below.y ? above.y : below.y) + 200;
	arena_click(arena, x, y);
	actor_settle(&victim);
	size_t clicks = actor_count(&victim, EVENT_BUTTON);
	return because(arena, clicks == 0 ? HELD : BROKEN,
			"%zu button events reached the window below", clicks);
}

const struct attack_case attack_cases[] = {
		{"A16.1", "a click that falls through to another machine", click_through},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
