/* SPDX-License-Identifier: MIT */
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

#define PICTURE_MS 20000

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

void arena_look(struct arena *arena) {
	if (arena->picture != NULL) {
		capture_destroy(arena->picture);
	}
	struct probe_output *output = probe_output(&arena->screen, NULL);
	arena->picture = output != NULL ? capture_create(&arena->screen, output) : NULL;
	if (arena->picture == NULL ||
			capture_take(arena->picture, clock_now_ms() + PICTURE_MS) < 0) {
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

/* The compositor has taken what was sent. */
static void user_settle(struct arena *arena) {
	if (wl_display_roundtrip(arena->user.display) < 0) {
		fprintf(stderr, "the connection of the user ended\n");
		exit(1);
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

bool arena_click_on(struct arena *arena, uint32_t color) {
	struct box box;
	arena_look(arena);
	if (arena_find(arena, color, &box) == 0) {
		return false;
	}
	arena_click(arena, box.x + box.width / 2, box.y + box.height / 2);
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
