/* SPDX-License-Identifier: MIT
 *
 * The reveal: what every window on an output is, without a pixel of any client. Where a window is in
 * sight it is a flat of its VM's colour with a wide edge, and the VM's plate in the middle of the
 * largest rectangle of it; all else is dark. And the bar at the output's foot. Labels are the host's
 * words; titles are a guest's.
 */
#ifndef SILO_DECORATIONS_REVEAL_H
#define SILO_DECORATIONS_REVEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "decorations/lettering.h"
#include "decorations/plate.h"
#include "decorations/title.h"

#define REVEAL_TITLE_SIZE 14 /* of the letters of titles */
#define REVEAL_FOOT 60 /* height of the bar, logical pixels */

/* A window or popup with its frame; logical pixels from the picture's corner. */
struct reveal_item {
	struct plate plate;
	const struct title_picture *title; /* what it calls itself; NULL: it has not been set */
	const char *fault; /* the host's words for how its VM misbehaves; NULL: it does not */
	int x, y, width, height;
	bool is_popup;
};

struct reveal_spec {
	const struct reveal_item *items; /* topmost first */
	size_t items_len;
	double scale;
};

/* Paints the picture, opaque; pixels as for frame_paint(). Returns false without memory. */
bool reveal_paint(const struct reveal_spec *spec, struct lettering *lettering, void *pixels,
		int width, int height, size_t stride);

struct reveal_foot {
	size_t windows, vms;
	struct plate plate; /* of who has the keyboard; its label is NULL: nobody */
	bool is_vm;         /* it can be frozen and killed */
	bool is_frozen;
	double progress;      /* of the kill that is being confirmed, 0 to 1; 0: none */
	const char *modifier; /* the key that is held with Esc: "Super" */
	double scale;
};

/* Paints the bar, opaque. */
bool reveal_paint_foot(const struct reveal_foot *foot, struct lettering *lettering, void *pixels,
		int width, int height, size_t stride);

#endif
