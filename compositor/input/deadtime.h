/* SPDX-License-Identifier: MIT
 *
 * Clicks that were meant for something else. What a client puts in the way of another domain's window,
 * or takes away from over it, the user has not seen yet: for half a second a press there is nobody's. It
 * costs nobody else a click, since only the place where that domain was, or is, on top counts, and
 * what the user moves, raises or opens counts not at all.
 */
#ifndef SILO_COMPOSITOR_INPUT_DEADTIME_H
#define SILO_COMPOSITOR_INPUT_DEADTIME_H

#include <stdbool.h>

struct domain;
struct hit;
struct server;
struct window;
struct wlr_box;

/* Longer than a person takes to stop a finger that is on its way. */
#define DEADTIME_MS 500

bool deadtime_create(struct server *server);
void deadtime_destroy(struct server *server);

/* window, shown, has come to where it is now by no action of the user's. */
void deadtime_appeared(struct window *window);

/* window is about to be hidden, perhaps by no action of the user's. */
void deadtime_vanishes(struct window *window);

/* window, shown, covered old_area until its client changed that; nothing if it has not. */
void deadtime_moved(struct window *window, const struct wlr_box *old_area);

/* The same for something else of domain in a box of the layout: a popup of window's, or with window
 * NULL something above all windows. */
void deadtime_box_appeared(struct domain *domain, const struct wlr_box *box);
void deadtime_box_vanishes(struct domain *domain, const struct wlr_box *box, struct window *window);

/* Is a press at a point of the layout, where hit is now, meant for what was there before? */
bool deadtime_has(struct server *server, double x, double y, const struct hit *hit);

/* Did the user press a key, for whomever, less than DEADTIME_MS ago? */
bool deadtime_is_typing(struct server *server);

/* The user has pressed a key. */
void deadtime_note_key(struct server *server);

/* domain goes; where its windows were is remembered. */
void deadtime_forget_domain(struct domain *domain);

#endif
