/* SPDX-License-Identifier: MIT
 *
 * One direction of a client: bytes and descriptors on their way from one socket to the other,
 * checked and rewritten in place. Sees guests' and the compositor's bytes.
 *
 *   head        checked    raw          tail
 *    | ready to go | (gap)  | not looked at | free
 *
 * Messages pass from raw to checked without being copied while nothing was dropped or inserted.
 */
#ifndef SILO_PROXY_WIRE_QUEUE_H
#define SILO_PROXY_WIRE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Descriptors of checked messages that wait in one queue. */
#define WIRE_QUEUE_FDS_MAX 128

struct wire_queue_fd {
	int fd;
	uint64_t pos; // of the message it belongs to, in bytes since the queue's start
};

struct wire_queue {
	uint8_t *bytes; // cap of them, allocated on demand
	size_t cap;
	size_t cap_max;
	size_t head, checked, raw, tail;
	uint64_t head_pos;                            // bytes that left the queue so far
	struct wire_queue_fd fds[WIRE_QUEUE_FDS_MAX]; // a ring
	uint32_t fds_first, fds_count;
};

/* An empty queue that holds at most cap_max bytes. */
void wire_queue_init(struct wire_queue *queue, size_t cap_max);
/* Frees the bytes and closes the descriptors. */
void wire_queue_finish(struct wire_queue *queue);

/*
 * Returns room for len bytes at the tail (in *ret_room at least len, perhaps more), or NULL if the
 * queue would exceed cap_max or there is no memory. What was written counts after
 * wire_queue_added().
 */
uint8_t *wire_queue_room(struct wire_queue *queue, size_t len, size_t *ret_room);
void wire_queue_added(struct wire_queue *queue, size_t len);

/* The bytes not looked at, *ret_len of them. */
uint8_t *wire_queue_raw(const struct wire_queue *queue, size_t *ret_len);
/* The first len raw bytes are ready to go; or are taken out. */
void wire_queue_keep(struct wire_queue *queue, size_t len);
void wire_queue_drop(struct wire_queue *queue, size_t len);
/* Inserts len bytes that are ready to go, before the raw ones. False: no room. */
bool wire_queue_insert(struct wire_queue *queue, const void *bytes, size_t len);
/* After a run of keep and drop: closes the gap. */
void wire_queue_settle(struct wire_queue *queue);
/* Takes out all raw bytes. */
void wire_queue_clear_raw(struct wire_queue *queue);

/* Bytes ready to go. */
size_t wire_queue_ready(const struct wire_queue *queue);
/* The first of them. */
uint8_t *wire_queue_first(const struct wire_queue *queue);
/*
 * Takes the messages to object 0, which is none, out of what is ready to go; the first of all
 * messages begins at byte from. They have no descriptors.
 */
void wire_queue_squeeze(struct wire_queue *queue, size_t from);

/* Adds a descriptor (taken over) to the message that is about to be kept. False: too many (not
 * taken). */
bool wire_queue_put_fd(struct wire_queue *queue, int fd);

/*
 * The next batch to hand over: *ret_len bytes at the returned place, at most cap, and the first
 * *ret_fds descriptors of the queue's (at most fds_max) with them, copied to fds; bytes stop before
 * a message whose descriptors do not fit. wire_queue_sent() then takes them out; the descriptors
 * are the caller's.
 */
const uint8_t *wire_queue_batch(const struct wire_queue *queue, size_t cap, size_t fds_max,
		size_t *ret_len, int *fds, size_t *ret_fds);
void wire_queue_sent(struct wire_queue *queue, size_t len, size_t fds);

#endif
