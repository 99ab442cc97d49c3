/* SPDX-License-Identifier: MIT */
#include "guest/bridge/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "guest/bridge/context.h"

void pipes_init(struct pipes *pipes, struct loop *loop, struct context *context,
		void (*changed)(void *data, int error), void *data) {
	*pipes = (struct pipes){
			.loop = loop,
			.context = context,
			.changed = changed,
			.data = data,
	};
	TAILQ_INIT(&pipes->list);
}

static void drop_queue(struct pipe *pipe) {
	pipe->pipes->queued_bytes -= pipe->len;
	free(pipe->queue);
	pipe->queue = NULL;
	pipe->start = pipe->len = pipe->cap = 0;
}

static void close_end(struct pipe *pipe) {
	loop_remove(&pipe->source);
	fd_close(&pipe->fd);
}

static void pipe_destroy(struct pipe *pipe) {
	close_end(pipe);
	drop_queue(pipe);
	TAILQ_REMOVE(&pipe->pipes->list, pipe, link);
	pipe->pipes->n--;
	free(pipe);
}

void pipes_finish(struct pipes *pipes) {
	struct pipe *pipe;
	while ((pipe = TAILQ_FIRST(&pipes->list)) != NULL) {
		pipe_destroy(pipe);
	}
}

static struct pipe *pipe_create(struct pipes *pipes, uint32_t id, int fd, bool is_inbound) {
	struct pipe *pipe = pipes->n < PIPES_MAX ? calloc(1, sizeof(*pipe)) : NULL;
	if (pipe == NULL) {
		return NULL;
	}
	*pipe = (struct pipe){.pipes = pipes, .fd = fd, .id = id, .is_inbound = is_inbound};
	TAILQ_INSERT_TAIL(&pipes->list, pipe, link);
	pipes->n++;
	return pipe;
}

/* Writes what the reader takes. Returns the number of bytes; a reader that is gone takes all. */
static size_t write_some(struct pipe *pipe, const uint8_t *bytes, size_t len) {
	size_t done = 0;
	while (done < len && pipe->fd >= 0) {
		ssize_t wrote = write(pipe->fd, bytes + done, len - done);
		if (wrote >= 0) {
			done += (size_t)wrote;
		} else if (errno == EAGAIN) {
			return done;
		} else if (errno != EINTR) {
			close_end(pipe);
		}
	}
	return len;
}

static void on_writable(struct loop_source *source, uint32_t events) {
	struct pipe *pipe = (struct pipe *)((char *)source - offsetof(struct pipe, source));
	struct pipes *pipes = pipe->pipes;
	size_t done = write_some(pipe, pipe->queue + pipe->start, pipe->len);
	pipe->start += done;
	pipe->len -= done;
	pipes->queued_bytes -= done;
	if (pipe->len == 0) {
		drop_queue(pipe);
		loop_remove(&pipe->source);
		if (pipe->is_ended) {
			pipe_destroy(pipe);
		}
	}
	pipes->changed(pipes->data, 0);
}

static int enqueue(struct pipe *pipe, const uint8_t *bytes, size_t len) {
	if (pipe->start + pipe->len + len > pipe->cap) {
		size_t cap = pipe->cap < 65536 ? 65536 : pipe->cap;
		while (cap < pipe->len + len) {
			cap *= 2;
		}
		uint8_t *fresh = malloc(cap);
		if (fresh == NULL) {
			return -ENOMEM;
		}
		if (pipe->len > 0) {
			memcpy(fresh, pipe->queue + pipe->start, pipe->len);
		}
		free(pipe->queue);
		pipe->queue = fresh;
		pipe->start = 0;
		pipe->cap = cap;
	}
	memcpy(pipe->queue + pipe->start + pipe->len, bytes, len);
	pipe->len += len;
	pipe->pipes->queued_bytes += len;
	if (pipe->source.loop != NULL) {
		return 0;
	}
	pipe->source.ready = on_writable;
	return loop_add(pipe->pipes->loop, &pipe->source, pipe->fd, EPOLLOUT);
}

int pipes_deliver(struct pipes *pipes, uint32_t id, const uint8_t *bytes, size_t len,
		bool hang_up) {
	struct pipe *pipe;
	TAILQ_FOREACH(pipe, &pipes->list, link) {
		if (pipe->is_inbound && pipe->id == id && !pipe->is_ended) {
			break;
		}
	}
	if (pipe == NULL) {
		return 0;
	}
	size_t done = pipe->len == 0 ? write_some(pipe, bytes, len) : 0;
	int error = done < len ? enqueue(pipe, bytes + done, len - done) : 0;
	pipe->is_ended = hang_up;
	if (pipe->is_ended && pipe->len == 0) {
		pipe_destroy(pipe);
	}
	return error;
}

int pipes_add_inbound(struct pipes *pipes, uint32_t id, int fd) {
	int error = fd_set_nonblock(fd, true);
	if (error == 0 && pipe_create(pipes, id, fd, true) == NULL) {
		error = -EMFILE;
	}
	if (error < 0) {
		fd_close(&fd);
	}
	return error;
}

static void on_readable(struct loop_source *source, uint32_t events) {
	struct pipe *pipe = (struct pipe *)((char *)source - offsetof(struct pipe, source));
	struct pipes *pipes = pipe->pipes;
	uint8_t bytes[CONTEXT_WRITE_BYTES_MAX];
	ssize_t got = read(pipe->fd, bytes, sizeof(bytes));
	if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
		return;
	}
	bool is_end = got <= 0;
	int error = context_write(pipes->context, pipe->id, bytes, is_end ? 0 : (size_t)got,
			is_end);
	if (is_end) {
		pipe_destroy(pipe);
	}
	pipes->changed(pipes->data, error);
}

int pipes_add_outbound(struct pipes *pipes, uint32_t id) {
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0) {
		return -errno;
	}
	struct pipe *pipe = pipe_create(pipes, id, ends[0], false);
	if (pipe == NULL) {
		fd_close(&ends[0]);
		fd_close(&ends[1]);
		return -EMFILE;
	}
	pipe->source.ready = on_readable;
	int error = fd_set_nonblock(ends[0], true);
	if (error == 0) {
		error = loop_add(pipes->loop, &pipe->source, ends[0], EPOLLIN);
	}
	if (error < 0) {
		pipe_destroy(pipe);
		fd_close(&ends[1]);
		return error;
	}
	return ends[1];
}
