/* SPDX-License-Identifier: MIT
 *
 * Messages of the vhost-user protocol, as QEMU 11 and crosvm send them to a device back end. The
 * VMM sits in the guest's box and may have been taken over by it: every length is checked here.
 */
#ifndef SILO_PARSE_VHOST_USER_H
#define SILO_PARSE_VHOST_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VHOST_USER_HEADER_BYTES 12
#define VHOST_USER_PAYLOAD_MAX 1024
#define VHOST_USER_REGIONS_MAX 8
#define VHOST_USER_CONFIG_MAX 256
/* Count, padding and 256 sizes. */
#define VHOST_USER_SHMEM_CONFIG_BYTES (8 + 256 * 8)
#define VHOST_USER_SHMEM_BYTES 40

enum vhost_user_request {
	VHOST_USER_GET_FEATURES = 1,
	VHOST_USER_SET_FEATURES = 2,
	VHOST_USER_SET_OWNER = 3,
	VHOST_USER_RESET_OWNER = 4,
	VHOST_USER_SET_MEM_TABLE = 5,
	VHOST_USER_SET_VRING_NUM = 8,
	VHOST_USER_SET_VRING_ADDR = 9,
	VHOST_USER_SET_VRING_BASE = 10,
	VHOST_USER_GET_VRING_BASE = 11,
	VHOST_USER_SET_VRING_KICK = 12,
	VHOST_USER_SET_VRING_CALL = 13,
	VHOST_USER_SET_VRING_ERR = 14,
	VHOST_USER_GET_PROTOCOL_FEATURES = 15,
	VHOST_USER_SET_PROTOCOL_FEATURES = 16,
	VHOST_USER_GET_QUEUE_NUM = 17,
	VHOST_USER_SET_VRING_ENABLE = 18,
	VHOST_USER_SET_BACKEND_REQ_FD = 21,
	VHOST_USER_GET_CONFIG = 24,
	VHOST_USER_SET_CONFIG = 25,
	VHOST_USER_GET_SHMEM_CONFIG = 44,
};

/* Requests on the back end's own channel. */
enum vhost_user_backend_request {
	VHOST_USER_BACKEND_SHMEM_MAP = 9,
	VHOST_USER_BACKEND_SHMEM_UNMAP = 10,
};

enum vhost_user_protocol_feature {
	VHOST_USER_PROTOCOL_MQ = 0,
	VHOST_USER_PROTOCOL_REPLY_ACK = 3,
	VHOST_USER_PROTOCOL_BACKEND_REQ = 5,
	VHOST_USER_PROTOCOL_CONFIG = 9,
	VHOST_USER_PROTOCOL_BACKEND_SEND_FD = 10,
	VHOST_USER_PROTOCOL_SHMEM = 22,
};

struct vhost_user_header {
	uint32_t request;
	uint32_t size; // of the payload
	bool is_reply;
	bool needs_reply;
};

/* A region of guest memory; the file comes beside it. */
struct vhost_user_region {
	uint64_t gpa, size, user_addr, file_offset;
};

struct vhost_user_vring_addr {
	uint32_t index;
	uint64_t desc, used, avail; // addresses of the VMM
};

struct vhost_user_config {
	uint32_t offset, size;
};

/* Parses VHOST_USER_HEADER_BYTES; false if the version is wrong or the payload too long. */
bool vhost_user_header_parse(const uint8_t *bytes, struct vhost_user_header *ret_header);
/* Writes the header of a message. */
void vhost_user_header_put(uint8_t *out, uint32_t request, bool is_reply, bool needs_reply,
		uint32_t size);

/* Each returns false unless len is what the message needs. */
bool vhost_user_u64_parse(const uint8_t *bytes, size_t len, uint64_t *ret_value);
bool vhost_user_state_parse(const uint8_t *bytes, size_t len, uint32_t *ret_index,
		uint32_t *ret_value);
bool vhost_user_vring_addr_parse(const uint8_t *bytes, size_t len,
		struct vhost_user_vring_addr *ret_addr);
/* Also false if the range is not inside the configuration space or the bytes do not follow. */
bool vhost_user_config_parse(const uint8_t *bytes, size_t len,
		struct vhost_user_config *ret_config);
/*
 * Fills regions, which has room for VHOST_USER_REGIONS_MAX. False if a region is empty, wraps
 * around or overlaps another one.
 */
bool vhost_user_mem_table_parse(const uint8_t *bytes, size_t len, struct vhost_user_region *regions,
		size_t *ret_n);

/* The payload of SHMEM_MAP and SHMEM_UNMAP: shared memory region 1, read-write. */
void vhost_user_shmem_put(uint8_t out[VHOST_USER_SHMEM_BYTES], uint64_t shm_offset, uint64_t len);

#endif
