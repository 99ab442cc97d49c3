/* SPDX-License-Identifier: MIT
 *
 * What launcher and panel are drawn with: rectangles, text and the marks of VMs, in logical pixels
 * on a picture of any scale. Text may be a guest's claim: it is sanitised and bounded by
 * decorations/lettering once more.
 */
#ifndef SILO_LAUNCHER_TOOLKIT_CANVAS_H
#define SILO_LAUNCHER_TOOLKIT_CANVAS_H

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>

#include "decorations/lettering.h"
#include "decorations/marks.h"
#include "decorations/palette.h"

struct canvas {
	cairo_t *cr;
	struct lettering *lettering;
	const struct theme *theme;
	double scale; /* device pixels per logical one */
};

/* A rectangle in logical pixels. */
struct box {
	double x, y, width, height;
};

bool box_contains(const struct box *box, double x, double y);

/*
 * Begins to draw into pixels as frame_paint() has them; canvas_end() ends it and returns whether
 * all went well. lettering is borrowed.
 */
void canvas_begin(struct canvas *canvas, struct lettering *lettering, bool dark, double scale,
		void *pixels, int width, int height, size_t stride);
bool canvas_end(struct canvas *canvas);

/* Device pixels of a logical length, snapped to whole ones. */
double canvas_snap(const struct canvas *canvas, double length);

void canvas_fill(struct canvas *canvas, struct box box, struct color color);
void canvas_round(struct canvas *canvas, struct box box, double radius, struct color color);
/* An outline of the given line width, wholly inside box. */
void canvas_outline(struct canvas *canvas, struct box box, double radius, double line,
		struct color color);

/* Nothing is drawn outside box until canvas_unclip(). */
void canvas_clip(struct canvas *canvas, struct box box);
void canvas_unclip(struct canvas *canvas);

enum align {
	ALIGN_LEFT,
	ALIGN_MIDDLE,
	ALIGN_RIGHT,
};

/* How a text is drawn; lengths are logical. */
struct text_look {
	double size;
	int weight; /* 0: 400 */
	struct color color;
	enum align align;
	double max_width; /* 0: as wide as it is */
	bool is_title, is_number;
	const struct line_mark *marks;
	size_t marks_len;
};

/* Draws text with the middle of its capitals at y. Returns its width. */
double canvas_text(struct canvas *canvas, const char *text, double x, double y,
		const struct text_look *look);
double canvas_text_width(struct canvas *canvas, const char *text, const struct text_look *look);

/* A plate: glyph cell and name on the VM's colour. */
struct plate {
	const char *name;
	struct vm_colors colors;
	enum glyph glyph;
};

#define PLATE_RADIUS 3

double canvas_plate_width(struct canvas *canvas, const struct plate *plate, double height,
		double size, double max_width);
/* Draws it with its top left corner at x, y; max_width 0: as wide as it is. Returns its width. */
double canvas_plate(struct canvas *canvas, const struct plate *plate, double x, double y,
		double height, double size, double max_width);

/* The cap of a key, as in hints; returns its width. */
double canvas_key(struct canvas *canvas, const char *key, double x, double middle);

enum figure {
	FIGURE_SEARCH,
	FIGURE_RETURN,
	FIGURE_CROSS,
	FIGURE_FLASH,
	FIGURE_ARROW,
	FIGURE_CLIPBOARD,
};

/* A figure in a box of 16 around x, y. */
void canvas_figure(struct canvas *canvas, enum figure figure, double x, double y,
		struct color color);

#endif
