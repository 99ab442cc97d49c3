/* SPDX-License-Identifier: MIT
 *
 * A VM's plate on a host surface: glyph cell and name on the VM's colour, of any height. Host strings
 * only.
 */
#ifndef SILO_DECORATIONS_PLATE_H
#define SILO_DECORATIONS_PLATE_H

#include <cairo.h>

#include "decorations/lettering.h"
#include "decorations/palette.h"

struct plate {
	const char *label;
	struct vm_colors colors;
	enum glyph glyph;
};

/* A plate's width for a height; all lengths are device pixels. */
double plate_width(const struct plate *plate, struct lettering *lettering, double height);

/* Draws it with its top left corner at x, y, which are rounded. */
void plate_draw(const struct plate *plate, struct lettering *lettering, cairo_t *cr, double x,
		double y, double height);

/* A glyph, or the host's mark, around its centre. */
void plate_draw_glyph(const struct plate *plate, cairo_t *cr, double x, double y, double size);

#endif
