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
#define INACTIVE_SHARE 0.6

/* Logical pixels: how far down, and the blur's width, twice its standard deviation. */
static const struct drop {
	int down, blur;
} drops[] = {[false] = {3, 8}, [true] = {10, 22}};

/* How far the blur reaches to either side of an edge. */
static int reach_of(bool active) {
	return drops[active].blur * SIGMAS / 2;
}

bool shadow_is_cast(const struct frame_spec *spec) {
	return spec->shadow && (spec->kind == FRAME_WINDOW || spec->kind == FRAME_TAB_WINDOW) &&
			!spec->maximised;
}

struct shadow_look shadow_look(const struct frame_spec *spec) {
	return (struct shadow_look){.active = spec->active,
			.dark = spec->dark,
			.scale = fmin(fmax(spec->scale, 0.5), 8)};
}

/* Device pixels of a corner's side. */
static int corner_px(const struct shadow_look *look) {
	return (int)ceil(2 * reach_of(look->active) * look->scale);
}

/* In one direction: first corner, edge, last corner. Corners that would meet are cut. */
struct span {
	int at, length;
	double from, from_length;
};

static void divide(int start, int length, const struct shadow_look *look, struct span spans[3]) {
	int reach = reach_of(look->active), corner = 2 * reach, side = corner_px(look);
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

void shadow_layout(const struct frame_spec *spec, struct shadow_place places[SHADOW_PARTS]) {
	struct shadow_look look = shadow_look(spec);
	struct frame_insets insets = frame_insets(spec->kind);
	int width = spec->width + insets.left + insets.right - 2 * INSET;
	int height = spec->height + insets.top + insets.bottom - 2 * INSET;
	struct span columns[3], rows[3];
	divide(INSET - insets.left, width > 1 ? width : 1, &look, columns);
	divide(INSET - insets.top + drops[look.active].down, height > 1 ? height : 1, &look, rows);
	size_t part = 0;
	for (size_t i = 0; i < 9; i++) {
		const struct span *column = &columns[i % 3], *row = &rows[i / 3];
		if (i == 4) {
			continue; /* below the window */
		}
		places[part++] = (struct shadow_place){column->at, row->at, column->length,
				row->length, column->from, row->from, column->from_length,
				row->from_length};
	}
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
	int side = corner_px(look), reach = reach_of(look->active);
	double from_edge = ((i + 0.5) / side * 2 - 1) * reach;
	double deviation = drops[look->active].blur / 2.0;
	return 0.5 * erfc((third == 0 ? -from_edge : from_edge) / deviation / M_SQRT2);
}

void shadow_paint(const struct shadow_look *look, enum shadow_part part, void *pixels,
		size_t stride) {
	int column, row, width, height;
	place_of(part, &column, &row);
	shadow_part_size(look, part, &width, &height);
	double alpha = theme_get(look->dark)->shade * (look->active ? 1 : INACTIVE_SHARE);
	for (int y = 0; y < height; y++) {
		uint32_t *line = (uint32_t *)((char *)pixels + (size_t)y * stride);
		double across = alpha * darkness(look, row, y);
		for (int x = 0; x < width; x++) {
			double here = across * darkness(look, column, x);
			line[x] = (uint32_t)lround(here * 255) << 24;
		}
	}
}
