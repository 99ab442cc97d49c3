/* SPDX-License-Identifier: MIT
 *
 * A blurred rectangle is the product of two blurred edges, one a direction, so there is nothing to
 * blur: a pixel's darkness is computed from its distances to the rectangle's edges. The rectangle lies
 * INSET inside the frame, so that the shadow begins below it.
 */
#include "decorations/shadow.h"

#include <math.h>
#include <stdint.h>

#define INSET 4
#define SIGMAS 3 /* the blur is nothing beyond so many of its standard deviations */

/* Logical pixels: how far down, and the blur's width, twice its standard deviation; how dark, or how much
 * of the theme's darkness. */
static const struct drop {
	int down, blur;
	double alpha, share;
} drops[SHADOW_KINDS] = {
		[SHADOW_OF_WINDOW] = {.down = 3, .blur = 8, .share = 0.6},
		[SHADOW_OF_ACTIVE_WINDOW] = {.down = 10, .blur = 22, .share = 1},
		[SHADOW_OF_SHEET] = {.blur = 26, .alpha = 0.5},
};

/* How far the blur reaches to either side of an edge. */
static int reach_of(const struct shadow_look *look) {
	return drops[look->kind].blur * SIGMAS / 2;
}

bool shadow_is_cast(const struct frame_spec *spec) {
	return spec->shadow && (spec->kind == FRAME_WINDOW || spec->kind == FRAME_TAB_WINDOW) &&
			!spec->maximised;
}

struct shadow_look shadow_look(const struct frame_spec *spec) {
	return (struct shadow_look){
			.kind = spec->active ? SHADOW_OF_ACTIVE_WINDOW : SHADOW_OF_WINDOW,
			.dark = spec->dark,
			.scale = fmin(fmax(spec->scale, 0.5), 8)};
}

/* Device pixels of a corner's side. */
static int corner_px(const struct shadow_look *look) {
	return (int)ceil(2 * reach_of(look) * look->scale);
}

/* In one direction: first corner, edge, last corner. Corners that would meet are cut. */
struct span {
	int at, length;
	double from, from_length;
};

static void divide(int start, int length, const struct shadow_look *look, struct span spans[3]) {
	int reach = reach_of(look), corner = 2 * reach, side = corner_px(look);
	int first = length / 2 + reach, last = length - length / 2 + reach;
	first = first < corner ? first : corner;
	last = last < corner ? last : corner;
	double unit = (double)side / corner;
	start -= reach;
	length += 2 * reach;
	spans[0] = (struct span){start, first, 0, first * unit};
	spans[1] = (struct span){start + first, length - first - last, 0, 1};
	spans[2] = (struct span){start + length - last, last, side - last * unit, last * unit};
}

static void lay_out(const struct shadow_look *look, const struct shadow_place *box,
		struct shadow_place places[SHADOW_PARTS]) {
	struct span columns[3], rows[3];
	divide(box->x, box->width > 1 ? box->width : 1, look, columns);
	divide(box->y + drops[look->kind].down, box->height > 1 ? box->height : 1, look, rows);
	size_t part = 0;
	for (size_t i = 0; i < 9; i++) {
		const struct span *column = &columns[i % 3], *row = &rows[i / 3];
		if (i == 4) {
			continue; /* below the window, or sheet */
		}
		places[part++] = (struct shadow_place){column->at, row->at, column->length,
				row->length, column->from, row->from, column->from_length,
				row->from_length};
	}
}

void shadow_layout(const struct frame_spec *spec, struct shadow_place places[SHADOW_PARTS]) {
	struct shadow_look look = shadow_look(spec);
	struct frame_insets insets = frame_insets(spec->kind);
	const struct shadow_place box = {
			.x = INSET - insets.left,
			.y = INSET - insets.top,
			.width = spec->width + insets.left + insets.right - 2 * INSET,
			.height = spec->height + insets.top + insets.bottom - 2 * INSET,
	};
	lay_out(&look, &box, places);
}

void shadow_layout_sheet(const struct shadow_look *look, int width, int height,
		struct shadow_place places[SHADOW_PARTS]) {
	lay_out(look, &(struct shadow_place){.width = width, .height = height}, places);
}

/* Which of the three columns and rows a part is in. */
static void place_of(enum shadow_part part, int *ret_column, int *ret_row) {
	int index = part < SHADOW_RIGHT ? (int)part : (int)part + 1;
	*ret_column = index % 3;
	*ret_row = index / 3;
}

void shadow_part_size(const struct shadow_look *look, enum shadow_part part, int *ret_width,
		int *ret_height) {
	int column, row, side = corner_px(look);
	place_of(part, &column, &row);
	*ret_width = column == 1 ? 1 : side;
	*ret_height = row == 1 ? 1 : side;
}

/* How dark it is at pixel i of one direction. */
static double darkness(const struct shadow_look *look, int third, int i) {
	if (third == 1) {
		return 1;
	}
	int side = corner_px(look), reach = reach_of(look);
	double from_edge = ((i + 0.5) / side * 2 - 1) * reach;
	double deviation = drops[look->kind].blur / 2.0;
	return 0.5 * erfc((third == 0 ? -from_edge : from_edge) / deviation / M_SQRT2);
}

void shadow_paint(const struct shadow_look *look, enum shadow_part part, void *pixels,
		size_t stride) {
	int column, row, width, height;
	place_of(part, &column, &row);
	shadow_part_size(look, part, &width, &height);
	const struct drop *drop = &drops[look->kind];
	double alpha = drop->alpha + drop->share * theme_get(look->dark)->shade;
	for (int y = 0; y < height; y++) {
		uint32_t *line = (uint32_t *)((char *)pixels + (size_t)y * stride);
		double across = alpha * darkness(look, row, y);
		for (int x = 0; x < width; x++) {
			double here = across * darkness(look, column, x);
			line[x] = (uint32_t)lround(here * 255) << 24;
		}
	}
}
