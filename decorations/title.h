/* SPDX-License-Identifier: MIT
 *
 * A guest's title as a picture of its coverage, set by silo-text in its jail: the compositor shapes no
 * guest's text, it colours this and cuts it to the room that there is.
 */
#ifndef SILO_DECORATIONS_TITLE_H
#define SILO_DECORATIONS_TITLE_H

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decorations/lettering.h"
#include "decorations/palette.h"

/* No picture is larger: 80 code points at the largest size and scale, and no more. */
#define TITLE_WIDTH_MAX 8192
#define TITLE_HEIGHT_MAX 512
/* Sizes of letters that can be asked for, device pixels. */
#define TITLE_SIZE_MIN 6
#define TITLE_SIZE_MAX 128

/* Immutable once it is shared. */
struct title_picture {
	unsigned int refs;
	int width, height; /* device pixels, 1 to the bounds above */
	int baseline;      /* row below which descenders hang, 0 to height */
	int size;          /* of the letters */
	bool right_to_left;
	uint8_t coverage[]; /* height rows of width bytes */
};

/* Returns NULL for a size out of bounds or without memory. The caller has the one reference. */
struct title_picture *title_picture_create(int width, int height);
/* Returns picture; NULL is legal in both. */
struct title_picture *title_picture_ref(struct title_picture *picture);
void title_picture_unref(struct title_picture *picture);

/* The width that title_draw() will take, at most max_width, in device pixels. */
double title_width(const struct title_picture *picture, struct lettering *lettering, bool is_quoted,
		double max_width);

/*
 * Draws picture with its left edge at x and the middle of its capitals at y; one that is wider than
 * max_width is cut where it ends, with an ellipsis. is_quoted: in quotation marks, which are ours.
 */
void title_draw(const struct title_picture *picture, struct lettering *lettering, cairo_t *cr,
		bool is_quoted, struct color color, double x, double y, double max_width);

#endif
