/* SPDX-License-Identifier: MIT */
#include "compositor/lock/surface.h"

#include <stdlib.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_output_layout.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/types/wlr_session_lock_v1.h>

#include "base/log.h"
#include "compositor/input/cursor.h"
#include "compositor/input/focus.h"
#include "compositor/input/pointer.h"
#include "compositor/listen.h"
#include "compositor/lock/lock.h"
#include "compositor/output/layers.h"
#include "compositor/output/output.h"
#include "compositor/server.h"

struct lock_surfaces {
	struct server *server;
	struct wlr_session_lock_v1 *wlr_lock; /* the locker's; NULL: none has come, or it died */
	bool is_told;                         /* that every output is blank */
	struct wl_list list;                  /* lock_surface.link */
	struct wl_listener new_lock, new_surface, unlock, destroy;
	struct wl_listener blank, outputs_changed;
};

struct lock_surface {
	struct lock_surfaces *surfaces;
	struct wlr_session_lock_surface_v1 *wlr_surface;
	struct wlr_scene_tree *tree;
	int width, height;   /* as the locker was told */
	struct wl_list link; /* lock_surfaces.list */
	struct wl_listener map, destroy;
};

/* ---- surfaces ---- */

static bool is_shown(const struct lock_surface *surface) {
	return surface->wlr_surface->surface->mapped;
}

bool lock_surfaces_are_shown(struct server *server) {
	struct lock_surface *surface;
	wl_list_for_each(surface, &server->lock_surfaces->list, link) {
		if (is_shown(surface)) {
			return true;
		}
	}
	return false;
}

/* The one on the output with the pointer; else any. */
static struct lock_surface *choose(struct lock_surfaces *surfaces) {
	struct server *server = surfaces->server;
	struct wlr_cursor *cursor = cursor_wlr(server);
	struct output *output = outputs_at(server, cursor->x, cursor->y);
	struct lock_surface *best = NULL, *surface;
	wl_list_for_each(surface, &surfaces->list, link) {
		if (is_shown(surface) &&
				(best == NULL ||
						(output != NULL &&
								surface->wlr_surface->output ==
										output->wlr_output))) {
			best = surface;
		}
	}
	return best;
}

void lock_surfaces_focus(struct server *server) {
	static const char label[] = "Locked";
	struct lock_surface *surface = choose(server->lock_surfaces);
	const struct focus_hold hold = {
			.surface = surface != NULL ? surface->wlr_surface->surface : NULL,
			.label = label};
	const struct focus_hold *held = focus_held(server);
	if (held == NULL || held->label != label || held->surface != hold.surface) {
		focus_set_lock(server, &hold);
	}
}

/* At its output's place, and of its size. */
static void place(struct lock_surface *surface) {
	struct wlr_box box;
	wlr_output_layout_get_box(surface->surfaces->server->outputs->layout,
			surface->wlr_surface->output, &box);
	if (wlr_box_empty(&box)) {
		return;
	}
	const struct wlr_box clip = {.width = box.width, .height = box.height};
	wlr_scene_node_set_position(&surface->tree->node, box.x, box.y);
	wlr_scene_subsurface_tree_set_clip(&surface->tree->node, &clip);
	if (surface->width != box.width || surface->height != box.height) {
		surface->width = box.width;
		surface->height = box.height;
		wlr_session_lock_surface_v1_configure(surface->wlr_surface, (uint32_t)box.width,
				(uint32_t)box.height);
	}
}

static void handle_surface_map(struct wl_listener *listener, void *data) {
	struct lock_surface *surface = wl_container_of(listener, surface, map);
	struct server *server = surface->surfaces->server;
	if (lock_is_on(server)) {
		lock_surfaces_focus(server);
		pointer_rebase(server);
	}
}

static void handle_surface_destroy(struct wl_listener *listener, void *data) {
	struct lock_surface *surface = wl_container_of(listener, surface, destroy);
	struct server *server = surface->surfaces->server;
	listener_remove(&surface->map);
	listener_remove(&surface->destroy);
	wl_list_remove(&surface->link);
	wlr_scene_node_destroy(&surface->tree->node);
	free(surface);
	if (lock_is_on(server)) {
		lock_surfaces_focus(server);
		pointer_rebase(server);
	}
}

static void handle_new_surface(struct wl_listener *listener, void *data) {
	struct lock_surfaces *surfaces = wl_container_of(listener, surfaces, new_surface);
	struct wlr_session_lock_surface_v1 *wlr_surface = data;
	struct lock_surface *surface = calloc(1, sizeof(*surface));
	if (surface != NULL) {
		surface->tree = wlr_scene_subsurface_tree_create(surfaces->server->layers->trees
										 [LAYER_LOCK],
				wlr_surface->surface);
	}
	if (surface == NULL || surface->tree == NULL) {
		free(surface);
		wl_resource_post_no_memory(wlr_surface->resource);
		return;
	}
	surface->surfaces = surfaces;
	surface->wlr_surface = wlr_surface;
	wl_list_insert(&surfaces->list, &surface->link);
	listener_add(&surface->map, &wlr_surface->surface->events.map, handle_surface_map);
	listener_add(&surface->destroy, &wlr_surface->events.destroy, handle_surface_destroy);
	place(surface);
}

static void handle_outputs_changed(struct wl_listener *listener, void *data) {
	struct lock_surfaces *surfaces = wl_container_of(listener, surfaces, outputs_changed);
	struct lock_surface *surface;
	wl_list_for_each(surface, &surfaces->list, link) {
		place(surface);
	}
}

/* ---- the locker's word ---- */

static void tell_blank(struct lock_surfaces *surfaces) {
	if (surfaces->wlr_lock != NULL && !surfaces->is_told && lock_is_blank(surfaces->server)) {
		surfaces->is_told = true;
		wlr_session_lock_v1_send_locked(surfaces->wlr_lock);
	}
}

static void handle_blank(struct wl_listener *listener, void *data) {
	struct lock_surfaces *surfaces = wl_container_of(listener, surfaces, blank);
	tell_blank(surfaces);
}

static void forget_lock(struct lock_surfaces *surfaces) {
	listener_remove(&surfaces->new_surface);
	listener_remove(&surfaces->unlock);
	listener_remove(&surfaces->destroy);
	surfaces->wlr_lock = NULL;
	surfaces->is_told = false;
}

static void handle_unlock(struct wl_listener *listener, void *data) {
	struct lock_surfaces *surfaces = wl_container_of(listener, surfaces, unlock);
	/* It is destroyed by its own request, right after this. */
	forget_lock(surfaces);
	lock_end(surfaces->server, LOCK_END_LOCKER);
}

/* The locker has died, or gives up: locked is what the session stays. */
static void handle_destroy(struct wl_listener *listener, void *data) {
	struct lock_surfaces *surfaces = wl_container_of(listener, surfaces, destroy);
	forget_lock(surfaces);
}

static void handle_new_lock(struct wl_listener *listener, void *data) {
	struct lock_surfaces *surfaces = wl_container_of(listener, surfaces, new_lock);
	struct wlr_session_lock_v1 *wlr_lock = data;
	if (!lock_is_on(surfaces->server) || surfaces->wlr_lock != NULL) {
		wlr_session_lock_v1_destroy(wlr_lock);
		return;
	}
	surfaces->wlr_lock = wlr_lock;
	listener_add(&surfaces->new_surface, &wlr_lock->events.new_surface, handle_new_surface);
	listener_add(&surfaces->unlock, &wlr_lock->events.unlock, handle_unlock);
	listener_add(&surfaces->destroy, &wlr_lock->events.destroy, handle_destroy);
	tell_blank(surfaces);
}

void lock_surfaces_end(struct server *server) {
	struct wlr_session_lock_v1 *wlr_lock = server->lock_surfaces->wlr_lock;
	if (wlr_lock != NULL) {
		wlr_session_lock_v1_destroy(wlr_lock);
	}
}

bool lock_surfaces_create(struct server *server) {
	struct lock_surfaces *surfaces = calloc(1, sizeof(*surfaces));
	struct wlr_session_lock_manager_v1 *manager =
			wlr_session_lock_manager_v1_create(server->display);
	if (surfaces == NULL || manager == NULL) {
		free(surfaces);
		return false;
	}
	surfaces->server = server;
	wl_list_init(&surfaces->list);
	listener_add(&surfaces->new_lock, &manager->events.new_lock, handle_new_lock);
	listener_add(&surfaces->blank, &lock_events(server)->blank, handle_blank);
	listener_add(&surfaces->outputs_changed, &server->outputs->changed, handle_outputs_changed);
	server->lock_surfaces = surfaces;
	return true;
}

void lock_surfaces_destroy(struct server *server) {
	struct lock_surfaces *surfaces = server->lock_surfaces;
	if (surfaces == NULL) {
		return;
	}
	forget_lock(surfaces);
	listener_remove(&surfaces->new_lock);
	listener_remove(&surfaces->blank);
	listener_remove(&surfaces->outputs_changed);
	free(surfaces);
	server->lock_surfaces = NULL;
}
