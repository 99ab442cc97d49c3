/* SPDX-License-Identifier: MIT
 *
 * A7, A9: pictures of what is not there, made of ordinary windows: a desktop, a frame.
 */
#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

#define TILES 20
/* The victim's colour, in which the attacker draws a frame of its own. */
#define VICTIMS 0xff337745
#define BAR 24
#define EDGE 8
#define STRIP 28

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

/* Full screen, with a strip of its own that names another machine. */
static enum verdict strip_inside(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_init(&tiles[0], &attacker);
	xdg_toplevel_set_fullscreen(tiles[0].toplevel, NULL);
	actor_window_show(&tiles[0], 0, 0, EVIL);
	actor_buffer_fill(&tiles[0].buffer, 0, 0, tiles[0].buffer.width, STRIP, VICTIMS);
	wl_surface_attach(tiles[0].surface, tiles[0].buffer.wl_buffer, 0, 0);
	wl_surface_damage_buffer(tiles[0].surface, 0, 0, 4000, STRIP);
	wl_surface_commit(tiles[0].surface);
	actor_settle(&attacker);
	if (!arena_click_on(arena, EVIL)) {
		return because(arena, CANNOT, "the window did not appear");
	}
	arena_look(arena);
	struct box lie;
	size_t told = arena->fill != 0 ? arena_find_in_strip(arena, arena->fill) : 0;
	size_t lied = arena_find_in_strip(arena, VICTIMS);
	arena_find(arena, VICTIMS, &lie);
	/* Between the two is the window's own edge. */
	bool is_apart = lie.y > 0 && arena->fill != 0 &&
			arena_pixel(arena, lie.x + lie.width / 2, lie.y - 1) == arena->fill;
	return because(arena, told > 0 && lied == 0 && is_apart ? HELD : BROKEN,
			"%zu pixels of the true colour in the strip, %zu of the other; %s", told,
			lied, is_apart ? "an edge between" : "nothing between");
}

/* A menu that hangs from the strip as notices do. */
static enum verdict notice_inside(struct arena *arena) {
	static struct actor_window notice;
	arena_attacker(arena, &attacker);
	actor_window_init(&tiles[0], &attacker);
	xdg_toplevel_set_fullscreen(tiles[0].toplevel, NULL);
	actor_window_show(&tiles[0], 0, 0, ANCHOR);
	actor_popup_init(&notice, &tiles[0], 300, 0, 560, 108);
	if (!actor_window_show(&notice, 560, 108, EVIL)) {
		return because(arena, CANNOT, "the menu is not shown");
	}
	arena_look(arena);
	struct box shown;
	if (arena_find(arena, EVIL, &shown) == 0) {
		return because(arena, CANNOT, "the menu is not shown");
	}
	size_t in_strip = arena_find_in_strip(arena, EVIL);
	bool is_framed = arena_is_framed(arena, &shown);
	bool is_apart = arena->fill != 0 && shown.y > arena->strip &&
			arena_pixel(arena, shown.x + shown.width / 2, shown.y - 1) == arena->fill;
	return because(arena, in_strip == 0 && is_framed && is_apart ? HELD : BROKEN,
			"%s at %d, %zu pixels in the strip", is_framed ? "framed" : "not framed",
			shown.y, in_strip);
}

const struct attack_case attack_cases[] = {
		{"A7.1", "many windows that together look like a desktop", tiled},
		{"A9.1", "another machine's frame drawn inside a window", frame_inside},
		{"A9.2", "a strip drawn inside a full-screen window", strip_inside},
		{"A9.3", "a menu that hangs from the strip as notices do", notice_inside},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
