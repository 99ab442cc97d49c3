/* SPDX-License-Identifier: MIT
 *
 * Where a new window goes: beside those that are there if there is room, else where it covers
 * least. Pure: boxes in, a place out.
 */
#ifndef SILO_COMPOSITOR_WINDOW_PLACE_H
#define SILO_COMPOSITOR_WINDOW_PLACE_H

#include <stddef.h>
#include <wlr/util/box.h>

/* Free pixels left between windows, and to the edges of the area. */
#define PLACE_GAP 16
/* Windows looked at; more are ignored. */
#define PLACE_OTHERS_MAX 16

/*
 * Sets x and y of box, an outer frame, so that it lies in area if it fits and at its top left
 * corner otherwise. others are the outer frames of the windows shown.
 */
void place_window(const struct wlr_box *area, const struct wlr_box *others, size_t others_len,
		struct wlr_box *box);

/* Moves box so that at least a corner's worth of its bar stays within area. */
void place_keep_reachable(const struct wlr_box *area, struct wlr_box *box, int bar_height);

#endif
