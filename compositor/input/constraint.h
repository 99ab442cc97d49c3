/* SPDX-License-Identifier: MIT
 *
 * Pointer constraints (lock and confine) and relative motion. A client's wish is granted while its
 * window has the keyboard and the pointer, and only after the user has pressed a button in that window
 * since it got the keyboard; the trusted key, loss of the keyboard, the lock screen end it at once.
 */
#ifndef SILO_COMPOSITOR_INPUT_CONSTRAINT_H
#define SILO_COMPOSITOR_INPUT_CONSTRAINT_H

#include <stdbool.h>
#include <stdint.h>

struct seat;
struct server;
struct window;

/* Of one domain. Busy clients have one a window. */
#define CONSTRAINTS_PER_DOMAIN_MAX 64

/* What the strip says. */
enum constraint_state {
	CONSTRAINT_NONE,
	CONSTRAINT_LOCKED,
	CONSTRAINT_CONFINED,
};

/* A motion of a pointer device. */
struct constraint_motion {
	uint32_t time_ms;
	double dx, dy; /* layout pixels */
	double unaccelerated_x, unaccelerated_y;
};

bool constraints_create(struct server *server);
void constraints_destroy(struct server *server);

/* The user has pressed a button in the client area of window, which has the keyboard. */
void constraints_arm(struct server *server, struct window *window);

/* Keyboard, pointer or windows have changed: ends a constraint that may not go on, begins one that
 * may. */
void constraints_update(struct server *server);

/*
 * The pointer is about to move: tells the focused domain how far, if the pointer is over it (seat), and
 * shortens the way to what a constraint allows. Returns false if the pointer stays where it is.
 */
bool constraints_motion(struct server *server, struct seat *seat, struct constraint_motion *motion);

/* The same for a device that says where to, *x and *y of the layout. */
bool constraints_motion_absolute(struct server *server, struct seat *seat, uint32_t time_ms,
		double *x, double *y);

/* The user wants the pointer back, or the session is locked. Returns whether it was constrained. */
bool constraints_break(struct server *server);

enum constraint_state constraints_state(struct server *server);

/* window goes. */
void constraints_forget_window(struct server *server, struct window *window);

#endif
