/* SPDX-License-Identifier: MIT
 *
 * Candidates are the corners that the area and the other windows make: the left end of the area and
 * what follows each window's right edge, or precedes its left one, and the area's right end; the same
 * for heights. Of these the one with the least overlap wins, the upper and then the left one among
 * equals.
 */
#include "compositor/window/place.h"

#include <stdint.h>

/* How much of a bar must stay within reach. */
#define REACHABLE 64

struct candidates {
	int values[2 * PLACE_OTHERS_MAX + 2]; /* two for the ends, two for each window */
	size_t len;
};

static void add_candidate(struct candidates *candidates, int value, int min, int max) {
	if (value >= min && value <= max) {
		candidates->values[candidates->len++] = value;
	}
}

static int64_t overlap(const struct wlr_box *box, const struct wlr_box *others, size_t others_len) {
	int64_t sum = 0;
	for (size_t i = 0; i < others_len; i++) {
		struct wlr_box common;
		if (wlr_box_intersection(&common, box, &others[i])) {
			sum += (int64_t)common.width * common.height;
		}
	}
	return sum;
}

void place_window(const struct wlr_box *area, const struct wlr_box *others, size_t others_len,
		struct wlr_box *box) {
	if (others_len > PLACE_OTHERS_MAX) {
		others_len = PLACE_OTHERS_MAX;
	}
	/* Without room for the gaps, or at all, the area's own corner. */
	int left = area->x + (box->width + 2 * PLACE_GAP <= area->width ? PLACE_GAP : 0);
	int top = area->y + (box->height + 2 * PLACE_GAP <= area->height ? PLACE_GAP : 0);
	int right = area->x + area->width - box->width,
	    bottom = area->y + area->height - box->height;
	struct candidates xs = {.values = {left}, .len = 1}, ys = {.values = {top}, .len = 1};
	for (size_t i = 0; i < others_len; i++) {
		const struct wlr_box *other = &others[i];
		add_candidate(&xs, other->x + other->width + PLACE_GAP, left, right);
		add_candidate(&xs, other->x - PLACE_GAP - box->width, left, right);
		add_candidate(&ys, other->y + other->height + PLACE_GAP, top, bottom);
		add_candidate(&ys, other->y - PLACE_GAP - box->height, top, bottom);
	}
	add_candidate(&xs, right - (left - area->x), left, right);
	add_candidate(&ys, bottom - (top - area->y), top, bottom);
	struct wlr_box best = {.x = left, .y = top, .width = box->width, .height = box->height};
	int64_t least = INT64_MAX;
	for (size_t i = 0; i < ys.len; i++) {
		for (size_t j = 0; j < xs.len; j++) {
			struct wlr_box here = {.x = xs.values[j],
					.y = ys.values[i],
					.width = box->width,
					.height = box->height};
			int64_t covered = overlap(&here, others, others_len);
			bool is_before = here.y < best.y || (here.y == best.y && here.x < best.x);
			if (covered < least || (covered == least && is_before)) {
				least = covered;
				best = here;
			}
		}
	}
	*box = best;
}

static int clamp(int value, int min, int max) {
	if (max < min) {
		max = min;
	}
	return value < min ? min : value > max ? max : value;
}

void place_keep_reachable(const struct wlr_box *area, struct wlr_box *box, int bar_height) {
	int room = box->width < REACHABLE ? box->width : REACHABLE;
	box->x = clamp(box->x, area->x - box->width + room, area->x + area->width - room);
	box->y = clamp(box->y, area->y, area->y + area->height - bar_height);
}
