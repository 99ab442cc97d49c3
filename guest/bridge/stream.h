/* SPDX-License-Identifier: MIT
 *
 * Walks through the arguments of one Wayland message along its signature. Sees bytes of the guest's
 * clients and of the host; only bounds are checked here.
 */
#ifndef SILO_GUEST_BRIDGE_STREAM_H
#define SILO_GUEST_BRIDGE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wl_interface;
struct wl_message;

struct stream_header {
	uint32_t object;
	uint16_t opcode;
	uint16_t size; // of the whole message
};

struct stream_arg {
	char type; // i u f s o n a h
	bool nullable;
	uint32_t value;                       // i u f o n: the word; s a: the length as sent
	size_t offset;                        // of that word in the message
	const uint8_t *bytes;                 // s (with its terminator), a
	const struct wl_interface *interface; // o n: of the object, NULL if any
};

struct stream_walk {
	const struct wl_message *message;
	const uint8_t *bytes;
	size_t size;
	size_t offset;
	const char *signature; // what is left of it
	unsigned index;        // of the next argument
	bool broken;           // the message is shorter than its signature needs
};

/* Reads a header of 8 bytes. */
struct stream_header stream_read_header(const uint8_t *bytes);

/* Starts at the first argument of a message of size bytes (header included). */
void stream_walk_init(struct stream_walk *walk, const struct wl_message *message,
		const uint8_t *bytes, size_t size);
/* Goes on to the next argument. Returns false at the end or if the message is broken. */
bool stream_walk_next(struct stream_walk *walk, struct stream_arg *ret_arg);
/* After the last argument: was the message well-formed, with nothing left over? */
bool stream_walk_ended_well(const struct stream_walk *walk);

/* Reads and writes a word of the wire. */
uint32_t stream_get(const uint8_t *bytes);
void stream_put(uint8_t *bytes, uint32_t word);

#endif
