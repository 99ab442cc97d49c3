/* SPDX-License-Identifier: MIT
 *
 * The pointer's image. A guest may set one only while the pointer is over its client area, and only
 * a small one with its hot spot inside: it is an image without a frame.
 */
#ifndef SILO_COMPOSITOR_INPUT_CURSOR_H
#define SILO_COMPOSITOR_INPUT_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

struct seat;
struct server;
struct wlr_cursor;
struct wlr_seat_pointer_request_set_cursor_event;
struct wlr_surface;

bool cursor_create(struct server *server);
void cursor_destroy(struct server *server);

/* The settings have changed: theme and size. */
void cursor_reload(struct server *server);

struct wlr_cursor *cursor_wlr(struct server *server);

/* Shows the named shape of the theme. name must be static. */
void cursor_set_shape(struct server *server, const char *name);

/* The pointer is now over a client area of seat (NULL: over none), whose image is shown from then
 * on. */
void cursor_set_owner(struct server *server, struct seat *seat);

/* A client of seat asks for an image; anything illegal is ignored. */
void cursor_request_surface(struct seat *seat,
		const struct wlr_seat_pointer_request_set_cursor_event *event);

/* The client of seat that a pen is over asks for an image (NULL: for none). */
void cursor_request_tool(struct seat *seat, struct wlr_surface *surface, int32_t hotspot_x,
		int32_t hotspot_y);

/* The pointer or a strip is elsewhere: a client's image that would lie on a strip is put by meanwhile. */
void cursor_moved(struct server *server);

/* Is a client's image shown? */
bool cursor_shows_surface(struct server *server);

/* seat is going. */
void cursor_forget_seat(struct server *server, struct seat *seat);

#endif
