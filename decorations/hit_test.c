/* SPDX-License-Identifier: MIT */
#include "decorations/hit_test.h"

#include <math.h>

/* At the very top of the bar and tab a few pixels still resize. */
#define TOP_GRIP 4

static bool in_box(const struct frame *frame, const struct frame_box *box, double x, double y) {
	double scale = frame->spec.scale;
	return x * scale >= box->x && x * scale < box->x + box->width && y * scale >= box->y &&
			y * scale < box->y + box->height;
}

static enum frame_part part_in_bar(const struct frame *frame, double x, double y) {
	const struct {
		const struct frame_box *box;
		enum frame_part part;
	} parts[] = {
			{&frame->close, FRAME_PART_CLOSE},
			{&frame->maximise, FRAME_PART_MAXIMISE},
			{&frame->minimise, FRAME_PART_MINIMISE},
			{&frame->emulated, FRAME_PART_EMULATED},
			{&frame->badge, FRAME_PART_BADGE},
			{&frame->plate, FRAME_PART_PLATE},
			{&frame->bar, FRAME_PART_BAR},
	};
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (in_box(frame, parts[i].box, x, y)) {
			return parts[i].part;
		}
	}
	return FRAME_PART_NONE;
}

/* Index: above, within, below; left, within, right. */
static const enum frame_part edge_parts[3][3] = {
		{FRAME_PART_TOP_LEFT, FRAME_PART_TOP, FRAME_PART_TOP_RIGHT},
		{FRAME_PART_LEFT, FRAME_PART_NONE, FRAME_PART_RIGHT},
		{FRAME_PART_BOTTOM_LEFT, FRAME_PART_BOTTOM, FRAME_PART_BOTTOM_RIGHT},
};

static enum frame_part part_on_edge(const struct frame *frame, double x, double y, int outside) {
	const struct frame_insets *in = &frame->insets;
	double left = -in->left - outside, right = frame->spec.width + in->right + outside;
	double top = -in->top - outside, bottom = frame->spec.height + in->bottom + outside;
	if (x < left || x >= right || y < top || y >= bottom) {
		return FRAME_PART_NONE;
	}
	/* Corners of a small window must not meet. */
	double corner_x = fmin(HIT_CORNER, (right - left) / 3);
	double corner_y = fmin(HIT_CORNER, (bottom - top) / 3);
	bool on_left = x < 0, on_right = x >= frame->spec.width;
	bool on_top = y < -in->top + TOP_GRIP, on_bottom = y >= frame->spec.height;
	int column = x < left + corner_x ? 0 : x >= right - corner_x ? 2 : 1;
	int row = y < top + corner_y ? 0 : y >= bottom - corner_y ? 2 : 1;
	if (on_top || on_bottom) {
		return edge_parts[on_top ? 0 : 2][column];
	}
	if (on_left || on_right) {
		return edge_parts[row][on_left ? 0 : 2];
	}
	return FRAME_PART_NONE;
}

enum frame_part hit_test(const struct frame *frame, double x, double y, int outside) {
	const struct frame_spec *spec = &frame->spec;
	if (x >= 0 && y >= 0 && x < spec->width && y < spec->height) {
		return FRAME_PART_CLIENT;
	}
	bool is_window = spec->kind == FRAME_WINDOW || spec->kind == FRAME_TAB_WINDOW;
	bool resizes = is_window && !spec->maximised;
	enum frame_part inside = part_in_bar(frame, x, y);
	/* Buttons and a tab's plate go before edges; the rest of the bar after them. */
	if (inside != FRAME_PART_NONE && inside != FRAME_PART_BAR && inside != FRAME_PART_PLATE) {
		return inside;
	}
	if (spec->kind == FRAME_TAB_WINDOW && inside == FRAME_PART_PLATE) {
		return inside;
	}
	enum frame_part edge = part_on_edge(frame, x, y, resizes ? outside : 0);
	if (resizes && edge != FRAME_PART_NONE) {
		return edge;
	}
	if (inside != FRAME_PART_NONE) {
		return inside;
	}
	/* An edge that does not resize still is the frame's. */
	return edge != FRAME_PART_NONE ? FRAME_PART_BAR : FRAME_PART_NONE;
}
