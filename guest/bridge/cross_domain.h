/* SPDX-License-Identifier: MIT
 *
 * The cross-domain protocol of virtio-gpu as the guest speaks it: commands inside SUBMIT_3D towards
 * the host, RECEIVE and READ in the channel ring from it. Little-endian, naturally packed. The
 * fixed parts are those that every current host knows: INIT of 20 bytes, 28 identifiers, POLL of 8.
 * Commands, kinds of identifiers and channels have their numbers from parse/cross_domain.h.
 */
#ifndef SILO_GUEST_BRIDGE_CROSS_DOMAIN_H
#define SILO_GUEST_BRIDGE_CROSS_DOMAIN_H

#include <stdint.h>

#include "parse/cross_domain.h"

#define CROSS_DOMAIN_CAPSET 5
/* Both rings are one page: crosvm's own device only ever uses the first one. */
#define CROSS_DOMAIN_RING_SIZE 4096
/* The host counts the read pipes that a context names, from here. */
#define CROSS_DOMAIN_FIRST_READ_PIPE 0x80000001u

struct cross_domain_capset {
	uint32_t version;
	uint32_t supported_channels;
	uint32_t supports_dmabuf;
	uint32_t supports_external_gpu_memory;
};

struct cross_domain_header {
	uint8_t cmd;
	uint8_t ring_idx;
	uint16_t cmd_size; // header, fixed part and data
	uint32_t pad;
};

struct cross_domain_init {
	struct cross_domain_header header;
	uint32_t query_ring_id;
	uint32_t channel_ring_id;
	uint32_t channel_type;
};

struct cross_domain_image_query {
	struct cross_domain_header header;
	uint32_t width;
	uint32_t height;
	uint32_t drm_format;
	uint32_t flags;
};

/* The answer, at the start of the query ring. */
struct cross_domain_image_requirements {
	uint32_t strides[4];
	uint32_t offsets[4];
	uint64_t modifier;
	uint64_t size;
	uint32_t blob_id;
	uint32_t map_info;
	int32_t memory_idx;
	int32_t physical_device_idx;
};

/* SEND and RECEIVE; data_len bytes follow. */
struct cross_domain_send {
	struct cross_domain_header header;
	uint32_t num_ids;
	uint32_t data_len;
	uint32_t ids[CROSS_DOMAIN_IDS_MAX];
	uint32_t types[CROSS_DOMAIN_IDS_MAX];
	uint32_t sizes[CROSS_DOMAIN_IDS_MAX];
};

/* READ and WRITE; data_len bytes follow. */
struct cross_domain_pipe {
	struct cross_domain_header header;
	uint32_t id;
	uint32_t hang_up;
	uint32_t data_len;
	uint32_t pad;
};

_Static_assert(sizeof(struct cross_domain_init) == 20, "INIT");
_Static_assert(sizeof(struct cross_domain_image_query) == 24, "GET_IMAGE_REQUIREMENTS");
_Static_assert(sizeof(struct cross_domain_image_requirements) == 64, "image requirements");
_Static_assert(sizeof(struct cross_domain_send) == 352, "SEND");
_Static_assert(sizeof(struct cross_domain_pipe) == 24, "WRITE");

#endif
