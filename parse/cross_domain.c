/* SPDX-License-Identifier: MIT */
#include "parse/cross_domain.h"

#include <assert.h>

#include "base/canary.h"
#include "parse/le.h"

#define HEADER_BYTES 8
#define FOURCC(a, b, c, d)                                                                         \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

size_t cross_domain_send_bytes(enum cross_domain_layout layout) {
	return HEADER_BYTES + 8 + 12 * (size_t)layout;
}

static enum cross_domain_result parse_init(const uint8_t *bytes, size_t size,
		struct cross_domain_command *command) {
	switch (size) {
	case 16: // one ring for both purposes
		command->init.query_ring = le_get32(bytes + 8);
		command->init.channel_ring = command->init.query_ring;
		command->init.channel = le_get32(bytes + 12);
		return CROSS_DOMAIN_OK;
	case 20:
	case 24: // and a protocol version
	case 36: // and a UUID
		command->init.query_ring = le_get32(bytes + 8);
		command->init.channel_ring = le_get32(bytes + 12);
		command->init.channel = le_get32(bytes + 16);
		return CROSS_DOMAIN_OK;
	default:
		return CROSS_DOMAIN_BAD;
	}
}

/* Which table does a SEND have, by what it leaves for its data? */
static enum cross_domain_layout send_layout(size_t size, size_t data_len) {
	if (data_len > size) {
		return CROSS_DOMAIN_LAYOUT_UNKNOWN;
	}
	if (size - data_len == cross_domain_send_bytes(CROSS_DOMAIN_LAYOUT_NEW)) {
		return CROSS_DOMAIN_LAYOUT_NEW;
	}
	if (size - data_len == cross_domain_send_bytes(CROSS_DOMAIN_LAYOUT_OLD)) {
		return CROSS_DOMAIN_LAYOUT_OLD;
	}
	return CROSS_DOMAIN_LAYOUT_UNKNOWN;
}

static enum cross_domain_result parse_send(const uint8_t *bytes, size_t size,
		enum cross_domain_layout known, struct cross_domain_command *command) {
	if (size < cross_domain_send_bytes(CROSS_DOMAIN_LAYOUT_OLD)) {
		return CROSS_DOMAIN_BAD;
	}
	uint32_t n = le_get32(bytes + 8);
	uint32_t data_len = le_get32(bytes + 12);
	enum cross_domain_layout layout = send_layout(size, data_len);
	if (layout == CROSS_DOMAIN_LAYOUT_UNKNOWN || (n > (uint32_t)layout && !CANARY(device)) ||
			(known != CROSS_DOMAIN_LAYOUT_UNKNOWN && layout != known)) {
		return CROSS_DOMAIN_BAD;
	}
	command->send.layout = layout;
	command->send.n = n;
	for (uint32_t i = 0; i < n; i++) {
		command->send.ids[i] = (struct cross_domain_id){
				.id = le_get32(bytes + 16 + 4 * (size_t)i),
				.type = le_get32(bytes + 16 + 4 * ((size_t)layout + i)),
				.size = le_get32(bytes + 16 + 4 * (2 * (size_t)layout + i)),
		};
	}
	command->send.bytes = bytes + cross_domain_send_bytes(layout);
	command->send.len = data_len;
	return CROSS_DOMAIN_OK;
}

static enum cross_domain_result parse_write(const uint8_t *bytes, size_t size,
		struct cross_domain_command *command) {
	if (size < CROSS_DOMAIN_READ_BYTES) {
		return CROSS_DOMAIN_BAD;
	}
	uint32_t data_len = le_get32(bytes + 16);
	if (data_len > size - CROSS_DOMAIN_READ_BYTES) {
		return CROSS_DOMAIN_BAD;
	}
	command->write.id = le_get32(bytes + 8);
	command->write.hang_up = le_get32(bytes + 12) != 0;
	command->write.bytes = bytes + CROSS_DOMAIN_READ_BYTES;
	command->write.len = data_len;
	return CROSS_DOMAIN_OK;
}

static enum cross_domain_result parse_image(const uint8_t *bytes, size_t size,
		struct cross_domain_command *command) {
	if (size != 24) {
		return CROSS_DOMAIN_BAD;
	}
	command->image.width = le_get32(bytes + 8);
	command->image.height = le_get32(bytes + 12);
	command->image.fourcc = le_get32(bytes + 16);
	command->image.flags = le_get32(bytes + 20);
	return CROSS_DOMAIN_OK;
}

enum cross_domain_result cross_domain_parse(const uint8_t *bytes, size_t len,
		enum cross_domain_layout layout, struct cross_domain_command *ret_command,
		size_t *ret_used) {
	if (len < HEADER_BYTES) {
		return CROSS_DOMAIN_BAD;
	}
	size_t size = le_get16(bytes + 2);
	if (size < HEADER_BYTES || size > len) {
		return CROSS_DOMAIN_BAD;
	}
	*ret_used = size;
	ret_command->kind = (enum cross_domain_kind)bytes[0];
	switch (bytes[0]) {
	case CROSS_DOMAIN_INIT:
		return parse_init(bytes, size, ret_command);
	case CROSS_DOMAIN_GET_IMAGE_REQUIREMENTS:
		return parse_image(bytes, size, ret_command);
	case CROSS_DOMAIN_POLL:
		return size == 8 || size == 16 ? CROSS_DOMAIN_OK : CROSS_DOMAIN_BAD;
	case CROSS_DOMAIN_SEND:
		return parse_send(bytes, size, layout, ret_command);
	case CROSS_DOMAIN_WRITE:
		return parse_write(bytes, size, ret_command);
	default:
		return CROSS_DOMAIN_BAD;
	}
}

/* Bytes of a pixel, 0 for formats that are not offered. */
static uint32_t format_bytes(uint32_t fourcc) {
	switch (fourcc) {
	case FOURCC('R', '8', ' ', ' '):
		return 1;
	case FOURCC('R', 'G', '1', '6'):
	case FOURCC('G', 'R', '8', '8'):
		return 2;
	case FOURCC('X', 'R', '2', '4'):
	case FOURCC('A', 'R', '2', '4'):
	case FOURCC('X', 'B', '2', '4'):
	case FOURCC('A', 'B', '2', '4'):
	case FOURCC('X', 'R', '3', '0'):
	case FOURCC('A', 'R', '3', '0'):
	case FOURCC('X', 'B', '3', '0'):
	case FOURCC('A', 'B', '3', '0'):
		return 4;
	default:
		return 0;
	}
}

bool cross_domain_image_layout(uint32_t fourcc, uint32_t width, uint32_t height, uint64_t bytes_max,
		struct cross_domain_image *ret_image) {
	bool nv12 = fourcc == FOURCC('N', 'V', '1', '2');
	uint32_t bytes = nv12 ? 1 : format_bytes(fourcc);
	if (bytes == 0 || width == 0 || height == 0 || width > INT32_MAX || height > INT32_MAX) {
		return false;
	}
	/* At most 2^33 times 2^31: no overflow. */
	uint64_t stride = (uint64_t)width * bytes;
	if (nv12) {
		stride += stride & 1;
	}
	uint64_t size = stride * height;
	struct cross_domain_image image = {.strides = {(uint32_t)stride}};
	if (nv12) {
		if (size > bytes_max) {
			return false;
		}
		image.strides[1] = (uint32_t)stride;
		image.offsets[1] = (uint32_t)size;
		size += stride * (((uint64_t)height + 1) / 2);
	}
	if (stride > UINT32_MAX || size > bytes_max) {
		return false;
	}
	image.size = size;
	*ret_image = image;
	return true;
}

void cross_domain_put_capset(uint8_t out[CROSS_DOMAIN_CAPSET_BYTES]) {
	memset(out, 0, CROSS_DOMAIN_CAPSET_BYTES);
	le_put32(out, 1);
	le_put32(out + 4, 1u << CROSS_DOMAIN_CHANNEL_WAYLAND);
}

void cross_domain_put_image(uint8_t out[CROSS_DOMAIN_IMAGE_BYTES],
		const struct cross_domain_image *image) {
	memset(out, 0, CROSS_DOMAIN_IMAGE_BYTES);
	for (size_t i = 0; i < 4; i++) {
		le_put32(out + 4 * i, image->strides[i]);
		le_put32(out + 16 + 4 * i, image->offsets[i]);
	}
	le_put64(out + 40, image->size);
	le_put32(out + 48, image->blob_id);
	le_put32(out + 52, 1); // mapped as cached memory
	le_put32(out + 56, UINT32_MAX);
	le_put32(out + 60, UINT32_MAX);
}

void cross_domain_put_receive(uint8_t *out, enum cross_domain_layout layout,
		const struct cross_domain_id *ids, size_t n, size_t len) {
	size_t fixed = cross_domain_send_bytes(layout);
	assert(n <= (size_t)layout && fixed + len <= CROSS_DOMAIN_ANSWER_MAX);
	memset(out, 0, fixed);
	out[0] = CROSS_DOMAIN_RECEIVE;
	le_put16(out + 2, (uint16_t)(fixed + len));
	le_put32(out + 8, (uint32_t)n);
	le_put32(out + 12, (uint32_t)len);
	for (size_t i = 0; i < n; i++) {
		le_put32(out + 16 + 4 * i, ids[i].id);
		le_put32(out + 16 + 4 * ((size_t)layout + i), ids[i].type);
		le_put32(out + 16 + 4 * (2 * (size_t)layout + i), ids[i].size);
	}
}

void cross_domain_put_read(uint8_t *out, uint32_t id, bool hang_up, size_t len) {
	assert(CROSS_DOMAIN_READ_BYTES + len <= CROSS_DOMAIN_ANSWER_MAX);
	memset(out, 0, CROSS_DOMAIN_READ_BYTES);
	out[0] = CROSS_DOMAIN_READ;
	le_put16(out + 2, (uint16_t)(CROSS_DOMAIN_READ_BYTES + len));
	le_put32(out + 8, id);
	le_put32(out + 12, hang_up ? 1 : 0);
	le_put32(out + 16, (uint32_t)len);
}
