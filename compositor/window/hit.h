/* SPDX-License-Identifier: MIT
 *
 * What lies at a point of the layout. Frames win over everything under them, also a few pixels
 * around what they paint; the strip wins over everything; under the scrim nothing is hit.
 */
#ifndef SILO_COMPOSITOR_WINDOW_HIT_H
#define SILO_COMPOSITOR_WINDOW_HIT_H

#include <stdbool.h>

#include "decorations/frame.h"

struct domain;
struct layer_surface;
struct server;
struct window;
struct wlr_surface;

struct hit {
	struct window *window;       /* NULL: a layer surface, background or strip */
	struct layer_surface *layer; /* NULL: a window, background or strip */
	bool is_scrim;               /* neither, but what darkens everything */
	struct domain *domain;       /* of window or layer */
	enum frame_part part;        /* FRAME_PART_CLIENT in a client area or popup */
	struct wlr_surface *surface; /* NULL: no client hears of it */
	double sx, sy;               /* in surface */
};

void hit_find(struct server *server, double lx, double ly, struct hit *ret_hit);

#endif
