/* SPDX-License-Identifier: MIT
 *
 * Windows: xdg toplevels of all domains in frames of their domain. The geometry is the
 * compositor's: a client says how large it drew, and is clipped to its area, behind a frame and
 * before an opaque backdrop. What a client asks for (title, size, state) is bounded here or in
 * base/text.h.
 */
#ifndef SILO_COMPOSITOR_WINDOW_WINDOW_H
#define SILO_COMPOSITOR_WINDOW_WINDOW_H

#include <stdbool.h>
#include <stdint.h>
#include <wayland-server-core.h>
#include <wlr/util/box.h>

#include "compositor/window/follow.h"
#include "compositor/window/snap.h"
#include "compositor/window/titles.h"
#include "decorations/frame.h"

struct domain;
struct frame_view;
struct server;
struct wlr_ext_foreign_toplevel_handle_v1;
struct wlr_scene_rect;
struct wlr_scene_tree;
struct wlr_xdg_toplevel;

/* Code points of a title that are shown, and bytes for them. */
#define WINDOW_TITLE_CODES 80
#define WINDOW_TITLE_SIZE (WINDOW_TITLE_CODES * 4 + 1)
/* No client area is larger, in layout pixels. */
#define WINDOW_LENGTH_MAX 16384

struct window {
	struct server *server;
	struct domain *domain;
	uint32_t id;                       /* never given twice */
	struct wlr_xdg_toplevel *toplevel; /* its base.data is this window */
	/*
	 * Scene: tree at the area's corner holds shadow, backdrop, client, frame and popups, bottom to top.
	 */
	struct wlr_scene_tree *tree;
	struct wlr_scene_rect *backdrop;
	struct wlr_scene_tree *client;
	struct wlr_scene_rect *frost; /* darkens what a frozen VM has drawn last */
	struct frame_view *frame;
	struct wlr_scene_tree *popups;
	struct wlr_box area;     /* client area, layout pixels; empty until it is mapped */
	struct wlr_box floating; /* area to go back to when floating again; may be empty */
	struct window_home home;
	bool is_mapped, is_active;
	bool is_maximized, is_fullscreen, is_minimized;
	bool has_floated;        /* since it was mapped: it had a size of its own to go back to */
	unsigned int workspace;  /* index, below workspaces_count() */
	bool is_urgent;          /* asked for attention and has not had the keyboard since */
	bool is_decorated;       /* the client leaves the title bar to us */
	bool was_closed_by_user; /* asked to close by a user's action */
	enum snap snap;          /* half of the screen that it fills, or SNAP_NONE */
	uint32_t resize_edges;   /* last resize: the edges opposite to these stay */
	uint32_t state_serial;   /* of the configure event that told of the last change of state */
	enum frame_part hovered, pressed;
	char title[WINDOW_TITLE_SIZE];
	uint32_t title_number; /* another for each other title; 0: it has had none */
	struct title_slot titles[TITLE_USES];
	char app_id[WINDOW_TITLE_SIZE];
	struct wlr_ext_foreign_toplevel_handle_v1 *handle; /* for host tools; while mapped */
	struct wl_list link;                               /* windows.stack, while mapped */
	struct wl_list order;                              /* windows.order, while mapped */
	struct wl_listener map, unmap, commit, destroy;
	struct wl_listener request_move, request_resize, request_maximize, request_fullscreen;
	struct wl_listener request_minimize, request_show_window_menu, set_title, set_app_id;
};

bool windows_create(struct server *server);
void windows_destroy(struct server *server);

/* Mapped windows, topmost first (window.link), and by last use (window.order). */
struct wl_list *windows_stack(struct server *server);
struct wl_list *windows_order(struct server *server);

/* The client area in layout pixels. */
void window_get_area(const struct window *window, struct wlr_box *ret_area);

/* Has it the size that its client drew? Not if it is snapped, maximised or fullscreen. */
bool window_is_floating(const struct window *window);

/* Is it in sight, but for what covers it: mapped, not minimised, of the current workspace? */
bool window_is_shown(const struct window *window);

/* Whether it is shown may have changed: shows or hides it, and takes pointer and keyboard from one
 * that is hidden. The keyboard passes on, to another domain only if is_user_action. */
void window_update_shown(struct window *window, bool is_user_action);

void window_raise(struct window *window);
void window_set_active(struct window *window, bool is_active);

/* User's actions. Sizes are clamped to what client and frame allow. */
void window_move(struct window *window, int x, int y);
void window_begin_resize(struct window *window, uint32_t edges);
void window_resize(struct window *window, int width, int height);
void window_end_resize(struct window *window);
void window_close(struct window *window);
void window_set_maximized(struct window *window, bool is_maximized);
/* SNAP_LEFT or SNAP_RIGHT. */
void window_set_snap(struct window *window, enum snap snap);
/* Floating again, with the size that it had; and that, or maximised if it floats. */
void window_restore(struct window *window);
void window_toggle_filled(struct window *window);
void window_set_fullscreen(struct window *window, bool is_fullscreen);
void window_set_minimized(struct window *window, bool is_minimized);
void window_set_hovered(struct window *window, enum frame_part hovered, enum frame_part pressed);
void window_set_urgent(struct window *window, bool is_urgent);
void window_set_decorated(struct window *window, bool is_decorated);

/* What windows may use of the outputs has changed. */
void windows_rearrange(struct server *server);

/* The host's colours have changed. */
void windows_repaint(struct server *server);

/* How domain behaves, or whether it is frozen, has changed: its frames and the strip say so. */
void windows_update_domain(struct domain *domain);

/* The user has read the badge: what it is about is told in a notice, and it goes. */
void window_acknowledge(struct window *window);

/* The window that toplevel belongs to. */
struct window *window_of_toplevel(struct wlr_xdg_toplevel *toplevel);

#endif
