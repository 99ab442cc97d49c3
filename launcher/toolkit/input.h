/* SPDX-License-Identifier: MIT
 *
 * Keyboard and pointer of the seat: key presses as symbols and text, repeated while held; pointer
 * positions, presses and wheel steps. The compositor's own events, from the user's devices.
 */
#ifndef SILO_LAUNCHER_TOOLKIT_INPUT_H
#define SILO_LAUNCHER_TOOLKIT_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <xkbcommon/xkbcommon.h>

#include "launcher/toolkit/client.h"

struct input;

#define INPUT_TEXT_MAX 16

struct key_press {
	xkb_keysym_t symbol;
	char text[INPUT_TEXT_MAX]; /* UTF-8 without controls, "" if it types nothing */
	bool has_shift, has_control, has_alt;
};

/* Any may be NULL. Positions are logical pixels on surface, which has the pointer. */
struct input_handlers {
	void (*key)(void *data, const struct key_press *press);
	/* The keyboard is something else's. */
	void (*unfocused)(void *data);
	void (*motion)(void *data, const struct wl_surface *surface, double x, double y);
	void (*left)(void *data, const struct wl_surface *surface);
	/* button as in linux/input-event-codes.h; presses only */
	void (*press)(void *data, const struct wl_surface *surface, uint32_t button, double x,
			double y);
	void (*scroll)(void *data, const struct wl_surface *surface, double x, double y,
			double steps);
	void *data;
};

/* NULL on failure. Without a seat it is silent. */
struct input *input_create(struct client *client, const struct input_handlers *handlers);
void input_destroy(struct input *input);

/* surface is about to be destroyed: nothing is told of it any more. */
void input_forget(struct input *input, const struct wl_surface *surface);

#endif
