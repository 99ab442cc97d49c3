/* SPDX-License-Identifier: MIT */
#include "compositor/window/workspace.h"

#include <stdlib.h>

#include "base/log.h"
#include "compositor/domain/watch.h"
#include "compositor/input/focus.h"
#include "compositor/input/pointer.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/window/window.h"

struct workspaces {
	unsigned int count, current;
};

unsigned int workspaces_count(struct server *server) {
	return server->workspaces->count;
}

unsigned int workspaces_current(struct server *server) {
	return server->workspaces->current;
}

void workspaces_switch_to(struct server *server, unsigned int index, struct window *focused) {
	struct workspaces *workspaces = server->workspaces;
	if (index == workspaces->current || index >= workspaces->count) {
		return;
	}
	/* The keyboard leaves first: hiding must not pass it on. */
	focus_set(server, NULL);
	workspaces->current = index;
	struct window *window;
	wl_list_for_each(window, windows_stack(server), link) {
		window_update_shown(window, true);
	}
	focus_set(server, focused);
	pointer_rebase(server);
	watch_changed(server);
}

bool workspaces_switch(struct server *server, unsigned int index) {
	if (index >= server->workspaces->count) {
		return false;
	}
	if (index != server->workspaces->current) {
		workspaces_switch_to(server, index, NULL);
		focus_set(server, focus_latest(server));
	}
	return true;
}

bool workspaces_move(struct window *window, unsigned int index) {
	struct server *server = window->server;
	if (index >= server->workspaces->count) {
		return false;
	}
	window->workspace = index;
	window_update_shown(window, true);
	pointer_rebase(server);
	watch_changed(server);
	return true;
}

void workspaces_limit(struct server *server, unsigned int count) {
	struct workspaces *workspaces = server->workspaces;
	struct window *in_use = focus_in_use(server), *window;
	wl_list_for_each(window, windows_stack(server), link) {
		if (window->workspace >= count) {
			window->workspace = count - 1;
		}
	}
	if (workspaces->current >= count) {
		workspaces->current = count - 1;
	}
	workspaces->count = count;
	wl_list_for_each(window, windows_stack(server), link) {
		window_update_shown(window, true);
	}
	/* The window in use is still the one in use: it has gone nowhere else. */
	focus_set(server, in_use);
	pointer_rebase(server);
}

bool workspaces_create(struct server *server) {
	server->workspaces = calloc(1, sizeof(*server->workspaces));
	if (server->workspaces == NULL) {
		log_error("out of memory");
		return false;
	}
	server->workspaces->count = server->settings->workspaces;
	return true;
}

void workspaces_destroy(struct server *server) {
	free(server->workspaces);
	server->workspaces = NULL;
}
