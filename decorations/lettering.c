/* SPDX-License-Identifier: MIT */
#include "decorations/lettering.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

/* Height of the capitals' middle above the baseline, in sizes. */
#define CAPITALS_MIDDLE 0.364

struct lettering {
	PangoContext *context;
	PangoLayout *layout;
	PangoFontDescription *font;
};

struct lettering *lettering_create(void) {
	struct lettering *lettering = calloc(1, sizeof(*lettering));
	if (lettering == NULL) {
		return NULL;
	}
	lettering->context = pango_font_map_create_context(pango_cairo_font_map_get_default());
	cairo_font_options_t *options = cairo_font_options_create();
	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	pango_cairo_context_set_font_options(lettering->context, options);
	cairo_font_options_destroy(options);
	pango_context_set_round_glyph_positions(lettering->context, FALSE);
	pango_context_set_base_dir(lettering->context, PANGO_DIRECTION_LTR);
	lettering->layout = pango_layout_new(lettering->context);
	pango_layout_set_single_paragraph_mode(lettering->layout, TRUE);
	lettering->font =
			pango_font_description_from_string("Inter,Cantarell,Noto Sans,DejaVu Sans");
	PangoFont *font = pango_context_load_font(lettering->context, lettering->font);
	if (font == NULL) {
		lettering_destroy(lettering);
		return NULL;
	}
	g_object_unref(font);
	return lettering;
}

void lettering_destroy(struct lettering *lettering) {
	if (lettering == NULL) {
		return;
	}
	pango_font_description_free(lettering->font);
	g_object_unref(lettering->layout);
	g_object_unref(lettering->context);
	free(lettering);
}

static PangoAttrList *attributes_of(const struct line_style *style) {
	PangoAttrList *list = pango_attr_list_new();
	if (style->is_number) {
		pango_attr_list_insert(list, pango_attr_font_features_new("tnum=1"));
	}
	for (size_t i = 0; i < style->marks_len; i++) {
		PangoAttribute *bold = pango_attr_weight_new(PANGO_WEIGHT_BOLD);
		bold->start_index = (guint)style->marks[i].start;
		bold->end_index = (guint)style->marks[i].end;
		pango_attr_list_insert(list, bold);
	}
	return list;
}

static void set_line(struct lettering *lettering, const char *text,
		const struct line_style *style) {
	PangoLayout *layout = lettering->layout;
	char shown[4 * TITLE_LEN_MAX + 1];
	size_t len = strnlen(text, sizeof(shown) - 1);
	size_t shown_len = text_sanitise(text, len, TITLE_LEN_MAX, shown, sizeof(shown));
	pango_font_description_set_absolute_size(lettering->font, style->size * PANGO_SCALE);
	pango_font_description_set_weight(lettering->font, (PangoWeight)style->weight);
	pango_layout_set_font_description(layout, lettering->font);
	pango_layout_set_auto_dir(layout, style->is_title);
	pango_layout_set_text(layout, shown, (int)shown_len);
	bool is_plain = !style->is_number && style->marks_len == 0;
	PangoAttrList *attributes = is_plain ? NULL : attributes_of(style);
	pango_layout_set_attributes(layout, attributes);
	if (attributes != NULL) {
		pango_attr_list_unref(attributes);
	}
	bool bounded = style->max_width > 0;
	pango_layout_set_width(layout, bounded ? (int)(style->max_width * PANGO_SCALE) : -1);
	pango_layout_set_ellipsize(layout, bounded ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
	/* A title starts after the plate whichever way it reads; Pango swaps the sides. */
	bool right_to_left = style->is_title &&
			pango_layout_get_direction(layout, 0) == PANGO_DIRECTION_RTL;
	pango_layout_set_alignment(layout, right_to_left ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
}

double lettering_width(struct lettering *lettering, const char *text,
		const struct line_style *style) {
	set_line(lettering, text, style);
	PangoRectangle logical;
	pango_layout_get_extents(lettering->layout, NULL, &logical);
	return ceil((double)logical.width / PANGO_SCALE);
}

double lettering_draw(struct lettering *lettering, cairo_t *cr, const char *text,
		const struct line_style *style, struct color color, double x, double y) {
	double width = lettering_width(lettering, text, style);
	double baseline = round(y + style->size * CAPITALS_MIDDLE);
	double above = (double)pango_layout_get_baseline(lettering->layout) / PANGO_SCALE;
	cairo_set_source_rgb(cr, color.r / 255.0, color.g / 255.0, color.b / 255.0);
	cairo_move_to(cr, round(x), baseline - above);
	pango_cairo_show_layout(cr, lettering->layout);
	return width;
}
