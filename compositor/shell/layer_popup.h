/* SPDX-License-Identifier: MIT
 *
 * Popups of layer surfaces: the host's own, so without a frame; kept on the output and off the
 * strip.
 */
#ifndef SILO_COMPOSITOR_SHELL_LAYER_POPUP_H
#define SILO_COMPOSITOR_SHELL_LAYER_POPUP_H

#include <stdbool.h>

struct layer_surface;
struct server;
struct wlr_xdg_popup;

/*
 * For each new popup: is it a layer surface's, or of a client that may yet give it to one? Then it
 * is taken care of; else it is some window's.
 */
bool layer_popup_take(struct server *server, struct wlr_xdg_popup *wlr_popup);

/* A popup without a parent was given to layer. */
void layer_popup_create(struct layer_surface *layer, struct wlr_xdg_popup *wlr_popup);

#endif
