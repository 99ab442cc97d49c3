/* SPDX-License-Identifier: MIT
 *
 * Gestures of a touchpad (swipe, pinch, hold): for the domain that has the keyboard while the pointer is
 * over it, from beginning to end; when it loses the keyboard they are cancelled.
 */
#ifndef SILO_COMPOSITOR_INPUT_GESTURE_H
#define SILO_COMPOSITOR_INPUT_GESTURE_H

#include <stdbool.h>

struct seat;
struct server;

bool gestures_create(struct server *server);
void gestures_destroy(struct server *server);

/* seat's domain loses the keyboard, or goes. */
void gestures_leave_seat(struct server *server, struct seat *seat);

#endif
