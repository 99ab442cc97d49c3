/* SPDX-License-Identifier: MIT */
#include "decorations/edge_code.h"

#include <math.h>

#include "decorations/marks.h"

#define LENGTHS_MAX 6

/* On and off in turn, logical pixels; none: solid. */
static const struct {
	double lengths[LENGTHS_MAX];
	int len;
} codes[GLYPH_COUNT] = {
		[GLYPH_TRIANGLE] = {{2, 10}, 2},
		[GLYPH_SQUARE] = {{12, 12}, 2},
		[GLYPH_DISC] = {{6, 6}, 2},
		[GLYPH_DIAMOND] = {{2, 4}, 2},
		[GLYPH_RING] = {{18, 6}, 2},
		[GLYPH_PLUS] = {{2, 4, 2, 16}, 4},
		[GLYPH_BARS] = {{2, 4, 2, 4, 2, 10}, 6},
		[GLYPH_CRESCENT] = {{12, 4, 2, 6}, 4},
		[GLYPH_ZIGZAG] = {{6, 4, 2, 12}, 4},
		[GLYPH_CHEVRONS] = {{22, 2}, 2},
		[GLYPH_HOURGLASS] = {{2, 22}, 2},
		[GLYPH_STAR] = {{0}, 0},
};

void edge_code_line(cairo_t *cr, enum glyph glyph, double x1, double y1, double x2, double y2,
		double width, double scale, struct color color) {
	if (glyph >= GLYPH_COUNT) {
		return;
	}
	double dashes[LENGTHS_MAX];
	for (int i = 0; i < codes[glyph].len; i++) {
		dashes[i] = fmax(1, round(codes[glyph].lengths[i] * scale));
	}
	cairo_save(cr);
	marks_set_color(cr, color, 1);
	cairo_set_line_width(cr, width);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_BUTT);
	cairo_set_dash(cr, dashes, codes[glyph].len, 0);
	cairo_move_to(cr, x1, y1);
	cairo_line_to(cr, x2, y2);
	cairo_stroke(cr);
	cairo_restore(cr);
}

void edge_code_rect(cairo_t *cr, enum glyph glyph, double x, double y, double width, double height,
		double edge, double line, double scale, struct color color) {
	double top = y + edge / 2, bottom = y + height - edge / 2;
	double left = x + edge / 2, right = x + width - edge / 2;
	edge_code_line(cr, glyph, x + edge, top, x + width - edge, top, line, scale, color);
	edge_code_line(cr, glyph, x + edge, bottom, x + width - edge, bottom, line, scale, color);
	edge_code_line(cr, glyph, left, y + edge, left, y + height - edge, line, scale, color);
	edge_code_line(cr, glyph, right, y + edge, right, y + height - edge, line, scale, color);
}
