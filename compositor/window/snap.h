/* SPDX-License-Identifier: MIT
 *
 * Halves of the screen: which edge the pointer pushes against, what a window dropped there will
 * fill, and a picture of that in the host's ink. Pure but for the picture; nothing of a guest.
 */
#ifndef SILO_COMPOSITOR_WINDOW_SNAP_H
#define SILO_COMPOSITOR_WINDOW_SNAP_H

#include <stdbool.h>
#include <wlr/util/box.h>

struct server;
struct window;

enum snap {
	SNAP_NONE,
	SNAP_LEFT,
	SNAP_RIGHT,
	SNAP_FULL, /* maximised */
};

bool snaps_create(struct server *server);
void snaps_destroy(struct server *server);

/* The part of usable that a window snapped there fills, frame included. */
struct wlr_box snap_box(enum snap snap, const struct wlr_box *usable);

/* What a window dropped at this point of the layout snaps to. */
enum snap snap_at(struct server *server, double lx, double ly);

/* Shows what a window dropped at this point will fill; SNAP_NONE: nothing. */
void snap_preview(struct server *server, enum snap snap, double lx, double ly);

/* Snaps window to the output at a point; floating again, it goes back to area. */
void snap_drop(struct window *window, enum snap snap, double lx, double ly,
		const struct wlr_box *area);

#endif
