/* SPDX-License-Identifier: MIT */
#include "compositor/input/part.h"

#include <stddef.h>
#include <wlr/util/box.h>
#include <wlr/util/edges.h>

#include "compositor/window/window.h"

const char *part_shape(enum frame_part part) {
	static const char *const shapes[FRAME_PART_COUNT] = {
			[FRAME_PART_LEFT] = "w-resize",
			[FRAME_PART_RIGHT] = "e-resize",
			[FRAME_PART_TOP] = "n-resize",
			[FRAME_PART_BOTTOM] = "s-resize",
			[FRAME_PART_TOP_LEFT] = "nw-resize",
			[FRAME_PART_TOP_RIGHT] = "ne-resize",
			[FRAME_PART_BOTTOM_LEFT] = "sw-resize",
			[FRAME_PART_BOTTOM_RIGHT] = "se-resize",
	};
	return shapes[part] != NULL ? shapes[part] : "default";
}

uint32_t part_edges(enum frame_part part) {
	static const uint32_t edges[FRAME_PART_COUNT] = {
			[FRAME_PART_LEFT] = WLR_EDGE_LEFT,
			[FRAME_PART_RIGHT] = WLR_EDGE_RIGHT,
			[FRAME_PART_TOP] = WLR_EDGE_TOP,
			[FRAME_PART_BOTTOM] = WLR_EDGE_BOTTOM,
			[FRAME_PART_TOP_LEFT] = WLR_EDGE_TOP | WLR_EDGE_LEFT,
			[FRAME_PART_TOP_RIGHT] = WLR_EDGE_TOP | WLR_EDGE_RIGHT,
			[FRAME_PART_BOTTOM_LEFT] = WLR_EDGE_BOTTOM | WLR_EDGE_LEFT,
			[FRAME_PART_BOTTOM_RIGHT] = WLR_EDGE_BOTTOM | WLR_EDGE_RIGHT,
	};
	return edges[part];
}

bool part_is_button(enum frame_part part) {
	return part == FRAME_PART_MINIMISE || part == FRAME_PART_MAXIMISE ||
			part == FRAME_PART_CLOSE || part == FRAME_PART_BADGE;
}

uint32_t part_nearest_edges(struct window *window, double x, double y) {
	struct wlr_box area;
	window_get_area(window, &area);
	return (x < area.x + area.width / 2.0 ? WLR_EDGE_LEFT : WLR_EDGE_RIGHT) |
			(y < area.y + area.height / 2.0 ? WLR_EDGE_TOP : WLR_EDGE_BOTTOM);
}

void part_act(struct window *window, enum frame_part part) {
	if (part == FRAME_PART_CLOSE) {
		window_close(window);
	} else if (part == FRAME_PART_MAXIMISE) {
		window_toggle_filled(window);
	} else if (part == FRAME_PART_BADGE) {
		window_acknowledge(window);
	} else {
		window_set_minimized(window, true);
	}
}
