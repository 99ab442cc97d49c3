/* SPDX-License-Identifier: MIT
 *
 * The soft shadow of a window, or of a sheet of the host, in eight parts around it: four corners, and four edges that are
 * one pixel long and are stretched. So the pictures are the same for every window of a scale. Made of
 * black alone: nothing of a guest is in it.
 */
#ifndef SILO_DECORATIONS_SHADOW_H
#define SILO_DECORATIONS_SHADOW_H

#include <stdbool.h>
#include <stddef.h>

#include "decorations/frame.h"

enum shadow_part {
	SHADOW_TOP_LEFT,
	SHADOW_TOP,
	SHADOW_TOP_RIGHT,
	SHADOW_LEFT,
	SHADOW_RIGHT,
	SHADOW_BOTTOM_LEFT,
	SHADOW_BOTTOM,
	SHADOW_BOTTOM_RIGHT,
	SHADOW_PARTS,
};

enum shadow_kind {
	SHADOW_OF_WINDOW,
	SHADOW_OF_ACTIVE_WINDOW,
	SHADOW_OF_SHEET, /* the launcher's */
	SHADOW_KINDS,
};

/* What the pictures depend on. */
struct shadow_look {
	enum shadow_kind kind;
	bool dark;
	double scale; /* device pixels per logical one, 0.5 to 8 (clamped) */
};

/* One part: where it lies, in logical pixels from the client area's or sheet's corner (empty: nowhere),
 * and which pixels of its picture are shown there. */
struct shadow_place {
	int x, y, width, height;
	double from_x, from_y, from_width, from_height;
};

/* Does a frame cast one? Windows that float do, if spec wants it. */
bool shadow_is_cast(const struct frame_spec *spec);

/* The look of the shadow of such a frame. */
struct shadow_look shadow_look(const struct frame_spec *spec);

/* Where the parts of the shadow of such a frame lie. */
void shadow_layout(const struct frame_spec *spec, struct shadow_place places[SHADOW_PARTS]);

/* The same for a sheet of that size. */
void shadow_layout_sheet(const struct shadow_look *look, int width, int height,
		struct shadow_place places[SHADOW_PARTS]);

/* The size of a part's picture in device pixels. */
void shadow_part_size(const struct shadow_look *look, enum shadow_part part, int *ret_width,
		int *ret_height);

/* Paints it, premultiplied ARGB of stride bytes a row, with shadow_part_size()'s size. */
void shadow_paint(const struct shadow_look *look, enum shadow_part part, void *pixels,
		size_t stride);

#endif
