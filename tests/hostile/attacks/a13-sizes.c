/* SPDX-License-Identifier: MIT
 *
 * A13: a frame that is out of sight, or is moved there.
 */
#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

static struct actor attacker;
static struct actor_window evil;

/* Frames are at least so high above a window, or so wide beside it. */
#define BAR 20
#define EDGE 4

/* How many pixels of its machine's colour lie in that part of the screen. */
static size_t count_worn(const struct arena *arena, int x, int y, int width, int height) {
	size_t worn = 0;
	for (int i = 0; i < width * height; i++) {
		worn += arena_pixel(arena, x + i % width, y + i / width) == arena->fill;
	}
	return worn;
}

/* The bar with the label is on the screen, and so is an edge: there the user can take hold of it. */
static enum verdict judge(struct arena *arena) {
	struct box shown;
	arena_look(arena);
	if (arena_find(arena, EVIL, &shown) == 0) {
		return because(arena, CANNOT, "the window did not appear");
	}
	bool is_held = arena->fill != 0 && arena_find_in_strip(arena, EVIL) == 0 &&
			count_worn(arena, shown.x, shown.y - BAR, shown.width, BAR) > 500 &&
			count_worn(arena, shown.x - EDGE, shown.y, EDGE, shown.height) > 500;
	return because(arena, is_held ? HELD : BROKEN, "%dx%d is shown at %d, %d, %s", shown.width,
			shown.height, shown.x, shown.y,
			is_held ? "with bar and edge" : "without bar or edge");
}

static enum verdict too_large(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 3000, 2500, EVIL);
	return judge(arena);
}

static enum verdict too_large_at_least(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_init(&evil, &attacker);
	xdg_toplevel_set_min_size(evil.toplevel, 3000, 2500);
	actor_window_show(&evil, 3000, 2500, EVIL);
	return judge(arena);
}

/* The user has clicked, and holds no button now: the window must not follow the pointer. */
static enum verdict moved(struct arena *arena) {
	struct box before, after;
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	if (!arena_click_on(arena, EVIL) || !actor_settle(&attacker)) {
		return because(arena, CANNOT, "the window did not get a click");
	}
	arena_look(arena);
	arena_find(arena, EVIL, &before);
	for (uint32_t back = 0; back < 4; back++) {
		xdg_toplevel_move(evil.toplevel, attacker.seat, attacker.serial - back);
	}
	actor_settle(&attacker);
	arena_point(arena, 1270, 790);
	arena_look(arena);
	if (arena_find(arena, EVIL, &after) == 0) {
		return because(arena, BROKEN, "the window went out of sight");
	}
	bool is_same = before.x == after.x && before.y == after.y;
	return because(arena, is_same ? HELD : BROKEN, "the window went from %d, %d to %d, %d",
			before.x, before.y, after.x, after.y);
}

const struct attack_case attack_cases[] = {
		{"A13.1", "a window larger than the screen", too_large},
		{"A13.2", "a least size larger than the screen", too_large_at_least},
		{"A13.3", "a window that follows the pointer without a button held", moved,
				"move-button"},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
