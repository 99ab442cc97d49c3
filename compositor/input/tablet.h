/* SPDX-License-Identifier: MIT
 *
 * Graphics tablets. A pen is over one surface at a time, whose client hears of it; while its tip is down, or
 * a button of it held, it stays that surface's. To come down is a click. What no client hears of (frames,
 * the strip) and clients that know no tablets get the pen as the pointer. The pad is whose the keyboard is.
 */
#ifndef SILO_COMPOSITOR_INPUT_TABLET_H
#define SILO_COMPOSITOR_INPUT_TABLET_H

#include <stdbool.h>
#include <stdint.h>

struct seat;
struct server;
struct window;
struct wlr_input_device;
struct wlr_surface;

bool tablets_create(struct server *server);
void tablets_destroy(struct server *server);

/* Takes what is drawn on device, a tablet or a pad of one, until it is destroyed. */
void tablets_add(struct server *server, struct wlr_input_device *device);
void tablets_add_pad(struct server *server, struct wlr_input_device *device);

/* A seat was made: it is shown a tablet if there is one. */
void tablets_show_seat(struct server *server, struct seat *seat);

/* seat's domain loses the keyboard: a pen that is on or over its surfaces leaves them, and is nobody's
 * until it is lifted; so does the pad. */
void tablets_leave_seat(struct server *server, struct seat *seat);

/*
 * A client of seat asks for a drag: if serial is that of the pen coming down on its surface, and nothing
 * else of the pen is held, the pen leaves it and is the pointer. Returns where it is.
 */
bool tablets_give_drag(struct seat *seat, struct wlr_surface *surface, uint32_t serial,
		double *ret_x, double *ret_y);

/* window is hidden: the same for a pen that is on it. */
void tablets_leave_window(struct server *server, struct window *window);

#endif
