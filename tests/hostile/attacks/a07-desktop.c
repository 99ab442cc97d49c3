/* SPDX-License-Identifier: MIT
 *
 * A7, A9: pictures of what is not there, made of ordinary windows: a desktop, a frame.
 */
#include "tests/hostile/kit/attack.h"

#define TILES 20
/* The victim's colour, in which the attacker draws a frame of its own. */
#define VICTIMS 0xff337745
#define BAR 24
#define EDGE 8

static struct actor attacker;
static struct actor_window tiles[TILES];

static size_t count_worn(const struct arena *arena) {
	struct box worn;
	return arena->fill != 0 ? arena_find(arena, arena->fill, &worn) : 0;
}

/* Many windows that together could look like the whole screen. */
static enum verdict tiled(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&tiles[0], &attacker, 420, 340, EVIL);
	arena_look(arena);
	size_t one = count_worn(arena);
	for (int i = 1; i < TILES; i++) {
		actor_window_map(&tiles[i], &attacker, 420, 340, EVIL);
	}
	arena_look(arena);
	struct box shown;
	size_t covered = arena_find(arena, EVIL, &shown),
	       in_strip = arena_find_in_strip(arena, EVIL);
	size_t all = (size_t)arena->width * (size_t)arena->height;
	if (covered < all / 4) {
		return because(arena, CANNOT, "the windows cover %zu of %zu pixels", covered, all);
	}
	size_t worn = count_worn(arena);
	return because(arena, in_strip == 0 && one > 0 && worn > one ? HELD : BROKEN,
			"%zu pixels in the strip, %zu of frames (%zu of one window alone)",
			in_strip, worn, one);
}

/* A window that draws a frame in another machine's colour inside of itself. */
static enum verdict frame_inside(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&tiles[0], &attacker, 500, 300, EVIL);
	struct actor_buffer *buffer = &tiles[0].buffer;
	actor_buffer_fill(buffer, 0, 0, 500, 300, VICTIMS);
	actor_buffer_fill(buffer, EDGE, BAR, 500 - 2 * EDGE, 300 - BAR - EDGE, EVIL);
	wl_surface_attach(tiles[0].surface, buffer->wl_buffer, 0, 0);
	wl_surface_damage_buffer(tiles[0].surface, 0, 0, 500, 300);
	wl_surface_commit(tiles[0].surface);
	actor_settle(&attacker);
	if (!arena_click_on(arena, EVIL)) {
		return because(arena, CANNOT, "the window did not appear");
	}
	arena_look(arena);
	struct box inner, worn;
	arena_find(arena, EVIL, &inner);
	struct box client = {inner.x - EDGE, inner.y - BAR, 500, 300};
	bool is_framed = arena_is_framed(arena, &client);
	/* The strip says who has the keyboard, in its colours. */
	size_t true_color = arena->fill != 0 ? arena_find(arena, arena->fill, &worn) : 0;
	size_t told = arena_find_in_strip(arena, arena->fill),
	       lied = arena_find_in_strip(arena, VICTIMS);
	return because(arena, is_framed && true_color > 0 && told > 0 && lied == 0 ? HELD : BROKEN,
			"%s around the drawn one; the strip has %zu pixels of the true colour, %zu "
			"of the "
			"other",
			is_framed ? "a true frame" : "no frame", told, lied);
}

const struct attack_case attack_cases[] = {
		{"A7.1", "many windows that together look like a desktop", tiled},
		{"A9.1", "another machine's frame drawn inside a window", frame_inside},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
