/* SPDX-License-Identifier: MIT
 *
 * A23: clients that draw their title bar themselves, and so might pretend that it is the frame.
 */
#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

/* The victim's colour, and the height of a label. */
#define VICTIMS 0xff337745
#define LABEL 26

static struct actor attacker;
static struct actor_window evil;

/* Is there, right above the top left corner of what the client shows, its machine's colour? */
static bool has_tab(const struct arena *arena, const struct box *shown) {
	int found = 0;
	for (int y = shown->y - 24; y < shown->y - 6; y++) {
		for (int x = shown->x; x < shown->x + 60; x++) {
			found += y >= arena->strip && x >= 0 && x < arena->width &&
					arena_pixel(arena, x, y) == arena->fill;
		}
	}
	return arena->fill != 0 && found > 200;
}

static enum verdict judge(struct arena *arena) {
	struct box shown;
	arena_look(arena);
	if (arena_find(arena, EVIL, &shown) == 0) {
		return because(arena, CANNOT, "the window did not appear");
	}
	bool is_held = has_tab(arena, &shown) && arena_is_framed(arena, &shown);
	return because(arena, is_held ? HELD : BROKEN, "the window is %s",
			is_held ? "labelled" : "not labelled");
}

/* It says nothing of decorations, as most such clients do. */
static enum verdict silent(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 400, 300, EVIL);
	return judge(arena);
}

/* Its shadow, and a bar in a colour of the host's, lie outside of what it calls its window. */
static enum verdict with_shadow(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_init(&evil, &attacker);
	xdg_surface_set_window_geometry(evil.xdg_surface, 40, 40, 320, 220);
	actor_window_show(&evil, 400, 300, EVIL);
	return judge(arena);
}

/* The user drags it to the left, as far as it goes; the label must not go out of sight. */
static enum verdict dragged_away(struct arena *arena) {
	struct box shown;
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 400, 300, EVIL);
	if (!arena_click_on(arena, EVIL)) {
		return because(arena, CANNOT, "the window did not appear");
	}
	arena_look(arena);
	arena_find(arena, EVIL, &shown);
	int x = shown.x + shown.width / 2, y = shown.y + shown.height / 2;
	arena_hold(arena, "Alt_L", true);
	arena_point(arena, x, y);
	arena_press(arena, 0x110, true);
	arena_point(arena, 20, y);
	arena_press(arena, 0x110, false);
	arena_hold(arena, "Alt_L", false);
	arena_look(arena);
	size_t tab = 0;
	/* The row of the tab: it has moved sideways only. */
	for (int row = shown.y - 24; arena->fill != 0 && row < shown.y - 6; row++) {
		for (int column = 0; column < 400; column++) {
			tab += arena_pixel(arena, column, row) == arena->fill;
		}
	}
	return because(arena, tab > 100 ? HELD : BROKEN, "%zu pixels of its label in sight", tab);
}

/* A menu in another machine's colour, where the label is. */
static enum verdict menu_over_it(struct arena *arena) {
	static struct actor_window menu;
	struct box shown;
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 400, 300, EVIL);
	actor_popup_init(&menu, &evil, 0, -LABEL, 200, LABEL);
	actor_window_show(&menu, 200, LABEL, VICTIMS);
	arena_look(arena);
	if (arena_find(arena, VICTIMS, &shown) == 0) {
		return because(arena, HELD, "the menu is not shown");
	}
	size_t chip = 0;
	for (int y = shown.y - 20; arena->fill != 0 && y < shown.y - 2; y++) {
		for (int x = shown.x - 2; x < shown.x + 16; x++) {
			chip += y >= 0 && x >= 0 && arena_pixel(arena, x, y) == arena->fill;
		}
	}
	bool is_framed = arena_is_framed(arena, &shown);
	return because(arena, is_framed && chip > 100 ? HELD : BROKEN,
			"the menu is %s, its sign %zu pixels of its machine's colour",
			is_framed ? "framed" : "not framed", chip);
}

static enum verdict part_over_it(struct arena *arena) {
	struct box shown;
	static struct actor_buffer label;
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 400, 300, EVIL);
	/* Else it were a part of the window, and the label above it. */
	xdg_surface_set_window_geometry(evil.xdg_surface, 0, 0, 400, 300);
	struct wl_surface *surface = wl_compositor_create_surface(attacker.compositor);
	struct wl_subsurface *part = wl_subcompositor_get_subsurface(attacker.subcompositor,
			surface, evil.surface);
	wl_subsurface_set_position(part, 0, -LABEL);
	actor_buffer_init(&label, &attacker, 200, LABEL, VICTIMS);
	wl_surface_attach(surface, label.wl_buffer, 0, 0);
	wl_surface_damage_buffer(surface, 0, 0, 200, LABEL);
	wl_surface_commit(surface);
	wl_surface_commit(evil.surface);
	actor_settle(&attacker);
	arena_look(arena);
	size_t lies = arena_find(arena, VICTIMS, &shown);
	if (arena_find(arena, EVIL, &shown) == 0) {
		return because(arena, CANNOT, "the window did not appear");
	}
	bool is_held = lies == 0 && has_tab(arena, &shown);
	return because(arena, is_held ? HELD : BROKEN, "%zu pixels of the other's colour", lies);
}

const struct attack_case attack_cases[] = {
		{"A23.1", "a client that draws its own bar", silent},
		{"A23.2", "a client that draws its own shadow", with_shadow},
		{"A23.3", "a label that is dragged out of sight", dragged_away},
		{"A23.4", "a menu over the label, in another machine's colour", menu_over_it},
		{"A23.5", "a sub-surface over the label, in another machine's colour",
				part_over_it},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
