/* SPDX-License-Identifier: MIT
 *
 * Nothing is sent to a surface before its initial commit, nor after it was unmapped until the next
 * one. Whatever changes, the whole output is arranged anew: surfaces with an exclusive zone first,
 * from the top layer down, then the others in what is left.
 */
#include "compositor/shell/layer_shell.h"

#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_layer_shell_v1.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/types/wlr_xdg_shell.h>

#include "base/log.h"
#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/input/cursor.h"
#include "compositor/input/deadtime.h"
#include "compositor/input/focus.h"
#include "compositor/input/keyboard.h"
#include "compositor/input/pointer.h"
#include "compositor/listen.h"
#include "compositor/output/layers.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/layer_arrange.h"
#include "compositor/shell/layer_popup.h"
#include "compositor/window/guard.h"
#include "compositor/window/shadow.h"
#include "compositor/window/switcher.h"
#include "compositor/window/window.h"
#include "wlr-layer-shell-unstable-v1-protocol.h"

#define VERSION 5
#define SCRIM_ALPHA 0.35f
#define SCRIM_ALPHA_ASK 0.55f

struct layer_shell {
	struct server *server;
	struct wl_list surfaces; /* layer_surface.link */
	struct wlr_scene_rect *scrim;
	bool is_asking; /* the scrim is silo-ask's, above all other surfaces */
	bool is_awaited;
	const char *awaited_label;
	struct layer_surface *holder; /* has the keyboard */
	struct wl_listener new_surface, outputs_changed;
};

/* By protocol layer, top first. */
static const struct {
	uint32_t protocol;
	enum layer scene;
} levels[] = {
		{ZWLR_LAYER_SHELL_V1_LAYER_OVERLAY, LAYER_OVERLAY},
		{ZWLR_LAYER_SHELL_V1_LAYER_TOP, LAYER_TOP},
		{ZWLR_LAYER_SHELL_V1_LAYER_BOTTOM, LAYER_BOTTOM},
		{ZWLR_LAYER_SHELL_V1_LAYER_BACKGROUND, LAYER_BACKGROUND},
};
#define LEVELS (sizeof(levels) / sizeof(levels[0]))

struct wl_list *layer_shell_surfaces(struct server *server) {
	return &server->layer_shell->surfaces;
}

struct layer_surface *layer_surface_of_node(struct wlr_scene_node *node) {
	while (node != NULL && node->data == NULL) {
		node = node->parent != NULL ? &node->parent->node : NULL;
	}
	return node != NULL ? node->data : NULL;
}

static bool is_mapped(const struct layer_surface *layer) {
	return layer->wlr_layer->surface->mapped;
}

/* Does layer take all keys? Below windows it may only be given them. */
static bool is_exclusive(const struct layer_surface *layer) {
	const struct wlr_layer_surface_v1_state *state = &layer->wlr_layer->current;
	return is_mapped(layer) && state->layer >= ZWLR_LAYER_SHELL_V1_LAYER_TOP &&
			state->keyboard_interactive ==
			ZWLR_LAYER_SURFACE_V1_KEYBOARD_INTERACTIVITY_EXCLUSIVE;
}

static bool may_be_given_keys(const struct layer_surface *layer) {
	return is_mapped(layer) &&
			layer->wlr_layer->current.keyboard_interactive !=
			ZWLR_LAYER_SURFACE_V1_KEYBOARD_INTERACTIVITY_NONE;
}

/* Its name is believed of silo's own programs only. */
static bool is_named(const struct layer_surface *layer, const char *name) {
	return layer->is_shells && strcmp(layer->wlr_layer->namespace, name) == 0;
}

/* What is above what: a question, then silo's own, then others by their layer. */
static uint32_t rank(const struct layer_surface *layer) {
	return (is_named(layer, "silo-ask") ? 32u : 0) + (layer->is_shells ? 16u : 0) +
			layer->wlr_layer->current.layer;
}

/* The one that takes all keys: the upper and then the later one. */
static struct layer_surface *find_exclusive(struct layer_shell *shell) {
	struct layer_surface *best = NULL, *layer;
	wl_list_for_each(layer, &shell->surfaces, link) {
		if (is_exclusive(layer) && (best == NULL || rank(layer) > rank(best))) {
			best = layer;
		}
	}
	return best;
}

/* What the strip says of a surface; its name is believed of silo's own programs only. */
static const char *label_of(const struct layer_surface *layer) {
	static const char *const labels[][2] = {
			{"silo-launcher", "Silo: launcher"},
			{"silo-panel", "Silo: panel"},
			{"silo-ask", "Silo asks"},
	};
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (is_named(layer, labels[i][0])) {
			return labels[i][1];
		}
	}
	return NULL;
}

static void size_scrim(struct layer_shell *shell) {
	struct wlr_box box;
	wlr_output_layout_get_box(shell->server->outputs->layout, NULL, &box);
	wlr_scene_rect_set_size(shell->scrim, box.width, box.height);
	wlr_scene_node_set_position(&shell->scrim->node, box.x, box.y);
}

static void scrim_color(const struct layer_shell *shell, float ret_color[4]) {
	const float ground = shell->server->settings->is_light ? 0x11 / 255.0f : 0;
	const float alpha = shell->is_asking ? SCRIM_ALPHA_ASK : SCRIM_ALPHA;
	ret_color[0] = ret_color[1] = ret_color[2] = ground * alpha;
	ret_color[3] = alpha;
}

/* For a question the panel and what host tools show are darkened as well. */
static void set_asking(struct layer_shell *shell, bool is_asking) {
	struct wlr_scene_tree **trees = shell->server->layers->trees;
	if (shell->is_asking == is_asking) {
		return;
	}
	shell->is_asking = is_asking;
	wlr_scene_node_reparent(&shell->scrim->node, trees[is_asking ? LAYER_ASK : LAYER_SCRIM]);
	wlr_scene_node_lower_to_bottom(&shell->scrim->node);
	layer_shell_repaint(shell->server);
}

/* Decides anew who has the keyboard, and whether the rest is darkened. */
static void update_focus(struct layer_shell *shell) {
	struct server *server = shell->server;
	struct layer_surface *exclusive = find_exclusive(shell);
	if (switcher_is_open(server)) {
		if (exclusive != NULL || shell->is_awaited) {
			switcher_cancel(server); /* comes back here */
		}
		return;
	}
	struct layer_surface *holder = exclusive;
	if (exclusive == NULL && shell->holder != NULL && may_be_given_keys(shell->holder)) {
		holder = shell->holder;
	}
	if (exclusive != NULL && exclusive->is_shells) {
		shell->is_awaited = false;
	}
	bool is_modal = shell->is_awaited || (exclusive != NULL && exclusive->is_shells);
	set_asking(shell, exclusive != NULL && is_named(exclusive, "silo-ask"));
	if (is_modal && !shell->scrim->node.enabled) {
		size_scrim(shell);
		pointer_end(server);
	}
	wlr_scene_node_set_enabled(&shell->scrim->node, is_modal);
	if (shell->is_awaited) {
		const struct focus_hold hold = {.label = shell->awaited_label};
		shell->holder = NULL;
		focus_set_hold(server, &hold);
	} else if (holder != NULL) {
		const struct focus_hold hold = {.surface = holder->wlr_layer->surface,
				.output = holder->output,
				.label = label_of(holder)};
		bool is_same = shell->holder == holder && focus_held(server) != NULL &&
				focus_held(server)->surface == hold.surface;
		shell->holder = holder;
		if (!is_same) {
			focus_set_hold(server, &hold);
			keyboards_send_early(server);
		}
	} else {
		shell->holder = NULL;
		focus_set_hold(server, NULL);
	}
	pointer_rebase(server);
}

static void show(struct layer_surface *layer) {
	const struct wlr_box clip = {.width = layer->box.width, .height = layer->box.height};
	wlr_scene_node_set_position(&layer->tree->node, layer->box.x, layer->box.y);
	wlr_scene_subsurface_tree_set_clip(&layer->surface->node, &clip);
	/* In the layout: it falls on what is darkened, not on the panel. */
	shadow_show_sheet(layer->shadow, is_mapped(layer) ? &layer->box : NULL);
	if (layer->told_width != layer->box.width || layer->told_height != layer->box.height) {
		layer->told_width = layer->box.width;
		layer->told_height = layer->box.height;
		wlr_layer_surface_v1_configure(layer->wlr_layer, (uint32_t)layer->box.width,
				(uint32_t)layer->box.height);
	}
}

/* Surfaces of one level, those with an exclusive zone or those without. */
static void arrange_level(struct output *output, uint32_t level, bool with_zone,
		const struct wlr_box *area, struct wlr_box *usable, struct output_insets *insets) {
	struct layer_surface *layer;
	wl_list_for_each_reverse(layer, layer_shell_surfaces(output->server), link) {
		const struct wlr_layer_surface_v1_state *state = &layer->wlr_layer->current;
		if (layer->output != output || !layer->wlr_layer->initialized ||
				state->layer != level || (state->exclusive_zone > 0) != with_zone) {
			continue;
		}
		layer->box = layer_place(state, state->exclusive_zone < 0 ? area : usable);
		if (with_zone && is_mapped(layer)) {
			layer_reserve(state, usable, insets);
		}
		show(layer);
	}
}

/* Returns whether what windows may use has changed. */
static bool arrange(struct output *output) {
	struct wlr_box area;
	output_get_area(output, &area);
	if (area.width <= 0 || area.height <= 0) {
		return false;
	}
	struct wlr_box usable = area;
	struct output_insets insets = {0}, old = output->reserved;
	for (int with_zone = 1; with_zone >= 0; with_zone--) {
		for (size_t i = 0; i < LEVELS; i++) {
			arrange_level(output, levels[i].protocol, with_zone, &area, &usable,
					&insets);
		}
	}
	output->reserved = insets;
	return memcmp(&old, &insets, sizeof(old)) != 0;
}

static void arrange_and_tell(struct layer_surface *layer) {
	if (layer->output != NULL && arrange(layer->output)) {
		windows_rearrange(layer->server);
	}
}

static enum layer scene_layer(const struct layer_surface *layer, enum layer usual) {
	return is_named(layer, "silo-notice")         ? LAYER_NOTICES
			: is_named(layer, "silo-ask") ? LAYER_ASK
						      : usual;
}

static void choose_tree(struct layer_surface *layer) {
	struct wlr_scene_tree **trees = layer->server->layers->trees;
	for (size_t i = 0; i < LEVELS; i++) {
		struct wlr_scene_tree *tree = trees[scene_layer(layer, levels[i].scene)];
		if (levels[i].protocol == layer->wlr_layer->current.layer &&
				layer->tree->node.parent != tree) {
			wlr_scene_node_reparent(&layer->tree->node, tree);
		}
	}
}

static void handle_commit(struct wl_listener *listener, void *data) {
	struct layer_surface *layer = wl_container_of(listener, layer, commit);
	struct wlr_layer_surface_v1 *wlr_layer = layer->wlr_layer;
	if (wlr_layer->initial_commit) {
		layer->told_width = layer->told_height = 0;
	} else if (!wlr_layer->initialized || wlr_layer->current.committed == 0) {
		return;
	}
	choose_tree(layer);
	arrange_and_tell(layer);
	update_focus(layer->server->layer_shell);
}

static void handle_map(struct wl_listener *listener, void *data) {
	struct layer_surface *layer = wl_container_of(listener, layer, map);
	struct layer_shell *shell = layer->server->layer_shell;
	wl_list_remove(&layer->link);
	wl_list_insert(&shell->surfaces, &layer->link);
	choose_tree(layer);
	wlr_scene_node_raise_to_top(&layer->tree->node);
	wlr_scene_node_set_enabled(&layer->tree->node, true);
	arrange_and_tell(layer);
	if (is_named(layer, "silo-notice")) {
		deadtime_box_appeared(domains_host(layer->server), &layer->box);
	}
	update_focus(shell);
}

static void handle_unmap(struct wl_listener *listener, void *data) {
	struct layer_surface *layer = wl_container_of(listener, layer, unmap);
	if (is_named(layer, "silo-notice")) {
		deadtime_box_vanishes(domains_host(layer->server), &layer->box, NULL);
	}
	shadow_show_sheet(layer->shadow, NULL);
	wlr_scene_node_set_enabled(&layer->tree->node, false);
	arrange_and_tell(layer);
	update_focus(layer->server->layer_shell);
}

static void handle_new_popup(struct wl_listener *listener, void *data) {
	struct layer_surface *layer = wl_container_of(listener, layer, new_popup);
	layer_popup_create(layer, data);
}

/* It was unmapped before. */
static void layer_surface_destroy(struct layer_surface *layer) {
	struct layer_shell *shell = layer->server->layer_shell;
	if (shell->holder == layer) {
		shell->holder = NULL;
	}
	listener_remove(&layer->commit);
	listener_remove(&layer->map);
	listener_remove(&layer->unmap);
	listener_remove(&layer->new_popup);
	listener_remove(&layer->destroy);
	wl_list_remove(&layer->link);
	shadow_destroy(layer->shadow);
	wlr_scene_node_destroy(&layer->tree->node);
	free(layer);
}

static void handle_destroy(struct wl_listener *listener, void *data) {
	struct layer_surface *layer = wl_container_of(listener, layer, destroy);
	layer_surface_destroy(layer);
}

/* The output asked for; else the one with the keyboard, or with the pointer. NULL: there is none. */
static struct output *choose_output(struct server *server, struct wlr_output *wlr_output) {
	struct output *output;
	wl_list_for_each(output, &server->outputs->list, link) {
		if (output->wlr_output == wlr_output) {
			return output;
		}
	}
	output = focus_output(server);
	struct wlr_cursor *cursor = cursor_wlr(server);
	return output != NULL ? output : outputs_at(server, cursor->x, cursor->y);
}

static bool create_scene(struct layer_surface *layer) {
	layer->tree = wlr_scene_tree_create(layer->server->layers->trees[LAYER_BACKGROUND]);
	if (layer->tree == NULL) {
		return false;
	}
	layer->tree->node.data = layer;
	wlr_scene_node_set_enabled(&layer->tree->node, false);
	layer->surface = wlr_scene_subsurface_tree_create(layer->tree, layer->wlr_layer->surface);
	layer->popups = wlr_scene_tree_create(layer->tree);
	if (is_named(layer, "silo-launcher")) {
		layer->shadow = shadow_create(layer->server,
				layer->server->layers->trees[LAYER_SCRIM]);
	}
	return layer->surface != NULL && layer->popups != NULL;
}

static void handle_new_surface(struct wl_listener *listener, void *data) {
	struct layer_shell *shell = wl_container_of(listener, shell, new_surface);
	struct wlr_layer_surface_v1 *wlr_layer = data;
	guard_layer_surface(wlr_layer);
	struct output *output = choose_output(shell->server, wlr_layer->output);
	if (output == NULL) {
		wlr_layer_surface_v1_destroy(wlr_layer);
		return;
	}
	struct client *client = client_of(wl_resource_get_client(wlr_layer->resource));
	struct layer_surface *layer = calloc(1, sizeof(*layer));
	if (layer == NULL) {
		wl_resource_post_no_memory(wlr_layer->resource);
		return;
	}
	layer->server = shell->server;
	layer->wlr_layer = wlr_layer;
	layer->output = output;
	layer->is_shells = client != NULL && client->class == CLIENT_HOST_SHELL;
	wlr_layer->output = output->wlr_output;
	wl_list_init(&layer->popup_list);
	if (!create_scene(layer)) {
		shadow_destroy(layer->shadow);
		if (layer->tree != NULL) {
			wlr_scene_node_destroy(&layer->tree->node);
		}
		free(layer);
		wl_resource_post_no_memory(wlr_layer->resource);
		return;
	}
	wl_list_insert(&shell->surfaces, &layer->link);
	listener_add(&layer->commit, &wlr_layer->surface->events.commit, handle_commit);
	listener_add(&layer->map, &wlr_layer->surface->events.map, handle_map);
	listener_add(&layer->unmap, &wlr_layer->surface->events.unmap, handle_unmap);
	listener_add(&layer->new_popup, &wlr_layer->events.new_popup, handle_new_popup);
	listener_add(&layer->destroy, &wlr_layer->events.destroy, handle_destroy);
}

static void handle_outputs_changed(struct wl_listener *listener, void *data) {
	struct layer_shell *shell = wl_container_of(listener, shell, outputs_changed);
	bool has_changed = false;
	struct output *output;
	wl_list_for_each(output, &shell->server->outputs->list, link) {
		has_changed |= arrange(output);
	}
	size_scrim(shell);
	if (has_changed) {
		windows_rearrange(shell->server);
	}
}

void layer_shell_await(struct server *server, bool is_awaited, const char *label) {
	struct layer_shell *shell = server->layer_shell;
	if (is_awaited || shell->is_awaited) {
		shell->is_awaited = is_awaited;
		shell->awaited_label = label;
		update_focus(shell);
	}
}

bool layer_shell_awaits(struct server *server) {
	return server->layer_shell->is_awaited;
}

bool layer_shell_is_modal(struct server *server) {
	return server->layer_shell != NULL && server->layer_shell->scrim->node.enabled;
}

bool layer_shell_asks(struct server *server) {
	return server->layer_shell != NULL && server->layer_shell->is_asking;
}

bool layer_shell_shows(struct server *server, const struct wl_client *client) {
	struct layer_surface *layer;
	wl_list_for_each(layer, layer_shell_surfaces(server), link) {
		if (wl_resource_get_client(layer->wlr_layer->resource) == client &&
				is_mapped(layer)) {
			return true;
		}
	}
	return false;
}

void layer_shell_close(struct server *server, const struct wl_client *client) {
	struct layer_surface *layer, *next;
	wl_list_for_each_safe(layer, next, layer_shell_surfaces(server), link) {
		if (wl_resource_get_client(layer->wlr_layer->resource) == client) {
			wlr_layer_surface_v1_destroy(layer->wlr_layer);
		}
	}
}

static void end_popups(struct server *server, const struct layer_surface *except) {
	struct layer_surface *layer;
	wl_list_for_each(layer, layer_shell_surfaces(server), link) {
		if (layer == except) {
			continue;
		}
		struct wlr_xdg_popup *popup, *next;
		wl_list_for_each_safe(popup, next, &layer->wlr_layer->popups, link) {
			wlr_xdg_popup_destroy(popup);
		}
	}
}

void layer_shell_press(struct server *server, struct layer_surface *layer, bool is_scrim) {
	struct layer_shell *shell = server->layer_shell;
	end_popups(server, layer);
	struct layer_surface *exclusive = find_exclusive(shell);
	if (is_scrim) {
		/* A press beside it closes what made it, if that is there yet; a question waits for
		 * its answer. */
		if (exclusive != NULL && !shell->is_asking) {
			wlr_layer_surface_v1_destroy(exclusive->wlr_layer);
		}
		return;
	}
	if (layer == NULL) {
		shell->holder = exclusive;
		update_focus(shell);
	} else if (exclusive == NULL && layer != shell->holder && may_be_given_keys(layer)) {
		shell->holder = layer;
		update_focus(shell);
	}
}

void layer_shell_forget_output(struct server *server, struct output *output) {
	if (server->layer_shell == NULL) {
		return;
	}
	struct layer_surface *layer, *next;
	wl_list_for_each_safe(layer, next, layer_shell_surfaces(server), link) {
		if (layer->output == output) {
			wlr_layer_surface_v1_destroy(layer->wlr_layer);
		}
	}
}

void layer_shell_repaint(struct server *server) {
	float color[4];
	scrim_color(server->layer_shell, color);
	wlr_scene_rect_set_color(server->layer_shell->scrim, color);
}

bool layer_shell_create(struct server *server) {
	struct layer_shell *shell = calloc(1, sizeof(*shell));
	struct wlr_layer_shell_v1 *wlr_shell = wlr_layer_shell_v1_create(server->display, VERSION);
	float color[4];
	if (shell != NULL) {
		shell->server = server;
		scrim_color(shell, color);
		shell->scrim = wlr_scene_rect_create(server->layers->trees[LAYER_SCRIM], 1, 1,
				color);
	}
	if (shell == NULL || shell->scrim == NULL || wlr_shell == NULL) {
		free(shell);
		log_error("out of memory");
		return false;
	}
	wl_list_init(&shell->surfaces);
	wlr_scene_node_set_enabled(&shell->scrim->node, false);
	listener_add(&shell->new_surface, &wlr_shell->events.new_surface, handle_new_surface);
	listener_add(&shell->outputs_changed, &server->outputs->changed, handle_outputs_changed);
	server->layer_shell = shell;
	return true;
}

void layer_shell_destroy(struct server *server) {
	struct layer_shell *shell = server->layer_shell;
	if (shell == NULL) {
		return;
	}
	listener_remove(&shell->new_surface);
	listener_remove(&shell->outputs_changed);
	free(shell);
	server->layer_shell = NULL;
}
