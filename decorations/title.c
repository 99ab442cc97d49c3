/* SPDX-License-Identifier: MIT */
#include "decorations/title.h"

#include <math.h>
#include <stdlib.h>

#include "decorations/marks.h"

/* Height of the capitals' middle above the baseline, in sizes; lettering.c has the same. */
#define CAPITALS_MIDDLE 0.364

struct title_picture *title_picture_create(int width, int height) {
	if (width < 1 || height < 1 || width > TITLE_WIDTH_MAX || height > TITLE_HEIGHT_MAX) {
		return NULL;
	}
	struct title_picture *picture =
			calloc(1, sizeof(*picture) + (size_t)width * (size_t)height);
	if (picture != NULL) {
		picture->refs = 1;
		picture->width = width;
		picture->height = height;
	}
	return picture;
}

struct title_picture *title_picture_ref(struct title_picture *picture) {
	if (picture != NULL) {
		picture->refs++;
	}
	return picture;
}

void title_picture_unref(struct title_picture *picture) {
	if (picture != NULL && --picture->refs == 0) {
		free(picture);
	}
}

/* Where a title's parts are, device pixels from its left edge. */
struct parts {
	double quote;    /* width of one quotation mark; 0: none */
	double text;     /* what is shown of the picture */
	double ellipsis; /* 0: all of it is shown */
};

static struct line_style style_of(const struct title_picture *picture) {
	return (struct line_style){.size = picture->size, .weight = 400};
}

static struct parts parts_of(const struct title_picture *picture, struct lettering *lettering,
		bool is_quoted, double max_width) {
	struct line_style style = style_of(picture);
	struct parts parts = {.text = picture->width};
	if (is_quoted) {
		parts.quote = lettering_width(lettering, "“", &style);
	}
	double room = floor(max_width - 2 * parts.quote);
	if (parts.text > room) {
		parts.ellipsis = lettering_width(lettering, "…", &style);
		parts.text = fmax(0, floor(room - parts.ellipsis));
	}
	return parts;
}

double title_width(const struct title_picture *picture, struct lettering *lettering, bool is_quoted,
		double max_width) {
	struct parts parts = parts_of(picture, lettering, is_quoted, max_width);
	return parts.text + parts.ellipsis + 2 * parts.quote;
}

/* The part of picture that is shown: its beginning, which is at the right of what runs leftwards. */
static void draw_coverage(const struct title_picture *picture, cairo_t *cr, struct color color,
		double x, double top, int width) {
	int from = picture->right_to_left ? picture->width - width : 0;
	cairo_surface_t *mask = cairo_image_surface_create(CAIRO_FORMAT_A8, width, picture->height);
	unsigned char *rows = cairo_image_surface_get_data(mask);
	if (rows != NULL) {
		int stride = cairo_image_surface_get_stride(mask);
		for (int y = 0; y < picture->height; y++) {
			for (int column = 0; column < width; column++) {
				rows[y * stride + column] = picture->coverage[y * picture->width +
						from + column];
			}
		}
		cairo_surface_mark_dirty(mask);
		marks_set_color(cr, color, 1);
		cairo_mask_surface(cr, mask, x, top);
	}
	cairo_surface_destroy(mask);
}

void title_draw(const struct title_picture *picture, struct lettering *lettering, cairo_t *cr,
		bool is_quoted, struct color color, double x, double y, double max_width) {
	struct parts parts = parts_of(picture, lettering, is_quoted, max_width);
	struct line_style style = style_of(picture);
	x = round(x);
	double top = round(y + picture->size * CAPITALS_MIDDLE) - picture->baseline;
	double ellipsis = picture->right_to_left ? x + parts.quote : x + parts.quote + parts.text;
	double text = x + parts.quote + (picture->right_to_left ? parts.ellipsis : 0);
	if (is_quoted) {
		lettering_draw(lettering, cr, "“", &style, color, x, y);
		lettering_draw(lettering, cr, "”", &style, color,
				x + parts.quote + parts.text + parts.ellipsis, y);
	}
	if (parts.ellipsis > 0) {
		lettering_draw(lettering, cr, "…", &style, color, ellipsis, y);
	}
	if (parts.text >= 1) {
		draw_coverage(picture, cr, color, round(text), top, (int)parts.text);
	}
}
