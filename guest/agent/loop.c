/* SPDX-License-Identifier: MIT */
#include "guest/agent/loop.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>

#include "base/fd.h"

int loop_init(struct loop *loop) {
	*loop = (struct loop){.epoll_fd = epoll_create1(EPOLL_CLOEXEC)};
	return loop->epoll_fd < 0 ? -errno : 0;
}

void loop_finish(struct loop *loop) {
	fd_close(&loop->epoll_fd);
}

int loop_run(struct loop *loop) {
	while (!loop->quits) {
		/* One at a time: a callback may remove the source of any other event. */
		struct epoll_event event;
		int n = epoll_wait(loop->epoll_fd, &event, 1, -1);
		if (n < 0 && errno != EINTR) {
			return -errno;
		}
		if (n == 1) {
			struct source *source = event.data.ptr;
			source->ready(source, event.events);
		}
	}
	return 0;
}

void loop_quit(struct loop *loop) {
	loop->quits = true;
}

int source_add(struct loop *loop, struct source *source, int fd, uint32_t events,
		void (*ready)(struct source *, uint32_t)) {
	*source = (struct source){.fd = fd, .ready = ready};
	source_watch(loop, source, events);
	if (source->events != events) {
		int err = -errno;
		fd_close(&source->fd);
		return err;
	}
	return 0;
}

/* A suspended source leaves the epoll: hang-ups, which cannot be masked, would wake it for ever. */
void source_watch(struct loop *loop, struct source *source, uint32_t events) {
	if (source->fd < 0 || source->events == events) {
		return;
	}
	struct epoll_event event = {.events = events, .data.ptr = source};
	int op = source->events == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
	if (epoll_ctl(loop->epoll_fd, op, source->fd, &event) == 0) {
		source->events = events;
	}
}

void source_remove(struct loop *loop, struct source *source) {
	source_watch(loop, source, 0);
	fd_close(&source->fd);
}
