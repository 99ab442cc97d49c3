/* SPDX-License-Identifier: MIT */
#include "decorations/wallpaper.h"

#include "decorations/marks.h"
#include "decorations/palette.h"

/* Drawn for an output of 1920 by 1080 and scaled by the width. */
#define WIDTH 1920.0
#define COLUMN 384
#define INSET 44

bool wallpaper_paint(bool dark, void *pixels, int width, int height, size_t stride) {
	static const int tops[5] = {610, 360, 700, 250, 500};
	const struct theme *theme = theme_get(dark);
	cairo_surface_t *surface = cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_ARGB32,
			width, height, (int)stride);
	cairo_t *cr = cairo_create(surface);
	marks_set_color(cr, theme->ground, 1);
	cairo_paint(cr);
	double unit = width / WIDTH;
	/* Narrow, high outputs have the domes at the same share of their height. */
	double top_unit = height / 1080.0;
	for (int column = 0; column < 5; column++) {
		for (int ring = 0; ring < 4; ring++) {
			double dome = (COLUMN - 2 * INSET * ring) * unit;
			double y = tops[column] * top_unit + INSET * ring * unit;
			marks_round_path(cr, (COLUMN * column + INSET * ring) * unit, y, dome,
					height + dome, (struct radii){dome / 2, dome / 2, 0, 0});
			marks_set_color(cr, theme->wall[ring], 1);
			cairo_fill(cr);
		}
	}
	bool painted = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
	cairo_destroy(cr);
	cairo_surface_flush(surface);
	cairo_surface_destroy(surface);
	return painted;
}
