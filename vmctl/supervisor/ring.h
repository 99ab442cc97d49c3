/* SPDX-License-Identifier: MIT
 *
 * A VM's log: the last VM_LOG_BYTES_MAX bytes of what its console and its host processes said, in
 * whole lines, each with its source's name in front. A guest's bytes are kept as they are and
 * escaped when they are shown.
 */
#ifndef SILO_VMCTL_SUPERVISOR_RING_H
#define SILO_VMCTL_SUPERVISOR_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A longer line is cut into several. */
#define RING_LINE_MAX 4096

struct ring {
	char *bytes;
	size_t size;
	uint64_t end; /* bytes ever written; the newest is at (end - 1) % size */
};

/* One source's unfinished line. */
struct ring_source {
	const char *name;
	char line[RING_LINE_MAX];
	size_t len;
};

bool ring_init(struct ring *ring, size_t size);
void ring_finish(struct ring *ring);

/* Appends bytes of source; only whole lines get into the ring. */
void ring_add(struct ring *ring, struct ring_source *source, const char *bytes, size_t len);

/* Ends source's unfinished line, if there is one. */
void ring_flush(struct ring *ring, struct ring_source *source);

/*
 * Copies at most cap bytes from position *position (moved on to what is still there, then past what
 * was copied). Returns their number; 0: there is no more.
 */
size_t ring_read(const struct ring *ring, uint64_t *position, char *out, size_t cap);

/* The position of the first of the last lines lines. */
uint64_t ring_tail(const struct ring *ring, unsigned lines);

/* Writes the whole ring to path, whole or not at all. */
bool ring_save(const struct ring *ring, const char *path);

#endif
