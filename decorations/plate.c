/* SPDX-License-Identifier: MIT */
#include "decorations/plate.h"

#include <math.h>

#include "decorations/marks.h"

/* Shares of the height. */
#define NAME_SIZE (30.0 / 72)
#define NAME_GAP 0.32
#define GLYPH_SIZE 0.44
#define RADIUS (1.0 / 12)

static struct line_style name_style(double height) {
	return (struct line_style){.size = height * NAME_SIZE, .weight = 600};
}

double plate_width(const struct plate *plate, struct lettering *lettering, double height) {
	struct line_style style = name_style(height);
	return round(height + lettering_width(lettering, plate->label, &style) +
			2 * height * NAME_GAP);
}

void plate_draw_glyph(const struct plate *plate, cairo_t *cr, double x, double y, double size) {
	if (plate->glyph == GLYPH_HOST) {
		marks_silo(cr, x, y, size, plate->colors.text);
	} else {
		marks_glyph(cr, plate->glyph, x, y, size, plate->colors.text);
	}
}

void plate_draw(const struct plate *plate, struct lettering *lettering, cairo_t *cr, double x,
		double y, double height) {
	const double radius = height * RADIUS, width = plate_width(plate, lettering, height);
	x = round(x);
	y = round(y);
	marks_round_path(cr, x, y, width, height, (struct radii){radius, radius, radius, radius});
	marks_set_color(cr, plate->colors.fill, 1);
	cairo_fill(cr);
	marks_round_path(cr, x, y, height, height, (struct radii){radius, 0, 0, radius});
	marks_set_color(cr, plate->colors.plate, 1);
	cairo_fill(cr);
	plate_draw_glyph(plate, cr, x + height / 2, y + height / 2, height * GLYPH_SIZE);
	struct line_style style = name_style(height);
	lettering_draw(lettering, cr, plate->label, &style, plate->colors.text,
			x + height + height * NAME_GAP, y + height / 2);
}
