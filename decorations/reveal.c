/* SPDX-License-Identifier: MIT */
#include "decorations/reveal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "decorations/edge_code.h"
#include "decorations/marks.h"

#define EDGE 8
#define EDGE_LINE 2
#define FLAT_SHARE 0.2 /* of the fill on the flat's ground */
#define OUTLINE_ALPHA 0.55
#define PLATE_MAX 72
#define PLATE_MIN 32 /* below that the glyph alone stands */
#define GLYPH_MIN 10
#define PLATE_ROOM 8 /* left free around a plate */
#define UNDER_GAP 16 /* from the plate to the words under it */
#define TITLE_LINE 22
/* More rectangles than these of one window's visible part: only the largest of them is looked at. */
#define RECTS_MAX 16

static const struct color night = {0x12, 0x13, 0x16}, dark = {0x0c, 0x0d, 0x0f},
			  white = {0xff, 0xff, 0xff}, faint = {0xa9, 0xab, 0xae};

struct painting {
	struct lettering *lettering;
	cairo_t *cr;
	double scale;
};

static int device(const struct painting *painting, int v) {
	return (int)round(v * painting->scale);
}

static cairo_rectangle_int_t box_of(const struct painting *painting,
		const struct reveal_item *item) {
	int x = device(painting, item->x), y = device(painting, item->y);
	return (cairo_rectangle_int_t){x, y, device(painting, item->x + item->width) - x,
			device(painting, item->y + item->height) - y};
}

static int compare(const void *a, const void *b) {
	int x = *(const int *)a, y = *(const int *)b;
	return (x > y) - (x < y);
}

/* Sorts len numbers and leaves each once. Returns how many are left. */
static int unique(int *numbers, int len) {
	qsort(numbers, (size_t)len, sizeof(*numbers), compare);
	int out = 0;
	for (int i = 0; i < len; i++) {
		if (out == 0 || numbers[out - 1] != numbers[i]) {
			numbers[out++] = numbers[i];
		}
	}
	return out;
}

static double area_of(const cairo_rectangle_int_t *box) {
	return (double)box->width * box->height;
}

/* Is all of that part of the region in it? */
static bool has(const cairo_region_t *region, int x1, int y1, int x2, int y2) {
	const cairo_rectangle_int_t box = {x1, y1, x2 - x1, y2 - y1};
	return cairo_region_contains_rectangle(region, &box) == CAIRO_REGION_OVERLAP_IN;
}

/* The largest rectangle with those edges to its left and right that begins at a top of ys. */
static void widen(const cairo_region_t *region, int x1, int x2, const int *ys, int ys_len,
		cairo_rectangle_int_t *best) {
	for (int top = 0, bottom = 1; bottom < ys_len; bottom++) {
		if (!has(region, x1, ys[bottom - 1], x2, ys[bottom])) {
			top = bottom;
			continue;
		}
		const cairo_rectangle_int_t box = {x1, ys[top], x2 - x1, ys[bottom] - ys[top]};
		*best = area_of(&box) > area_of(best) ? box : *best;
	}
}

/* The largest rectangle in region, whose edges all lie on edges of the region's own rectangles. */
static cairo_rectangle_int_t largest_in(const cairo_region_t *region) {
	cairo_rectangle_int_t best = {0}, box;
	int xs[2 * RECTS_MAX], ys[2 * RECTS_MAX], len = 0;
	int rects = cairo_region_num_rectangles(region);
	for (int i = 0; i < rects; i++) {
		cairo_region_get_rectangle(region, i, &box);
		best = area_of(&box) > area_of(&best) ? box : best;
		if (rects <= RECTS_MAX) {
			xs[len] = box.x;
			ys[len++] = box.y;
			xs[len] = box.x + box.width;
			ys[len++] = box.y + box.height;
		}
	}
	int xs_len = unique(xs, len), ys_len = unique(ys, len);
	for (int left = 0; left < xs_len; left++) {
		for (int right = left + 1; right < xs_len; right++) {
			widen(region, xs[left], xs[right], ys, ys_len, &best);
		}
	}
	return best;
}

static void clip_to(cairo_t *cr, const cairo_region_t *region) {
	cairo_new_path(cr);
	for (int i = 0; i < cairo_region_num_rectangles(region); i++) {
		cairo_rectangle_int_t box;
		cairo_region_get_rectangle(region, i, &box);
		cairo_rectangle(cr, box.x, box.y, box.width, box.height);
	}
	cairo_clip(cr);
}

static void paint_flat(const struct painting *painting, const struct reveal_item *item,
		const cairo_rectangle_int_t *box) {
	cairo_t *cr = painting->cr;
	double scale = painting->scale, rule = fmax(1, round(scale));
	double edge = round(EDGE * scale), line = round(EDGE_LINE * scale);
	double x = box->x, y = box->y, width = box->width, height = box->height;
	marks_fill_rect(cr, x, y, width, height, item->plate.colors.fill, 1);
	double inner_width = width - 2 * edge, inner_height = height - 2 * edge;
	if (inner_width > 0 && inner_height > 0) {
		marks_fill_rect(cr, x + edge, y + edge, inner_width, inner_height,
				color_mix(night, item->plate.colors.fill, FLAT_SHARE), 1);
		edge_code_rect(cr, item->plate.glyph, x, y, width, height, edge, line, scale,
				item->plate.colors.text);
	}
	marks_round_outline(cr, x, y, width, height, 0, rule, white, OUTLINE_ALPHA);
}

/* One line in the middle of room. */
static void paint_words(const struct painting *painting, const char *words, struct color color,
		double size, const cairo_rectangle_int_t *room, double y) {
	struct line_style style = {.size = size * painting->scale,
			.weight = 400,
			.max_width = fmax(1, room->width)};
	double width = lettering_width(painting->lettering, words, &style);
	lettering_draw(painting->lettering, painting->cr, words, &style, color,
			room->x + (room->width - width) / 2, y);
}

/* Under the plate, as far as there is room: how the VM misbehaves, and what the window calls itself. */
static void paint_under(const struct painting *painting, const struct reveal_item *item,
		const cairo_rectangle_int_t *room, double y) {
	double scale = painting->scale, end = room->y + room->height;
	if (item->fault != NULL && y + TITLE_LINE * scale <= end) {
		double width = marks_badge_width(painting->lettering, item->fault, scale);
		if (width <= room->width) {
			marks_badge(painting->lettering, painting->cr, item->fault,
					round(room->x + (room->width - width) / 2), round(y),
					scale);
			y += (TITLE_LINE + 12) * scale;
		}
	}
	if (item->title == NULL || y + 2 * TITLE_LINE * scale > end) {
		return;
	}
	paint_words(painting, "calls itself", faint, 12, room, y + TITLE_LINE * scale / 2);
	y += TITLE_LINE * scale;
	double width = title_width(item->title, painting->lettering, true, room->width);
	title_draw(item->title, painting->lettering, painting->cr, true, white,
			room->x + (room->width - width) / 2, y + TITLE_LINE * scale / 2,
			room->width);
}

/* The plate as large as it fits into the largest rectangle in sight. */
static void paint_name(const struct painting *painting, const struct reveal_item *item,
		const cairo_rectangle_int_t *free) {
	double scale = painting->scale;
	int gap = device(painting, PLATE_ROOM + EDGE);
	cairo_rectangle_int_t room = {free->x + gap, free->y + gap, free->width - 2 * gap,
			free->height - 2 * gap};
	double middle_x = free->x + free->width / 2.0, middle_y = free->y + free->height / 2.0;
	const struct plate *plate = &item->plate;
	for (double height = PLATE_MAX * scale; height >= PLATE_MIN * scale; height -= 4 * scale) {
		double side = round(height), width = plate_width(plate, painting->lettering, side);
		if (width > room.width || side > room.height) {
			continue;
		}
		plate_draw(plate, painting->lettering, painting->cr, middle_x - width / 2,
				middle_y - side / 2, side);
		paint_under(painting, item, &room, middle_y + side / 2 + UNDER_GAP * scale);
		return;
	}
	double side = fmin(PLATE_MIN * scale, fmin(free->width, free->height));
	if (side >= GLYPH_MIN) {
		marks_fill_rect(painting->cr, round(middle_x - side / 2),
				round(middle_y - side / 2), round(side), round(side),
				plate->colors.plate, 1);
		plate_draw_glyph(plate, painting->cr, round(middle_x), round(middle_y),
				side * 0.44);
	}
}

static void paint_item(const struct painting *painting, const struct reveal_item *item,
		cairo_region_t *uncovered) {
	cairo_rectangle_int_t box = box_of(painting, item);
	cairo_region_t *visible = cairo_region_copy(uncovered);
	cairo_region_intersect_rectangle(visible, &box);
	if (!cairo_region_is_empty(visible)) {
		cairo_save(painting->cr);
		clip_to(painting->cr, visible);
		paint_flat(painting, item, &box);
		cairo_rectangle_int_t free = largest_in(visible);
		paint_name(painting, item, &free);
		cairo_restore(painting->cr);
		cairo_region_subtract_rectangle(uncovered, &box);
	}
	cairo_region_destroy(visible);
}

static cairo_surface_t *surface_for(void *pixels, int width, int height, size_t stride) {
	return cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_ARGB32, width, height,
			(int)stride);
}

static bool finish(cairo_t *cr, cairo_surface_t *surface) {
	bool painted = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
	cairo_destroy(cr);
	cairo_surface_flush(surface);
	cairo_surface_destroy(surface);
	return painted;
}

bool reveal_paint(const struct reveal_spec *spec, struct lettering *lettering, void *pixels,
		int width, int height, size_t stride) {
	cairo_surface_t *surface = surface_for(pixels, width, height, stride);
	cairo_t *cr = cairo_create(surface);
	const struct painting painting = {lettering, cr, spec->scale};
	marks_set_color(cr, dark, 1);
	cairo_paint(cr);
	const cairo_rectangle_int_t all = {0, 0, width, height};
	cairo_region_t *uncovered = cairo_region_create_rectangle(&all);
	for (size_t i = 0; i < spec->items_len; i++) {
		paint_item(&painting, &spec->items[i], uncovered);
	}
	cairo_region_destroy(uncovered);
	return finish(cr, surface);
}

/* Draws a key cap that ends at right. Returns where it begins. */
static double paint_cap(const struct painting *painting, const char *key, double right,
		double middle, double progress) {
	double scale = painting->scale, rule = fmax(1, round(scale));
	struct line_style style = {.size = 11 * scale, .weight = 500};
	double letters = lettering_width(painting->lettering, key, &style);
	double width = round(fmax(letters + 12 * scale, 22 * scale)), height = round(20 * scale);
	double x = round(right - width), y = round(middle - height / 2);
	marks_round_outline(painting->cr, x, y, width, height, 4 * scale, rule, white, 0.6);
	lettering_draw(painting->lettering, painting->cr, key, &style, white,
			x + (width - letters) / 2, middle);
	if (progress > 0) {
		/* A ring that closes round the cap, from the top. */
		cairo_set_line_width(painting->cr, round(3 * scale));
		marks_set_color(painting->cr, white, 1);
		cairo_new_path(painting->cr);
		cairo_arc(painting->cr, x + width / 2, middle, 18 * scale, -M_PI / 2,
				-M_PI / 2 + 2 * M_PI * fmin(1, progress));
		cairo_stroke(painting->cr);
	}
	return x;
}

static double paint_hint(const struct painting *painting, const char *words, double right,
		double middle) {
	struct line_style style = {.size = 13 * painting->scale, .weight = 400};
	double x = right - lettering_width(painting->lettering, words, &style);
	lettering_draw(painting->lettering, painting->cr, words, &style, white, x, middle);
	return x;
}

/* At the right, from its end: what the keys do. */
static void paint_keys(const struct painting *painting, const struct reveal_foot *foot,
		double right, double middle) {
	double scale = painting->scale, gap = 24 * scale, near = 10 * scale;
	double x = paint_hint(painting, "let go to return", right, middle) - near;
	x = paint_cap(painting, "Esc", x, middle, 0) - 4 * scale;
	x = paint_cap(painting, foot->modifier, x, middle, 0) - gap;
	if (!foot->is_vm) {
		return;
	}
	char words[128];
	snprintf(words, sizeof(words), "hold to kill %s", foot->plate.label);
	x = paint_hint(painting, words, x, middle) - near - (foot->progress > 0 ? near : 0);
	x = paint_cap(painting, "K", x, middle, foot->progress) - gap;
	snprintf(words, sizeof(words), "%s %s", foot->is_frozen ? "thaw" : "freeze",
			foot->plate.label);
	x = paint_hint(painting, words, x, middle) - near;
	paint_cap(painting, "F", x, middle, 0);
}

static void paint_count(const struct painting *painting, const struct reveal_foot *foot, double x,
		double middle) {
	double scale = painting->scale;
	char words[128];
	snprintf(words, sizeof(words), "%zu %s, %zu %s. %s", foot->windows,
			foot->windows == 1 ? "window" : "windows", foot->vms,
			foot->vms == 1 ? "VM" : "VMs",
			foot->plate.label != NULL ? "The keyboard is with"
						  : "Nobody has the keyboard.");
	marks_silo(painting->cr, x + 8 * scale, middle, 16 * scale, white);
	x += 36 * scale;
	struct line_style style = {.size = 14 * scale, .weight = 400};
	x += lettering_draw(painting->lettering, painting->cr, words, &style, white, x, middle);
	if (foot->plate.label != NULL) {
		double side = round(28 * scale);
		plate_draw(&foot->plate, painting->lettering, painting->cr, x + 12 * scale,
				middle - side / 2, side);
	}
}

bool reveal_paint_foot(const struct reveal_foot *foot, struct lettering *lettering, void *pixels,
		int width, int height, size_t stride) {
	cairo_surface_t *surface = surface_for(pixels, width, height, stride);
	cairo_t *cr = cairo_create(surface);
	const struct painting painting = {lettering, cr, foot->scale};
	double rule = fmax(1, round(foot->scale)), end = 32 * foot->scale;
	marks_set_color(cr, night, 1);
	cairo_paint(cr);
	marks_fill_rect(cr, 0, 0, width, rule, white, 0.2);
	paint_count(&painting, foot, end, height / 2.0);
	paint_keys(&painting, foot, width - end, height / 2.0);
	return finish(cr, surface);
}
