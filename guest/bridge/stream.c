/* SPDX-License-Identifier: MIT */
#include "guest/bridge/stream.h"

#include <string.h>
#include <wayland-util.h>

uint32_t stream_get(const uint8_t *bytes) {
	uint32_t word;
	memcpy(&word, bytes, sizeof(word));
	return word;
}

void stream_put(uint8_t *bytes, uint32_t word) {
	memcpy(bytes, &word, sizeof(word));
}

struct stream_header stream_read_header(const uint8_t *bytes) {
	uint32_t second = stream_get(bytes + 4);
	return (struct stream_header){
			.object = stream_get(bytes),
			.opcode = (uint16_t)(second & 0xffff),
			.size = (uint16_t)(second >> 16),
	};
}

void stream_walk_init(struct stream_walk *walk, const struct wl_message *message,
		const uint8_t *bytes, size_t size) {
	*walk = (struct stream_walk){
			.message = message,
			.bytes = bytes,
			.size = size,
			.offset = 8,
			.signature = message->signature,
	};
}

/* The bytes of a string or array, padded to words. */
static bool take_bytes(struct stream_walk *walk, struct stream_arg *arg) {
	size_t room = walk->size - walk->offset;
	if (arg->value > room || ((arg->value + 3u) & ~3u) > room) {
		return false;
	}
	arg->bytes = walk->bytes + walk->offset;
	walk->offset += (arg->value + 3u) & ~3u;
	return arg->type == 'a' || arg->value == 0 || arg->bytes[arg->value - 1] == 0;
}

bool stream_walk_next(struct stream_walk *walk, struct stream_arg *ret_arg) {
	struct stream_arg arg = {0};
	while (*walk->signature == '?' || (*walk->signature >= '0' && *walk->signature <= '9')) {
		arg.nullable |= *walk->signature == '?';
		walk->signature++;
	}
	if (walk->broken || *walk->signature == '\0') {
		return false;
	}
	arg.type = *walk->signature++;
	arg.interface = walk->message->types != NULL ? walk->message->types[walk->index] : NULL;
	walk->index++;
	arg.offset = walk->offset;
	if (arg.type != 'h') {
		if (walk->size - walk->offset < 4) {
			walk->broken = true;
			return false;
		}
		arg.value = stream_get(walk->bytes + walk->offset);
		walk->offset += 4;
		if ((arg.type == 's' || arg.type == 'a') && !take_bytes(walk, &arg)) {
			walk->broken = true;
			return false;
		}
	}
	*ret_arg = arg;
	return true;
}

bool stream_walk_ended_well(const struct stream_walk *walk) {
	return !walk->broken && walk->offset == walk->size;
}
