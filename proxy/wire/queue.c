/* SPDX-License-Identifier: MIT
 *
 * Bytes and descriptors on their way; see the header.
 */
#include "proxy/wire/queue.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "parse/wire.h"

/* Small, since most clients are idle. */
#define CAP_MIN 4096
#define CAP_KEPT (128u << 10)

void wire_queue_init(struct wire_queue *queue, size_t cap_max) {
	*queue = (struct wire_queue){.cap_max = cap_max};
}

void wire_queue_finish(struct wire_queue *queue) {
	for (uint32_t i = 0; i < queue->fds_count; i++) {
		fd_close(&queue->fds[(queue->fds_first + i) % WIRE_QUEUE_FDS_MAX].fd);
	}
	free(queue->bytes);
	*queue = (struct wire_queue){0};
}

/* Moves everything to the front of the bytes. */
static void compact(struct wire_queue *queue) {
	wire_queue_settle(queue);
	if (queue->head > 0) {
		memmove(queue->bytes, queue->bytes + queue->head, queue->tail - queue->head);
		queue->checked -= queue->head;
		queue->raw -= queue->head;
		queue->tail -= queue->head;
		queue->head = 0;
	}
}

uint8_t *wire_queue_room(struct wire_queue *queue, size_t len, size_t *ret_room) {
	if (queue->cap - queue->tail < len) {
		compact(queue);
	}
	if (queue->cap - queue->tail < len) {
		if (len > queue->cap_max || queue->tail > queue->cap_max - len) {
			return NULL;
		}
		size_t cap = queue->cap > 0 ? queue->cap : CAP_MIN;
		while (cap - queue->tail < len) {
			cap *= 2;
		}
		cap = cap < queue->cap_max ? cap : queue->cap_max;
		uint8_t *bytes = realloc(queue->bytes, cap);
		if (bytes == NULL) {
			return NULL;
		}
		queue->bytes = bytes;
		queue->cap = cap;
	}
	*ret_room = queue->cap - queue->tail;
	return queue->bytes + queue->tail;
}

void wire_queue_added(struct wire_queue *queue, size_t len) {
	assert(len <= queue->cap - queue->tail);
	queue->tail += len;
}

uint8_t *wire_queue_raw(const struct wire_queue *queue, size_t *ret_len) {
	*ret_len = queue->tail - queue->raw;
	return queue->bytes + queue->raw;
}

void wire_queue_keep(struct wire_queue *queue, size_t len) {
	if (queue->checked != queue->raw) {
		memmove(queue->bytes + queue->checked, queue->bytes + queue->raw, len);
	}
	queue->checked += len;
	queue->raw += len;
}

void wire_queue_drop(struct wire_queue *queue, size_t len) {
	queue->raw += len;
}

bool wire_queue_insert(struct wire_queue *queue, const void *bytes, size_t len) {
	if (queue->raw - queue->checked < len) {
		/* Some more than is needed, for the next one. */
		size_t raw_len = queue->tail - queue->raw;
		size_t grow = len + (raw_len > 0 ? 1024 : 0);
		size_t room;
		if (wire_queue_room(queue, grow, &room) == NULL) {
			return false;
		}
		memmove(queue->bytes + queue->raw + grow, queue->bytes + queue->raw,
				queue->tail - queue->raw);
		queue->raw += grow;
		queue->tail += grow;
	}
	memcpy(queue->bytes + queue->checked, bytes, len);
	queue->checked += len;
	return true;
}

void wire_queue_settle(struct wire_queue *queue) {
	if (queue->checked != queue->raw) {
		size_t len = queue->tail - queue->raw;
		memmove(queue->bytes + queue->checked, queue->bytes + queue->raw, len);
		queue->raw = queue->checked;
		queue->tail = queue->checked + len;
	}
}

void wire_queue_clear_raw(struct wire_queue *queue) {
	queue->raw = queue->tail = queue->checked;
}

size_t wire_queue_ready(const struct wire_queue *queue) {
	return queue->checked - queue->head;
}

uint8_t *wire_queue_first(const struct wire_queue *queue) {
	return queue->bytes + queue->head;
}

void wire_queue_squeeze(struct wire_queue *queue, size_t from) {
	uint8_t *bytes = wire_queue_first(queue);
	size_t len = wire_queue_ready(queue);
	size_t to = from;
	uint32_t fd = 0;
	for (size_t at = from; at < len;) {
		size_t size = wire_word(bytes, at + 4) >> 16;
		assert(size >= WIRE_HEADER_SIZE && size <= len - at);
		for (; fd < queue->fds_count; fd++) {
			struct wire_queue_fd *next =
					&queue->fds[(queue->fds_first + fd) % WIRE_QUEUE_FDS_MAX];
			if (next->pos >= queue->head_pos + at + size) {
				break;
			}
			next->pos -= next->pos >= queue->head_pos + from ? at - to : 0;
		}
		if (wire_word(bytes, at) != 0) {
			memmove(bytes + to, bytes + at, size);
			to += size;
		}
		at += size;
	}
	queue->checked -= len - to;
	wire_queue_settle(queue);
}

bool wire_queue_put_fd(struct wire_queue *queue, int fd) {
	if (queue->fds_count == WIRE_QUEUE_FDS_MAX) {
		return false;
	}
	queue->fds[(queue->fds_first + queue->fds_count++) % WIRE_QUEUE_FDS_MAX] =
			(struct wire_queue_fd){
					.fd = fd, .pos = queue->head_pos + wire_queue_ready(queue)};
	return true;
}

const uint8_t *wire_queue_batch(const struct wire_queue *queue, size_t cap, size_t fds_max,
		size_t *ret_len, int *fds, size_t *ret_fds) {
	size_t len = wire_queue_ready(queue);
	size_t n = 0;
	len = len < cap ? len : cap;
	for (; n < queue->fds_count; n++) {
		const struct wire_queue_fd *next =
				&queue->fds[(queue->fds_first + n) % WIRE_QUEUE_FDS_MAX];
		if (next->pos >= queue->head_pos + len) {
			break;
		}
		if (n == fds_max) {
			len = (size_t)(next->pos > queue->head_pos ? next->pos - queue->head_pos
								   : 0);
			break;
		}
		fds[n] = next->fd;
	}
	/* A message with more descriptors than fit at once: its first byte takes some along. */
	if (len == 0 && n > 0) {
		len = 1;
	}
	*ret_len = len;
	*ret_fds = n;
	return queue->bytes + queue->head;
}

void wire_queue_sent(struct wire_queue *queue, size_t len, size_t fds) {
	assert(len <= wire_queue_ready(queue) && fds <= queue->fds_count);
	queue->head += len;
	queue->head_pos += len;
	queue->fds_first = (queue->fds_first + (uint32_t)fds) % WIRE_QUEUE_FDS_MAX;
	queue->fds_count -= (uint32_t)fds;
	if (queue->head == queue->tail) {
		queue->head = queue->checked = queue->raw = queue->tail = 0;
		if (queue->cap > CAP_KEPT) {
			free(queue->bytes); // a burst is over; most clients idle
			queue->bytes = NULL;
			queue->cap = 0;
		}
	}
}
