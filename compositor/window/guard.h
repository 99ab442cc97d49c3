/* SPDX-License-Identifier: MIT
 *
 * Requests at which wlroots would abort are stopped before it sees them; those that no honest client
 * makes end theirs.
 */
#ifndef SILO_COMPOSITOR_WINDOW_GUARD_H
#define SILO_COMPOSITOR_WINDOW_GUARD_H

struct wlr_layer_surface_v1;
struct wlr_xdg_popup;

/* For each new popup: from now on its requests pass the guard. */
void guard_popup(struct wlr_xdg_popup *popup);

/* The same for each new layer surface. */
void guard_layer_surface(struct wlr_layer_surface_v1 *layer);

#endif
