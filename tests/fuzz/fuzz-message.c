/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the Wayland wire format by itself, with any signature. The input is a signature, a zero
 * byte, how much room there is to write, and a message. What is read must lie within the message, and
 * must be the same when it is written and read again.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "parse/wire.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define SIGNATURE_MAX 40

static void check_args(const struct wire_shape *shape, const struct wire_arg *args,
		const uint8_t *message, size_t size) {
	for (size_t i = 0; i < shape->args; i++) {
		char type = shape->types[i];
		bool is_blob = type == 's' || type == 'a';
		assert(args[i].at <= size);
		if (is_blob && args[i].bytes != NULL) {
			const uint8_t *start = (const uint8_t *)args[i].bytes;
			assert(start >= message && start + args[i].u <= message + size);
			assert(type == 'a' || args[i].bytes[args[i].u] == '\0');
		}
	}
}

/* Writes the message again, in cap bytes; 0: arrays are not written by the proxy, or no room. */
static size_t write_again(const struct wire_shape *shape, const struct wire_arg *args,
		const struct wire_header *header, uint8_t *out, size_t cap) {
	struct wire_writer writer;
	wire_begin(&writer, out, cap, header->object, header->opcode);
	for (size_t i = 0; i < shape->args; i++) {
		switch (shape->types[i]) {
		case 'h':
			break;
		case 'a':
			return 0;
		case 's':
			if (args[i].bytes != NULL) {
				wire_put_string(&writer, args[i].bytes, args[i].u);
				break;
			}
			wire_put(&writer, 0);
			break;
		default:
			wire_put(&writer, args[i].u);
			break;
		}
	}
	return wire_end(&writer);
}

static void check_round_trip(const struct wire_shape *shape, const struct wire_arg *args,
		const struct wire_header *header, size_t cap) {
	uint8_t *out = malloc(cap);
	size_t len = write_again(shape, args, header, out, cap);
	struct wire_header again;
	struct wire_arg read[WIRE_ARGS_MAX];
	if (len > 0) {
		assert(len == header->size && wire_header_read(out, len, &again) == WIRE_OK);
		assert(memcmp(&again, header, sizeof(again)) == 0);
		assert(wire_args_read(shape, out, len, read) == WIRE_OK);
		for (size_t i = 0; i < shape->args; i++) {
			assert(read[i].at == args[i].at && read[i].u == args[i].u);
			assert(read[i].bytes == NULL ||
					memcmp(read[i].bytes, args[i].bytes, read[i].u) == 0);
		}
	}
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	char signature[SIGNATURE_MAX + 1];
	struct wire_shape shape;
	struct wire_header header;
	struct wire_arg args[WIRE_ARGS_MAX];
	const uint8_t *end = memchr(bytes, '\0', len < SIGNATURE_MAX ? len : SIGNATURE_MAX);
	if (end == NULL) {
		return 0;
	}
	size_t used = (size_t)(end - bytes) + 1;
	memcpy(signature, bytes, used);
	struct input input = {bytes + used, len - used};
	size_t cap = input_u16(&input) % (2 * WIRE_MESSAGE_MAX) + 1;
	if (!wire_shape_parse(signature, &shape)) {
		return 0;
	}
	assert(shape.args <= WIRE_ARGS_MAX && shape.fds <= shape.args && shape.since >= 1);
	/* Exactly as large as it is: a sanitizer sees what is read beyond. */
	uint8_t *message = malloc(input.left + 1);
	memcpy(message, input.at, input.left);
	enum wire_status status = wire_header_read(message, input.left, &header);
	if (status == WIRE_OK && header.size > input.left) {
		status = WIRE_SHORT;
	}
	if (status == WIRE_OK) {
		message = realloc(message, header.size);
		status = wire_args_read(&shape, message, header.size, args);
	}
	assert(wire_status_text(status)[0] != '\0');
	if (status == WIRE_OK) {
		check_args(&shape, args, message, header.size);
		check_round_trip(&shape, args, &header, cap);
		check_round_trip(&shape, args, &header, WIRE_MESSAGE_MAX);
	}
	free(message);
	return 0;
}
