/* SPDX-License-Identifier: MIT
 *
 * The Wayland wire format: headers, arguments by wayland-scanner signature, and a writer for
 * messages that Silo makes itself. Sees bytes of guests (requests) and of the compositor (events),
 * both in the host's byte order. No allocation, no I/O; results point into the message.
 */
#ifndef SILO_PARSE_WIRE_H
#define SILO_PARSE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define WIRE_HEADER_SIZE 8
/* libwayland's bound on the arguments of one message. */
#define WIRE_ARGS_MAX 20

enum wire_status {
	WIRE_OK,
	WIRE_SHORT,      // not all of it is there yet
	WIRE_BAD_SIZE,   // size below 8, not a multiple of 4, too big, or not that of the arguments
	WIRE_BAD_STRING, // length, terminator or embedded NUL
	WIRE_BAD_ARRAY,  // length
	WIRE_BAD_NULL,   // null where the protocol does not allow it
};

struct wire_header {
	uint32_t object;
	uint16_t opcode;
	uint16_t size; // whole message, in bytes
};

/* A message's signature, taken apart once so that checking a message needs no text. */
struct wire_shape {
	char types[WIRE_ARGS_MAX]; // i u f s o n a h
	uint32_t nullable;         // bit per argument
	uint16_t size_min;         // bytes of a message whose strings and arrays are empty
	uint8_t args;
	uint8_t fds;
	uint8_t since;   // first version of the interface that has it
	bool fixed_size; // no string, no array: size is always size_min
};

/* One decoded argument. */
struct wire_arg {
	uint16_t at; // its offset in the message
	uint32_t u;  // i, u, f, o, n; for s and a the length (a string's without its terminator)
	const char *bytes; // s (null: NULL), a
};

/* "WIRE_BAD_STRING" → "malformed string": a few words for an error text. */
const char *wire_status_text(enum wire_status status);

/* Takes signature apart. Returns false for one that wayland-scanner would not write. */
bool wire_shape_parse(const char *signature, struct wire_shape *ret_shape);

/*
 * Reads the header at bytes. WIRE_SHORT if fewer than 8 of len are there; WIRE_BAD_SIZE if the size
 * is impossible. That the body is there is not checked.
 */
enum wire_status wire_header_read(const void *bytes, size_t len, struct wire_header *ret_header);

/*
 * Decodes the arguments of the message that starts at message and has size bytes (size as checked
 * by wire_header_read(), all of them there) into ret_args[0 .. shape->args). Every length is
 * checked against the message; the arguments must fill it exactly. Padding is not looked at.
 */
enum wire_status wire_args_read(const struct wire_shape *shape, const void *message, size_t size,
		struct wire_arg ret_args[WIRE_ARGS_MAX]);

/*
 * Reads or overwrites the 32-bit word at offset at of a message. The caller knows that it is there.
 */
static inline uint32_t wire_word(const void *message, size_t at) {
	uint32_t word;
	memcpy(&word, (const uint8_t *)message + at, sizeof(word));
	return word;
}
static inline void wire_word_set(void *message, size_t at, uint32_t value) {
	memcpy((uint8_t *)message + at, &value, sizeof(value));
}

/* Builds one message in a caller's buffer of cap bytes. */
struct wire_writer {
	uint8_t *out;
	size_t cap;
	size_t len;
	bool failed; // it did not fit
};

void wire_begin(struct wire_writer *writer, void *out, size_t cap, uint32_t object,
		uint16_t opcode);
void wire_put(struct wire_writer *writer, uint32_t word);
/* len bytes of text without terminator; a terminator and padding are added. */
void wire_put_string(struct wire_writer *writer, const char *text, size_t len);
/*
 * Sets the header's size. Returns the message's size, or 0 if it did not fit or exceeds a message.
 */
size_t wire_end(struct wire_writer *writer);

#endif
