/* SPDX-License-Identifier: MIT
 *
 * The lock. From the moment it is asked for, in one dispatch, every grab ends, every client loses
 * keyboard and pointer, no chord but that for another console works, and no pixel of a client is
 * drawn on any output, also not on one that comes later, but the locker's. It ends when the locker, a program that silo
 * started itself, says so, or logind does for the user; never because a program died. A silo that
 * was killed while locked comes back locked.
 */
#ifndef SILO_COMPOSITOR_LOCK_LOCK_H
#define SILO_COMPOSITOR_LOCK_LOCK_H

#include <stdbool.h>
#include <wayland-server-core.h>

struct hit;
struct server;

enum lock_result {
	LOCK_DONE,
	LOCK_ALREADY,   /* it was locked */
	LOCK_NO_LOCKER, /* nothing could unlock it again: not locked, and told in a notice */
};

/* Who says that the session is unlocked. */
enum lock_end {
	LOCK_END_LOCKER, /* its own connection did */
	LOCK_END_LOGIND, /* the user, or root, has told logind */
};

struct lock_events {
	struct wl_signal changed; /* locked or unlocked; no data */
	struct wl_signal blank;   /* every output shows nothing but the lock now; no data */
};

bool lock_create(struct server *server);
void lock_destroy(struct server *server);

/* Is the session locked? False before the module is there, too. */
bool lock_is_on(struct server *server);

/* Locked, and seen to be: every output that is on has shown a picture made since. */
bool lock_is_blank(struct server *server);

/* Locks. why is for the log, static. */
enum lock_result lock_now(struct server *server, const char *why);

/* Unlocks. */
void lock_end(struct server *server, enum lock_end by);

/* The session ends in an orderly way: whoever starts the next one has logged in, and finds it open. */
void lock_remove_mark(struct server *server);

/* The lock's signals, for as long as the module is there. */
struct lock_events *lock_events(struct server *server);

/* What of the locker's lies at that point, or nothing; only while it is locked. */
void lock_hit(struct server *server, double lx, double ly, struct hit *ret_hit);

#endif
