/* SPDX-License-Identifier: MIT
 *
 * A small epoll loop: a source is a descriptor with a function. Sources may be removed (and freed)
 * at any time, also while the loop hands out events.
 */
#ifndef SILO_GUEST_BRIDGE_LOOP_H
#define SILO_GUEST_BRIDGE_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

#define LOOP_EVENTS_MAX 32

struct loop {
	int epoll_fd;
	bool stopped;
	int n_pending;
	struct epoll_event pending[LOOP_EVENTS_MAX];
};

/* Embedded in its owner; zero-initialised means not in a loop. */
struct loop_source {
	struct loop *loop; // NULL: not in a loop
	int fd;            // not owned
	uint32_t events;
	void (*ready)(struct loop_source *source, uint32_t events);
};

/* Return 0 or a negative errno. */
int loop_init(struct loop *loop);
void loop_finish(struct loop *loop);

/* Watches fd for events (EPOLLIN, EPOLLOUT or 0: errors and hang-up only), level-triggered. */
int loop_add(struct loop *loop, struct loop_source *source, int fd, uint32_t events);
/* Changes what a source waits for; no system call if nothing changes. */
void loop_set_events(struct loop_source *source, uint32_t events);
/* Idempotent. */
void loop_remove(struct loop_source *source);

/*
 * Waits for events (timeout_ms as in epoll_wait), calls the sources that are ready. Returns 0 or a
 * negative errno.
 */
int loop_dispatch(struct loop *loop, int timeout_ms);

#endif
