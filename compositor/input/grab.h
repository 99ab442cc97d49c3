/* SPDX-License-Identifier: MIT
 *
 * Moving and resizing a window with the pointer; at an edge of the screen, where it would snap to is
 * shown. No client hears of any of it but of its new size.
 */
#ifndef SILO_COMPOSITOR_INPUT_GRAB_H
#define SILO_COMPOSITOR_INPUT_GRAB_H

#include <stdbool.h>
#include <stdint.h>
#include <wlr/util/box.h>

#include "compositor/window/snap.h"

struct server;
struct window;

struct grab {
	struct server *server;
	double x, y;         /* of the pointer, where it began */
	struct wlr_box area; /* of the window then */
	uint32_t edges;      /* that follow the pointer; 0: the window moves */
	bool has_moved;
	enum snap snap; /* where it will go when it is dropped here */
};

/* Begins at the pointer's place. Returns false if window stays as it is: it is fullscreen, or fills
 * its place and cannot be resized. */
bool grab_begin(struct grab *grab, struct window *window, uint32_t edges);

/* The pointer has moved. */
void grab_continue(struct grab *grab, struct window *window);

/* Ends it. window NULL: gone. If is_dropped, it snaps to where it was shown to. */
void grab_end(struct grab *grab, struct window *window, bool is_dropped);

#endif
