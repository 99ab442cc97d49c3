/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <linux/input-event-codes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tests/hostile/kit/attack.h"
#include "tests/probe/capture.h"
#include "tests/probe/keyboard.h"
#include "tests/probe/pointer.h"
#include "tests/probe/windows.h"

#define PICTURE_MS 20000
#define QUIET_MAX_MS 3000

enum verdict because(struct arena *arena, enum verdict verdict, const char *format, ...) {
	va_list args;
	va_start(args, format);
	vsnprintf(arena->reason, sizeof(arena->reason), format, args);
	va_end(args);
	return verdict;
}

static void connect_or_die(struct actor *actor, const char *socket, const char *who) {
	if (!actor_connect(actor, socket)) {
		fprintf(stderr, "the %s cannot connect to %s\n", who, socket);
		exit(1);
	}
}

void arena_attacker(struct arena *arena, struct actor *actor) {
	connect_or_die(actor, arena->attacker_socket, "attacker");
}

void arena_victim(struct arena *arena, struct actor *actor) {
	connect_or_die(actor, arena->victim_socket, "victim");
}

void arena_host(struct arena *arena, struct actor *actor) {
	connect_or_die(actor, arena->host_socket, "host's program");
}

/*
 * A compositor that shows changes later than at once (with animations, or when all windows have taken
 * their new sizes) is looked at until nothing has changed for a while.
 */
static int wait_quiet(struct arena *arena) {
	int64_t end_ms = clock_now_ms() + QUIET_MAX_MS;
	int status = 0;
	while (arena->quiet_ms > 0 && status == 0 && clock_now_ms() < end_ms) {
		status = capture_take(arena->picture, clock_now_ms() + arena->quiet_ms);
	}
	return status == -ETIMEDOUT ? 0 : status;
}

void arena_look(struct arena *arena) {
	if (arena->picture != NULL) {
		capture_destroy(arena->picture);
	}
	struct probe_output *output = probe_output(&arena->screen, NULL);
	arena->picture = output != NULL ? capture_create(&arena->screen, output, true) : NULL;
	if (arena->picture == NULL ||
			capture_take(arena->picture, clock_now_ms() + PICTURE_MS) < 0 ||
			wait_quiet(arena) < 0) {
		fprintf(stderr, "the compositor gives no picture\n");
		exit(1);
	}
	arena->width = output->mode_width;
	arena->height = output->mode_height;
}

uint32_t arena_pixel(const struct arena *arena, int x, int y) {
	return (uint32_t)capture_pixel(arena->picture, x, y);
}

size_t arena_find(const struct arena *arena, uint32_t color, struct box *ret_box) {
	int left = arena->width, top = arena->height, right = -1, bottom = -1;
	size_t count = 0;
	for (int y = 0; y < arena->height; y++) {
		for (int x = 0; x < arena->width; x++) {
			if (arena_pixel(arena, x, y) != (color & 0xffffff)) {
				continue;
			}
			left = x < left ? x : left;
			right = x > right ? x : right;
			top = y < top ? y : top;
			bottom = y;
			count++;
		}
	}
	*ret_box = count > 0 ? (struct box){left, top, right - left + 1, bottom - top + 1}
			     : (struct box){0};
	return count;
}

size_t arena_find_outside(const struct arena *arena, uint32_t color, const struct box *inside) {
	size_t count = 0;
	for (int y = 0; y < arena->height; y++) {
		for (int x = 0; x < arena->width; x++) {
			bool is_inside = x >= inside->x && x < inside->x + inside->width &&
					y >= inside->y && y < inside->y + inside->height;
			count += !is_inside && arena_pixel(arena, x, y) == (color & 0xffffff);
		}
	}
	return count;
}

/* Frames are at least so wide. */
#define EDGE 4
/* The strip's height where the compositor has none: what would be covered. */
#define STRIP_WANTED 28

static bool has_edge(const struct arena *arena, int x, int y, int step_x, int step_y) {
	for (int i = 1; i <= EDGE; i++) {
		if (arena_pixel(arena, x + i * step_x, y + i * step_y) == arena->fill) {
			return true;
		}
	}
	return false;
}

bool arena_is_framed(const struct arena *arena, const struct box *client) {
	int middle_x = client->x + client->width / 2, middle_y = client->y + client->height / 2;
	return arena->fill != 0 && has_edge(arena, client->x, middle_y, -1, 0) &&
			has_edge(arena, client->x + client->width - 1, middle_y, 1, 0) &&
			has_edge(arena, middle_x, client->y + client->height - 1, 0, 1);
}

size_t arena_find_in_strip(const struct arena *arena, uint32_t color) {
	struct box below = {.y = arena->strip > 0 ? arena->strip : STRIP_WANTED,
			.width = arena->width,
			.height = arena->height};
	return arena_find_outside(arena, color, &below);
}

bool arena_title(struct arena *arena, const char *pattern, char *out, size_t cap) {
	sd_json_variant *window = NULL;
	if (windows_wait(&arena->screen, pattern, false, clock_now_ms() + PICTURE_MS, &window) <
			0) {
		return false;
	}
	sd_json_variant *title = sd_json_variant_by_key(window, "title");
	bool has_title = title != NULL && sd_json_variant_is_string(title);
	if (has_title) {
		snprintf(out, cap, "%s", sd_json_variant_string(title));
	}
	sd_json_variant_unref(window);
	return has_title;
}

/* The compositor has taken what was sent. */
static void user_settle(struct arena *arena) {
	/* The second one stands behind the input, which is on its way to a nested compositor. */
	if (wl_display_roundtrip(arena->user.display) < 0 ||
			wl_display_roundtrip(arena->screen.display) < 0) {
		/* Whatever the case is about: nobody may do that. */
		puts("{\"verdict\": \"broken\", \"reason\": \"the compositor hung up on its "
		     "user\"}");
		exit(0);
	}
}

static struct pointer *user_pointer(struct arena *arena) {
	struct pointer *pointer = pointer_get(&arena->user);
	if (pointer == NULL) {
		fprintf(stderr, "the compositor offers no virtual pointer\n");
		exit(1);
	}
	return pointer;
}

static struct keyboard *user_keyboard(struct arena *arena) {
	struct keyboard *keyboard = keyboard_get(&arena->user);
	if (keyboard == NULL) {
		fprintf(stderr, "the compositor offers no virtual keyboard\n");
		exit(1);
	}
	return keyboard;
}

void arena_point(struct arena *arena, int x, int y) {
	/* A nested compositor is not told where the pointer entered, only how it moves on. */
	pointer_move(&arena->user, user_pointer(arena), x + 1, y);
	pointer_move(&arena->user, user_pointer(arena), x, y);
	user_settle(arena);
}

void arena_press(struct arena *arena, uint32_t button, bool is_pressed) {
	pointer_button(user_pointer(arena), button, is_pressed);
	user_settle(arena);
}

void arena_click(struct arena *arena, int x, int y) {
	arena_point(arena, x, y);
	arena_press(arena, BTN_LEFT, true);
	arena_press(arena, BTN_LEFT, false);
}

/* Is all around x, y of that colour, further than frames take clicks outside of themselves? */
static bool is_amid(const struct arena *arena, int x, int y, uint32_t color) {
	static const int steps[][2] = {{0, 0}, {-14, 0}, {14, 0}, {0, -14}, {0, 14}};
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (arena_pixel(arena, x + steps[i][0], y + steps[i][1]) != (color & 0xffffff)) {
			return false;
		}
	}
	return true;
}

bool arena_click_on(struct arena *arena, uint32_t color) {
	struct box box;
	arena_look(arena);
	if (arena_find(arena, color, &box) == 0) {
		return false;
	}
	int best_x = -1, best_y = -1, best = INT_MAX;
	int middle_x = box.x + box.width / 2, middle_y = box.y + box.height / 2;
	for (int y = box.y; y < box.y + box.height; y++) {
		for (int x = box.x; x < box.x + box.width; x++) {
			int distance = abs(x - middle_x) + abs(y - middle_y);
			if (distance < best && is_amid(arena, x, y, color)) {
				best = distance;
				best_x = x;
				best_y = y;
			}
		}
	}
	if (best_x < 0) {
		return false;
	}
	arena_click(arena, best_x, best_y);
	return true;
}

void arena_type(struct arena *arena, const char *text) {
	if (!keyboard_type(user_keyboard(arena), text)) {
		fprintf(stderr, "the keymap cannot type \"%s\"\n", text);
		exit(1);
	}
	user_settle(arena);
}

void arena_chord(struct arena *arena, const char *chord) {
	if (!keyboard_chord(user_keyboard(arena), chord)) {
		fprintf(stderr, "there is no chord \"%s\"\n", chord);
		exit(1);
	}
	user_settle(arena);
}

void arena_hold(struct arena *arena, const char *key, bool is_pressed) {
	if (!keyboard_hold(user_keyboard(arena), key, is_pressed)) {
		fprintf(stderr, "there is no key \"%s\"\n", key);
		exit(1);
	}
	user_settle(arena);
}
