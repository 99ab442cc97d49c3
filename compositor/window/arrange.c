/* SPDX-License-Identifier: MIT
 *
 * Floating, a window has the size that its client drew, within bounds; snapped, maximised or
 * fullscreen, the size that we chose, whatever the client drew. The clip is never empty: an empty one
 * would be none.
 */
#include "compositor/window/arrange.h"

#include <math.h>
#include <stdlib.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/types/wlr_xdg_shell.h>
#include <wlr/util/edges.h>

#include "compositor/domain/domain.h"
#include "compositor/domain/watch.h"
#include "compositor/input/cursor.h"
#include "compositor/input/pointer.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/window/bare.h"
#include "compositor/window/frame_view.h"
#include "compositor/window/place.h"
#include "compositor/window/popup.h"
#include "compositor/window/window.h"
#include "decorations/strip.h"

#include <wlr/types/wlr_cursor.h>

/* Beyond this, a client's coordinates are nonsense, and near the ends of int. */
#define COORDINATE_MAX 32767

static int clamp(int value, int min, int max) {
	return value < min ? min : value > max ? max : value;
}

static enum frame_kind frame_kind(const struct window *window) {
	if (window->is_fullscreen) {
		return bare_has(window) ? FRAME_BARE : FRAME_FULLSCREEN;
	}
	return window->is_decorated || window->is_maximized || window->snap != SNAP_NONE
			? FRAME_WINDOW
			: FRAME_TAB_WINDOW;
}

/* Room that the frame needs around the area, a tab included. */
static struct frame_insets outer_insets(const struct window *window) {
	enum frame_kind kind = frame_kind(window);
	struct frame_insets insets = frame_insets(kind);
	if (kind == FRAME_TAB_WINDOW && insets.top < FRAME_TAB + FRAME_EDGE) {
		insets.top = FRAME_TAB + FRAME_EDGE;
	}
	return insets;
}

static void get_outer(const struct window *window, struct wlr_box *ret_outer) {
	struct frame_insets insets = outer_insets(window);
	*ret_outer = (struct wlr_box){
			.x = window->area.x - insets.left,
			.y = window->area.y - insets.top,
			.width = window->area.width + insets.left + insets.right,
			.height = window->area.height + insets.top + insets.bottom,
	};
}

void arrange_get_frame(const struct window *window, struct wlr_box *ret_frame) {
	struct frame_insets insets = frame_insets(frame_kind(window));
	*ret_frame = (struct wlr_box){
			.x = window->area.x - insets.left,
			.y = window->area.y - insets.top,
			.width = window->area.width + insets.left + insets.right,
			.height = window->area.height + insets.top + insets.bottom,
	};
}

static bool get_usable(const struct window *window, struct wlr_box *ret_usable) {
	double x, y;
	if (wlr_box_empty(&window->area)) {
		struct wlr_cursor *cursor = cursor_wlr(window->server);
		x = cursor->x;
		y = cursor->y;
	} else {
		x = window->area.x + window->area.width / 2.0;
		y = window->area.y + window->area.height / 2.0;
	}
	struct output *output = outputs_at(window->server, x, y);
	if (output == NULL) {
		return false;
	}
	if (bare_has(window)) {
		output_get_box(output, ret_usable);
		ret_usable->y += STRIP_HORIZON;
		ret_usable->height -= STRIP_HORIZON;
	} else if (window->is_fullscreen) {
		output_get_area(output, ret_usable);
	} else {
		output_get_usable(output, ret_usable);
	}
	return ret_usable->width > 0 && ret_usable->height > 0;
}

static struct frame_spec make_spec(struct window *window) {
	struct frame_spec spec =
			frame_view_spec(window->server, window->domain, frame_kind(window));
	spec.buttons = FRAME_BUTTON_MINIMISE | FRAME_BUTTON_MAXIMISE | FRAME_BUTTON_CLOSE;
	spec.active = window->is_active;
	spec.urgent = window->is_urgent;
	spec.maximised = window->is_maximized || window->snap != SNAP_NONE;
	spec.hovered = window->hovered;
	spec.pressed = window->pressed;
	spec.x = window->area.x;
	spec.y = window->area.y;
	spec.width = window->area.width;
	spec.height = window->area.height;
	struct wlr_box outer;
	get_outer(window, &outer);
	spec.scale = (double)outputs_scale_for(window->server, &outer);
	int size = (int)round(FRAME_TITLE_SIZE * spec.scale);
	spec.title = titles_get(window, TITLE_FRAME, size);
	return spec;
}

void arrange_frame(struct window *window) {
	if (window->is_mapped && !wlr_box_empty(&window->area)) {
		struct frame_spec spec = make_spec(window);
		frame_view_update(window->frame, &spec);
	}
}

/* The client's idea of where in its surface the window is, made sound. */
static struct wlr_box checked_geometry(const struct window *window) {
	struct wlr_box untrusted = window->toplevel->base->geometry;
	const struct wlr_surface_state *state = &window->toplevel->base->surface->current;
	bool is_sound = untrusted.width > 0 && untrusted.height > 0 &&
			untrusted.x >= -COORDINATE_MAX && untrusted.x <= COORDINATE_MAX &&
			untrusted.y >= -COORDINATE_MAX && untrusted.y <= COORDINATE_MAX;
	if (!is_sound) {
		untrusted = (struct wlr_box){.width = state->width, .height = state->height};
	}
	return (struct wlr_box){
			.x = untrusted.x,
			.y = untrusted.y,
			.width = clamp(untrusted.width, 1, WINDOW_LENGTH_MAX),
			.height = clamp(untrusted.height, 1, WINDOW_LENGTH_MAX),
	};
}

/* Shows the window at its area. */
static void show(struct window *window) {
	struct wlr_box geometry = checked_geometry(window);
	struct wlr_box clip = {
			.x = geometry.x,
			.y = geometry.y,
			.width = clamp(geometry.width, 1, window->area.width),
			.height = clamp(geometry.height, 1, window->area.height),
	};
	wlr_scene_node_set_position(&window->tree->node, window->area.x, window->area.y);
	wlr_scene_rect_set_size(window->backdrop, window->area.width, window->area.height);
	wlr_scene_rect_set_size(window->frost, window->area.width, window->area.height);
	wlr_scene_node_set_position(&window->client->node, -clip.x, -clip.y);
	wlr_scene_subsurface_tree_set_clip(&window->client->node, &clip);
	arrange_frame(window);
	popup_rearrange_all(window);
}

static void min_size(const struct window *window, int *ret_width, int *ret_height) {
	struct frame_spec spec =
			frame_view_spec(window->server, window->domain, frame_kind(window));
	frame_min_client_size(&spec, ret_width, ret_height);
}

/* Moves the area so that a part of the bar to drag it by stays on the usable part of the output. */
static void keep_reachable(struct window *window, const struct wlr_box *usable) {
	struct wlr_box outer;
	get_outer(window, &outer);
	struct frame_insets insets = outer_insets(window);
	if (frame_kind(window) == FRAME_TAB_WINDOW) {
		/* The tab is all that it can be dragged by. */
		const struct frame *frame = frame_view_frame(window->frame);
		int tab = (int)(frame->plate.width / frame->spec.scale);
		outer.width = tab > 0 && tab < outer.width ? tab : outer.width;
	}
	place_keep_reachable(usable, &outer, insets.top);
	window->area.x = outer.x + insets.left;
	window->area.y = outer.y + insets.top;
}

/* Takes the size that the client drew, keeping the edges that the last resize did not move. */
static void take_size(struct window *window) {
	struct wlr_box geometry = checked_geometry(window);
	int min_width, min_height;
	min_size(window, &min_width, &min_height);
	int width = clamp(geometry.width, min_width, WINDOW_LENGTH_MAX);
	int height = clamp(geometry.height, min_height, WINDOW_LENGTH_MAX);
	if (window->resize_edges & WLR_EDGE_LEFT) {
		window->area.x += window->area.width - width;
	}
	if (window->resize_edges & WLR_EDGE_TOP) {
		window->area.y += window->area.height - height;
	}
	window->area.width = width;
	window->area.height = height;
}

static void configure(struct window *window, int width, int height) {
	struct wlr_xdg_toplevel *toplevel = window->toplevel;
	if (!toplevel->base->initialized) {
		return;
	}
	wlr_xdg_toplevel_set_maximized(toplevel, window->is_maximized && !window->is_fullscreen);
	wlr_xdg_toplevel_set_fullscreen(toplevel, window->is_fullscreen);
	const uint32_t vertical = WLR_EDGE_TOP | WLR_EDGE_BOTTOM;
	uint32_t tiled = window->snap == SNAP_LEFT   ? vertical | WLR_EDGE_LEFT
			: window->snap == SNAP_RIGHT ? vertical | WLR_EDGE_RIGHT
						     : WLR_EDGE_NONE;
	wlr_xdg_toplevel_set_tiled(toplevel, window->is_fullscreen ? WLR_EDGE_NONE : tiled);
	window->state_serial = wlr_xdg_toplevel_set_size(toplevel, width, height);
}

/*
 * Has the client not heard yet of the last change of state? One that draws all the time, a film
 * or a page, goes on in its former size until then: maximised before, it would jump to that size
 * and back.
 */
static bool is_behind(const struct window *window) {
	uint32_t heard = window->toplevel->base->current.configure_serial;
	return (int32_t)(heard - window->state_serial) < 0;
}

static struct wlr_box full_area(const struct window *window, const struct wlr_box *usable) {
	struct frame_insets insets = frame_insets(frame_kind(window));
	enum snap snap = window->is_fullscreen ? SNAP_FULL : window->snap;
	struct wlr_box box = snap_box(snap, usable);
	struct wlr_box area = {
			.x = box.x + insets.left,
			.y = box.y + insets.top,
			.width = box.width - insets.left - insets.right,
			.height = box.height - insets.top - insets.bottom,
	};
	area.width = area.width > 1 ? area.width : 1;
	area.height = area.height > 1 ? area.height : 1;
	return area;
}

/* Tells a client that has drawn nothing yet what its window may be. */
static void configure_unmapped(struct window *window) {
	struct wlr_box usable;
	if (!get_usable(window, &usable)) {
		configure(window, 0, 0);
		return;
	}
	struct wlr_box area = full_area(window, &usable);
	wlr_xdg_toplevel_set_bounds(window->toplevel, area.width, area.height);
	bool is_full = window->is_maximized || window->is_fullscreen;
	configure(window, is_full ? area.width : 0, is_full ? area.height : 0);
}

void arrange_initial(struct window *window) {
	struct wlr_xdg_toplevel *toplevel = window->toplevel;
	wlr_xdg_toplevel_set_wm_capabilities(toplevel,
			WLR_XDG_TOPLEVEL_WM_CAPABILITIES_MAXIMIZE |
					WLR_XDG_TOPLEVEL_WM_CAPABILITIES_FULLSCREEN |
					WLR_XDG_TOPLEVEL_WM_CAPABILITIES_MINIMIZE);
	window->is_maximized = toplevel->requested.maximized;
	window->is_fullscreen = toplevel->requested.fullscreen;
	configure_unmapped(window);
}

static void place(struct window *window, const struct wlr_box *usable) {
	struct wlr_box others[PLACE_OTHERS_MAX];
	size_t others_len = 0;
	struct window *other;
	wl_list_for_each(other, windows_stack(window->server), link) {
		if (others_len < PLACE_OTHERS_MAX && other != window && !other->is_minimized &&
				other->workspace == window->workspace) {
			get_outer(other, &others[others_len++]);
		}
	}
	struct wlr_box outer;
	get_outer(window, &outer);
	place_window(usable, others, others_len, &outer);
	struct frame_insets insets = outer_insets(window);
	window->area.x = outer.x + insets.left;
	window->area.y = outer.y + insets.top;
}

void arrange_first(struct window *window) {
	struct wlr_box usable;
	bool has_output = get_usable(window, &usable);
	take_size(window);
	window->has_floated = window_is_floating(window);
	if (has_output && !window->has_floated) {
		/* Told before, unless the pointer has gone to another output since. */
		window->area = full_area(window, &usable);
		configure(window, window->area.width, window->area.height);
	} else if (has_output) {
		place(window, &usable);
	}
	show(window);
}

void arrange_committed(struct window *window) {
	if (window_is_floating(window) && !is_behind(window)) {
		struct wlr_box usable, before = window->area;
		take_size(window);
		window->has_floated = true;
		/* Growing away from the edges that stay must not take the bar out of sight. */
		bool is_moved = window->area.x != before.x || window->area.y != before.y;
		if (is_moved && get_usable(window, &usable)) {
			keep_reachable(window, &usable);
		}
	}
	show(window);
}

static struct wlr_box middle_of(const struct wlr_box *usable) {
	return (struct wlr_box){
			.x = usable->x + usable->width / 5,
			.y = usable->y + usable->height / 5,
			.width = usable->width * 3 / 5,
			.height = usable->height * 3 / 5,
	};
}

void arrange_state(struct window *window) {
	struct wlr_box usable;
	if (!window->toplevel->base->initialized) {
		return;
	}
	if (!window->is_mapped) {
		configure_unmapped(window);
		return;
	}
	if (!get_usable(window, &usable)) {
		configure(window, 0, 0);
		return;
	}
	bool is_chosen_by_client = false;
	if (!window_is_floating(window)) {
		window->area = full_area(window, &usable);
	} else if (!window->has_floated) {
		/* It began filled: its client chooses how large it is, and does so soon. */
		window->area = middle_of(&usable);
		is_chosen_by_client = true;
	} else if (!wlr_box_empty(&window->floating)) {
		window->area = window->floating;
		window->floating = (struct wlr_box){0};
	} else {
		keep_reachable(window, &usable);
	}
	window->resize_edges = 0;
	watch_changed(window->server);
	configure(window, is_chosen_by_client ? 0 : window->area.width,
			is_chosen_by_client ? 0 : window->area.height);
	show(window);
	pointer_rebase(window->server);
}

void window_move(struct window *window, int x, int y) {
	struct wlr_cursor *cursor = cursor_wlr(window->server);
	struct output *output = outputs_at(window->server, cursor->x, cursor->y);
	if (output == NULL) {
		return;
	}
	struct wlr_box usable;
	output_get_usable(output, &usable);
	window->area.x = x;
	window->area.y = y;
	window->resize_edges = 0;
	keep_reachable(window, &usable);
	wlr_scene_node_set_position(&window->tree->node, window->area.x, window->area.y);
	arrange_frame(window);
	popup_rearrange_all(window);
}

void window_begin_resize(struct window *window, uint32_t edges) {
	window->resize_edges = edges;
	wlr_xdg_toplevel_set_resizing(window->toplevel, true);
}

void window_end_resize(struct window *window) {
	if (window->toplevel->base->initialized) {
		wlr_xdg_toplevel_set_resizing(window->toplevel, false);
	}
}

/* What the client said it can be, if that makes sense, and what the frame needs. */
static int clamp_length(int length, int untrusted_min, int untrusted_max, int frame_min) {
	int min = untrusted_min > frame_min ? untrusted_min : frame_min;
	int max = untrusted_max > 0 ? untrusted_max : WINDOW_LENGTH_MAX;
	min = min > WINDOW_LENGTH_MAX ? WINDOW_LENGTH_MAX : min;
	max = max > WINDOW_LENGTH_MAX ? WINDOW_LENGTH_MAX : max;
	return clamp(length, min, max > min ? max : min);
}

void window_resize(struct window *window, int width, int height) {
	const struct wlr_xdg_toplevel_state *state = &window->toplevel->current;
	int min_width, min_height;
	min_size(window, &min_width, &min_height);
	width = clamp_length(width, state->min_width, state->max_width, min_width);
	height = clamp_length(height, state->min_height, state->max_height, min_height);
	if (window->toplevel->base->initialized) {
		wlr_xdg_toplevel_set_size(window->toplevel, width, height);
	}
}
