/* SPDX-License-Identifier: MIT
 *
 * For keyboard.c, which says what keys do, and keyboard_device.c, from which they come.
 */
#ifndef SILO_COMPOSITOR_INPUT_KEYBOARD_PRIVATE_H
#define SILO_COMPOSITOR_INPUT_KEYBOARD_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wayland-server-core.h>
#include <wlr/types/wlr_keyboard.h>

#include "compositor/input/chord.h"

#define EARLY_MAX 32

struct keyboards {
	struct server *server;
	struct wlr_keyboard main;
	struct wl_list devices; /* keyboard_device.link */
	bool is_virtual;        /* what main is being fed comes from a virtual keyboard */
	uint32_t modifiers;
	/* Keys whose press was a binding: their release is nobody's. */
	uint32_t taken[WLR_KEYBOARD_KEYS_CAP];
	size_t taken_len;
	struct chord chord; /* what nobody is told yet */
	/* Super, pressed alone; 0: it is not. */
	uint32_t tapped;
	uint32_t tapped_ms;
	/* Keys pressed while something is waited for that will hear them. */
	uint32_t early[EARLY_MAX];
	size_t early_len;
	struct wl_listener key, modifiers_changed;
};

struct keyboard_device {
	struct keyboards *keyboards;
	struct wlr_keyboard *wlr_keyboard;
	bool is_virtual;
	struct newcomer *newcomer; /* of a real one */
	bool feeds_main;
	bool sends_modifiers; /* apart from keys, as nested and virtual keyboards do */
	struct wl_list link;  /* keyboards.devices */
	struct wl_listener key, modifiers, keymap, destroy;
};

/* A key of keyboard, which is the main one or a virtual one with a keymap of its own. */
void keyboards_process_key(struct keyboards *keyboards, struct wlr_keyboard *keyboard,
		const struct wlr_keyboard_key_event *event, bool is_virtual);
void keyboards_process_modifiers(struct keyboards *keyboards, struct wlr_keyboard *keyboard);

/* The modifiers that are held on real keyboards: what a virtual one holds makes no chord of the user's keys. */
uint32_t keyboards_held_by_user(const struct keyboards *keyboards);

#endif
