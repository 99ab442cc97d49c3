/* SPDX-License-Identifier: MIT */
#include "decorations/hold.h"

#include <math.h>

#include "decorations/marks.h"

#define PLATE 28
#define PADDING 16
#define GAP 12
#define RADIUS 12
#define LINE 3 /* at the foot: what is done */

bool hold_paint(const struct hold_spec *spec, struct lettering *lettering, void *pixels, int width,
		int height, size_t stride) {
	const struct theme *theme = theme_get(spec->dark);
	double scale = spec->scale, radius = RADIUS * scale, line = round(LINE * scale);
	double rule = fmax(1, round(scale)), middle = (height - line) / 2;
	cairo_surface_t *surface = cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_ARGB32,
			width, height, (int)stride);
	cairo_t *cr = cairo_create(surface);
	/* It hangs from the strip: only its lower corners are free. */
	const struct radii radii = {0, 0, radius, radius};
	marks_round_path(cr, 0, 0, width, height, radii);
	marks_set_color(cr, theme->ink3, 1);
	cairo_fill(cr);
	const struct radii inner = {0, 0, radius - rule, radius - rule};
	marks_round_path(cr, rule, 0, width - 2 * rule, height - rule, inner);
	cairo_clip(cr);
	marks_set_color(cr, theme->raised, 1);
	cairo_paint(cr);
	struct line_style style = {.size = 15 * scale, .weight = 600};
	double x = round(PADDING * scale), side = round(PLATE * scale);
	x += lettering_draw(lettering, cr, spec->words, &style, theme->ink, x, middle);
	plate_draw(&spec->plate, lettering, cr, x + GAP * scale, middle - side / 2, side);
	marks_fill_rect(cr, 0, height - rule - line, round(width * fmin(1, spec->progress)), line,
			theme->ink, 1);
	bool painted = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
	cairo_destroy(cr);
	cairo_surface_flush(surface);
	cairo_surface_destroy(surface);
	return painted;
}
