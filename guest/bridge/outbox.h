/* SPDX-License-Identifier: MIT
 *
 * What a client is to read and its socket has no room for yet: bytes and the descriptors that go
 * along with them.
 */
#ifndef SILO_GUEST_BRIDGE_OUTBOX_H
#define SILO_GUEST_BRIDGE_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

#include "base/fd.h"

/* A client that lets this much wait does not read at all. */
#define OUTBOX_BYTES_MAX (1u << 20)

/* Zero-initialised it is empty. */
struct outbox {
	uint8_t *bytes;
	size_t len;
	size_t cap;
	int fds[FD_MESSAGE_MAX];
	size_t n_fds;
};

/* Closes the descriptors that were not sent. */
void outbox_finish(struct outbox *outbox);

/* Adds len bytes; returns 0, -ENOBUFS (too much waits) or -ENOMEM. */
int outbox_add(struct outbox *outbox, const void *bytes, size_t len);
/* Adds a descriptor, before the bytes that it belongs to; it is owned (closed) from now on.
 * -ENOBUFS as above. */
int outbox_add_fd(struct outbox *outbox, int fd);
/* Adds a message of n words of arguments. */
int outbox_add_words(struct outbox *outbox, uint32_t object, uint16_t opcode, const uint32_t *words,
		size_t n);

/* Writes what the socket takes. Returns 0 (check len for what is left) or a negative errno. */
int outbox_flush(struct outbox *outbox, int sock);

#endif
