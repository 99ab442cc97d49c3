/* SPDX-License-Identifier: MIT
 *
 * The locker: the program that asks for the password, swaylock unless the settings name another. Silo
 * starts it when it locks, with a connection that nobody else can get, and again when it dies or shows
 * nothing; only its word unlocks the session. Passwords and PAM are its business.
 */
#ifndef SILO_COMPOSITOR_LOCK_LOCKER_H
#define SILO_COMPOSITOR_LOCK_LOCKER_H

#include <stdbool.h>
#include <sys/types.h>

struct server;

/* Starts it, if the session is locked already. */
bool locker_create(struct server *server);
void locker_destroy(struct server *server);

/* The name of the program that is to be the locker, if there is no such program; else NULL. */
const char *locker_missing(struct server *server);

/* How long the next one may show nothing before it is ended and started again: 30 s if nobody says so. */
void locker_set_patience(struct server *server, int time_ms);

/* The session is locked. */
void locker_start(struct server *server);

/* The session is unlocked. It goes by itself if it said so; else it is ended. */
void locker_stop(struct server *server, bool has_said_so);

/* A process that silo started has ended. Returns whether it was the locker and all is said. */
bool locker_ended(struct server *server, pid_t pid, int status);

#endif
