/* SPDX-License-Identifier: MIT
 *
 * Sets single lines of text: Pango with absolute sizes, no hinting, grey antialiasing. Labels are
 * the host's words; titles are a guest's, so every string is sanitised and bounded here once more.
 */
#ifndef SILO_DECORATIONS_LETTERING_H
#define SILO_DECORATIONS_LETTERING_H

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>

#include "decorations/palette.h"

/* Fonts and caches; one a process suffices. */
struct lettering;

/* Returns NULL if there is no font at all. The caller destroys it. */
struct lettering *lettering_create(void);

/* NULL is legal. */
void lettering_destroy(struct lettering *lettering);

/* Bytes of a text that are set bold. */
struct line_mark {
	size_t start, end;
};

/* How a line is set. */
struct line_style {
	double size;      /* device pixels */
	int weight;       /* 400, 500, 600 */
	double max_width; /* device pixels, ellipsised beyond; 0: as wide as it is */
	bool is_title;    /* may run from right to left; labels never do */
	bool is_number;   /* figures of one width, for what changes */
	/* Set in weight 700; offsets into a text that is sanitised already. May be NULL. */
	const struct line_mark *marks;
	size_t marks_len;
};

/* The width of text in device pixels, at most style->max_width if that is set. */
double lettering_width(struct lettering *lettering, const char *text,
		const struct line_style *style);

/*
 * Draws text with its left edge at x and the middle of its capitals at y, baseline on a whole
 * pixel, in device pixels of cr, whose matrix must be a whole translation. Returns its width.
 * Any bytes are legal; what may not be shown is left out.
 */
double lettering_draw(struct lettering *lettering, cairo_t *cr, const char *text,
		const struct line_style *style, struct color color, double x, double y);

#endif
