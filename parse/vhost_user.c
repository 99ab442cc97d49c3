/* SPDX-License-Identifier: MIT */
#include "parse/vhost_user.h"

#include "parse/le.h"

enum {
	FLAG_VERSION = 1,
	FLAG_VERSION_MASK = 3,
	FLAG_REPLY = 4,
	FLAG_NEED_REPLY = 8,
};

#define REGION_BYTES 32
#define SHMEM_ID_HOST_VISIBLE 1
#define SHMEM_FLAG_READ_WRITE 1

bool vhost_user_header_parse(const uint8_t *bytes, struct vhost_user_header *ret_header) {
	uint32_t flags = le_get32(bytes + 4);
	uint32_t size = le_get32(bytes + 8);
	if ((flags & FLAG_VERSION_MASK) != FLAG_VERSION || size > VHOST_USER_PAYLOAD_MAX) {
		return false;
	}
	*ret_header = (struct vhost_user_header){
			.request = le_get32(bytes),
			.size = size,
			.is_reply = (flags & FLAG_REPLY) != 0,
			.needs_reply = (flags & FLAG_NEED_REPLY) != 0,
	};
	return true;
}

void vhost_user_header_put(uint8_t *out, uint32_t request, bool is_reply, bool needs_reply,
		uint32_t size) {
	uint32_t flags = FLAG_VERSION | (is_reply ? FLAG_REPLY : 0) |
			(needs_reply ? FLAG_NEED_REPLY : 0);
	le_put32(out, request);
	le_put32(out + 4, flags);
	le_put32(out + 8, size);
}

bool vhost_user_u64_parse(const uint8_t *bytes, size_t len, uint64_t *ret_value) {
	if (len != 8) {
		return false;
	}
	*ret_value = le_get64(bytes);
	return true;
}

bool vhost_user_state_parse(const uint8_t *bytes, size_t len, uint32_t *ret_index,
		uint32_t *ret_value) {
	if (len != 8) {
		return false;
	}
	*ret_index = le_get32(bytes);
	*ret_value = le_get32(bytes + 4);
	return true;
}

bool vhost_user_vring_addr_parse(const uint8_t *bytes, size_t len,
		struct vhost_user_vring_addr *ret_addr) {
	if (len != 40) {
		return false;
	}
	*ret_addr = (struct vhost_user_vring_addr){
			.index = le_get32(bytes),
			.desc = le_get64(bytes + 8),
			.used = le_get64(bytes + 16),
			.avail = le_get64(bytes + 24),
	};
	return true;
}

bool vhost_user_config_parse(const uint8_t *bytes, size_t len,
		struct vhost_user_config *ret_config) {
	if (len < 12) {
		return false;
	}
	uint32_t offset = le_get32(bytes);
	uint32_t size = le_get32(bytes + 4);
	if (offset > VHOST_USER_CONFIG_MAX || size == 0 || size > VHOST_USER_CONFIG_MAX - offset ||
			len != 12 + (size_t)size) {
		return false;
	}
	*ret_config = (struct vhost_user_config){.offset = offset, .size = size};
	return true;
}

static bool ranges_overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len) {
	return a < b ? b - a < a_len : a - b < b_len;
}

static bool region_is_sound(const struct vhost_user_region *region) {
	return region->size > 0 && region->gpa <= UINT64_MAX - region->size &&
			region->user_addr <= UINT64_MAX - region->size &&
			region->file_offset <= INT64_MAX && region->size <= INT64_MAX &&
			region->file_offset <= (uint64_t)INT64_MAX - region->size;
}

bool vhost_user_mem_table_parse(const uint8_t *bytes, size_t len, struct vhost_user_region *regions,
		size_t *ret_n) {
	if (len < 8) {
		return false;
	}
	uint32_t n = le_get32(bytes);
	if (n > VHOST_USER_REGIONS_MAX || len != 8 + (size_t)n * REGION_BYTES) {
		return false;
	}
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *at = bytes + 8 + (size_t)i * REGION_BYTES;
		regions[i] = (struct vhost_user_region){
				.gpa = le_get64(at),
				.size = le_get64(at + 8),
				.user_addr = le_get64(at + 16),
				.file_offset = le_get64(at + 24),
		};
		if (!region_is_sound(&regions[i])) {
			return false;
		}
		for (uint32_t j = 0; j < i; j++) {
			if (ranges_overlap(regions[i].gpa, regions[i].size, regions[j].gpa,
					    regions[j].size)) {
				return false;
			}
		}
	}
	*ret_n = n;
	return true;
}

void vhost_user_shmem_put(uint8_t out[VHOST_USER_SHMEM_BYTES], uint64_t shm_offset, uint64_t len) {
	memset(out, 0, VHOST_USER_SHMEM_BYTES);
	out[0] = SHMEM_ID_HOST_VISIBLE;
	le_put64(out + 16, shm_offset);
	le_put64(out + 24, len);
	le_put64(out + 32, SHMEM_FLAG_READ_WRITE);
}
