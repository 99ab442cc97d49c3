/* SPDX-License-Identifier: MIT
 *
 * Requests at which wlroots would abort are stopped before it sees them, and end their client.
 */
#ifndef SILO_COMPOSITOR_WINDOW_GUARD_H
#define SILO_COMPOSITOR_WINDOW_GUARD_H

struct wlr_xdg_popup;

/* For each new popup: from now on its requests pass the guard. */
void guard_popup(struct wlr_xdg_popup *popup);

#endif
