/* SPDX-License-Identifier: MIT
 *
 * Touch screens. All fingers that are down at a time are one domain's: that of the first one, whose touch
 * is like a click. What no client hears of (frames, the strip) and clients that know no touch get the
 * first finger as a pointer with its left button.
 */
#ifndef SILO_COMPOSITOR_INPUT_TOUCH_H
#define SILO_COMPOSITOR_INPUT_TOUCH_H

#include <stdbool.h>
#include <stdint.h>

struct seat;
struct server;
struct wlr_input_device;
struct wlr_surface;

bool touch_create(struct server *server);
void touch_destroy(struct server *server);

/* Takes touches from device until it is destroyed. */
void touch_add(struct server *server, struct wlr_input_device *device);

/* Is there a touch screen? Then every seat says so. */
bool touch_is_there(struct server *server);

/* seat's domain loses the keyboard: its touches are cancelled, and the fingers are nobody's until they
 * are lifted. */
void touch_leave_seat(struct server *server, struct seat *seat);

/*
 * A client of seat asks for a drag: if serial is that of the one finger that is down on its surface, the
 * finger is cancelled for it and is the pointer's from now on. Returns where it is.
 */
bool touch_give_drag(struct seat *seat, struct wlr_surface *surface, uint32_t serial, double *ret_x,
		double *ret_y);

/* seat is going. */
void touch_forget_seat(struct server *server, struct seat *seat);

#endif
