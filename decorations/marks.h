/* SPDX-License-Identifier: MIT
 *
 * Small figures: glyphs, Silo's mark, keyboard mark, button icons, badges. Coordinates are device
 * pixels of a cairo context whose matrix is a whole translation; scale is device per logical pixel.
 */
#ifndef SILO_DECORATIONS_MARKS_H
#define SILO_DECORATIONS_MARKS_H

#include <cairo.h>

#include "decorations/lettering.h"
#include "decorations/palette.h"

enum icon {
	ICON_CLOSE,
	ICON_MAXIMISE,
	ICON_RESTORE,
	ICON_MINIMISE,
	ICON_LOCK,
	ICON_CAPS_LOCK,
	ICON_CAPTURE, /* a screen with an eye in it */
};

/* Corner radii of a rounded rectangle, clockwise from the top left. */
struct radii {
	double top_left, top_right, bottom_right, bottom_left;
};

void marks_set_color(cairo_t *cr, struct color color, double alpha);
void marks_fill_rect(cairo_t *cr, double x, double y, double width, double height,
		struct color color, double alpha);
/* Adds a closed rounded rectangle to the path. */
void marks_round_path(cairo_t *cr, double x, double y, double width, double height,
		struct radii radii);
/* Strokes a rounded rectangle of line width line, wholly inside the given one. */
void marks_round_outline(cairo_t *cr, double x, double y, double width, double height,
		double radius, double line, struct color color, double alpha);

/* Draws a glyph, GLYPH_HOST too, of the given height around its centre. */
void marks_glyph(cairo_t *cr, enum glyph glyph, double x, double y, double size,
		struct color color);
/* Draws Silo's own mark, three domed columns, around its centre; size 16 is its natural one. */
void marks_silo(cairo_t *cr, double x, double y, double size, struct color color);
/* Draws the keyboard mark, 16 by 10 logical pixels, around its centre. */
void marks_keyboard(cairo_t *cr, double x, double y, double scale, struct color color);
/* Draws an icon in a box of 16 logical pixels around its centre. */
void marks_icon(cairo_t *cr, enum icon icon, double x, double y, double scale, struct color color);

/* Hatches a rectangle, 45 degrees, period 6 logical pixels: what is refused or misbehaves. */
void marks_hatch(cairo_t *cr, double x, double y, double width, double height, double scale,
		struct color color);

/* Badges: host colours (paper and ink), so that none can be taken for a VM's. Logical heights. */
#define BADGE_HEIGHT 22
#define EMULATED_HEIGHT 18

/* A badge of misbehaviour: a hatched field and words; text NULL: the hatch alone. Device pixels. */
double marks_badge_width(struct lettering *lettering, const char *text, double scale);
void marks_badge(struct lettering *lettering, cairo_t *cr, const char *text, double x, double y,
		double scale);

/* The calm permanent badge "Emulated", or "E" where there is little room. Device pixels. */
double marks_emulated_width(struct lettering *lettering, bool is_short, double scale);
void marks_emulated(struct lettering *lettering, cairo_t *cr, bool is_short, double x, double y,
		double scale);

#endif
