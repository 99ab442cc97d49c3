/* SPDX-License-Identifier: MIT
 *
 * The edge code: a dashed line that says along an edge which VM it belongs to, also to those who do
 * not see its colour. It goes with the VM's glyph, so two VMs of one colour have different ones.
 */
#ifndef SILO_DECORATIONS_EDGE_CODE_H
#define SILO_DECORATIONS_EDGE_CODE_H

#include <cairo.h>

#include "decorations/palette.h"

/* Draws the code of glyph from one point to another of a horizontal or vertical line, width and ends
 * in device pixels of cr. The host has none. */
void edge_code_line(cairo_t *cr, enum glyph glyph, double x1, double y1, double x2, double y2,
		double width, double scale, struct color color);

/* Draws it along all four sides, in the middle of an edge of that width inside the rectangle. */
void edge_code_rect(cairo_t *cr, enum glyph glyph, double x, double y, double width, double height,
		double edge, double line, double scale, struct color color);

#endif
