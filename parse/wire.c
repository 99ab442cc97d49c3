/* SPDX-License-Identifier: MIT
 *
 * The Wayland wire format. Sees guests' bytes; see the header.
 */
#include "parse/wire.h"

#include <string.h>

#include "base/canary.h"
#include "base/limits.h"

const char *wire_status_text(enum wire_status status) {
	switch (status) {
	case WIRE_OK:
		return "well-formed";
	case WIRE_SHORT:
		return "incomplete message";
	case WIRE_BAD_SIZE:
		return "wrong message size";
	case WIRE_BAD_STRING:
		return "malformed string";
	case WIRE_BAD_ARRAY:
		return "malformed array";
	case WIRE_BAD_NULL:
		return "null where a value is needed";
	}
	return "malformed message";
}

bool wire_shape_parse(const char *signature, struct wire_shape *ret_shape) {
	struct wire_shape shape = {.fixed_size = true, .size_min = WIRE_HEADER_SIZE};
	unsigned since = 0;
	for (; *signature >= '0' && *signature <= '9'; signature++) {
		since = since * 10 + (unsigned)(*signature - '0');
		if (since > UINT8_MAX) {
			return false;
		}
	}
	shape.since = (uint8_t)(since > 0 ? since : 1);
	bool nullable = false;
	for (; *signature != '\0'; signature++) {
		if (*signature == '?') {
			nullable = true;
			continue;
		}
		if (shape.args == WIRE_ARGS_MAX || strchr("iufsonah", *signature) == NULL) {
			return false;
		}
		if (nullable) {
			shape.nullable |= 1u << shape.args;
		}
		nullable = false;
		shape.types[shape.args++] = *signature;
		if (*signature == 'h') {
			shape.fds++;
			continue;
		}
		shape.size_min += 4;
		if (*signature == 's' || *signature == 'a') {
			shape.fixed_size = false;
		}
	}
	*ret_shape = shape;
	return !nullable;
}

enum wire_status wire_header_read(const void *bytes, size_t len, struct wire_header *ret_header) {
	if (len < WIRE_HEADER_SIZE) {
		return WIRE_SHORT;
	}
	uint32_t word = wire_word(bytes, 4);
	uint32_t size = word >> 16;
	if (size < WIRE_HEADER_SIZE || size > WIRE_MESSAGE_MAX || size % 4 != 0) {
		return WIRE_BAD_SIZE;
	}
	*ret_header = (struct wire_header){
			.object = wire_word(bytes, 0),
			.opcode = (uint16_t)(word & 0xffff),
			.size = (uint16_t)size,
	};
	return WIRE_OK;
}

/* A string or array at offset at, whose length word is known to be there. Sets *ret_next. */
static enum wire_status blob_read(const uint8_t *message, size_t size, size_t at, bool string,
		struct wire_arg *ret_arg, size_t *ret_next) {
	uint32_t untrusted_len = wire_word(message, at);
	size_t room = size - at - 4;
	bool fits = untrusted_len <= room && ((size_t)untrusted_len + 3) / 4 * 4 <= room;
	if (!fits && !CANARY(message)) {
		return string ? WIRE_BAD_STRING : WIRE_BAD_ARRAY;
	}
	const char *bytes = (const char *)message + at + 4;
	struct wire_arg arg = {.at = (uint16_t)at, .u = untrusted_len, .bytes = bytes};
	if (string && untrusted_len == 0) {
		arg.bytes = NULL;
	} else if (string) {
		arg.u = untrusted_len - 1;
		if (memchr(bytes, '\0', untrusted_len) != bytes + arg.u) {
			return WIRE_BAD_STRING;
		}
	}
	*ret_arg = arg;
	*ret_next = at + 4 + ((size_t)untrusted_len + 3) / 4 * 4;
	return WIRE_OK;
}

enum wire_status wire_args_read(const struct wire_shape *shape, const void *message, size_t size,
		struct wire_arg ret_args[WIRE_ARGS_MAX]) {
	if (size < shape->size_min || (shape->fixed_size && size != shape->size_min)) {
		return WIRE_BAD_SIZE;
	}
	size_t at = WIRE_HEADER_SIZE;
	for (size_t i = 0; i < shape->args; i++) {
		char type = shape->types[i];
		bool nullable = (shape->nullable >> i & 1) != 0;
		if (type == 'h') {
			ret_args[i] = (struct wire_arg){.at = (uint16_t)at};
			continue;
		}
		if (size - at < 4) {
			return WIRE_BAD_SIZE;
		}
		if (type == 's' || type == 'a') {
			enum wire_status status = blob_read(message, size, at, type == 's',
					&ret_args[i], &at);
			if (status != WIRE_OK) {
				return status;
			}
			if (ret_args[i].bytes == NULL && !nullable) {
				return WIRE_BAD_NULL;
			}
			continue;
		}
		ret_args[i] = (struct wire_arg){.at = (uint16_t)at, .u = wire_word(message, at)};
		if ((type == 'o' || type == 'n') && ret_args[i].u == 0 && !nullable) {
			return WIRE_BAD_NULL;
		}
		at += 4;
	}
	return at == size ? WIRE_OK : WIRE_BAD_SIZE;
}

void wire_begin(struct wire_writer *writer, void *out, size_t cap, uint32_t object,
		uint16_t opcode) {
	*writer = (struct wire_writer){.out = out, .cap = cap};
	wire_put(writer, object);
	wire_put(writer, opcode);
}

void wire_put(struct wire_writer *writer, uint32_t word) {
	if (writer->failed || writer->cap - writer->len < 4) {
		writer->failed = true;
		return;
	}
	wire_word_set(writer->out, writer->len, word);
	writer->len += 4;
}

void wire_put_string(struct wire_writer *writer, const char *text, size_t len) {
	size_t padded = (len + 1 + 3) / 4 * 4;
	if (len > WIRE_MESSAGE_MAX) {
		writer->failed = true;
		return;
	}
	wire_put(writer, (uint32_t)len + 1);
	if (writer->failed || writer->cap - writer->len < padded) {
		writer->failed = true;
		return;
	}
	memcpy(writer->out + writer->len, text, len);
	memset(writer->out + writer->len + len, 0, padded - len);
	writer->len += padded;
}

size_t wire_end(struct wire_writer *writer) {
	if (writer->failed || writer->len > WIRE_MESSAGE_MAX) {
		return 0;
	}
	uint32_t opcode = wire_word(writer->out, 4) & 0xffff;
	wire_word_set(writer->out, 4, (uint32_t)writer->len << 16 | opcode);
	return writer->len;
}
