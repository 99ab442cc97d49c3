/* SPDX-License-Identifier: MIT
 *
 * The control of the hostile suite: a compositor of wlroots' own parts with no defence of its own.
 * One seat, every global to everybody, no frames, no limits. What succeeds here and fails on Silo,
 * fails because of Silo. With --kiosk its only client fills its screen: then it is the "hardware"
 * of a nested compositor, and its virtual keyboard a real one there.
 */
#ifndef SILO_TESTS_HOSTILE_CONTROL_BARE_H
#define SILO_TESTS_HOSTILE_CONTROL_BARE_H

#include <stdbool.h>
#include <wayland-server-core.h>

struct bare {
	struct wl_display *display;
	struct wl_event_loop *loop;
	struct wlr_backend *backend;
	struct wlr_renderer *renderer;
	struct wlr_allocator *allocator;
	struct wlr_scene *scene;
	struct wlr_scene_tree *windows, *drag_icons;
	struct wlr_output_layout *layout;
	struct wlr_scene_output_layout *scene_layout;
	struct wlr_xdg_shell *xdg_shell;
	struct wlr_xdg_activation_v1 *activation;
	struct wlr_ext_foreign_toplevel_list_v1 *toplevels;
	struct wlr_seat *seat;
	struct wlr_cursor *cursor;
	bool is_kiosk;
	int width, height, windows_made;
	struct wl_listener new_output, new_toplevel, new_popup, request_activate;
	struct wl_listener new_keyboard, new_pointer;
	struct wl_listener motion, motion_absolute, button, axis, frame;
	struct wl_listener set_cursor, set_selection, set_primary, request_drag, start_drag;
};

struct bare_window {
	struct bare *bare;
	struct wlr_xdg_toplevel *toplevel;
	struct wlr_scene_tree *tree;
	struct wlr_ext_foreign_toplevel_handle_v1 *handle;
	struct wl_listener commit, map, destroy, fullscreen, maximize, set_title, set_app_id;
};

/* Wires signal up with a handler that finds bare by wl_container_of(). */
void bare_listen(struct wl_listener *listener, struct wl_signal *signal, wl_notify_func_t notify);

/* Pointer, keyboard, selections, drags. Returns false if memory is short. */
bool bare_input_init(struct bare *bare);

/* What is under the pointer may have changed. */
void bare_follow(struct bare *bare);

/* Windows, popups, activation. Returns false if memory is short. */
bool bare_windows_init(struct bare *bare);
/* Gives a window the keyboard and puts it on top. */
void bare_focus(struct bare *bare, struct bare_window *window);

#endif
