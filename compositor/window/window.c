/* SPDX-License-Identifier: MIT
 *
 * Life of a window: made with its xdg_toplevel, without anything in sight; at the initial commit it
 * is told what it may be; mapped with its first buffer, placed and framed; unmapped and perhaps
 * mapped again; freed with the toplevel. Every request of a client before its initial commit is
 * remembered by wlroots and answered with that commit, since a configure event sent earlier would
 * be an assertion.
 */
#include "compositor/window/window.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/types/wlr_xdg_shell.h>
#include <wlr/util/edges.h>

#include "base/canary.h"
#include "base/log.h"
#include "base/text.h"
#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/watch.h"
#include "compositor/input/deadtime.h"
#include "compositor/input/focus.h"
#include "compositor/input/pointer.h"
#include "compositor/listen.h"
#include "compositor/output/layers.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/notices.h"
#include "compositor/shell/tools.h"
#include "compositor/window/arrange.h"
#include "compositor/window/bare.h"
#include "compositor/window/decoration.h"
#include "compositor/window/follow.h"
#include "compositor/window/frame_view.h"
#include "compositor/window/popup.h"
#include "compositor/window/reveal.h"
#include "compositor/window/sight.h"
#include "compositor/window/switcher.h"
#include "compositor/window/workspace.h"

struct windows {
	struct server *server;
	struct wl_list stack, order;
	uint32_t next_id;
	struct wl_listener new_toplevel, new_popup, outputs_changed;
};

struct wl_list *windows_stack(struct server *server) {
	return &server->windows->stack;
}

struct wl_list *windows_order(struct server *server) {
	return &server->windows->order;
}

struct window *window_of_toplevel(struct wlr_xdg_toplevel *toplevel) {
	return toplevel->base->data;
}

void window_get_area(const struct window *window, struct wlr_box *ret_area) {
	*ret_area = window->area;
}

static void read_title(struct window *window) {
	char before[WINDOW_TITLE_SIZE];
	memcpy(before, window->title, sizeof(before));
	const char *untrusted_title = window->toplevel->title;
	const char *untrusted_app_id = window->toplevel->app_id;
	window->title[0] = window->app_id[0] = '\0';
	if (untrusted_title != NULL) {
		text_sanitise(untrusted_title, strlen(untrusted_title), WINDOW_TITLE_CODES,
				window->title, sizeof(window->title));
	}
	window->title_number += strcmp(before, window->title) != 0;
	if (untrusted_app_id != NULL) {
		text_sanitise(untrusted_app_id, strlen(untrusted_app_id), WINDOW_TITLE_CODES,
				window->app_id, sizeof(window->app_id));
	}
}

static void handle_set_title(struct wl_listener *listener, void *data) {
	struct window *window = wl_container_of(listener, window, set_title);
	read_title(window);
	if (window->is_mapped) {
		arrange_frame(window);
		tools_update_window(window);
		switcher_touch(window->server);
	}
}

static void handle_set_app_id(struct wl_listener *listener, void *data) {
	struct window *window = wl_container_of(listener, window, set_app_id);
	read_title(window);
	if (window->is_mapped) {
		tools_update_window(window);
	}
}

bool window_is_shown(const struct window *window) {
	return window->is_mapped && !window->is_minimized &&
			window->workspace == workspaces_current(window->server);
}

void window_update_shown(struct window *window, bool is_user_action) {
	bool is_shown = window_is_shown(window);
	wlr_scene_node_set_enabled(&window->tree->node, is_shown);
	/* A client that knows that nobody looks need not draw. */
	if (window->toplevel->base->initialized) {
		wlr_xdg_toplevel_set_suspended(window->toplevel, !is_shown);
	}
	if (!is_shown) {
		pointer_leave_window(window->server, window);
		focus_lose(window->server, window, is_user_action);
	}
	reveal_touch(window->server);
	watch_changed(window->server);
}

void window_raise(struct window *window) {
	if (!window->is_mapped) {
		return;
	}
	wl_list_remove(&window->link);
	wl_list_insert(windows_stack(window->server), &window->link);
	wlr_scene_node_raise_to_top(&window->tree->node);
	reveal_touch(window->server);
	pointer_rebase(window->server);
}

/* A fullscreen window covers all others only while it has the keyboard. */
static void choose_layer(struct window *window) {
	struct wlr_scene_tree **layers = window->server->layers->trees;
	bool is_above = window->is_fullscreen && window->is_active;
	struct wlr_scene_tree *layer = layers[is_above ? LAYER_FULLSCREEN : LAYER_WINDOWS];
	if (window->tree->node.parent != layer) {
		wlr_scene_node_reparent(&window->tree->node, layer);
	}
}

void window_set_active(struct window *window, bool is_active) {
	window->is_active = is_active;
	if (window->toplevel->base->initialized) {
		wlr_xdg_toplevel_set_activated(window->toplevel, is_active);
	}
	choose_layer(window);
	arrange_frame(window);
}

void window_set_hovered(struct window *window, enum frame_part hovered, enum frame_part pressed) {
	if (window->hovered != hovered || window->pressed != pressed) {
		window->hovered = hovered;
		window->pressed = pressed;
		arrange_frame(window);
	}
}

void window_set_decorated(struct window *window, bool is_decorated) {
	if (window->is_decorated != is_decorated) {
		window->is_decorated = is_decorated;
		if (window->is_mapped) {
			arrange_state(window);
		}
	}
}

void window_close(struct window *window) {
	window->was_closed_by_user = true;
	wlr_xdg_toplevel_send_close(window->toplevel);
}

bool window_is_floating(const struct window *window) {
	return !window->is_maximized && !window->is_fullscreen && window->snap == SNAP_NONE;
}

static void note_floating(struct window *window) {
	if (window_is_floating(window)) {
		window->floating = window->area;
	}
}

void window_set_maximized(struct window *window, bool is_maximized) {
	note_floating(window);
	if (is_maximized != window->is_maximized) {
		window->is_maximized = is_maximized;
		window->snap = SNAP_NONE;
	}
	arrange_state(window);
}

void window_set_snap(struct window *window, enum snap snap) {
	note_floating(window);
	window->is_maximized = false;
	window->snap = snap;
	arrange_state(window);
}

void window_restore(struct window *window) {
	window->is_maximized = false;
	window->snap = SNAP_NONE;
	arrange_state(window);
}

void window_toggle_filled(struct window *window) {
	if (window->is_maximized || window->snap != SNAP_NONE) {
		window_restore(window);
	} else {
		window_set_maximized(window, true);
	}
}

void window_set_fullscreen(struct window *window, bool is_fullscreen) {
	note_floating(window);
	window->is_fullscreen = is_fullscreen;
	choose_layer(window);
	arrange_state(window);
	bare_show_strip(window->server);
	outputs_update_strips(window->server);
}

void window_set_minimized(struct window *window, bool is_minimized) {
	if (window->is_minimized == is_minimized || !window->is_mapped) {
		return;
	}
	window->is_minimized = is_minimized;
	switcher_touch(window->server);
	window_update_shown(window, true);
	pointer_rebase(window->server);
}

void window_set_urgent(struct window *window, bool is_urgent) {
	if (window->is_urgent != is_urgent) {
		window->is_urgent = is_urgent;
		arrange_frame(window);
		switcher_touch(window->server);
		watch_changed(window->server);
	}
}

/* With its parent, if that is a window of its domain in sight or not; else where the user is. */
static void choose_workspace(struct window *window) {
	struct wlr_xdg_toplevel *untrusted_parent = window->toplevel->parent;
	struct window *parent =
			untrusted_parent != NULL ? window_of_toplevel(untrusted_parent) : NULL;
	bool is_with_parent =
			parent != NULL && parent->is_mapped && parent->domain == window->domain;
	window->workspace = is_with_parent ? parent->workspace : workspaces_current(window->server);
}

/* A configure event is owed for each such request, also if nothing changes. */
static void handle_request_maximize(struct wl_listener *listener, void *data) {
	struct window *window = wl_container_of(listener, window, request_maximize);
	if (window->toplevel->base->initialized) {
		struct wlr_box old_area = window->area;
		window_set_maximized(window, window->toplevel->requested.maximized);
		deadtime_moved(window, &old_area);
	}
}

static void handle_request_fullscreen(struct wl_listener *listener, void *data) {
	struct window *window = wl_container_of(listener, window, request_fullscreen);
	if (window->toplevel->base->initialized) {
		struct wlr_box old_area = window->area;
		window_set_fullscreen(window, window->toplevel->requested.fullscreen);
		deadtime_moved(window, &old_area);
	}
}

static void handle_request_minimize(struct wl_listener *listener, void *data) {
	struct window *window = wl_container_of(listener, window, request_minimize);
	if (window->toplevel->base->initialized) {
		/* Only of the domain that the user is using: hiding moves the keyboard on. */
		if (focus_domain(window->server) == window->domain) {
			deadtime_vanishes(window);
			window_set_minimized(window, true);
		}
		wlr_xdg_surface_schedule_configure(window->toplevel->base);
	}
}

static void handle_request_move(struct wl_listener *listener, void *data) {
	struct window *window = wl_container_of(listener, window, request_move);
	const struct wlr_xdg_toplevel_move_event *event = data;
	if (window->is_mapped) {
		pointer_request_move(window, event->serial);
	}
}

static void handle_request_resize(struct wl_listener *listener, void *data) {
	struct window *window = wl_container_of(listener, window, request_resize);
	const struct wlr_xdg_toplevel_resize_event *event = data;
	if (window->is_mapped) {
		pointer_request_resize(window, event->serial, event->edges);
	}
}

static void handle_request_show_window_menu(struct wl_listener *listener, void *data) {
}

static void handle_map(struct wl_listener *listener, void *data) {
	struct window *window = wl_container_of(listener, window, map);
	struct server *server = window->server;
	window->is_mapped = true;
	window->is_minimized = false;
	window->was_closed_by_user = false;
	choose_workspace(window);
	arrange_first(window);
	struct window *focused = focus_in_use(server);
	bool is_expected = window_is_shown(window) && focus_take_expected(window);
	bool may_focus = is_expected || (window_is_shown(window) && focus_may_pass_to(window));
	wl_list_insert(windows_order(server)->prev, &window->order);
	if (may_focus || focused == NULL) {
		wl_list_insert(windows_stack(server), &window->link);
		wlr_scene_node_raise_to_top(&window->tree->node);
	} else {
		/* It must not cover what the user is using. */
		wl_list_insert(&focused->link, &window->link);
		if (focused->tree->node.parent == window->tree->node.parent) {
			wlr_scene_node_place_below(&window->tree->node, &focused->tree->node);
		}
	}
	wlr_scene_node_set_enabled(&window->tree->node, window_is_shown(window));
	tools_add_window(window);
	if (window_is_shown(window)) {
		deadtime_appeared(window);
	}
	if (may_focus) {
		focus_set(server, window);
	}
	pointer_rebase(server);
}

static void unmap(struct window *window) {
	if (!window->is_mapped) {
		return;
	}
	struct server *server = window->server;
	if (window_is_shown(window)) {
		deadtime_vanishes(window);
	}
	focus_lose(server, window, window->was_closed_by_user);
	pointer_forget_window(server, window);
	switcher_forget_window(server, window);
	tools_remove_window(window);
	window->is_mapped = false;
	wl_list_remove(&window->link);
	if (!window->is_maximized || !CANARY(guest)) {
		wl_list_remove(&window->order);
	}
	wlr_scene_node_set_enabled(&window->tree->node, false);
	window->is_maximized = window->is_fullscreen = window->is_active = false;
	window->is_urgent = window->has_floated = false;
	window->snap = SNAP_NONE;
	window->hovered = window->pressed = FRAME_PART_NONE;
	window->area = window->floating = (struct wlr_box){0};
	window->resize_edges = 0;
	choose_layer(window);
	reveal_touch(server);
	pointer_rebase(server);
}

static void handle_unmap(struct wl_listener *listener, void *data) {
	struct window *window = wl_container_of(listener, window, unmap);
	unmap(window);
}

static void handle_commit(struct wl_listener *listener, void *data) {
	struct window *window = wl_container_of(listener, window, commit);
	if (window->toplevel->base->initial_commit) {
		decoration_announce(window);
		arrange_initial(window);
	} else if (window->is_mapped) {
		struct wlr_box old_area = window->area;
		arrange_committed(window);
		deadtime_moved(window, &old_area);
	}
}

static void window_destroy(struct window *window) {
	unmap(window);
	struct wl_listener *const listeners[] = {
			&window->map,
			&window->unmap,
			&window->commit,
			&window->destroy,
			&window->request_move,
			&window->request_resize,
			&window->request_maximize,
			&window->request_fullscreen,
			&window->request_minimize,
			&window->request_show_window_menu,
			&window->set_title,
			&window->set_app_id,
	};
	for (size_t i = 0; i < sizeof(listeners) / sizeof(listeners[0]); i++) {
		listener_remove(listeners[i]);
	}
	window->toplevel->base->data = NULL;
	titles_forget(window);
	frame_view_destroy(window->frame);
	wlr_scene_node_destroy(&window->tree->node);
	free(window);
}

static void handle_destroy(struct wl_listener *listener, void *data) {
	struct window *window = wl_container_of(listener, window, destroy);
	window_destroy(window);
}

/* Premultiplied: 55 % of black. */
static const float frost_color[4] = {0, 0, 0, 0.55f};

static bool create_scene(struct window *window) {
	struct server *server = window->server;
	const struct color surface = theme_get(!server->settings->is_light)->surface;
	const float color[4] = {
			(float)surface.r / 255, (float)surface.g / 255, (float)surface.b / 255, 1};
	window->tree = wlr_scene_tree_create(server->layers->trees[LAYER_WINDOWS]);
	if (window->tree == NULL) {
		return false;
	}
	wlr_scene_node_set_enabled(&window->tree->node, false);
	window->backdrop = wlr_scene_rect_create(window->tree, 1, 1, color);
	struct wlr_surface *own = window->toplevel->base->surface;
	window->client = wlr_scene_subsurface_tree_create(window->tree, own);
	if (window->client != NULL) {
		sight_take(own, window->client);
	}
	window->frost = wlr_scene_rect_create(window->tree, 1, 1, frost_color);
	window->frame = frame_view_create(server, window->tree);
	window->popups = wlr_scene_tree_create(window->tree);
	if (window->frost != NULL) {
		wlr_scene_node_set_enabled(&window->frost->node, window->domain->is_frozen);
	}
	return window->backdrop != NULL && window->client != NULL && window->frost != NULL &&
			window->frame != NULL && window->popups != NULL &&
			frame_view_add_shadow(window->frame);
}

static void listen_to(struct window *window) {
	struct wlr_xdg_toplevel *toplevel = window->toplevel;
	struct wlr_surface *surface = toplevel->base->surface;
	listener_add(&window->map, &surface->events.map, handle_map);
	listener_add(&window->unmap, &surface->events.unmap, handle_unmap);
	listener_add(&window->commit, &surface->events.commit, handle_commit);
	listener_add(&window->destroy, &toplevel->events.destroy, handle_destroy);
	listener_add(&window->request_move, &toplevel->events.request_move, handle_request_move);
	listener_add(&window->request_resize, &toplevel->events.request_resize,
			handle_request_resize);
	listener_add(&window->request_maximize, &toplevel->events.request_maximize,
			handle_request_maximize);
	listener_add(&window->request_fullscreen, &toplevel->events.request_fullscreen,
			handle_request_fullscreen);
	listener_add(&window->request_minimize, &toplevel->events.request_minimize,
			handle_request_minimize);
	listener_add(&window->request_show_window_menu, &toplevel->events.request_show_window_menu,
			handle_request_show_window_menu);
	listener_add(&window->set_title, &toplevel->events.set_title, handle_set_title);
	listener_add(&window->set_app_id, &toplevel->events.set_app_id, handle_set_app_id);
}

static void handle_new_toplevel(struct wl_listener *listener, void *data) {
	struct windows *windows = wl_container_of(listener, windows, new_toplevel);
	struct wlr_xdg_toplevel *toplevel = data;
	struct domain *domain = client_domain_of_resource(toplevel->resource);
	struct window *window = calloc(1, sizeof(*window));
	if (window == NULL || domain == NULL) {
		free(window);
		wl_resource_post_no_memory(toplevel->resource);
		return;
	}
	window->server = windows->server;
	window->domain = domain;
	window->id = windows->next_id++;
	window->toplevel = toplevel;
	if (!create_scene(window)) {
		frame_view_destroy(window->frame);
		if (window->tree != NULL) {
			wlr_scene_node_destroy(&window->tree->node);
		}
		free(window);
		wl_resource_post_no_memory(toplevel->resource);
		return;
	}
	toplevel->base->data = window;
	listen_to(window);
}

static void handle_new_popup(struct wl_listener *listener, void *data) {
	struct windows *windows = wl_container_of(listener, windows, new_popup);
	popup_create(windows->server, data);
}

void windows_rearrange(struct server *server) {
	struct window *window;
	wl_list_for_each(window, windows_stack(server), link) {
		arrange_state(window);
	}
}

static void handle_outputs_changed(struct wl_listener *listener, void *data) {
	struct windows *windows = wl_container_of(listener, windows, outputs_changed);
	/* With the last output gone they stay where they are until there is one again. */
	bool has_outputs = !wl_list_empty(&windows->server->outputs->list);
	if (has_outputs) {
		follow_outputs(windows->server);
	}
	windows_rearrange(windows->server);
	if (has_outputs) {
		follow_done(windows->server);
	}
}

void windows_repaint(struct server *server) {
	const struct color surface = theme_get(!server->settings->is_light)->surface;
	const float color[4] = {
			(float)surface.r / 255, (float)surface.g / 255, (float)surface.b / 255, 1};
	struct window *window;
	wl_list_for_each(window, windows_stack(server), link) {
		wlr_scene_rect_set_color(window->backdrop, color);
		arrange_frame(window);
		popup_rearrange_all(window);
	}
}

void windows_update_domain(struct domain *domain) {
	struct server *server = domain->server;
	struct window *window;
	if (server->windows == NULL) {
		return;
	}
	wl_list_for_each(window, windows_stack(server), link) {
		if (window->domain == domain) {
			wlr_scene_node_set_enabled(&window->frost->node, domain->is_frozen);
			arrange_frame(window);
		}
	}
	outputs_update_strips(server);
	reveal_touch(server);
}

void window_acknowledge(struct window *window) {
	struct domain *domain = window->domain;
	if (domain->is_frozen || domain->blame.count == domain->blame.acknowledged) {
		return;
	}
	struct notice notice = {.kind = NOTICE_MESSAGE, .is_failure = true};
	notice_party_set(&notice.source, domain);
	snprintf(notice.title, sizeof(notice.title), "Not behaving: it %s, %llu times so far",
			offence_text(domain->blame.offence),
			(unsigned long long)domain->blame.count);
	snprintf(notice.text, sizeof(notice.text),
			"The chords for freeze and kill, or F and K in the reveal, stop it.");
	notices_add(window->server, &notice);
	domain->blame.acknowledged = domain->blame.count;
	windows_update_domain(domain);
}

bool windows_create(struct server *server) {
	struct windows *windows = calloc(1, sizeof(*windows));
	struct wlr_xdg_shell *shell = wlr_xdg_shell_create(server->display, 6);
	if (windows == NULL || shell == NULL) {
		free(windows);
		log_error("out of memory");
		return false;
	}
	windows->server = server;
	windows->next_id = 1;
	wl_list_init(&windows->stack);
	wl_list_init(&windows->order);
	listener_add(&windows->new_toplevel, &shell->events.new_toplevel, handle_new_toplevel);
	listener_add(&windows->new_popup, &shell->events.new_popup, handle_new_popup);
	listener_add(&windows->outputs_changed, &server->outputs->changed, handle_outputs_changed);
	server->windows = windows;
	return true;
}

void windows_destroy(struct server *server) {
	struct windows *windows = server->windows;
	if (windows == NULL) {
		return;
	}
	listener_remove(&windows->new_toplevel);
	listener_remove(&windows->new_popup);
	listener_remove(&windows->outputs_changed);
	free(windows);
	server->windows = NULL;
}
