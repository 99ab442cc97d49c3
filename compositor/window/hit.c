/* SPDX-License-Identifier: MIT */
#include "compositor/window/hit.h"

#include <wlr/types/wlr_scene.h>

#include "base/defence.h"
#include "compositor/domain/domain.h"
#include "compositor/input/focus.h"
#include "compositor/lock/lock.h"
#include "compositor/output/layers.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/window/frame_view.h"
#include "compositor/window/reveal.h"
#include "compositor/window/switcher.h"
#include "compositor/window/window.h"
#include "decorations/hit_test.h"

/* The client's surface that node shows; a frame's node gives NULL. */
static struct wlr_surface *surface_of(struct wlr_scene_node *node) {
	if (node == NULL || node->type != WLR_SCENE_NODE_BUFFER) {
		return NULL;
	}
	struct wlr_scene_surface *surface =
			wlr_scene_surface_try_from_buffer(wlr_scene_buffer_from_node(node));
	return surface != NULL ? surface->surface : NULL;
}

static bool popups_have(struct window *window, double lx, double ly, struct hit *hit) {
	struct wlr_scene_node *node =
			wlr_scene_node_at(&window->popups->node, lx, ly, &hit->sx, &hit->sy);
	if (node == NULL) {
		return false;
	}
	hit->window = window;
	hit->domain = window->domain;
	hit->surface = surface_of(node);
	hit->part = hit->surface != NULL ? FRAME_PART_CLIENT : FRAME_PART_NONE;
	return true;
}

static bool frame_has(struct window *window, double lx, double ly, struct hit *hit) {
	enum frame_part part = hit_test(frame_view_frame(window->frame), lx - window->area.x,
			ly - window->area.y, HIT_OUTSIDE);
	if (part == FRAME_PART_NONE) {
		return false;
	}
	hit->window = window;
	hit->domain = window->domain;
	hit->part = part;
	if (part == FRAME_PART_CLIENT) {
		struct wlr_scene_node *node = wlr_scene_node_at(&window->client->node, lx, ly,
				&hit->sx, &hit->sy);
		hit->surface = surface_of(node);
	}
	return true;
}

static bool window_has(struct window *window, double lx, double ly, struct hit *hit) {
	return window_is_shown(window) &&
			(popups_have(window, lx, ly, hit) || frame_has(window, lx, ly, hit));
}

/* Layer surfaces have no frame: where one takes no input, what is below is hit. */
static bool layer_has(struct server *server, enum layer layer, double lx, double ly,
		struct hit *hit) {
	struct wlr_scene_node *node = wlr_scene_node_at(&server->layers->trees[layer]->node, lx, ly,
			&hit->sx, &hit->sy);
	struct wlr_surface *surface = surface_of(node);
	if (surface == NULL) {
		return false;
	}
	hit->layer = layer_surface_of_node(node);
	if (hit->layer == NULL) {
		return false;
	}
	hit->domain = domains_host(server);
	hit->surface = surface;
	hit->part = FRAME_PART_CLIENT;
	return true;
}

void hit_find(struct server *server, double lx, double ly, struct hit *ret_hit) {
	*ret_hit = (struct hit){.part = FRAME_PART_NONE};
	if (lock_is_on(server) && DEFENDS(lock_pointer)) {
		lock_hit(server, lx, ly, ret_hit);
		return;
	}
	if (switcher_is_open(server) || reveal_is_open(server) ||
			outputs_strip_has(server, lx, ly)) {
		return;
	}
	struct window *full = focus_window(server);
	if (layer_has(server, LAYER_NOTICES, lx, ly, ret_hit) ||
			layer_has(server, LAYER_ASK, lx, ly, ret_hit)) {
		return;
	}
	if (layer_shell_asks(server)) {
		ret_hit->is_scrim = true;
		return;
	}
	if (layer_has(server, LAYER_OVERLAY, lx, ly, ret_hit) ||
			(full != NULL && full->is_fullscreen &&
					window_has(full, lx, ly, ret_hit)) ||
			layer_has(server, LAYER_TOP, lx, ly, ret_hit)) {
		return;
	}
	if (layer_shell_is_modal(server)) {
		ret_hit->is_scrim = true;
		return;
	}
	struct window *window;
	wl_list_for_each(window, windows_stack(server), link) {
		if (window_has(window, lx, ly, ret_hit)) {
			return;
		}
	}
	if (!layer_has(server, LAYER_BOTTOM, lx, ly, ret_hit)) {
		layer_has(server, LAYER_BACKGROUND, lx, ly, ret_hit);
	}
}
