/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/ring.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"

bool ring_init(struct ring *ring, size_t size) {
	*ring = (struct ring){.bytes = malloc(size), .size = size};
	return ring->bytes != NULL;
}

void ring_finish(struct ring *ring) {
	free(ring->bytes);
	ring->bytes = NULL;
}

static void append(struct ring *ring, const char *bytes, size_t len) {
	while (len > 0) {
		size_t at = (size_t)(ring->end % ring->size);
		size_t n = len < ring->size - at ? len : ring->size - at;
		memcpy(ring->bytes + at, bytes, n);
		ring->end += n;
		bytes += n;
		len -= n;
	}
}

void ring_flush(struct ring *ring, struct ring_source *source) {
	if (source->len == 0) {
		return;
	}
	append(ring, source->name, strlen(source->name));
	append(ring, ": ", 2);
	append(ring, source->line, source->len);
	append(ring, "\n", 1);
	source->len = 0;
}

void ring_add(struct ring *ring, struct ring_source *source, const char *bytes, size_t len) {
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\n' || source->len == sizeof(source->line)) {
			ring_flush(ring, source);
		}
		if (bytes[i] != '\n' && bytes[i] != '\r') {
			source->line[source->len++] = bytes[i];
		}
	}
}

static uint64_t first_position(const struct ring *ring) {
	return ring->end > ring->size ? ring->end - ring->size : 0;
}

size_t ring_read(const struct ring *ring, uint64_t *position, char *out, size_t cap) {
	uint64_t first = first_position(ring);
	if (*position < first) {
		*position = first;
	}
	if (*position > ring->end) {
		*position = ring->end;
	}
	size_t copied = 0;
	while (copied < cap && *position < ring->end) {
		size_t at = (size_t)(*position % ring->size);
		size_t n = ring->size - at;
		n = n < cap - copied ? n : cap - copied;
		n = n < ring->end - *position ? n : (size_t)(ring->end - *position);
		memcpy(out + copied, ring->bytes + at, n);
		copied += n;
		*position += n;
	}
	return copied;
}

uint64_t ring_tail(const struct ring *ring, unsigned lines) {
	uint64_t first = first_position(ring), position = ring->end;
	while (position > first) {
		if (position != ring->end && ring->bytes[(position - 1) % ring->size] == '\n' &&
				--lines == 0) {
			break;
		}
		position--;
	}
	return position;
}

bool ring_save(const struct ring *ring, const char *path) {
	char partial[4096];
	int len = snprintf(partial, sizeof(partial), "%s.new", path);
	if (len < 0 || (size_t)len >= sizeof(partial)) {
		return false;
	}
	cleanup_fd int fd = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char chunk[16384];
	uint64_t position = 0;
	size_t n;
	while (fd >= 0 && (n = ring_read(ring, &position, chunk, sizeof(chunk))) > 0) {
		if (write(fd, chunk, n) != (ssize_t)n) {
			return false;
		}
	}
	return fd >= 0 && rename(partial, path) == 0;
}
