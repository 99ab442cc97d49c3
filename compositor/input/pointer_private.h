/* SPDX-License-Identifier: MIT
 *
 * For pointer.c and pointer_leave.c.
 *
 * What a button that is held down means is a mode:
 *
 *   PASSIVE       no button is held. The seat of the domain under the pointer has its focus.
 *   CLIENT        pressed in a client area: that surface hears everything until all buttons are
 *                 released.
 *   GRAB          `window` is moved or resized; no client hears anything.
 *   BUTTON        a frame's button; acts if it is released there.
 *   DRAG          drag and drop of `seat`; over other domains it has no focus.
 */
#ifndef SILO_COMPOSITOR_INPUT_POINTER_PRIVATE_H
#define SILO_COMPOSITOR_INPUT_POINTER_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <wayland-server-core.h>

#include "compositor/input/grab.h"
#include "decorations/hit_test.h"

enum mode {
	MODE_PASSIVE,
	MODE_CLIENT,
	MODE_GRAB,
	MODE_BUTTON,
	MODE_DRAG,
};

struct pointer {
	struct server *server;
	enum mode mode;
	uint32_t held;         /* buttons held, of whatever mode */
	struct seat *seat;     /* whose client has the pointer's focus; NULL: none */
	bool has_given_way;    /* a pen is where the cursor is: nothing is pointed at */
	struct window *window; /* of the mode; NULL in others, or gone */
	enum frame_part part;
	struct window *hovered; /* whose frame shows a hovered button */
	/* CLIENT: the surface pressed, and where its origin was in the layout. */
	struct wlr_surface *surface;
	double origin_x, origin_y;
	struct grab grab; /* GRAB */
	struct {
		struct window *window;
		uint32_t time_ms;
	} last_click;
	struct wlr_scene_tree *drag_icon;
	struct wl_listener surface_destroy;
	struct wl_listener motion, motion_absolute, button, axis, frame, outputs_changed;
};

/* No client has the pointer's focus. */
void pointer_clear_seat(struct pointer *pointer);

/* What is held means nothing any more. */
void pointer_set_passive(struct pointer *pointer);

/* Ends what a button that is held means; if is_dropped, with what its release means. */
void pointer_end_grab(struct pointer *pointer, bool is_dropped);

/* Shows part of window's frame as hovered, and no other; window NULL: none. */
void pointer_hover(struct pointer *pointer, struct window *window, enum frame_part part);

#endif
