/* SPDX-License-Identifier: MIT
 *
 * A tree may be built from its root or from its leaves, so at each new sub-surface the levels above
 * and those below are counted, neither further than the limit; then all of the tree.
 */
#include "compositor/domain/nesting.h"

#include <stdlib.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_subcompositor.h>

#include "base/limits.h"
#include "base/log.h"
#include "compositor/domain/client.h"
#include "compositor/listen.h"
#include "compositor/protocols.h"
#include "compositor/server.h"

struct nesting {
	struct wl_listener new_surface;
};

/* Freed with its surface. */
struct watched {
	struct wl_listener new_subsurface, destroy;
};

static int levels_above(struct wlr_surface *surface) {
	int levels = 0;
	struct wlr_subsurface *subsurface;
	while (levels <= SUBSURFACE_DEPTH_MAX &&
			(subsurface = wlr_subsurface_try_from_wlr_surface(surface)) != NULL &&
			subsurface->parent != NULL) {
		surface = subsurface->parent;
		levels++;
	}
	return levels;
}

static int levels_below(const struct wlr_surface *surface, int left) {
	int levels = 0;
	if (left == 0) {
		return 0;
	}
	const struct wl_list *const lists[] = {
			&surface->current.subsurfaces_below, &surface->current.subsurfaces_above};
	for (size_t i = 0; i < 2; i++) {
		struct wlr_subsurface *child;
		wl_list_for_each(child, lists[i], current.link) {
			int below = 1 + levels_below(child->surface, left - 1);
			levels = below > levels ? below : levels;
		}
	}
	return levels;
}

/* Surfaces under this one, at all depths, those that no commit has shown yet too; counts to left. */
static int tree_size(const struct wlr_surface *surface, int left) {
	int size = 0;
	const struct wl_list *const lists[] = {
			&surface->pending.subsurfaces_below, &surface->pending.subsurfaces_above};
	for (size_t i = 0; i < 2; i++) {
		struct wlr_subsurface *child;
		wl_list_for_each(child, lists[i], pending.link) {
			if (size > left) {
				return size;
			}
			size += 1 + tree_size(child->surface, left - size);
		}
	}
	return size;
}

static void handle_new_subsurface(struct wl_listener *listener, void *data) {
	struct wlr_subsurface *subsurface = data;
	int levels = levels_above(subsurface->surface) +
			levels_below(subsurface->surface, SUBSURFACE_DEPTH_MAX + 1);
	struct client *client = client_of(wl_resource_get_client(subsurface->resource));
	/* A cycle is not possible, but a chain as long as one read: not walked when it is too deep. */
	bool is_over = levels > SUBSURFACE_DEPTH_MAX ||
			tree_size(wlr_surface_get_root_surface(subsurface->surface),
					SUBSURFACES_PER_TREE_MAX) > SUBSURFACES_PER_TREE_MAX;
	if (is_over && client != NULL && client->class == CLIENT_VM) {
		client_end_for(client, OFFENCE_SUBSURFACES);
	}
}

static void handle_destroy(struct wl_listener *listener, void *data) {
	struct watched *watched = wl_container_of(listener, watched, destroy);
	listener_remove(&watched->new_subsurface);
	listener_remove(&watched->destroy);
	free(watched);
}

static void handle_new_surface(struct wl_listener *listener, void *data) {
	struct wlr_surface *surface = data;
	struct watched *watched = calloc(1, sizeof(*watched));
	if (watched == NULL) {
		wl_resource_post_no_memory(surface->resource);
		return;
	}
	listener_add(&watched->new_subsurface, &surface->events.new_subsurface,
			handle_new_subsurface);
	listener_add(&watched->destroy, &surface->events.destroy, handle_destroy);
}

bool nesting_create(struct server *server) {
	struct nesting *nesting = calloc(1, sizeof(*nesting));
	if (nesting == NULL) {
		log_error("out of memory");
		return false;
	}
	listener_add(&nesting->new_surface, &server->protocols->compositor->events.new_surface,
			handle_new_surface);
	server->nesting = nesting;
	return true;
}

void nesting_destroy(struct server *server) {
	if (server->nesting == NULL) {
		return;
	}
	listener_remove(&server->nesting->new_surface);
	free(server->nesting);
	server->nesting = NULL;
}
