/* SPDX-License-Identifier: MIT
 *
 * Windows go where their output goes: when it moves in the layout they move with it, when it goes
 * they come to one that stays, and when it comes again they go back, unless they were moved since.
 */
#ifndef SILO_COMPOSITOR_WINDOW_FOLLOW_H
#define SILO_COMPOSITOR_WINDOW_FOLLOW_H

#include <wlr/util/box.h>

struct server;

/* Of each window. */
struct window_home {
	char output[32]; /* name of the output that has gone; "": the window is where it belongs */
	struct wlr_box area, floating; /* from that output's corner */
	int brought_x, brought_y;      /* the area's corner when outputs changed last */
};

/* The layout has changed since output.told_box: moves every window's area, telling nobody yet. */
void follow_outputs(struct server *server);

/* All windows have been arranged after that. */
void follow_done(struct server *server);

#endif
