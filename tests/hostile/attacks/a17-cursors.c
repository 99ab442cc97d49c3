/* SPDX-License-Identifier: MIT
 *
 * A17: cursors as windows without a frame.
 */
#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

static struct actor attacker, victim;
static struct actor_window evil, good;
static struct actor_buffer image;

static bool set_up(struct arena *arena) {
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, ANCHOR);
	return arena_click_on(arena, ANCHOR) && actor_settle(&attacker) &&
			actor_count(&attacker, EVENT_POINTER_ENTER) > 0;
}

static void set_cursor(int size, int hot_x, int hot_y) {
	struct wl_surface *surface = wl_compositor_create_surface(attacker.compositor);
	actor_buffer_init(&image, &attacker, size, size, EVIL);
	wl_pointer_set_cursor(attacker.pointer, attacker.enter_serial, surface, hot_x, hot_y);
	wl_surface_attach(surface, image.wl_buffer, 0, 0);
	wl_surface_damage_buffer(surface, 0, 0, size, size);
	wl_surface_commit(surface);
	actor_settle(&attacker);
}

static enum verdict judge(struct arena *arena, size_t most) {
	struct box shown;
	arena_look(arena);
	size_t pixels = arena_find(arena, EVIL, &shown);
	return because(arena, pixels <= most ? HELD : BROKEN, "%zu pixels of cursor, at most %zu",
			pixels, most);
}

static enum verdict oversized(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the pointer did not enter");
	}
	set_cursor(500, 250, 250);
	return judge(arena, 64 * 64);
}

/* The image is far from where the pointer is. */
static enum verdict displaced(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the pointer did not enter");
	}
	set_cursor(60, -300, -200);
	struct box shown, window;
	arena_look(arena);
	arena_find(arena, ANCHOR, &window);
	bool is_out = arena_find(arena, EVIL, &shown) > 0 &&
			shown.x > window.x + window.width / 2 + 200;
	return because(arena, is_out ? BROKEN : HELD, "the cursor's image is %s the pointer",
			is_out ? "far from" : "at");
}

/* The pointer has gone on to the victim. */
static enum verdict over_another(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the pointer did not enter");
	}
	set_cursor(48, 24, 24);
	if (!arena_click_on(arena, GOOD)) {
		return because(arena, CANNOT, "the victim's window is not in sight");
	}
	set_cursor(48, 24, 24);
	struct box shown, window;
	arena_look(arena);
	arena_find(arena, GOOD, &window);
	size_t pixels = arena_find(arena, EVIL, &shown);
	return because(arena, pixels == 0 ? HELD : BROKEN, "%zu pixels of cursor there", pixels);
}

/* The pointer stays in its own window, at the top, and the image reaches up from there. */
static enum verdict over_the_strip(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_init(&evil, &attacker);
	xdg_toplevel_set_fullscreen(evil.toplevel, NULL);
	actor_window_show(&evil, 0, 0, ANCHOR);
	if (!arena_click_on(arena, ANCHOR) || !actor_settle(&attacker) ||
			actor_count(&attacker, EVENT_POINTER_ENTER) == 0) {
		return because(arena, CANNOT, "the pointer did not enter");
	}
	set_cursor(60, 30, 59);
	struct box shown;
	arena_look(arena);
	if (arena_find(arena, EVIL, &shown) == 0) {
		return because(arena, CANNOT, "it sets no image");
	}
	/* Below the strip and the frame; once more with an image that is set there. */
	arena_point(arena, 60, 40);
	arena_look(arena);
	size_t pixels = arena_find_in_strip(arena, EVIL);
	set_cursor(60, 30, 59);
	arena_look(arena);
	pixels += arena_find_in_strip(arena, EVIL);
	return because(arena, pixels == 0 ? HELD : BROKEN, "%zu pixels of cursor in the strip",
			pixels);
}

const struct attack_case attack_cases[] = {
		{"A17.1", "a cursor of 500x500", oversized},
		{"A17.2", "a cursor beside the pointer", displaced},
		{"A17.3", "a cursor over another machine's window", over_another},
		{"A17.4", "a cursor that reaches into the strip", over_the_strip},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
