/* SPDX-License-Identifier: MIT
 *
 * Descriptor chains of a split virtqueue. The guest's driver writes the descriptors and may change
 * them at any time: each is read once, through a reader that the caller bounds to guest memory, and
 * the chain is returned as a list of checked segments.
 */
#ifndef SILO_PARSE_VIRTQUEUE_H
#define SILO_PARSE_VIRTQUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIRTQ_DESC_BYTES 16
/* Largest ring (the specification's), and most segments of one chain (a page each: 8 MiB). */
#define VIRTQ_SIZE_MAX 32768
#define VIRTQ_SEGMENTS_MAX 2048

/* A piece of guest memory, not yet translated. */
struct virtq_segment {
	uint64_t gpa;
	uint32_t len;
};

/* What a chain consists of: first the segments that the device reads, then those it writes. */
struct virtq_chain {
	uint16_t head;
	size_t n_readable, n_writable;
	uint64_t readable_bytes, writable_bytes;
};

enum virtq_result {
	VIRTQ_OK,
	VIRTQ_BAD, // loop, count, order, table or address
};

/* Copies len bytes of guest memory at gpa; false if they are not all guest memory. */
typedef bool (*virtq_reader)(void *data, uint64_t gpa, void *bytes, size_t len);

struct virtq_table {
	uint64_t desc_gpa;
	uint16_t num;  // descriptors, 1 to VIRTQ_SIZE_MAX
	bool indirect; // was VIRTIO_RING_F_INDIRECT_DESC negotiated?
};

/*
 * Walks the chain that starts at head. segments has room for VIRTQ_SEGMENTS_MAX and is filled,
 * readable ones first. The segments' addresses are not checked here.
 */
enum virtq_result virtq_walk(const struct virtq_table *table, uint16_t head, virtq_reader read,
		void *data, struct virtq_segment *segments, struct virtq_chain *ret_chain);

#endif
