/* SPDX-License-Identifier: MIT
 *
 * What a window's surfaces are told of being in sight: the screens that they are on, their scale, when
 * to draw, when what they drew was seen. The scene would tell each surface by what covers it, so that a
 * window cut into parts feels the shape of another machine's windows that lie on it. Here all parts of
 * a window are told the same: screens by the window's place alone, frames if any of it is in sight.
 */
#ifndef SILO_COMPOSITOR_WINDOW_SIGHT_H
#define SILO_COMPOSITOR_WINDOW_SIGHT_H

#include <stdbool.h>

struct output;
struct server;
struct timespec;
struct window;
struct wlr_scene_tree;
struct wlr_surface;

/* Follows every surface from its beginning on. */
bool sight_create(struct server *server);
void sight_destroy(struct server *server);

/* tree, which nobody sees yet, has just been made for the surface of a window or of its popup. */
void sight_take(struct wlr_surface *surface, struct wlr_scene_tree *tree);

/* The output is about to be drawn; and it has been, at that time. */
void sight_drawing(struct output *output);
void sight_drawn(struct output *output, const struct timespec *when);

/* The window that the surface is a part of, or of one of its popups; NULL: of none. */
struct window *window_of_surface(struct wlr_surface *surface);

#endif
