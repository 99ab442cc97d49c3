/* SPDX-License-Identifier: MIT
 *
 * Starting programs: where they are found, what they inherit, and when one that died is started
 * again.
 */
#ifndef SILO_COMPOSITOR_SHELL_SPAWN_H
#define SILO_COMPOSITOR_SHELL_SPAWN_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct server;

/*
 * Finds a program: a path as it is; a name next to silo itself, among its helpers, in the build that
 * it is part of, in PATH.
 */
bool spawn_find(const char *name, char path[PATH_MAX]);

/* Finds a file that comes with Silo, where it is installed or in the build that silo is part of. */
bool spawn_find_data(const char *name, char path[PATH_MAX]);

/*
 * Starts argv in a session of its own, so that it does not die with silo's terminal. wayland_fd,
 * which stays the caller's, becomes its connection to this compositor ($WAYLAND_SOCKET); -1: it
 * connects to $WAYLAND_DISPLAY like everybody. Returns the process id, or -1 (logged).
 */
pid_t spawn(struct server *server, char *const argv[], int wayland_fd);

/* When what died is started again: at once at first, then with longer and longer rests. */
struct respawn {
	int64_t started_ms;
	int rest_ms; /* the next rest; 0: it has not died yet */
};

/* It has been started. */
void respawn_started(struct respawn *respawn);

/* Has it lived long enough for its death to be no sign of something that stays wrong? */
bool respawn_was_well(const struct respawn *respawn);

/* It has died: how long to wait. */
int respawn_rest_ms(struct respawn *respawn);

#endif
