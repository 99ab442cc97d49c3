/* SPDX-License-Identifier: MIT */
#include "decorations/text/shape.h"

#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "decorations/text/wire.h"

struct shaper {
	PangoContext *context;
	PangoLayout *layout;
	PangoFontDescription *font;
};

struct shaper *shaper_create(void) {
	struct shaper *shaper = calloc(1, sizeof(*shaper));
	if (shaper == NULL) {
		return NULL;
	}
	shaper->context = pango_font_map_create_context(pango_cairo_font_map_get_default());
	cairo_font_options_t *options = cairo_font_options_create();
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	pango_cairo_context_set_font_options(shaper->context, options);
	cairo_font_options_destroy(options);
	pango_context_set_round_glyph_positions(shaper->context, FALSE);
	shaper->layout = pango_layout_new(shaper->context);
	pango_layout_set_single_paragraph_mode(shaper->layout, TRUE);
	shaper->font = pango_font_description_from_string("Inter,Cantarell,Noto Sans,DejaVu Sans");
	PangoFont *font = pango_context_load_font(shaper->context, shaper->font);
	if (font == NULL) {
		shaper_destroy(shaper);
		return NULL;
	}
	g_object_unref(font);
	return shaper;
}

void shaper_destroy(struct shaper *shaper) {
	if (shaper == NULL) {
		return;
	}
	pango_font_description_free(shaper->font);
	g_object_unref(shaper->layout);
	g_object_unref(shaper->context);
	free(shaper);
}

/* Draws the layout with its left edge at left of a picture of that width. */
static struct title_picture *draw(PangoLayout *layout, int left, int width, int height,
		int baseline) {
	struct title_picture *picture = title_picture_create(width, height);
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, width, height);
	cairo_t *cr = cairo_create(surface);
	cairo_move_to(cr, left, baseline - (double)pango_layout_get_baseline(layout) / PANGO_SCALE);
	pango_cairo_show_layout(cr, layout);
	cairo_surface_flush(surface);
	const unsigned char *rows = cairo_image_surface_get_data(surface);
	if (picture != NULL && rows != NULL && cairo_status(cr) == CAIRO_STATUS_SUCCESS) {
		int stride = cairo_image_surface_get_stride(surface);
		for (int y = 0; y < height; y++) {
			memcpy(&picture->coverage[(size_t)y * (size_t)width],
					&rows[(size_t)y * (size_t)stride], (size_t)width);
		}
	} else {
		title_picture_unref(picture);
		picture = NULL;
	}
	cairo_destroy(cr);
	cairo_surface_destroy(surface);
	return picture;
}

struct title_picture *shaper_set(struct shaper *shaper, const char *text, size_t len, int size) {
	char shown[TEXT_BYTES_MAX + 1];
	size_t shown_len = text_sanitise(text, len, TEXT_CODES_MAX, shown, sizeof(shown));
	if (shown_len == 0 || size < TITLE_SIZE_MIN || size > TITLE_SIZE_MAX) {
		return NULL;
	}
	PangoLayout *layout = shaper->layout;
	pango_font_description_set_absolute_size(shaper->font, (double)size * PANGO_SCALE);
	pango_layout_set_font_description(layout, shaper->font);
	pango_layout_set_text(layout, shown, (int)shown_len);
	PangoRectangle logical;
	pango_layout_get_extents(layout, NULL, &logical);
	/* Two lines high whatever the font says: marks that pile up are cut off, not given room. */
	int width = PANGO_PIXELS_CEIL(logical.width), height = 2 * size, baseline = size * 3 / 2;
	if (width < 1) {
		return NULL;
	}
	width = width < TITLE_WIDTH_MAX ? width : TITLE_WIDTH_MAX;
	struct title_picture *picture =
			draw(layout, -logical.x / PANGO_SCALE, width, height, baseline);
	if (picture != NULL) {
		picture->baseline = baseline;
		picture->size = size;
		picture->right_to_left =
				pango_layout_get_direction(layout, 0) == PANGO_DIRECTION_RTL;
	}
	return picture;
}
