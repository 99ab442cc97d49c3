/* SPDX-License-Identifier: MIT
 *
 * Popups: clipped to their own geometry, in a frame of their own, in the tree of their window.
 */
#ifndef SILO_COMPOSITOR_WINDOW_POPUP_H
#define SILO_COMPOSITOR_WINDOW_POPUP_H

#include <stddef.h>

struct server;
struct window;
struct wlr_box;
struct wlr_xdg_popup;

/* For each new popup, which it follows until that is destroyed. */
void popup_create(struct server *server, struct wlr_xdg_popup *wlr_popup);

/* The window has moved within its tree: its popups' frames may change. */
void popup_rearrange_all(struct window *window);

/* The boxes in the layout, frames included, of those in sight, topmost first, at most cap. */
size_t popups_get_boxes(const struct window *window, struct wlr_box *ret_boxes, size_t cap);

#endif
