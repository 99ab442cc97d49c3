/* SPDX-License-Identifier: MIT */
#include "compositor/shell/layer_arrange.h"

#include <stdint.h>
#include <wlr/types/wlr_layer_shell_v1.h>

#include "compositor/output/output.h"
#include "wlr-layer-shell-unstable-v1-protocol.h"

#define TOP ZWLR_LAYER_SURFACE_V1_ANCHOR_TOP
#define BOTTOM ZWLR_LAYER_SURFACE_V1_ANCHOR_BOTTOM
#define LEFT ZWLR_LAYER_SURFACE_V1_ANCHOR_LEFT
#define RIGHT ZWLR_LAYER_SURFACE_V1_ANCHOR_RIGHT

/* Beyond this, a client's numbers are nonsense, and near the ends of int. */
#define LENGTH_MAX 32767

static int clamp(int64_t value, int min, int max) {
	return value < min ? min : value > max ? max : (int)value;
}

/* One axis: start and length of the area, anchored at its begin or end, wanted length (0: all). */
static void place_axis(int start, int length, bool at_begin, bool at_end, uint32_t wanted,
		int before, int after, int *ret_start, int *ret_length) {
	before = at_begin ? clamp(before, -LENGTH_MAX, LENGTH_MAX) : 0;
	after = at_end ? clamp(after, -LENGTH_MAX, LENGTH_MAX) : 0;
	int64_t size = wanted != 0 ? (int64_t)wanted : (int64_t)length - before - after;
	*ret_length = clamp(size, 1, length);
	int room = length - *ret_length;
	int at = room / 2;
	if (at_begin && (!at_end || wanted == 0)) {
		at = before;
	} else if (at_end && !at_begin) {
		at = room - after;
	}
	*ret_start = start + at;
}

struct wlr_box layer_place(const struct wlr_layer_surface_v1_state *untrusted,
		const struct wlr_box *area) {
	struct wlr_box box;
	uint32_t anchor = untrusted->anchor;
	place_axis(area->x, area->width, anchor & LEFT, anchor & RIGHT, untrusted->desired_width,
			untrusted->margin.left, untrusted->margin.right, &box.x, &box.width);
	place_axis(area->y, area->height, anchor & TOP, anchor & BOTTOM, untrusted->desired_height,
			untrusted->margin.top, untrusted->margin.bottom, &box.y, &box.height);
	return box;
}

/* The edge that an exclusive zone counts from; 0: from none. */
static uint32_t exclusive_edge(const struct wlr_layer_surface_v1_state *state) {
	if (state->exclusive_edge != 0) {
		return state->exclusive_edge;
	}
	switch (state->anchor) {
	case TOP:
	case TOP | LEFT | RIGHT:
		return TOP;
	case BOTTOM:
	case BOTTOM | LEFT | RIGHT:
		return BOTTOM;
	case LEFT:
	case LEFT | TOP | BOTTOM:
		return LEFT;
	case RIGHT:
	case RIGHT | TOP | BOTTOM:
		return RIGHT;
	}
	return 0;
}

/* What zone and margin take of length, if enough of it is left. */
static int taken(int zone, int margin, int length) {
	int64_t sum = (int64_t)zone + margin;
	return sum > 0 && length - sum >= LAYER_USABLE_MIN ? (int)sum : 0;
}

void layer_reserve(const struct wlr_layer_surface_v1_state *untrusted, struct wlr_box *area,
		struct output_insets *insets) {
	int zone = untrusted->exclusive_zone;
	switch (exclusive_edge(untrusted)) {
	case TOP:
		zone = taken(zone, untrusted->margin.top, area->height);
		insets->top += zone;
		area->y += zone;
		area->height -= zone;
		break;
	case BOTTOM:
		zone = taken(zone, untrusted->margin.bottom, area->height);
		insets->bottom += zone;
		area->height -= zone;
		break;
	case LEFT:
		zone = taken(zone, untrusted->margin.left, area->width);
		insets->left += zone;
		area->x += zone;
		area->width -= zone;
		break;
	case RIGHT:
		zone = taken(zone, untrusted->margin.right, area->width);
		insets->right += zone;
		area->width -= zone;
		break;
	}
}
