/* SPDX-License-Identifier: MIT
 *
 * A8: a machine that may be full screen without a frame, and does not want to give that up.
 */
#include "base/clock.h"
#include "tests/hostile/kit/attack.h"
#include "tests/hostile/kit/machine.h"
#include "xdg-shell-client-protocol.h"

#define FILL 0x8b572a
/* Longer than Esc has to be held, and than the whole strip is shown. */
#define ESCAPE_MS 1500
#define STRIP_MS 3300
/* Of the strip, what always stays. */
#define LINE 3

static struct actor attacker;
static struct actor_window evil, other;

/* Full screen, the keyboard with it. On anything but Silo it is an ordinary client that is allowed to. */
static bool set_up(struct arena *arena) {
	static const struct machine machine = {
			.name = "media", .color = "#8b572a", .may_be_frameless = true};
	int dial = machine_register(&machine);
	if (dial < 0) {
		arena_attacker(arena, &attacker);
	} else if (!actor_connect_fd(&attacker, machine_connect(dial))) {
		return false;
	}
	arena->fill = dial < 0 ? 0 : FILL;
	actor_window_map(&evil, &attacker, 400, 300, EVIL);
	if (!arena_click_on(arena, EVIL)) {
		return false;
	}
	xdg_toplevel_set_fullscreen(evil.toplevel, NULL);
	actor_settle(&attacker);
	actor_window_paint(&evil, evil.width, evil.height, EVIL);
	actor_settle(&attacker);
	return evil.width == 1280;
}

/* The user holds Esc; as often as it is told anything, the client asks to be full screen, and paints. */
static void leave(struct arena *arena, struct actor_window *window) {
	int64_t end_ms = clock_now_ms() + ESCAPE_MS;
	size_t told = actor_count(&attacker, EVENT_CONFIGURE);
	arena_hold(arena, "Escape", true);
	while (clock_now_ms() < end_ms && actor_wait(&attacker, clock_now_ms() + 20)) {
		if (actor_count(&attacker, EVENT_CONFIGURE) != told) {
			xdg_toplevel_set_fullscreen(window->toplevel, NULL);
			actor_settle(&attacker);
			actor_window_paint(window, window->width, window->height, EVIL);
			told = actor_count(&attacker, EVENT_CONFIGURE);
		}
	}
	arena_hold(arena, "Escape", false);
}

static void pass(int64_t ms) {
	int64_t end_ms = clock_now_ms() + ms;
	while (clock_now_ms() < end_ms && actor_wait(&attacker, end_ms)) {
	}
}

static enum verdict judge(struct arena *arena) {
	struct box shown;
	arena_look(arena);
	if (arena_find(arena, EVIL, &shown) == 0) {
		return because(arena, HELD, "it shows nothing");
	}
	bool is_held = arena_is_framed(arena, &shown) && arena_find_in_strip(arena, EVIL) == 0;
	return because(arena, is_held ? HELD : BROKEN, "it shows %dx%d %s", shown.width,
			shown.height, is_held ? "in a frame" : "without a frame");
}

static enum verdict asks_again(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "it does not get full screen");
	}
	leave(arena, &evil);
	return judge(arena);
}

/* Another window of it is there as soon as the first is left. */
static enum verdict another_window(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "it does not get full screen");
	}
	arena_hold(arena, "Escape", true);
	pass(ESCAPE_MS);
	arena_hold(arena, "Escape", false);
	actor_window_finish(&evil);
	actor_window_init(&other, &attacker);
	xdg_toplevel_set_fullscreen(other.toplevel, NULL);
	actor_window_show(&other, 0, 0, EVIL);
	actor_settle(&attacker);
	return judge(arena);
}

/* With a buffer that is larger than it was told, and a menu at the very top. */
static enum verdict over_the_line(struct arena *arena) {
	static struct actor_window menu;
	if (!set_up(arena)) {
		return because(arena, CANNOT, "it does not get full screen");
	}
	actor_popup_init(&menu, &evil, 0, -20, 600, 100);
	actor_window_show(&menu, 600, 100, EVIL);
	actor_window_paint(&evil, 1280, 830, EVIL);
	pass(STRIP_MS);
	arena_look(arena);
	int wrong = 0;
	for (int y = 0; y < LINE; y++) {
		for (int x = 0; x < arena->width; x++) {
			wrong += arena_pixel(arena, x, y) != FILL;
		}
	}
	bool is_hidden = arena_pixel(arena, arena->width / 2, LINE + 2) == (EVIL & 0xffffff);
	if (arena->fill != 0 && !is_hidden) {
		return because(arena, CANNOT, "the strip stays");
	}
	return because(arena, wrong == 0 ? HELD : BROKEN, "%d pixels of the line are not its own",
			wrong);
}

const struct attack_case attack_cases[] = {
		{"A8.4", "full screen again, as soon as the user has left it", asks_again,
				"frameless-left"},
		{"A8.5", "another full-screen window, as soon as the user has left the first",
				another_window, "frameless-left"},
		{"A8.6", "full screen over the last line of the strip", over_the_line},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
