/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the parsers of everything that the GPU device reads, and the writers of what it answers.
 * The first byte chooses the parser.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "parse/cross_domain.h"
#include "parse/vhost_user.h"
#include "parse/virtio_gpu.h"
#include "parse/virtqueue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	const uint8_t *bytes;
	size_t len;
};

static bool read_memory(void *data, uint64_t gpa, void *bytes, size_t len) {
	const struct memory *memory = data;
	if (gpa > memory->len || len > memory->len - gpa) {
		return false;
	}
	memcpy(bytes, memory->bytes + gpa, len);
	return true;
}

static void feed_virtqueue(const uint8_t *data, size_t size) {
	static struct virtq_segment segments[VIRTQ_SEGMENTS_MAX];
	struct memory memory = {data, size};
	struct virtq_table table = {.num = 64, .indirect = true};
	struct virtq_chain chain;
	if (virtq_walk(&table, 0, read_memory, &memory, segments, &chain) == VIRTQ_OK &&
			chain.n_readable + chain.n_writable > VIRTQ_SEGMENTS_MAX) {
		abort();
	}
}

/* A layout that is granted holds the image, however large its sides are said to be. */
static void lay_out(const struct cross_domain_command *command) {
	struct cross_domain_image image;
	uint8_t answer[CROSS_DOMAIN_IMAGE_BYTES];
	if (cross_domain_image_layout(command->image.fourcc, command->image.width,
			    command->image.height, BLOB_BYTES_MAX, &image)) {
		assert(image.size <= BLOB_BYTES_MAX);
		assert(image.size / command->image.height >= image.strides[0]);
		assert(image.strides[0] >= command->image.width);
		cross_domain_put_image(answer, &image);
	}
}

/* What a guest is told of descriptors and bytes, in an exact buffer. */
static void answer(const struct cross_domain_command *command) {
	size_t fixed = cross_domain_send_bytes(command->send.layout);
	uint8_t *out = malloc(fixed > CROSS_DOMAIN_READ_BYTES ? fixed : CROSS_DOMAIN_READ_BYTES);
	cross_domain_put_receive(out, command->send.layout, command->send.ids, command->send.n, 0);
	cross_domain_put_read(out, 1, command->send.n > 0, 0);
	free(out);
}

static void feed_cross_domain(const uint8_t *data, size_t size) {
	struct cross_domain_command command;
	enum cross_domain_layout layout = CROSS_DOMAIN_LAYOUT_UNKNOWN;
	for (size_t at = 0, used; at < size; at += used) {
		if (cross_domain_parse(data + at, size - at, layout, &command, &used) !=
				CROSS_DOMAIN_OK) {
			return;
		}
		if (used == 0 || used > size - at) {
			abort();
		}
		if (command.kind == CROSS_DOMAIN_GET_IMAGE_REQUIREMENTS) {
			lay_out(&command);
		} else if (command.kind == CROSS_DOMAIN_SEND) {
			answer(&command);
			layout = command.send.layout;
			if (command.send.n > (uint32_t)layout ||
					command.send.bytes + command.send.len > data + size) {
				abort();
			}
		}
	}
}

static void feed_vhost_user(const uint8_t *data, size_t size) {
	struct vhost_user_region regions[VHOST_USER_REGIONS_MAX];
	struct vhost_user_config config;
	struct vhost_user_vring_addr addr;
	struct vhost_user_header header;
	size_t n;
	if (size >= VHOST_USER_HEADER_BYTES) {
		vhost_user_header_parse(data, &header);
	}
	vhost_user_mem_table_parse(data, size, regions, &n);
	vhost_user_vring_addr_parse(data, size, &addr);
	if (vhost_user_config_parse(data, size, &config) &&
			config.offset + config.size > VHOST_USER_CONFIG_MAX) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct gpu_command command;
	if (size == 0) {
		return 0;
	}
	switch (data[0] % 4) {
	case 0:
		feed_virtqueue(data + 1, size - 1);
		break;
	case 1:
		gpu_command_parse(data + 1, size - 1, &command);
		break;
	case 2:
		feed_cross_domain(data + 1, size - 1);
		break;
	default:
		feed_vhost_user(data + 1, size - 1);
		break;
	}
	return 0;
}
