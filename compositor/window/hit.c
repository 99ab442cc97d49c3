/* SPDX-License-Identifier: MIT */
#include "compositor/window/hit.h"

#include <wlr/types/wlr_scene.h>

#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/window/frame_view.h"
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
	hit->part = part;
	if (part == FRAME_PART_CLIENT) {
		struct wlr_scene_node *node = wlr_scene_node_at(&window->client->node, lx, ly,
				&hit->sx, &hit->sy);
		hit->surface = surface_of(node);
	}
	return true;
}

void hit_find(struct server *server, double lx, double ly, struct hit *ret_hit) {
	*ret_hit = (struct hit){.part = FRAME_PART_NONE};
	if (outputs_strip_has(server, lx, ly)) {
		return;
	}
	struct window *window;
	wl_list_for_each(window, windows_stack(server), link) {
		if (window_is_shown(window) &&
				(popups_have(window, lx, ly, ret_hit) ||
						frame_has(window, lx, ly, ret_hit))) {
			return;
		}
	}
}
