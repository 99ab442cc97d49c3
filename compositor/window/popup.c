/* SPDX-License-Identifier: MIT
 *
 * A popup's place is relative to the geometry of its parent, a window or another popup; sums along
 * the chain give its place in the window. The chain is ours, so that a parent that has gone is
 * seen.
 */
#include "compositor/window/popup.h"

#include <stdlib.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/types/wlr_xdg_shell.h>

#include "base/limits.h"
#include "compositor/domain/blame.h"
#include "compositor/domain/client.h"
#include "compositor/input/deadtime.h"
#include "compositor/input/pointer.h"
#include "compositor/listen.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/shell/layer_popup.h"
#include "compositor/window/frame_view.h"
#include "compositor/window/guard.h"
#include "compositor/window/sight.h"
#include "compositor/window/window.h"

#define COORDINATE_MAX 32767
/* A popup's frame on one side. */
#define POPUP_EDGE (FRAME_POPUP_EDGE + FRAME_KEYLINE)

struct popup {
	struct server *server;
	struct wlr_xdg_popup *wlr_popup; /* its base.data is this popup */
	struct window *window;           /* NULL: gone */
	struct popup *parent;            /* NULL: the window is the parent, or it is gone */
	int depth;
	struct wlr_scene_tree *tree; /* in window.popups; NULL: gone with the window */
	struct wlr_scene_tree *client;
	struct frame_view *frame;
	struct wlr_box shown;    /* in the layout, as it was shown last; empty: it is not */
	struct wl_list children; /* popup.link */
	struct wl_list link;     /* parent.children */
	struct wl_listener commit, map, unmap, reposition, destroy, tree_destroy;
};

static int clamp(int value, int min, int max) {
	return value < min ? min : value > max ? max : value;
}

/* The popup's place in its window, relative to the client area. */
static void get_place(const struct popup *popup, int *ret_x, int *ret_y) {
	int x = 0, y = 0;
	for (; popup != NULL; popup = popup->parent) {
		const struct wlr_box *untrusted = &popup->wlr_popup->current.geometry;
		x += clamp(untrusted->x, -COORDINATE_MAX, COORDINATE_MAX);
		y += clamp(untrusted->y, -COORDINATE_MAX, COORDINATE_MAX);
	}
	*ret_x = clamp(x, -COORDINATE_MAX, COORDINATE_MAX);
	*ret_y = clamp(y, -COORDINATE_MAX, COORDINATE_MAX);
}

/* The output on which the popup's window is. */
static struct output *output_of(const struct popup *popup) {
	const struct wlr_box *area = &popup->window->area;
	return outputs_at(popup->server, area->x + area->width / 2.0, area->y + area->height / 2.0);
}

/* The part of the output that popups of window may use, in layout coordinates. */
static void get_room(const struct window *window, struct output *output, struct wlr_box *ret_room) {
	if (window->is_fullscreen) {
		output_get_area(output, ret_room);
	} else {
		output_get_usable(output, ret_room);
	}
	ret_room->x += POPUP_EDGE;
	ret_room->y += POPUP_EDGE;
	ret_room->width -= 2 * POPUP_EDGE;
	ret_room->height -= 2 * POPUP_EDGE;
}

/*
 * Cuts box, of the layout, to what may be seen of the popup: nothing beyond the output, or a popup
 * larger than that would hide its own frame. One that is cut keeps its chip in sight too. False:
 * nothing is left.
 */
static bool cut(const struct popup *popup, struct wlr_box *box) {
	struct output *output = output_of(popup);
	if (output == NULL) {
		return true;
	}
	struct wlr_box room;
	get_room(popup->window, output, &room);
	if (!wlr_box_contains_box(&room, box)) {
		room.y += FRAME_CHIP;
		room.height -= FRAME_CHIP;
	}
	return wlr_box_intersection(box, &room, box);
}

static void show(struct popup *popup) {
	const struct wlr_box *untrusted = &popup->wlr_popup->base->geometry;
	struct window *window = popup->window;
	if (popup->tree == NULL) {
		return;
	}
	struct wlr_box clip = {
			.x = clamp(untrusted->x, -COORDINATE_MAX, COORDINATE_MAX),
			.y = clamp(untrusted->y, -COORDINATE_MAX, COORDINATE_MAX),
			.width = clamp(untrusted->width, 1, WINDOW_LENGTH_MAX),
			.height = clamp(untrusted->height, 1, WINDOW_LENGTH_MAX),
	};
	int x, y;
	get_place(popup, &x, &y);
	struct wlr_box box = {.x = window->area.x + x,
			.y = window->area.y + y,
			.width = clip.width,
			.height = clip.height};
	bool is_seen = cut(popup, &box);
	wlr_scene_node_set_enabled(&popup->tree->node, is_seen);
	if (!is_seen) {
		return;
	}
	if (!wlr_box_equal(&popup->shown, &box)) {
		popup->shown = box;
		deadtime_box_appeared(window->domain, &box);
	}
	clip.x += box.x - window->area.x - x;
	clip.y += box.y - window->area.y - y;
	clip.width = box.width;
	clip.height = box.height;
	x = box.x - window->area.x;
	y = box.y - window->area.y;
	wlr_scene_node_set_position(&popup->tree->node, x, y);
	wlr_scene_node_set_position(&popup->client->node, -clip.x, -clip.y);
	wlr_scene_subsurface_tree_set_clip(&popup->client->node, &clip);
	struct frame_spec spec = frame_view_spec(popup->server, window->domain, FRAME_POPUP);
	spec.x = box.x;
	spec.y = box.y;
	spec.width = box.width;
	spec.height = box.height;
	spec.chip = window->is_fullscreen || x < 0 || y < 0 || x + box.width > window->area.width ||
			y + box.height > window->area.height;
	spec.scale = (double)outputs_scale_for(popup->server, &box);
	spec.active = window->is_active;
	frame_view_update(popup->frame, &spec);
}

void popup_rearrange_all(struct window *window) {
	struct wlr_scene_node *node;
	wl_list_for_each(node, &window->popups->children, link) {
		struct popup *popup = node->data;
		if (popup != NULL && popup->wlr_popup->base->surface->mapped) {
			show(popup);
		}
	}
}

size_t popups_get_boxes(const struct window *window, struct wlr_box *ret_boxes, size_t cap) {
	struct wlr_scene_node *node;
	size_t len = 0;
	wl_list_for_each_reverse(node, &window->popups->children, link) {
		struct popup *popup = node->data;
		if (popup == NULL || !node->enabled || len == cap) {
			continue;
		}
		const struct frame_spec *spec = &frame_view_frame(popup->frame)->spec;
		ret_boxes[len++] = (struct wlr_box){
				.x = window->area.x + node->x - FRAME_POPUP_EDGE,
				.y = window->area.y + node->y - FRAME_POPUP_EDGE,
				.width = spec->width + 2 * FRAME_POPUP_EDGE,
				.height = spec->height + 2 * FRAME_POPUP_EDGE,
		};
	}
	return len;
}

/* Keeps the popup, with its frame, on the part of the output that windows may use. */
static void unconstrain(struct popup *popup) {
	struct window *window = popup->window;
	if (window == NULL || !popup->wlr_popup->base->initialized) {
		return;
	}
	struct output *output = output_of(popup);
	struct wlr_xdg_popup_configure *scheduled = &popup->wlr_popup->scheduled;
	if (output != NULL) {
		int x = 0, y = 0;
		if (popup->parent != NULL) {
			get_place(popup->parent, &x, &y);
		}
		struct wlr_box box;
		get_room(window, output, &box);
		box.x -= window->area.x + x;
		box.y -= window->area.y + y;
		wlr_xdg_positioner_rules_unconstrain_box(&scheduled->rules, &box,
				&scheduled->geometry);
	}
	wlr_xdg_surface_schedule_configure(popup->wlr_popup->base);
}

static void handle_commit(struct wl_listener *listener, void *data) {
	struct popup *popup = wl_container_of(listener, popup, commit);
	if (popup->wlr_popup->base->initial_commit) {
		unconstrain(popup);
	} else if (popup->wlr_popup->base->surface->mapped) {
		show(popup);
	}
}

static void handle_map(struct wl_listener *listener, void *data) {
	struct popup *popup = wl_container_of(listener, popup, map);
	if (popup->tree != NULL) {
		show(popup);
		pointer_rebase(popup->server);
	}
}

static void handle_unmap(struct wl_listener *listener, void *data) {
	struct popup *popup = wl_container_of(listener, popup, unmap);
	if (popup->tree != NULL) {
		wlr_scene_node_set_enabled(&popup->tree->node, false);
		deadtime_box_vanishes(popup->window->domain, &popup->shown, popup->window);
		popup->shown = (struct wlr_box){0};
		pointer_rebase(popup->server);
	}
}

static void handle_reposition(struct wl_listener *listener, void *data) {
	struct popup *popup = wl_container_of(listener, popup, reposition);
	unconstrain(popup);
}

/* The window's scene goes before its popups do; nothing of them is shown any more. */
static void handle_tree_destroy(struct wl_listener *listener, void *data) {
	struct popup *popup = wl_container_of(listener, popup, tree_destroy);
	listener_remove(&popup->tree_destroy);
	frame_view_destroy(popup->frame);
	popup->frame = NULL;
	popup->tree = NULL;
	popup->client = NULL;
	popup->window = NULL;
}

static void handle_destroy(struct wl_listener *listener, void *data) {
	struct popup *popup = wl_container_of(listener, popup, destroy);
	struct server *server = popup->server;
	listener_remove(&popup->commit);
	listener_remove(&popup->map);
	listener_remove(&popup->unmap);
	listener_remove(&popup->reposition);
	listener_remove(&popup->destroy);
	popup->wlr_popup->base->data = NULL;
	struct popup *child, *next;
	wl_list_for_each_safe(child, next, &popup->children, link) {
		child->parent = NULL;
		wl_list_remove(&child->link);
		wl_list_init(&child->link);
	}
	wl_list_remove(&popup->link);
	if (popup->tree != NULL) {
		wlr_scene_node_destroy(&popup->tree->node);
	}
	free(popup);
	pointer_rebase(server);
}

/* Finds the window, and the popup between if there is one, that wlr_popup belongs to. */
static bool find_parent(struct popup *popup) {
	struct wlr_surface *surface = popup->wlr_popup->parent;
	struct wlr_xdg_surface *parent =
			surface != NULL ? wlr_xdg_surface_try_from_wlr_surface(surface) : NULL;
	if (parent == NULL || parent->data == NULL) {
		return false;
	}
	if (parent->role == WLR_XDG_SURFACE_ROLE_TOPLEVEL) {
		popup->window = parent->data;
		return true;
	}
	popup->parent = parent->data;
	popup->window = popup->parent->window;
	popup->depth = popup->parent->depth + 1;
	return popup->window != NULL && popup->depth < POPUP_DEPTH_MAX;
}

static bool create_scene(struct popup *popup) {
	popup->tree = wlr_scene_tree_create(popup->window->popups);
	if (popup->tree == NULL) {
		return false;
	}
	popup->tree->node.data = popup;
	wlr_scene_node_set_enabled(&popup->tree->node, false);
	struct wlr_surface *surface = popup->wlr_popup->base->surface;
	popup->client = wlr_scene_subsurface_tree_create(popup->tree, surface);
	if (popup->client != NULL) {
		sight_take(surface, popup->client);
	}
	popup->frame = frame_view_create(popup->server, popup->tree);
	return popup->client != NULL && popup->frame != NULL;
}

void popup_create(struct server *server, struct wlr_xdg_popup *wlr_popup) {
	guard_popup(wlr_popup);
	if (layer_popup_take(server, wlr_popup)) {
		return;
	}
	struct popup *popup = calloc(1, sizeof(*popup));
	if (popup == NULL) {
		wl_resource_post_no_memory(wlr_popup->resource);
		return;
	}
	popup->server = server;
	popup->wlr_popup = wlr_popup;
	wl_list_init(&popup->children);
	wl_list_init(&popup->link);
	bool has_parent = find_parent(popup);
	if (!has_parent || !create_scene(popup)) {
		struct client *client = client_of(wl_resource_get_client(wlr_popup->resource));
		if (client != NULL && has_parent) {
			client_end(client, "out of memory");
		} else if (client != NULL && popup->depth >= POPUP_DEPTH_MAX) {
			client_end_for(client, OFFENCE_POPUPS);
		} else if (client != NULL) {
			/* The proxy does not know which surfaces have a window: it is not to blame. */
			blame_domain(client->domain, OFFENCE_PROTOCOL);
			client_end(client, "a popup of nothing");
		}
		frame_view_destroy(popup->frame);
		if (popup->tree != NULL) {
			wlr_scene_node_destroy(&popup->tree->node);
		}
		free(popup);
		return;
	}
	wlr_popup->base->data = popup;
	if (popup->parent != NULL) {
		wl_list_insert(&popup->parent->children, &popup->link);
	}
	struct wlr_surface *surface = wlr_popup->base->surface;
	listener_add(&popup->commit, &surface->events.commit, handle_commit);
	listener_add(&popup->map, &surface->events.map, handle_map);
	listener_add(&popup->unmap, &surface->events.unmap, handle_unmap);
	listener_add(&popup->reposition, &wlr_popup->events.reposition, handle_reposition);
	listener_add(&popup->destroy, &wlr_popup->events.destroy, handle_destroy);
	listener_add(&popup->tree_destroy, &popup->tree->node.events.destroy, handle_tree_destroy);
}
