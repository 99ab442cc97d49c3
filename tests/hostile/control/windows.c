/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <wlr/types/wlr_ext_foreign_toplevel_list_v1.h>
#include <wlr/types/wlr_output_layout.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/types/wlr_seat.h>
#include <wlr/types/wlr_xdg_activation_v1.h>
#include <wlr/types/wlr_xdg_decoration_v1.h>
#include <wlr/types/wlr_xdg_shell.h>

#include "tests/hostile/control/bare.h"

void bare_focus(struct bare *bare, struct bare_window *window) {
	struct wlr_surface *surface = window->toplevel->base->surface;
	struct wlr_keyboard *keyboard = wlr_seat_get_keyboard(bare->seat);
	struct wlr_surface *old = bare->seat->keyboard_state.focused_surface;
	struct wlr_xdg_toplevel *old_toplevel =
			old != NULL ? wlr_xdg_toplevel_try_from_wlr_surface(old) : NULL;
	if (old_toplevel != NULL && old != surface) {
		wlr_xdg_toplevel_set_activated(old_toplevel, false);
	}
	wlr_scene_node_raise_to_top(&window->tree->node);
	wlr_xdg_toplevel_set_activated(window->toplevel, true);
	if (keyboard != NULL) {
		wlr_seat_keyboard_notify_enter(bare->seat, surface, keyboard->keycodes,
				keyboard->num_keycodes, &keyboard->modifiers);
	} else {
		wlr_seat_keyboard_notify_enter(bare->seat, surface, NULL, 0, NULL);
	}
}

/* The client's wish is enough. */
static void handle_fullscreen(struct wl_listener *listener, void *data) {
	struct bare_window *window = wl_container_of(listener, window, fullscreen);
	struct bare *bare = window->bare;
	if (!window->toplevel->base->initialized) {
		return;
	}
	wlr_scene_node_set_position(&window->tree->node, 0, 0);
	wlr_xdg_toplevel_set_fullscreen(window->toplevel, window->toplevel->requested.fullscreen);
	wlr_xdg_toplevel_set_size(window->toplevel, bare->width, bare->height);
}

static void handle_commit(struct wl_listener *listener, void *data) {
	struct bare_window *window = wl_container_of(listener, window, commit);
	struct bare *bare = window->bare;
	if (!window->toplevel->base->initial_commit) {
		return;
	}
	if (bare->is_kiosk) {
		wlr_xdg_toplevel_set_fullscreen(window->toplevel, true);
		wlr_xdg_toplevel_set_size(window->toplevel, bare->width, bare->height);
	} else if (window->toplevel->requested.fullscreen) {
		handle_fullscreen(&window->fullscreen, NULL);
	} else {
		wlr_xdg_toplevel_set_size(window->toplevel, 0, 0);
	}
}

static void handle_map(struct wl_listener *listener, void *data) {
	struct bare_window *window = wl_container_of(listener, window, map);
	bare_focus(window->bare, window);
	bare_follow(window->bare);
}

static void tell_names(struct bare_window *window) {
	const struct wlr_ext_foreign_toplevel_handle_v1_state state = {
			.title = window->toplevel->title, .app_id = window->toplevel->app_id};
	wlr_ext_foreign_toplevel_handle_v1_update_state(window->handle, &state);
}

static void handle_set_title(struct wl_listener *listener, void *data) {
	struct bare_window *window = wl_container_of(listener, window, set_title);
	tell_names(window);
}

static void handle_set_app_id(struct wl_listener *listener, void *data) {
	struct bare_window *window = wl_container_of(listener, window, set_app_id);
	tell_names(window);
}

static void handle_destroy(struct wl_listener *listener, void *data) {
	struct bare_window *window = wl_container_of(listener, window, destroy);
	wl_list_remove(&window->commit.link);
	wl_list_remove(&window->map.link);
	wl_list_remove(&window->destroy.link);
	wl_list_remove(&window->fullscreen.link);
	wl_list_remove(&window->maximize.link);
	wl_list_remove(&window->set_title.link);
	wl_list_remove(&window->set_app_id.link);
	wlr_ext_foreign_toplevel_handle_v1_destroy(window->handle);
	free(window);
}

static void handle_maximize(struct wl_listener *listener, void *data) {
	struct bare_window *window = wl_container_of(listener, window, maximize);
	struct bare *bare = window->bare;
	if (!window->toplevel->base->initialized) {
		return;
	}
	wlr_scene_node_set_position(&window->tree->node, 0, 0);
	wlr_xdg_toplevel_set_maximized(window->toplevel, true);
	wlr_xdg_toplevel_set_size(window->toplevel, bare->width, bare->height);
}

static void handle_new_toplevel(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, new_toplevel);
	struct wlr_xdg_toplevel *toplevel = data;
	struct bare_window *window = calloc(1, sizeof(*window));
	if (window == NULL) {
		return;
	}
	window->bare = bare;
	window->toplevel = toplevel;
	window->tree = wlr_scene_xdg_surface_create(bare->windows, toplevel->base);
	window->tree->node.data = window;
	toplevel->base->data = window->tree;
	const struct wlr_ext_foreign_toplevel_handle_v1_state state = {.title = "", .app_id = ""};
	window->handle = wlr_ext_foreign_toplevel_handle_v1_create(bare->toplevels, &state);
	bare_listen(&window->set_title, &toplevel->events.set_title, handle_set_title);
	bare_listen(&window->set_app_id, &toplevel->events.set_app_id, handle_set_app_id);
	if (!bare->is_kiosk) {
		int place = bare->windows_made++ % 6;
		wlr_scene_node_set_position(&window->tree->node, 40 + place % 3 * 380,
				60 + place / 3 * 340);
	}
	bare_listen(&window->commit, &toplevel->base->surface->events.commit, handle_commit);
	bare_listen(&window->map, &toplevel->base->surface->events.map, handle_map);
	bare_listen(&window->destroy, &toplevel->events.destroy, handle_destroy);
	bare_listen(&window->fullscreen, &toplevel->events.request_fullscreen, handle_fullscreen);
	bare_listen(&window->maximize, &toplevel->events.request_maximize, handle_maximize);
}

struct popup {
	struct wlr_xdg_popup *wlr_popup;
	struct wl_listener commit, destroy;
};

static void handle_popup_commit(struct wl_listener *listener, void *data) {
	struct popup *popup = wl_container_of(listener, popup, commit);
	if (popup->wlr_popup->base->initial_commit) {
		wlr_xdg_surface_schedule_configure(popup->wlr_popup->base);
	}
}

static void handle_popup_destroy(struct wl_listener *listener, void *data) {
	struct popup *popup = wl_container_of(listener, popup, destroy);
	wl_list_remove(&popup->commit.link);
	wl_list_remove(&popup->destroy.link);
	free(popup);
}

static void handle_new_popup(struct wl_listener *listener, void *data) {
	struct wlr_xdg_popup *wlr_popup = data;
	struct wlr_xdg_surface *parent = wlr_popup->parent != NULL
			? wlr_xdg_surface_try_from_wlr_surface(wlr_popup->parent)
			: NULL;
	struct popup *popup = calloc(1, sizeof(*popup));
	if (popup == NULL || parent == NULL || parent->data == NULL) {
		free(popup);
		return;
	}
	popup->wlr_popup = wlr_popup;
	wlr_popup->base->data = wlr_scene_xdg_surface_create(parent->data, wlr_popup->base);
	bare_listen(&popup->commit, &wlr_popup->base->surface->events.commit, handle_popup_commit);
	bare_listen(&popup->destroy, &wlr_popup->events.destroy, handle_popup_destroy);
}

/* Whoever asks is given the keyboard. */
static void handle_request_activate(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, request_activate);
	const struct wlr_xdg_activation_v1_request_activate_event *event = data;
	struct wlr_xdg_toplevel *toplevel = wlr_xdg_toplevel_try_from_wlr_surface(event->surface);
	struct wlr_scene_tree *tree = toplevel != NULL ? toplevel->base->data : NULL;
	if (tree != NULL && toplevel->base->surface->mapped) {
		bare_focus(bare, tree->node.data);
	}
}

bool bare_windows_init(struct bare *bare) {
	bare->xdg_shell = wlr_xdg_shell_create(bare->display, 6);
	bare->toplevels = wlr_ext_foreign_toplevel_list_v1_create(bare->display, 1);
	bare->activation = wlr_xdg_activation_v1_create(bare->display);
	if (bare->xdg_shell == NULL || bare->activation == NULL || bare->toplevels == NULL ||
			wlr_xdg_decoration_manager_v1_create(bare->display) == NULL) {
		return false;
	}
	bare_listen(&bare->new_toplevel, &bare->xdg_shell->events.new_toplevel,
			handle_new_toplevel);
	bare_listen(&bare->new_popup, &bare->xdg_shell->events.new_popup, handle_new_popup);
	bare_listen(&bare->request_activate, &bare->activation->events.request_activate,
			handle_request_activate);
	return true;
}
