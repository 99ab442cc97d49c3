/* SPDX-License-Identifier: MIT
 *
 * The guest's RAM as the VMM describes it: a table of regions, each mapped here. Whatever lies in
 * it may change at any time, so there is only copying in and out; no pointer leaves this module.
 */
#ifndef SILO_PROXY_DEVICE_GUEST_MEMORY_H
#define SILO_PROXY_DEVICE_GUEST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "parse/vhost_user.h"

struct guest_region {
	struct vhost_user_region where;
	dev_t dev; // with ino: which file it is
	ino_t ino;
	uint8_t *host; // NULL: a blob of our own, known but not mapped
};

/* Zero-initialise. */
struct guest_memory {
	struct guest_region regions[VHOST_USER_REGIONS_MAX];
	size_t n;
};

/* Is the file one of the blobs that this device mapped into the guest? */
typedef bool (*guest_memory_is_blob)(void *data, dev_t dev, ino_t ino);

/*
 * Takes a new table of n regions with one descriptor each (they stay the caller's). Unchanged
 * regions keep their mapping, blobs get none. Returns 0 or a negative errno (-EINVAL: a file
 * shorter than its region); the old table stays on failure.
 */
int guest_memory_set(struct guest_memory *memory, const struct vhost_user_region *regions,
		const int *fds, size_t n, guest_memory_is_blob is_blob, void *data);
void guest_memory_finish(struct guest_memory *memory);

/* Copies out of or into guest memory; the range may span regions. False if any byte is not RAM. */
bool guest_memory_read(const struct guest_memory *memory, uint64_t gpa, void *bytes, size_t len);
bool guest_memory_write(const struct guest_memory *memory, uint64_t gpa, const void *bytes,
		size_t len);
/* Is all of the range RAM? */
bool guest_memory_contains(const struct guest_memory *memory, uint64_t gpa, uint64_t len);

/* An aligned 16-bit word shared with the driver: read with acquire, written with release order. */
bool guest_memory_load16(const struct guest_memory *memory, uint64_t gpa, uint16_t *ret_value);
bool guest_memory_store16(const struct guest_memory *memory, uint64_t gpa, uint16_t value);

/* Translates an address of the VMM's into the guest's; false if it is in no region. */
bool guest_memory_from_user(const struct guest_memory *memory, uint64_t user_addr,
		uint64_t *ret_gpa);

#endif
