/* SPDX-License-Identifier: MIT
 *
 * xdg-shell tells of a popup before layer-shell says whose it is, so one without a parent waits;
 * wlroots ends a client that shows it without one. A popup on a popup is known by its parent's tree.
 * Its struct lives as long as the popup, which wlroots ends before its parent.
 */
#include "compositor/shell/layer_popup.h"

#include <stdlib.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_layer_shell_v1.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/types/wlr_xdg_shell.h>

#include "compositor/domain/client.h"
#include "compositor/input/pointer.h"
#include "compositor/listen.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/shell/layer_shell.h"

struct layer_popup {
	struct layer_surface *layer;
	struct wlr_xdg_popup *wlr_popup;
	struct wlr_scene_tree *tree; /* goes with the popup */
	struct wl_list link;         /* layer_surface.popup_list */
	struct wl_listener commit, map, unmap, reposition, destroy;
};

/* Keeps the popup on the output of its surface. */
static void unconstrain(struct layer_popup *popup) {
	struct layer_surface *layer = popup->layer;
	struct wlr_box area;
	output_get_area(layer->output, &area);
	area.x -= layer->box.x;
	area.y -= layer->box.y;
	wlr_xdg_popup_unconstrain_from_box(popup->wlr_popup, &area);
}

static void handle_commit(struct wl_listener *listener, void *data) {
	struct layer_popup *popup = wl_container_of(listener, popup, commit);
	if (popup->wlr_popup->base->initial_commit) {
		unconstrain(popup);
	}
}

static void handle_reposition(struct wl_listener *listener, void *data) {
	struct layer_popup *popup = wl_container_of(listener, popup, reposition);
	unconstrain(popup);
}

static void handle_map(struct wl_listener *listener, void *data) {
	struct layer_popup *popup = wl_container_of(listener, popup, map);
	pointer_rebase(popup->layer->server);
}

static void handle_unmap(struct wl_listener *listener, void *data) {
	struct layer_popup *popup = wl_container_of(listener, popup, unmap);
	pointer_rebase(popup->layer->server);
}

static void handle_destroy(struct wl_listener *listener, void *data) {
	struct layer_popup *popup = wl_container_of(listener, popup, destroy);
	listener_remove(&popup->commit);
	listener_remove(&popup->map);
	listener_remove(&popup->unmap);
	listener_remove(&popup->reposition);
	listener_remove(&popup->destroy);
	wl_list_remove(&popup->link);
	free(popup);
}

static void create(struct layer_surface *layer, struct wlr_scene_tree *parent,
		struct wlr_xdg_popup *wlr_popup) {
	struct layer_popup *popup = calloc(1, sizeof(*popup));
	struct wlr_scene_tree *tree = popup != NULL
			? wlr_scene_xdg_surface_create(parent, wlr_popup->base)
			: NULL;
	if (tree == NULL) {
		free(popup);
		wl_resource_post_no_memory(wlr_popup->resource);
		return;
	}
	popup->layer = layer;
	popup->wlr_popup = wlr_popup;
	popup->tree = tree;
	wl_list_insert(&layer->popup_list, &popup->link);
	struct wlr_surface *surface = wlr_popup->base->surface;
	listener_add(&popup->commit, &surface->events.commit, handle_commit);
	listener_add(&popup->map, &surface->events.map, handle_map);
	listener_add(&popup->unmap, &surface->events.unmap, handle_unmap);
	listener_add(&popup->reposition, &wlr_popup->events.reposition, handle_reposition);
	listener_add(&popup->destroy, &wlr_popup->events.destroy, handle_destroy);
}

void layer_popup_create(struct layer_surface *layer, struct wlr_xdg_popup *wlr_popup) {
	create(layer, layer->popups, wlr_popup);
}

bool layer_popup_take(struct server *server, struct wlr_xdg_popup *wlr_popup) {
	struct client *client = client_of(wl_resource_get_client(wlr_popup->resource));
	if (client == NULL || server->layer_shell == NULL ||
			(client->class != CLIENT_HOST_SHELL &&
					client->class != CLIENT_HOST_TOOLS)) {
		return false;
	}
	if (wlr_popup->parent == NULL) {
		return true;
	}
	struct layer_surface *layer;
	wl_list_for_each(layer, layer_shell_surfaces(server), link) {
		struct layer_popup *parent;
		wl_list_for_each(parent, &layer->popup_list, link) {
			if (parent->wlr_popup->base->surface == wlr_popup->parent) {
				create(layer, parent->tree, wlr_popup);
				return true;
			}
		}
	}
	return false;
}
