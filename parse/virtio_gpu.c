/* SPDX-License-Identifier: MIT */
#include "parse/virtio_gpu.h"

#include <assert.h>

#include "parse/le.h"

/* One row a command that is served: its fixed length with the header. */
static const struct {
	uint16_t type;
	uint16_t len;
} rows[] = {
		{GPU_GET_DISPLAY_INFO, 24},
		{GPU_RESOURCE_UNREF, 32},
		{GPU_GET_CAPSET_INFO, 32},
		{GPU_GET_CAPSET, 32},
		{GPU_RESOURCE_CREATE_BLOB, 56},
		{GPU_CTX_CREATE, 96},
		{GPU_CTX_DESTROY, 24},
		{GPU_CTX_ATTACH_RESOURCE, 32},
		{GPU_CTX_DETACH_RESOURCE, 32},
		{GPU_SUBMIT_3D, 32},
		{GPU_MAP_BLOB, 40},
		{GPU_UNMAP_BLOB, 32},
};

static size_t fixed_len(uint32_t type) {
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].type == type) {
			return rows[i].len;
		}
	}
	return 0;
}

static void parse_body(const uint8_t *bytes, struct gpu_command *command) {
	switch ((enum gpu_type)command->header.type) {
	case GPU_GET_DISPLAY_INFO:
	case GPU_CTX_DESTROY:
		break;
	case GPU_RESOURCE_UNREF:
	case GPU_CTX_ATTACH_RESOURCE:
	case GPU_CTX_DETACH_RESOURCE:
	case GPU_UNMAP_BLOB:
		command->resource_id = le_get32(bytes + 24);
		break;
	case GPU_GET_CAPSET_INFO:
		command->capset_info.index = le_get32(bytes + 24);
		break;
	case GPU_GET_CAPSET:
		command->capset.id = le_get32(bytes + 24);
		command->capset.version = le_get32(bytes + 28);
		break;
	case GPU_RESOURCE_CREATE_BLOB:
		command->resource_id = le_get32(bytes + 24);
		command->create_blob.mem = le_get32(bytes + 28);
		command->create_blob.flags = le_get32(bytes + 32);
		command->create_blob.n_entries = le_get32(bytes + 36);
		command->create_blob.blob_id = le_get64(bytes + 40);
		command->create_blob.size = le_get64(bytes + 48);
		break;
	case GPU_CTX_CREATE:
		/* The low byte is the capability set; the rest is reserved. */
		command->ctx_create.capset_id = le_get32(bytes + 28) & 0xff;
		break;
	case GPU_SUBMIT_3D:
		command->submit.len = le_get32(bytes + 24);
		break;
	case GPU_MAP_BLOB:
		command->resource_id = le_get32(bytes + 24);
		command->map_blob.offset = le_get64(bytes + 32);
		break;
	}
}

enum gpu_parse gpu_command_parse(const uint8_t *bytes, size_t len,
		struct gpu_command *ret_command) {
	if (len < GPU_HEADER_BYTES) {
		return GPU_PARSE_NO_HEADER;
	}
	*ret_command = (struct gpu_command){
			.header =
					{
							.type = le_get32(bytes),
							.flags = le_get32(bytes + 4),
							.fence_id = le_get64(bytes + 8),
							.ctx_id = le_get32(bytes + 16),
							.ring_idx = bytes[20],
					},
	};
	size_t fixed = fixed_len(ret_command->header.type);
	if (fixed == 0) {
		return GPU_PARSE_UNKNOWN;
	}
	if (len < fixed) {
		return GPU_PARSE_SHORT;
	}
	ret_command->data_offset = fixed;
	parse_body(bytes, ret_command);
	return GPU_PARSE_OK;
}

struct gpu_mem_entry gpu_mem_entry_parse(const uint8_t *bytes) {
	return (struct gpu_mem_entry){.gpa = le_get64(bytes), .len = le_get32(bytes + 8)};
}

void gpu_header_put(uint8_t *out, uint32_t answer, const struct gpu_header *request) {
	memset(out, 0, GPU_HEADER_BYTES);
	le_put32(out, answer);
	if ((request->flags & GPU_FLAG_FENCE) != 0) {
		le_put32(out + 4, request->flags & (GPU_FLAG_FENCE | GPU_FLAG_RING_IDX));
		le_put64(out + 8, request->fence_id);
		le_put32(out + 16, request->ctx_id);
		out[20] = request->ring_idx;
	}
}
