/* SPDX-License-Identifier: MIT
 *
 * A1: windows with nothing in them: an overlay that cannot be seen, a window of one pixel.
 */
#include "tests/hostile/kit/attack.h"

/* Large enough that two windows overlap wherever they are put. */
#define WIDTH 900
#define HEIGHT 560

static struct actor attacker, victim;
static struct actor_window evil, good;

/* A window that is transparent but for a mark in its upper left corner, over the victim's. */
static enum verdict overlay(struct arena *arena) {
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, WIDTH, HEIGHT, GOOD);
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, WIDTH, HEIGHT, EVIL);
	arena_click_on(arena, EVIL); /* brings it to the top */
	actor_buffer_fill(&evil.buffer, 0, 0, WIDTH, HEIGHT, 0);
	actor_buffer_fill(&evil.buffer, 0, 0, 8, 8, ANCHOR);
	wl_surface_attach(evil.surface, evil.buffer.wl_buffer, 0, 0);
	wl_surface_damage_buffer(evil.surface, 0, 0, WIDTH, HEIGHT);
	wl_surface_commit(evil.surface);
	actor_settle(&attacker);
	arena_look(arena);
	struct box mark;
	if (arena_find(arena, ANCHOR, &mark) != 64) {
		return because(arena, CANNOT, "the overlay is not on top");
	}
	struct box client = {mark.x, mark.y, WIDTH, HEIGHT}, all;
	size_t seen = arena_find(arena, GOOD, &all) - arena_find_outside(arena, GOOD, &client);
	return because(arena, seen == 0 ? HELD : BROKEN,
			"%zu pixels of the window below seen through it", seen);
}

static enum verdict framed(struct arena *arena, int width, int height) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, width, height, EVIL);
	arena_look(arena);
	struct box client;
	if (arena_find(arena, EVIL, &client) == 0) {
		return because(arena, CANNOT, "the window did not appear");
	}
	return because(arena, arena_is_framed(arena, &client) ? HELD : BROKEN,
			"a window of %dx%d, shown as %dx%d", width, height, client.width,
			client.height);
}

static enum verdict ordinary(struct arena *arena) {
	return framed(arena, 300, 200);
}

/* A client area has a least size; what does not fill it is the frame's. */
static enum verdict one_pixel(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 1, 1, EVIL);
	arena_look(arena);
	struct box client, label;
	if (arena_find(arena, EVIL, &client) == 0) {
		return because(arena, CANNOT, "the window did not appear");
	}
	size_t worn = arena->fill != 0 ? arena_find(arena, arena->fill, &label) : 0;
	return because(arena, worn > 300 ? HELD : BROKEN,
			"a window of one pixel with %zu pixels of its machine's colour", worn);
}

const struct attack_case attack_cases[] = {
		{"A1.1", "a transparent window over another machine's", overlay},
		{"A1.2", "a window that never says what it is", ordinary},
		{"A1.3", "a window of one pixel", one_pixel},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
