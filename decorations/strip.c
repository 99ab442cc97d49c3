/* SPDX-License-Identifier: MIT */
#include "decorations/strip.h"

#include <math.h>

#include "decorations/marks.h"
#include "decorations/strip_items.h"

#define TILE_WIDTH_MIN 140
#define TILE_GAP 10
#define TILE_TAIL 44 /* after the name, with the keyboard mark */
#define BADGE_GAP 8
#define END_GAP 16

struct tile {
	struct color fill, cell, text;
	const char *label;
	bool has_keyboard;
};

static struct tile tile_of(const struct strip_spec *spec) {
	const struct theme *theme = theme_get(spec->dark);
	const char *label = spec->label != NULL ? spec->label : "";
	struct tile tile = {theme->ink, theme->ink, theme->surface, label, true};
	switch (spec->holder) {
	case STRIP_NOBODY:
		tile = (struct tile){theme->line, theme->line, theme->ink, "No window", false};
		break;
	case STRIP_LOCKED:
		tile.label = "Locked";
		tile.has_keyboard = false;
		break;
	case STRIP_VM:
		tile.fill = spec->colors.fill;
		tile.cell = spec->colors.plate;
		tile.text = spec->colors.text;
		break;
	case STRIP_HOST:
		break;
	}
	if (spec->elsewhere) {
		tile = (struct tile){theme->line, theme->line, theme->ink, tile.label, false};
	}
	return tile;
}

static struct line_style name_style(const struct strip_spec *spec) {
	return (struct line_style){.size = 13 * spec->scale,
			.weight = 600,
			.max_width = spec->width * spec->scale / 2};
}

static double tile_width(const struct strip_spec *spec, struct lettering *lettering) {
	struct tile tile = tile_of(spec);
	struct line_style style = name_style(spec);
	double name = lettering_width(lettering, tile.label, &style);
	double width = name + (STRIP_HEIGHT + TILE_GAP + TILE_TAIL) * spec->scale;
	return round(fmax(TILE_WIDTH_MIN * spec->scale, width));
}

double strip_tile_width(const struct strip_spec *spec, struct lettering *lettering) {
	return tile_width(spec, lettering) / spec->scale;
}

void strip_size(const struct strip_spec *spec, int *ret_width, int *ret_height) {
	*ret_width = (int)round(spec->width * spec->scale);
	*ret_height = (int)round(STRIP_HEIGHT * spec->scale);
}

static void paint_tile(const struct strip_spec *spec, struct lettering *lettering, cairo_t *cr,
		double width, double height) {
	struct tile tile = tile_of(spec);
	struct line_style style = name_style(spec);
	double scale = spec->scale, middle = height / 2;
	marks_fill_rect(cr, 0, 0, width, height, tile.fill, 1);
	marks_fill_rect(cr, 0, 0, height, height, tile.cell, 1);
	if (spec->holder == STRIP_VM) {
		marks_glyph(cr, spec->glyph, middle, middle, 12 * scale, tile.text);
	} else {
		marks_silo(cr, middle, middle, 16 * scale, tile.text);
	}
	lettering_draw(lettering, cr, tile.label, &style, tile.text, height + TILE_GAP * scale,
			middle);
	double mark = width - 20 * scale;
	if (spec->holder == STRIP_LOCKED) {
		marks_icon(cr, ICON_LOCK, mark, middle - scale, scale, tile.text);
	} else if (tile.has_keyboard) {
		marks_keyboard(cr, mark, middle, scale, tile.text);
	}
}

static void paint_strip(const struct strip_spec *spec, struct lettering *lettering, cairo_t *cr,
		double width, double height) {
	struct tile tile = tile_of(spec);
	double scale = spec->scale, horizon = round(STRIP_HORIZON * scale);
	marks_set_color(cr, theme_get(spec->dark)->surface, 1);
	cairo_paint(cr);
	marks_fill_rect(cr, 0, height - horizon, width, horizon, tile.fill, 1);
	double at = tile_width(spec, lettering);
	paint_tile(spec, lettering, cr, at, height);
	double middle = (height - horizon) / 2;
	if (spec->emulated && spec->holder == STRIP_VM) {
		double top = round(middle - EMULATED_HEIGHT * scale / 2);
		at = round(at + BADGE_GAP * scale);
		marks_emulated(lettering, cr, false, at, top, scale);
		at += marks_emulated_width(lettering, false, scale);
	}
	if (spec->badge != NULL && spec->holder == STRIP_VM) {
		at = round(at + BADGE_GAP * scale);
		marks_badge(lettering, cr, spec->badge, at,
				round(middle - BADGE_HEIGHT * scale / 2), scale);
		at += marks_badge_width(lettering, spec->badge, scale);
	}
	strip_items_paint(spec, lettering, cr, at + END_GAP * scale, width - END_GAP * scale,
			middle);
}

bool strip_paint(const struct strip_spec *spec, struct lettering *lettering, void *pixels,
		int width, int height, size_t stride) {
	cairo_surface_t *surface = cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_ARGB32,
			width, height, (int)stride);
	cairo_t *cr = cairo_create(surface);
	paint_strip(spec, lettering, cr, width, height);
	bool painted = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
	cairo_destroy(cr);
	cairo_surface_flush(surface);
	cairo_surface_destroy(surface);
	return painted;
}
