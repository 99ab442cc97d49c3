/* SPDX-License-Identifier: MIT
 *
 * The notices in a layer surface of their own, there only while there is something to tell: on the
 * output that has the keyboard, below the strip, never with the keyboard.
 */
#ifndef SILO_LAUNCHER_PANEL_BOARD_WINDOW_H
#define SILO_LAUNCHER_PANEL_BOARD_WINDOW_H

#include <stdbool.h>
#include <systemd/sd-json.h>

#include "launcher/toolkit/client.h"

struct board_window;
struct input;
struct lettering;
struct service;

struct board_window_options {
	struct client *client;
	struct lettering *lettering;
	bool is_dark;
	/* The panel's: asked to forget a surface that goes. May come later. */
	struct input **input;
	struct service **compositor;
};

/* NULL if there is no memory. What options points to is borrowed. */
struct board_window *board_window_create(const struct board_window_options *options);
void board_window_destroy(struct board_window *window);

/* Takes an answer of io.silo.Compositor.Watch; NULL: the compositor does not answer. */
void board_window_take(struct board_window *window, sd_json_variant *answer);

/* Is that its surface? Then its pointer's events are for the functions below. */
bool board_window_owns(const struct board_window *window, const struct wl_surface *surface);
void board_window_motion(struct board_window *window, double y);
void board_window_left(struct board_window *window);
void board_window_press(struct board_window *window, double y);

#endif
