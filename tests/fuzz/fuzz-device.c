/* SPDX-License-Identifier: MIT
 *
 * Feeds the parsers of everything that the GPU device reads: the first byte chooses the parser.
 */
#include <stdlib.h>
#include <string.h>

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
		if (command.kind == CROSS_DOMAIN_SEND) {
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
