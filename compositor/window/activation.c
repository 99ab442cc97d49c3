/* SPDX-License-Identifier: MIT */
#include "compositor/window/activation.h"

#include <stdlib.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_xdg_activation_v1.h>
#include <wlr/types/wlr_xdg_shell.h>

#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/input/deadtime.h"
#include "compositor/input/focus.h"
#include "compositor/input/seat.h"
#include "compositor/listen.h"
#include "compositor/server.h"
#include "compositor/window/window.h"
#include "compositor/window/workspace.h"

struct activation {
	struct server *server;
	struct wl_listener request;
};

static void handle_request(struct wl_listener *listener, void *data) {
	struct activation *activation = wl_container_of(listener, activation, request);
	const struct wlr_xdg_activation_v1_request_activate_event *event = data;
	struct wlr_xdg_toplevel *toplevel = wlr_xdg_toplevel_try_from_wlr_surface(event->surface);
	struct window *window = toplevel != NULL ? window_of_toplevel(toplevel) : NULL;
	if (window == NULL || !window->is_mapped) {
		return;
	}
	struct domain *domain = focus_domain(activation->server);
	if (window == focus_window(activation->server)) {
		return;
	}
	/* wlroots has checked the serial of a token with a seat; one without tells of no user's
	 * action. */
	bool is_here = window->workspace == workspaces_current(activation->server);
	if (is_here && window->domain == domain && event->token->seat == domain->seat->wlr_seat) {
		focus_show(activation->server, window);
		deadtime_appeared(window);
	} else {
		window_set_urgent(window, true);
	}
}

bool activation_create(struct server *server) {
	struct activation *activation = calloc(1, sizeof(*activation));
	struct wlr_xdg_activation_v1 *wlr_activation =
			wlr_xdg_activation_v1_create(server->display);
	if (activation == NULL || wlr_activation == NULL) {
		free(activation);
		log_error("out of memory");
		return false;
	}
	activation->server = server;
	listener_add(&activation->request, &wlr_activation->events.request_activate,
			handle_request);
	server->activation = activation;
	return true;
}

void activation_destroy(struct server *server) {
	if (server->activation == NULL) {
		return;
	}
	listener_remove(&server->activation->request);
	free(server->activation);
	server->activation = NULL;
}
