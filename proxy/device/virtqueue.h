/* SPDX-License-Identifier: MIT
 *
 * One split virtqueue of the device. Chains are popped with their segments, answered at once or
 * held and answered later, in any order.
 *
 * A ring is `started` between VRING_KICK (or ENABLE) and GET_VRING_BASE. While it is stopped
 * nothing is popped and nothing is written to guest memory; answers that come due wait in the
 * caller.
 */
#ifndef SILO_PROXY_DEVICE_VIRTQUEUE_H
#define SILO_PROXY_DEVICE_VIRTQUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse/virtqueue.h"
#include "proxy/device/guest_memory.h"

/* Zero-initialise, then set memory and both descriptors to -1. */
struct virtqueue {
	const struct guest_memory *memory;
	uint32_t num; // size of the ring
	bool indirect;
	bool enabled, started;
	bool broken; // the driver violated the ring: nothing more until the next start
	uint16_t last_avail, used;
	uint64_t desc_user, avail_user, used_user; // the VMM's addresses
	uint64_t desc_gpa, avail_gpa, used_gpa;    // valid while started
	int kick_fd, call_fd;                      // owned, or -1
};

/*
 * Translates the ring's addresses with the present memory table and reads the used index; returns
 * false if ring or sizes are not sound. To be called at every start and after every table.
 */
bool virtqueue_locate(struct virtqueue *queue);

/* The used index in guest memory at the configured address; false if it is not RAM. */
bool virtqueue_peek_used(const struct virtqueue *queue, uint16_t *ret_used);

enum virtqueue_pop {
	VIRTQUEUE_CHAIN,
	VIRTQUEUE_EMPTY,
	VIRTQUEUE_BROKEN, // logged by the caller; queue->broken is set
};

/* Takes the next chain; segments has room for VIRTQ_SEGMENTS_MAX. */
enum virtqueue_pop virtqueue_pop(struct virtqueue *queue, struct virtq_segment *segments,
		struct virtq_chain *ret_chain);

/* Gives the chain back with the number of bytes written to it. The driver is told by _notify(). */
void virtqueue_push(struct virtqueue *queue, uint16_t head, uint32_t written);

/* Interrupts the driver unless it asked not to be. */
void virtqueue_notify(struct virtqueue *queue);

/* Copies [offset, offset + len) of the readable segments; false if the chain is shorter. */
bool virtqueue_read(const struct virtqueue *queue, const struct virtq_segment *segments,
		size_t n_readable, uint64_t offset, void *bytes, size_t len);

/* Writes to the start of the given writable segments; false if they are shorter or not RAM. */
bool virtqueue_write(const struct virtqueue *queue, const struct virtq_segment *segments, size_t n,
		const void *bytes, size_t len);

#endif
