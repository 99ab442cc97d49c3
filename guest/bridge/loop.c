/* SPDX-License-Identifier: MIT */
#include "guest/bridge/loop.h"

#include <errno.h>
#include <stddef.h>

#include "base/fd.h"

int loop_init(struct loop *loop) {
	*loop = (struct loop){.epoll_fd = epoll_create1(EPOLL_CLOEXEC)};
	return loop->epoll_fd < 0 ? -errno : 0;
}

void loop_finish(struct loop *loop) {
	fd_close(&loop->epoll_fd);
}

int loop_add(struct loop *loop, struct loop_source *source, int fd, uint32_t events) {
	struct epoll_event event = {.events = events, .data.ptr = source};
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
		return -errno;
	}
	source->loop = loop;
	source->fd = fd;
	source->events = events;
	return 0;
}

void loop_set_events(struct loop_source *source, uint32_t events) {
	if (source->loop == NULL || source->events == events) {
		return;
	}
	struct epoll_event event = {.events = events, .data.ptr = source};
	epoll_ctl(source->loop->epoll_fd, EPOLL_CTL_MOD, source->fd, &event);
	source->events = events;
}

void loop_remove(struct loop_source *source) {
	struct loop *loop = source->loop;
	if (loop == NULL) {
		return;
	}
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
	for (int i = 0; i < loop->n_pending; i++) {
		if (loop->pending[i].data.ptr == source) {
			loop->pending[i].data.ptr = NULL;
		}
	}
	source->loop = NULL;
}

int loop_dispatch(struct loop *loop, int timeout_ms) {
	int n = epoll_wait(loop->epoll_fd, loop->pending, LOOP_EVENTS_MAX, timeout_ms);
	if (n < 0) {
		return errno == EINTR ? 0 : -errno;
	}
	loop->n_pending = n;
	for (int i = 0; i < n; i++) {
		struct loop_source *source = loop->pending[i].data.ptr;
		if (source != NULL) {
			source->ready(source, loop->pending[i].events);
		}
	}
	loop->n_pending = 0;
	return 0;
}
