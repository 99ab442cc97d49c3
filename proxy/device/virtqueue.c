/* SPDX-License-Identifier: MIT */
#include "proxy/device/virtqueue.h"

#include <unistd.h>

#include "parse/le.h"

#define AVAIL_NO_INTERRUPT 1

static bool read_guest(void *data, uint64_t gpa, void *bytes, size_t len) {
	return guest_memory_read(data, gpa, bytes, len);
}

bool virtqueue_locate(struct virtqueue *queue) {
	const struct guest_memory *memory = queue->memory;
	uint32_t num = queue->num;
	if (num == 0 || num > VIRTQ_SIZE_MAX ||
			!guest_memory_from_user(memory, queue->desc_user, &queue->desc_gpa) ||
			!guest_memory_from_user(memory, queue->avail_user, &queue->avail_gpa) ||
			!guest_memory_from_user(memory, queue->used_user, &queue->used_gpa)) {
		return false;
	}
	return (queue->desc_gpa & 15) == 0 && (queue->avail_gpa & 1) == 0 &&
			(queue->used_gpa & 3) == 0 &&
			guest_memory_contains(memory, queue->desc_gpa, 16ull * num) &&
			guest_memory_contains(memory, queue->avail_gpa, 4 + 2ull * num) &&
			guest_memory_contains(memory, queue->used_gpa, 4 + 8ull * num) &&
			virtqueue_peek_used(queue, &queue->used);
}

bool virtqueue_peek_used(const struct virtqueue *queue, uint16_t *ret_used) {
	uint64_t gpa;
	return guest_memory_from_user(queue->memory, queue->used_user, &gpa) &&
			guest_memory_load16(queue->memory, gpa + 2, ret_used);
}

enum virtqueue_pop virtqueue_pop(struct virtqueue *queue, struct virtq_segment *segments,
		struct virtq_chain *ret_chain) {
	uint16_t avail;
	if (!guest_memory_load16(queue->memory, queue->avail_gpa + 2, &avail)) {
		queue->broken = true;
		return VIRTQUEUE_BROKEN;
	}
	if (avail == queue->last_avail) {
		return VIRTQUEUE_EMPTY;
	}
	uint16_t head;
	uint64_t slot = queue->avail_gpa + 4 + 2ull * (queue->last_avail % queue->num);
	struct virtq_table table = {.desc_gpa = queue->desc_gpa,
			.num = (uint16_t)queue->num,
			.indirect = queue->indirect};
	if ((uint16_t)(avail - queue->last_avail) > queue->num ||
			!guest_memory_load16(queue->memory, slot, &head) ||
			virtq_walk(&table, head, read_guest, (void *)queue->memory, segments,
					ret_chain) != VIRTQ_OK) {
		queue->broken = true;
		return VIRTQUEUE_BROKEN;
	}
	queue->last_avail++;
	return VIRTQUEUE_CHAIN;
}

void virtqueue_push(struct virtqueue *queue, uint16_t head, uint32_t written) {
	uint8_t element[8];
	le_put32(element, head);
	le_put32(element + 4, written);
	uint64_t slot = queue->used_gpa + 4 + 8ull * (queue->used % queue->num);
	/*
	 * The store of the index is a release: the driver sees the element, and the answer, first.
	 */
	if (!guest_memory_write(queue->memory, slot, element, sizeof(element)) ||
			!guest_memory_store16(queue->memory, queue->used_gpa + 2,
					(uint16_t)(queue->used + 1))) {
		queue->broken = true;
		return;
	}
	queue->used++;
}

void virtqueue_notify(struct virtqueue *queue) {
	/* The used index must be visible before the flag is read, or a wake-up could be lost. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	uint16_t flags;
	if (queue->call_fd < 0 || !guest_memory_load16(queue->memory, queue->avail_gpa, &flags) ||
			(flags & AVAIL_NO_INTERRUPT) != 0) {
		return;
	}
	uint64_t one = 1;
	ssize_t ignored = write(queue->call_fd, &one, sizeof(one));
	(void)ignored;
}

bool virtqueue_read(const struct virtqueue *queue, const struct virtq_segment *segments,
		size_t n_readable, uint64_t offset, void *bytes, size_t len) {
	uint8_t *out = bytes;
	for (size_t i = 0; i < n_readable && len > 0; i++) {
		if (offset >= segments[i].len) {
			offset -= segments[i].len;
			continue;
		}
		uint64_t room = segments[i].len - offset;
		size_t part = room < len ? (size_t)room : len;
		if (!guest_memory_read(queue->memory, segments[i].gpa + offset, out, part)) {
			return false;
		}
		out += part;
		len -= part;
		offset = 0;
	}
	return len == 0;
}

bool virtqueue_write(const struct virtqueue *queue, const struct virtq_segment *segments, size_t n,
		const void *bytes, size_t len) {
	const uint8_t *in = bytes;
	for (size_t i = 0; i < n && len > 0; i++) {
		size_t part = segments[i].len < len ? segments[i].len : len;
		if (!guest_memory_write(queue->memory, segments[i].gpa, in, part)) {
			return false;
		}
		in += part;
		len -= part;
	}
	return len == 0;
}
