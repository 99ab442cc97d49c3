/* SPDX-License-Identifier: MIT */
#include "compositor/input/grab.h"

#include <math.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/util/edges.h>

#include "compositor/input/cursor.h"
#include "compositor/server.h"
#include "compositor/window/window.h"

/* A click on a bar may tremble so far without pulling the window from its place. */
#define TREMOR 6

bool grab_begin(struct grab *grab, struct window *window, uint32_t edges) {
	if (window->is_fullscreen || (edges != 0 && !window_is_floating(window))) {
		return false;
	}
	struct wlr_cursor *cursor = cursor_wlr(window->server);
	*grab = (struct grab){
			.server = window->server, .x = cursor->x, .y = cursor->y, .edges = edges};
	window_get_area(window, &grab->area);
	if (edges != 0) {
		window_begin_resize(window, edges);
	} else {
		cursor_set_shape(window->server, "grabbing");
	}
	return true;
}

/* Pulls the window from its place, with its old size, under the pointer. */
static void pull_off(struct grab *grab, struct window *window, double x, double y) {
	struct wlr_box filled = grab->area;
	window_restore(window);
	window_get_area(window, &grab->area);
	/* The same share of the bar stays to the left of the pointer. */
	double share = (grab->x - filled.x) / filled.width;
	grab->area.x = (int)(x - share * grab->area.width);
	grab->area.y = (int)y + FRAME_BAR / 2;
	grab->x = x;
	grab->y = y;
}

static void move(struct grab *grab, struct window *window, double x, double y) {
	if (!window_is_floating(window)) {
		if (fabs(x - grab->x) <= TREMOR && fabs(y - grab->y) <= TREMOR) {
			return;
		}
		pull_off(grab, window, x, y);
	}
	grab->has_moved |= x != grab->x || y != grab->y;
	window_move(window, grab->area.x + (int)(x - grab->x), grab->area.y + (int)(y - grab->y));
	grab->snap = grab->has_moved ? snap_at(grab->server, x, y) : SNAP_NONE;
	snap_preview(grab->server, grab->snap, x, y);
}

void grab_continue(struct grab *grab, struct window *window) {
	struct wlr_cursor *cursor = cursor_wlr(grab->server);
	/* Its client may have asked for a place to fill meanwhile. */
	if (window->is_fullscreen) {
		return;
	}
	if (grab->edges == 0) {
		move(grab, window, cursor->x, cursor->y);
		return;
	}
	if (!window_is_floating(window)) {
		return;
	}
	int dx = (int)(cursor->x - grab->x), dy = (int)(cursor->y - grab->y);
	struct wlr_box area = grab->area;
	if (grab->edges & WLR_EDGE_LEFT) {
		area.width -= dx;
	} else if (grab->edges & WLR_EDGE_RIGHT) {
		area.width += dx;
	}
	if (grab->edges & WLR_EDGE_TOP) {
		area.height -= dy;
	} else if (grab->edges & WLR_EDGE_BOTTOM) {
		area.height += dy;
	}
	window_resize(window, area.width, area.height);
}

void grab_end(struct grab *grab, struct window *window, bool is_dropped) {
	snap_preview(grab->server, SNAP_NONE, 0, 0);
	if (window == NULL) {
		return;
	}
	if (grab->edges != 0) {
		window_end_resize(window);
	} else if (is_dropped && grab->snap != SNAP_NONE && !window->is_fullscreen) {
		struct wlr_cursor *cursor = cursor_wlr(grab->server);
		snap_drop(window, grab->snap, cursor->x, cursor->y, &grab->area);
	}
}
