/* SPDX-License-Identifier: MIT
 *
 * ext_session_lock_v1: what the locker shows, one surface an output, and its word that the session is
 * unlocked. Nobody but the locker that silo started sees the global (class CLIENT_HOST_LOCKER).
 */
#ifndef SILO_COMPOSITOR_LOCK_SURFACE_H
#define SILO_COMPOSITOR_LOCK_SURFACE_H

#include <stdbool.h>

struct server;

bool lock_surfaces_create(struct server *server);
void lock_surfaces_destroy(struct server *server);

/* Gives the keyboard to one of them, or, while there is none, to nobody. */
void lock_surfaces_focus(struct server *server);

/* Is one of them in sight? */
bool lock_surfaces_are_shown(struct server *server);

/* The lock is over: tells a locker that does not know yet. */
void lock_surfaces_end(struct server *server);

#endif
