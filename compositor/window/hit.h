/* SPDX-License-Identifier: MIT
 *
 * What lies at a point of the layout. Frames win over everything under them, also a few pixels
 * around what they paint; the strip wins over frames.
 */
#ifndef SILO_COMPOSITOR_WINDOW_HIT_H
#define SILO_COMPOSITOR_WINDOW_HIT_H

#include "decorations/frame.h"

struct server;
struct window;
struct wlr_surface;

struct hit {
	struct window *window;       /* NULL: background or strip */
	enum frame_part part;        /* FRAME_PART_CLIENT in a client area or popup */
	struct wlr_surface *surface; /* NULL: no client hears of it */
	double sx, sy;               /* in surface */
};

void hit_find(struct server *server, double lx, double ly, struct hit *ret_hit);

#endif
