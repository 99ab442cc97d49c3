/* SPDX-License-Identifier: MIT
 *
 * wlroots asserts that a mode is set only after the initial commit; a client may ask before, so it
 * is answered then.
 */
#include "compositor/window/decoration.h"

#include <stdlib.h>
#include <wlr/types/wlr_xdg_decoration_v1.h>

#include "base/log.h"
#include "compositor/listen.h"
#include "compositor/server.h"
#include "compositor/window/window.h"

struct decorations {
	struct server *server;
	struct wl_list list; /* decoration.link */
	struct wl_listener new_decoration;
};

struct decoration {
	struct wlr_xdg_toplevel_decoration_v1 *wlr_decoration;
	struct wl_list link; /* decorations.list */
	struct wl_listener request_mode, destroy;
};

static void set_decorated(struct decoration *decoration, bool is_decorated) {
	struct window *window = window_of_toplevel(decoration->wlr_decoration->toplevel);
	if (window != NULL) {
		window_set_decorated(window, is_decorated);
	}
}

/* A client that wants to draw its own bar may: it gets a label tab, not a second bar. */
static void answer(struct decoration *decoration) {
	struct wlr_xdg_toplevel_decoration_v1 *wlr_decoration = decoration->wlr_decoration;
	bool is_own = wlr_decoration->requested_mode ==
			WLR_XDG_TOPLEVEL_DECORATION_V1_MODE_CLIENT_SIDE;
	if (wlr_decoration->toplevel->base->initialized) {
		wlr_xdg_toplevel_decoration_v1_set_mode(wlr_decoration,
				is_own ? WLR_XDG_TOPLEVEL_DECORATION_V1_MODE_CLIENT_SIDE
				       : WLR_XDG_TOPLEVEL_DECORATION_V1_MODE_SERVER_SIDE);
	}
	set_decorated(decoration, !is_own);
}

static void handle_request_mode(struct wl_listener *listener, void *data) {
	struct decoration *decoration = wl_container_of(listener, decoration, request_mode);
	answer(decoration);
}

static void decoration_destroy(struct decoration *decoration) {
	listener_remove(&decoration->request_mode);
	listener_remove(&decoration->destroy);
	wl_list_remove(&decoration->link);
	free(decoration);
}

/* The client may have destroyed the toplevel first; its window is then gone from base.data. */
static void handle_destroy(struct wl_listener *listener, void *data) {
	struct decoration *decoration = wl_container_of(listener, decoration, destroy);
	set_decorated(decoration, false);
	decoration_destroy(decoration);
}

static void handle_new_decoration(struct wl_listener *listener, void *data) {
	struct decorations *decorations = wl_container_of(listener, decorations, new_decoration);
	struct wlr_xdg_toplevel_decoration_v1 *wlr_decoration = data;
	struct decoration *decoration = calloc(1, sizeof(*decoration));
	if (decoration == NULL) {
		wl_resource_post_no_memory(wlr_decoration->resource);
		return;
	}
	decoration->wlr_decoration = wlr_decoration;
	wl_list_insert(&decorations->list, &decoration->link);
	listener_add(&decoration->request_mode, &wlr_decoration->events.request_mode,
			handle_request_mode);
	listener_add(&decoration->destroy, &wlr_decoration->events.destroy, handle_destroy);
	answer(decoration);
}

void decoration_announce(struct window *window) {
	struct decoration *decoration;
	wl_list_for_each(decoration, &window->server->decorations->list, link) {
		if (decoration->wlr_decoration->toplevel == window->toplevel) {
			answer(decoration);
		}
	}
}

bool decorations_create(struct server *server) {
	struct decorations *decorations = calloc(1, sizeof(*decorations));
	struct wlr_xdg_decoration_manager_v1 *manager =
			wlr_xdg_decoration_manager_v1_create(server->display);
	if (decorations == NULL || manager == NULL) {
		free(decorations);
		log_error("out of memory");
		return false;
	}
	decorations->server = server;
	wl_list_init(&decorations->list);
	listener_add(&decorations->new_decoration, &manager->events.new_toplevel_decoration,
			handle_new_decoration);
	server->decorations = decorations;
	return true;
}

void decorations_destroy(struct server *server) {
	if (server->decorations == NULL) {
		return;
	}
	listener_remove(&server->decorations->new_decoration);
	free(server->decorations);
	server->decorations = NULL;
}
