/* SPDX-License-Identifier: MIT
 *
 * A3: sub-surfaces that reach beyond their window.
 */
#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

#define WIDTH 300
#define HEIGHT 200

/* A window of GOOD with an anchor in its corner, and a sub-surface of EVIL at x, y. */
static enum verdict subsurface_at(struct arena *arena, int x, int y, int width, int height) {
	static struct actor attacker;
	struct actor_window window;
	struct actor_buffer buffer;
	arena_attacker(arena, &attacker);
	actor_window_map(&window, &attacker, WIDTH, HEIGHT, ANCHOR);
	xdg_surface_set_window_geometry(window.xdg_surface, 0, 0, WIDTH, HEIGHT);
	struct wl_surface *surface = wl_compositor_create_surface(attacker.compositor);
	struct wl_subsurface *subsurface = wl_subcompositor_get_subsurface(attacker.subcompositor,
			surface, window.surface);
	arena_look(arena);
	struct box client;
	if (arena_find(arena, ANCHOR, &client) == 0) {
		return because(arena, CANNOT, "the window did not appear");
	}
	wl_subsurface_set_position(subsurface, x, y);
	wl_subsurface_set_desync(subsurface);
	actor_buffer_init(&buffer, &attacker, width, height, EVIL);
	wl_surface_attach(surface, buffer.wl_buffer, 0, 0);
	wl_surface_damage_buffer(surface, 0, 0, width, height);
	wl_surface_commit(surface);
	wl_surface_commit(window.surface);
	actor_settle(&attacker);
	arena_look(arena);
	size_t outside = arena_find_outside(arena, EVIL, &client);
	struct box evil;
	if (outside == 0 && arena_find(arena, EVIL, &evil) == 0) {
		return because(arena, CANNOT, "the sub-surface was not shown at all");
	}
	return because(arena, outside == 0 ? HELD : BROKEN,
			"%zu pixels of the sub-surface outside of the window", outside);
}

static enum verdict above_and_left(struct arena *arena) {
	return subsurface_at(arena, -60, -60, 100, 100);
}

static enum verdict larger_than_its_parent(struct arena *arena) {
	return subsurface_at(arena, 10, 10, 900, 700);
}

static enum verdict over_the_whole_screen(struct arena *arena) {
	return subsurface_at(arena, -2000, -2000, 4000, 4000);
}

const struct attack_case attack_cases[] = {
		{"A3.1", "a sub-surface above and left of its window", above_and_left},
		{"A3.2", "a sub-surface larger than its window", larger_than_its_parent},
		{"A3.3", "a sub-surface over the whole screen", over_the_whole_screen},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
