/* SPDX-License-Identifier: MIT
 *
 * The window switcher's sheet: a column per VM with its plate as head, under it a row per window.
 * Labels are the host's words; titles are pictures of a guest's and stand in quotes. Lengths are logical pixels.
 */
#ifndef SILO_DECORATIONS_SWITCHER_H
#define SILO_DECORATIONS_SWITCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "decorations/lettering.h"
#include "decorations/palette.h"
#include "decorations/title.h"

#define SWITCHER_TITLE_SIZE 15 /* of the letters of titles */
/* More columns than these are not shown; of a column's rows as many as have room. */
#define SWITCHER_COLUMNS_MAX 16

struct switcher_row {
	struct title_picture *title; /* NULL: none yet */
	unsigned int workspace;      /* a number to show, from 1; 0: the one that is shown */
	bool is_minimized;
	bool is_urgent;
};

struct switcher_column {
	const char *label;
	struct vm_colors colors;
	enum glyph glyph; /* GLYPH_HOST too */
	const struct switcher_row *rows;
	size_t rows_len;
};

/* What the sheet shows. Everything is borrowed for the calls. */
struct switcher_spec {
	const struct switcher_column *columns;
	size_t columns_len;
	size_t column, row;        /* the selected one */
	int width_max, height_max; /* of the sheet */
	bool dark;
	double scale;
};

/* Where everything lies. */
struct switcher_layout {
	int width, height; /* of the sheet */
	int column_width;
	size_t first_column, columns; /* shown: so many from the first one on */
	size_t rows;                  /* room for so many in a column */
};

void switcher_lay_out(const struct switcher_spec *spec, struct switcher_layout *ret_layout);

/* The first row of a column that is shown: the selected one always is. */
size_t switcher_first_row(const struct switcher_spec *spec, const struct switcher_layout *layout,
		size_t column);

/* Finds the row at a point of the sheet. Returns false if there is none. */
bool switcher_row_at(const struct switcher_spec *spec, const struct switcher_layout *layout,
		double x, double y, size_t *ret_column, size_t *ret_row);

/* Paints the sheet; pixels as for frame_paint(), of the layout's size times scale, rounded. Returns
 * false without memory. */
bool switcher_paint(const struct switcher_spec *spec, const struct switcher_layout *layout,
		struct lettering *lettering, void *pixels, int width, int height, size_t stride);

#endif
