/* SPDX-License-Identifier: MIT
 *
 * wlroots' scene tells a surface through listeners of its own on the scene's node, which are taken off
 * as soon as the node is there and before it has shown anything.
 */
#include "compositor/window/sight.h"

#include <math.h>
#include <stdlib.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_fractional_scale_v1.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_presentation_time.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/types/wlr_subcompositor.h>
#include <wlr/types/wlr_xdg_shell.h>

#include "base/log.h"
#include "compositor/listen.h"
#include "compositor/output/output.h"
#include "compositor/protocols.h"
#include "compositor/server.h"
#include "compositor/window/window.h"

struct sight {
	struct wl_listener new_surface;
};

/* Freed with its surface. */
struct followed {
	struct wlr_surface *surface;
	struct wlr_scene_tree *tree;       /* of a window's or popup's surface; NULL: of none */
	struct wl_listener new_subsurface; /* behind the scene's own */
	struct wl_listener commit, destroy, tree_destroy;
};

static void handle_destroy(struct wl_listener *listener, void *data);

/* Every surface is followed, unless there was no memory. */
static struct followed *followed_of(struct wlr_surface *surface) {
	struct wl_listener *listener = wl_signal_get(&surface->events.destroy, handle_destroy);
	struct followed *followed =
			listener != NULL ? wl_container_of(listener, followed, destroy) : NULL;
	return followed;
}

static void silence(struct wl_signal *signal) {
	struct wl_listener *listener, *next;
	wl_list_for_each_safe(listener, next, &signal->listener_list, link) {
		/* Its owner removes it once more. */
		wl_list_remove(&listener->link);
		wl_list_init(&listener->link);
	}
}

/* Nothing in the tree is told anything by the scene from now on. */
static void silence_tree(struct wlr_scene_tree *tree) {
	struct wlr_scene_node *node;
	wl_list_for_each(node, &tree->children, link) {
		if (node->type == WLR_SCENE_NODE_TREE) {
			silence_tree(wlr_scene_tree_from_node(node));
		} else if (node->type == WLR_SCENE_NODE_BUFFER) {
			struct wlr_scene_buffer *buffer = wlr_scene_buffer_from_node(node);
			silence(&buffer->events.outputs_update);
			silence(&buffer->events.output_enter);
			silence(&buffer->events.output_leave);
			silence(&buffer->events.output_sample);
			silence(&buffer->events.frame_done);
		}
	}
}

static bool is_tree_seen(struct wlr_scene_tree *tree) {
	struct wlr_scene_node *node;
	wl_list_for_each(node, &tree->children, link) {
		if (!node->enabled) {
			continue;
		}
		if (node->type == WLR_SCENE_NODE_TREE) {
			if (is_tree_seen(wlr_scene_tree_from_node(node))) {
				return true;
			}
		} else if (node->type == WLR_SCENE_NODE_BUFFER &&
				wlr_scene_buffer_from_node(node)->primary_output != NULL) {
			return true;
		}
	}
	return false;
}

/* Is any of it in sight, or of its popups? */
static bool is_seen(const struct window *window) {
	return window_is_shown(window) &&
			(is_tree_seen(window->client) || is_tree_seen(window->popups));
}

/* The output by whose frames it draws: whatever covers it, that of its middle. */
static struct output *home_of(const struct window *window) {
	const struct wlr_box *area = &window->area;
	return outputs_at(window->server, area->x + area->width / 2.0,
			area->y + area->height / 2.0);
}

struct window *window_of_surface(struct wlr_surface *surface) {
	while (surface != NULL) {
		struct wlr_surface *root = wlr_surface_get_root_surface(surface);
		struct wlr_xdg_surface *xdg = wlr_xdg_surface_try_from_wlr_surface(root);
		if (xdg == NULL || xdg->role == WLR_XDG_SURFACE_ROLE_TOPLEVEL) {
			return xdg != NULL ? xdg->data : NULL;
		}
		surface = xdg->popup != NULL ? xdg->popup->parent : NULL;
	}
	return NULL;
}

static void tell_place(struct window *window, struct wlr_surface *surface) {
	bool is_there = window_is_shown(window) && surface->mapped;
	struct output *output;
	wl_list_for_each(output, &window->server->outputs->list, link) {
		struct wlr_box box;
		output_get_box(output, &box);
		if (is_there && wlr_box_intersection(&box, &box, &window->area)) {
			wlr_surface_send_enter(surface, output->wlr_output);
		} else {
			wlr_surface_send_leave(surface, output->wlr_output);
		}
	}
	struct output *home = home_of(window);
	if (is_there && home != NULL) {
		float scale = outputs_scale_for(window->server, &window->area);
		wlr_fractional_scale_v1_notify_scale(surface, (double)scale);
		wlr_surface_set_preferred_buffer_scale(surface, (int32_t)ceilf(scale));
		wlr_surface_set_preferred_buffer_transform(surface, home->wlr_output->transform);
	}
}

static void handle_commit(struct wl_listener *listener, void *data) {
	struct followed *followed = wl_container_of(listener, followed, commit);
	struct window *window = window_of_surface(followed->surface);
	if (window == NULL || !window->is_mapped) {
		return;
	}
	tell_place(window, followed->surface);
	/* Also where nothing that is seen has changed: it is told the same, and as soon. */
	struct output *home = home_of(window);
	if (home != NULL && is_seen(window)) {
		wlr_output_schedule_frame(home->wlr_output);
	}
}

/* --- sub-surfaces --- */

static struct wlr_scene_tree *tree_of(struct wlr_surface *surface) {
	struct followed *root = followed_of(wlr_surface_get_root_surface(surface));
	return root != NULL ? root->tree : NULL;
}

static void handle_new_subsurface(struct wl_listener *listener, void *data);

/* The scene listens to the surface and its sub-surfaces now: what comes in them is found behind that. */
static void listen_behind(struct wlr_surface *surface) {
	struct followed *followed = followed_of(surface);
	if (followed != NULL) {
		listener_remove(&followed->new_subsurface);
		listener_add(&followed->new_subsurface, &surface->events.new_subsurface,
				handle_new_subsurface);
	}
	struct wlr_subsurface *part;
	wl_list_for_each(part, &surface->current.subsurfaces_below, current.link) {
		listen_behind(part->surface);
	}
	wl_list_for_each(part, &surface->current.subsurfaces_above, current.link) {
		listen_behind(part->surface);
	}
}

static void handle_new_subsurface(struct wl_listener *listener, void *data) {
	struct followed *parent = wl_container_of(listener, parent, new_subsurface);
	struct wlr_subsurface *part = data;
	struct wlr_scene_tree *tree = tree_of(parent->surface);
	if (tree != NULL) {
		silence_tree(tree);
		listen_behind(part->surface);
	}
}

/* --- surfaces --- */

static void handle_tree_destroy(struct wl_listener *listener, void *data) {
	struct followed *followed = wl_container_of(listener, followed, tree_destroy);
	listener_remove(&followed->tree_destroy);
	followed->tree = NULL;
}

void sight_take(struct wlr_surface *surface, struct wlr_scene_tree *tree) {
	struct followed *followed = followed_of(surface);
	silence_tree(tree);
	if (followed != NULL) {
		listen_behind(surface);
		followed->tree = tree;
		listener_remove(&followed->tree_destroy);
		listener_add(&followed->tree_destroy, &tree->node.events.destroy,
				handle_tree_destroy);
	}
}

static void handle_destroy(struct wl_listener *listener, void *data) {
	struct followed *followed = wl_container_of(listener, followed, destroy);
	listener_remove(&followed->new_subsurface);
	listener_remove(&followed->commit);
	listener_remove(&followed->destroy);
	listener_remove(&followed->tree_destroy);
	free(followed);
}

static void handle_new_surface(struct wl_listener *listener, void *data) {
	struct wlr_surface *surface = data;
	struct followed *followed = calloc(1, sizeof(*followed));
	if (followed == NULL) {
		wl_resource_post_no_memory(surface->resource);
		return;
	}
	followed->surface = surface;
	listener_add(&followed->commit, &surface->events.commit, handle_commit);
	listener_add(&followed->destroy, &surface->events.destroy, handle_destroy);
}

/* --- outputs --- */

struct telling {
	struct window *window;
	struct output *output;
	const struct timespec *when;
};

static void tell_each_place(struct wlr_surface *surface, int x, int y, void *data) {
	struct telling *telling = data;
	tell_place(telling->window, surface);
}

static void tell_shown(struct wlr_surface *surface, int x, int y, void *data) {
	struct telling *telling = data;
	wlr_presentation_surface_textured_on_output(surface, telling->output->wlr_output);
}

static void tell_frame(struct wlr_surface *surface, int x, int y, void *data) {
	struct telling *telling = data;
	wlr_surface_send_frame_done(surface, telling->when);
}

/* Tells every surface of the windows that draw by the output's frames. */
static void tell_seen(struct output *output, wlr_surface_iterator_func_t tell,
		const struct timespec *when) {
	struct window *window;
	wl_list_for_each(window, windows_stack(output->server), link) {
		if (home_of(window) == output && is_seen(window)) {
			struct telling telling = {window, output, when};
			wlr_xdg_surface_for_each_surface(window->toplevel->base, tell, &telling);
		}
	}
}

void sight_drawing(struct output *output) {
	if (output->server->windows == NULL) {
		return;
	}
	struct window *window;
	wl_list_for_each(window, windows_stack(output->server), link) {
		struct telling telling = {window, output, NULL};
		wlr_xdg_surface_for_each_surface(window->toplevel->base, tell_each_place, &telling);
	}
	tell_seen(output, tell_shown, NULL);
}

void sight_drawn(struct output *output, const struct timespec *when) {
	if (output->server->windows != NULL) {
		tell_seen(output, tell_frame, when);
	}
}

bool sight_create(struct server *server) {
	struct sight *sight = calloc(1, sizeof(*sight));
	if (sight == NULL) {
		log_error("out of memory");
		return false;
	}
	listener_add(&sight->new_surface, &server->protocols->compositor->events.new_surface,
			handle_new_surface);
	server->sight = sight;
	return true;
}

void sight_destroy(struct server *server) {
	if (server->sight != NULL) {
		listener_remove(&server->sight->new_surface);
		free(server->sight);
		server->sight = NULL;
	}
}
