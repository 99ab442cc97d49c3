/* SPDX-License-Identifier: MIT
 *
 * Commands of a virtio-gpu control queue, written by the guest's kernel or by an attacker in its
 * place. Lengths are checked here; identifiers and sizes mean something only to the device.
 */
#ifndef SILO_PARSE_VIRTIO_GPU_H
#define SILO_PARSE_VIRTIO_GPU_H

#include <stddef.h>
#include <stdint.h>

#define GPU_HEADER_BYTES 24
/* The largest fixed part of a command (CTX_CREATE); variable data follow some. */
#define GPU_COMMAND_BYTES_MAX 96
#define GPU_RESPONSE_BYTES_MAX 408
#define GPU_CAPSET_CROSS_DOMAIN 5

enum gpu_type {
	GPU_GET_DISPLAY_INFO = 0x0100,
	GPU_RESOURCE_UNREF = 0x0102,
	GPU_GET_CAPSET_INFO = 0x0108,
	GPU_GET_CAPSET = 0x0109,
	GPU_RESOURCE_CREATE_BLOB = 0x010c,
	GPU_CTX_CREATE = 0x0200,
	GPU_CTX_DESTROY = 0x0201,
	GPU_CTX_ATTACH_RESOURCE = 0x0202,
	GPU_CTX_DETACH_RESOURCE = 0x0203,
	GPU_SUBMIT_3D = 0x0207,
	GPU_MAP_BLOB = 0x0208,
	GPU_UNMAP_BLOB = 0x0209,
};

enum gpu_answer {
	GPU_OK_NODATA = 0x1100,
	GPU_OK_DISPLAY_INFO = 0x1101,
	GPU_OK_CAPSET_INFO = 0x1102,
	GPU_OK_CAPSET = 0x1103,
	GPU_OK_MAP_INFO = 0x1106,
	GPU_ERR_UNSPEC = 0x1200,
	GPU_ERR_OUT_OF_MEMORY = 0x1201,
	GPU_ERR_INVALID_RESOURCE_ID = 0x1203,
	GPU_ERR_INVALID_CONTEXT_ID = 0x1204,
	GPU_ERR_INVALID_PARAMETER = 0x1205,
};

enum gpu_flags {
	GPU_FLAG_FENCE = 1,
	GPU_FLAG_RING_IDX = 2,
};

enum gpu_blob_mem {
	GPU_BLOB_GUEST = 1,
	GPU_BLOB_HOST3D = 2,
};

struct gpu_header {
	uint32_t type;
	uint32_t flags;
	uint64_t fence_id;
	uint32_t ctx_id;
	uint8_t ring_idx;
};

struct gpu_command {
	struct gpu_header header;
	uint32_t resource_id; // UNREF, CREATE_BLOB, ATTACH, DETACH, MAP_BLOB, UNMAP_BLOB
	union {
		struct {
			uint32_t index;
		} capset_info;
		struct {
			uint32_t id, version;
		} capset;
		struct {
			uint32_t mem, flags, n_entries;
			uint64_t blob_id, size;
		} create_blob;
		struct {
			uint32_t capset_id;
		} ctx_create;
		struct {
			uint32_t len;
		} submit;
		struct {
			uint64_t offset;
		} map_blob;
	};
	size_t data_offset; // where variable data start
};

enum gpu_parse {
	GPU_PARSE_OK,
	GPU_PARSE_NO_HEADER, // too short to answer with an echo of the header
	GPU_PARSE_SHORT,     // header fine, body too short
	GPU_PARSE_UNKNOWN,   // header fine, type not served
};

/*
 * Parses the first len bytes of a request (the caller passes min(request, GPU_COMMAND_BYTES_MAX)).
 * ret_command->header is set unless GPU_PARSE_NO_HEADER.
 */
enum gpu_parse gpu_command_parse(const uint8_t *bytes, size_t len, struct gpu_command *ret_command);

#define GPU_MEM_ENTRY_BYTES 16
struct gpu_mem_entry {
	uint64_t gpa;
	uint32_t len;
};
/* Decodes one entry of a blob's scatter list, GPU_MEM_ENTRY_BYTES. */
struct gpu_mem_entry gpu_mem_entry_parse(const uint8_t *bytes);

/*
 * Writes the header of an answer: the type, and what a fenced request wants echoed. out has
 * GPU_HEADER_BYTES.
 */
void gpu_header_put(uint8_t *out, uint32_t answer, const struct gpu_header *request);

#endif
