/* SPDX-License-Identifier: MIT
 *
 * A4: window geometry that lies about what the window shows.
 */
#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

#define WIDTH 400
#define HEIGHT 300

static struct actor attacker;
static struct actor_window evil;

static void lie(int x, int y, int width, int height) {
	xdg_surface_set_window_geometry(evil.xdg_surface, x, y, width, height);
	wl_surface_commit(evil.surface);
}

/* All that is shown lies within a frame. */
static enum verdict judge(struct arena *arena, size_t most) {
	if (!actor_settle(&attacker)) {
		return because(arena, HELD, "the client was hung up");
	}
	arena_look(arena);
	struct box client;
	size_t shown = arena_find(arena, EVIL, &client);
	if (shown == 0) {
		return because(arena, CANNOT, "nothing of the window is shown");
	}
	struct box worn;
	bool is_held = shown <= most && arena->fill != 0 &&
			arena_find(arena, arena->fill, &worn) > 300;
	return because(arena, is_held ? HELD : BROKEN, "%zu pixels shown of %zu", shown, most);
}

static enum verdict smaller(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, WIDTH, HEIGHT, EVIL);
	lie(50, 40, 150, 120);
	return judge(arena, 150 * 120);
}

static enum verdict outside(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, WIDTH, HEIGHT, EVIL);
	lie(-100, -100, 200, 200);
	return judge(arena, 200 * 200);
}

static enum verdict changing(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, WIDTH, HEIGHT, EVIL);
	for (int i = 0; i < 200; i++) {
		lie(i % 7 * 10, i % 11 * 9, 130 + i % 90, 100 + i % 70);
	}
	lie(50, 40, 150, 120);
	return judge(arena, 150 * 120);
}

const struct attack_case attack_cases[] = {
		{"A4.1", "geometry smaller than the surface", smaller},
		{"A4.2", "geometry outside of the surface", outside},
		{"A4.3", "geometry that changes with each commit", changing},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
