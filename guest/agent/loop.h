/* SPDX-License-Identifier: MIT
 *
 * silo-agent's event loop: descriptors with callbacks on one epoll. Sources are embedded in their
 * owner's struct; removing any source inside any callback is safe.
 */
#ifndef SILO_GUEST_AGENT_LOOP_H
#define SILO_GUEST_AGENT_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop {
	int epoll_fd;
	bool quits;
};

/* One watched descriptor. fd is owned by the source once added; -1: none. */
struct source {
	int fd;
	uint32_t events; /* EPOLLIN, EPOLLOUT, level-triggered; 0: not watched, hang-ups neither */
	void (*ready)(struct source *source, uint32_t events);
};

/* Returns 0 or a negative errno. */
int loop_init(struct loop *loop);
void loop_finish(struct loop *loop);

/* Dispatches until loop_quit(). Returns 0 or a negative errno. */
int loop_run(struct loop *loop);
void loop_quit(struct loop *loop);

/*
 * Begins to watch fd (taken over, also on failure) for events. Returns 0 or a negative errno; then
 * source->fd is -1.
 */
int source_add(struct loop *loop, struct source *source, int fd, uint32_t events,
		void (*ready)(struct source *, uint32_t));

/* Changes what is watched; 0 suspends the source. */
void source_watch(struct loop *loop, struct source *source, uint32_t events);

/* Stops watching and closes the descriptor. Harmless for one that was never added (fd -1). */
void source_remove(struct loop *loop, struct source *source);

#endif
