/* SPDX-License-Identifier: MIT */
#include "proxy/device/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parse/le.h"
#include "proxy/device/context.h"
#include "proxy/device/gpu.h"
#include "proxy/device/import.h"
#include "proxy/quota/pool.h"

#define PAGE_SIZE 4096ull
#define ENTRIES_AT_ONCE 256u

size_t gpu_command_fail(struct gpu *gpu, uint32_t answer) {
	gpu_header_put(gpu->answer, answer, &gpu->command.header);
	return GPU_HEADER_BYTES;
}

static size_t answer_ok(struct gpu *gpu) {
	return gpu_command_fail(gpu, GPU_OK_NODATA);
}

static struct context *find_context(const struct gpu *gpu, unsigned *ret_slot) {
	for (unsigned i = 0; i < VM_CONTEXTS_MAX; i++) {
		if (gpu->contexts[i] != NULL &&
				context_id(gpu->contexts[i]) == gpu->command.header.ctx_id) {
			*ret_slot = i;
			return gpu->contexts[i];
		}
	}
	return NULL;
}

static bool read_request(struct gpu *gpu, uint64_t offset, void *bytes, size_t len) {
	return virtqueue_read(&gpu->queues[gpu->queue], gpu->segments, gpu->chain.n_readable,
			offset, bytes, len);
}

static size_t get_display_info(struct gpu *gpu) {
	memset(gpu->answer, 0, GPU_RESPONSE_BYTES_MAX);
	gpu_header_put(gpu->answer, GPU_OK_DISPLAY_INFO, &gpu->command.header);
	return GPU_RESPONSE_BYTES_MAX;
}

static size_t get_capset_info(struct gpu *gpu) {
	if (gpu->command.capset_info.index != 0) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_PARAMETER);
	}
	gpu_header_put(gpu->answer, GPU_OK_CAPSET_INFO, &gpu->command.header);
	uint8_t *body = gpu->answer + GPU_HEADER_BYTES;
	le_put32(body, GPU_CAPSET_CROSS_DOMAIN);
	le_put32(body + 4, 1);
	le_put32(body + 8, CROSS_DOMAIN_CAPSET_BYTES);
	le_put32(body + 12, 0);
	return GPU_HEADER_BYTES + 16;
}

static size_t get_capset(struct gpu *gpu) {
	if (gpu->command.capset.id != GPU_CAPSET_CROSS_DOMAIN || gpu->command.capset.version > 1) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_PARAMETER);
	}
	gpu_header_put(gpu->answer, GPU_OK_CAPSET, &gpu->command.header);
	cross_domain_put_capset(gpu->answer + GPU_HEADER_BYTES);
	return GPU_HEADER_BYTES + CROSS_DOMAIN_CAPSET_BYTES;
}

/*
 * Contexts that fit: each may hold a chain for its POLL (three descriptors where there are no
 * indirect ones), and a ring full of held chains would block the guest for ever.
 */
static size_t contexts_max(const struct gpu *gpu) {
	const struct virtqueue *queue = &gpu->queues[GPU_QUEUE_CONTROL];
	size_t fit = queue->num / (queue->indirect ? 2 : 6);
	return fit < VM_CONTEXTS_MAX ? fit : VM_CONTEXTS_MAX;
}

static size_t ctx_create(struct gpu *gpu) {
	unsigned slot;
	uint32_t id = gpu->command.header.ctx_id;
	if (id == 0 || find_context(gpu, &slot) != NULL) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_CONTEXT_ID);
	}
	if (gpu->command.ctx_create.capset_id != GPU_CAPSET_CROSS_DOMAIN) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_PARAMETER);
	}
	size_t max = contexts_max(gpu);
	for (slot = 0; slot < max && gpu->contexts[slot] != NULL; slot++) {
	}
	if (slot >= max) {
		gpu_complain(gpu, "too many contexts");
		return gpu_command_fail(gpu, GPU_ERR_OUT_OF_MEMORY);
	}
	gpu->contexts[slot] = context_create(gpu, id, slot);
	return gpu->contexts[slot] != NULL ? answer_ok(gpu)
					   : gpu_command_fail(gpu, GPU_ERR_OUT_OF_MEMORY);
}

static size_t ctx_destroy(struct gpu *gpu) {
	unsigned slot;
	struct context *context = find_context(gpu, &slot);
	if (context == NULL) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_CONTEXT_ID);
	}
	context_destroy(context);
	gpu->contexts[slot] = NULL;
	resource_table_detach_all(&gpu->resources, slot);
	return answer_ok(gpu);
}

static size_t ctx_attach(struct gpu *gpu, bool attach) {
	unsigned slot;
	struct context *context = find_context(gpu, &slot);
	struct resource *resource = resource_find(&gpu->resources, gpu->command.resource_id);
	if (context == NULL) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_CONTEXT_ID);
	}
	if (resource == NULL) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_RESOURCE_ID);
	}
	if (attach) {
		resource_attach(resource, slot);
	} else {
		resource_detach(resource, slot);
	}
	return answer_ok(gpu);
}

/* Reads and checks the scatter list of a guest blob; NULL: it is not sound, or out of memory. */
static struct gpu_mem_entry *read_entries(struct gpu *gpu, uint64_t size, uint32_t n) {
	if (n == 0 || n > size / PAGE_SIZE + 1 || n > VM_BLOB_ENTRIES_MAX) {
		return NULL;
	}
	struct gpu_mem_entry *entries = malloc(n * sizeof(*entries));
	uint64_t total = 0;
	bool sound = entries != NULL;
	for (uint32_t done = 0; sound && done < n;) {
		uint8_t bytes[ENTRIES_AT_ONCE * GPU_MEM_ENTRY_BYTES];
		uint64_t offset = gpu->command.data_offset + (uint64_t)done * GPU_MEM_ENTRY_BYTES;
		uint32_t part = n - done < ENTRIES_AT_ONCE ? n - done : ENTRIES_AT_ONCE;
		sound = read_request(gpu, offset, bytes, part * GPU_MEM_ENTRY_BYTES);
		for (uint32_t i = 0; sound && i < part; i++) {
			struct gpu_mem_entry entry =
					gpu_mem_entry_parse(bytes + i * GPU_MEM_ENTRY_BYTES);
			sound = entry.len > 0 &&
					guest_memory_contains(&gpu->memory, entry.gpa, entry.len);
			total += entry.len;
			entries[done + i] = entry;
		}
		done += part;
	}
	if (!sound || total < size) {
		free(entries);
		return NULL;
	}
	return entries;
}

static size_t create_guest_blob(struct gpu *gpu, uint64_t size) {
	struct gpu_mem_entry *entries = read_entries(gpu, size, gpu->command.create_blob.n_entries);
	if (entries == NULL) {
		gpu_complain(gpu, "a blob whose pages are not sound");
		return gpu_command_fail(gpu, GPU_ERR_INVALID_PARAMETER);
	}
	if (resource_add_guest(&gpu->resources, gpu->command.resource_id, size, entries,
			    gpu->command.create_blob.n_entries) == NULL) {
		free(entries);
		return gpu_command_fail(gpu, GPU_ERR_INVALID_RESOURCE_ID);
	}
	return answer_ok(gpu);
}

static size_t create_host_blob(struct gpu *gpu, uint64_t size) {
	unsigned slot;
	struct context *context = find_context(gpu, &slot);
	if (context == NULL) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_CONTEXT_ID);
	}
	if (gpu->command.create_blob.n_entries != 0) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_PARAMETER);
	}
	if (!pool_account_has_room(gpu->account, 0)) {
		gpu_complain(gpu, "its quota of buffer memory is used up");
		return gpu_command_fail(gpu, GPU_ERR_OUT_OF_MEMORY);
	}
	struct pool_file *content;
	if (!context_take_blob(context, gpu->command.create_blob.blob_id, size, &content)) {
		gpu_complain(gpu, "a blob of memory that was never offered");
		return gpu_command_fail(gpu, GPU_ERR_INVALID_PARAMETER);
	}
	if (resource_add_host(&gpu->resources, gpu->command.resource_id, size, content) == NULL) {
		pool_file_unref(content);
		return gpu_command_fail(gpu, GPU_ERR_OUT_OF_MEMORY);
	}
	return answer_ok(gpu);
}

static size_t create_blob(struct gpu *gpu) {
	uint64_t size = gpu->command.create_blob.size;
	uint32_t id = gpu->command.resource_id;
	if (size == 0 || size > BLOB_BYTES_MAX) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_PARAMETER);
	}
	/* Asked before a received file is taken for it. */
	if (id == 0 || resource_find(&gpu->resources, id) != NULL) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_RESOURCE_ID);
	}
	size = (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
	switch (gpu->command.create_blob.mem) {
	case GPU_BLOB_GUEST:
		return create_guest_blob(gpu, size);
	case GPU_BLOB_HOST3D:
		return create_host_blob(gpu, size);
	default:
		return gpu_command_fail(gpu, GPU_ERR_INVALID_PARAMETER);
	}
}

/* Places a blob where the guest wants it; 0 or the error's type. */
static uint32_t place_blob(struct gpu *gpu, struct resource *resource, uint64_t offset) {
	if (!window_is_mapped(&gpu->window)) {
		return GPU_ERR_UNSPEC;
	}
	resource->memory = pool_part_create(gpu->window.arena, offset, resource->size);
	if (resource->memory == NULL) {
		bool misplaced = errno == EINVAL;
		gpu_complain(gpu,
				misplaced ? "a blob mapped where it may not be"
					  : "too many mapped blobs");
		return misplaced ? GPU_ERR_INVALID_PARAMETER : GPU_ERR_OUT_OF_MEMORY;
	}
	if (resource->content != NULL && !import_copy(resource->content, resource->memory)) {
		pool_part_withdraw(resource->memory);
		resource->memory = NULL;
		return GPU_ERR_OUT_OF_MEMORY;
	}
	return 0;
}

static size_t map_blob(struct gpu *gpu) {
	struct resource *resource = resource_find(&gpu->resources, gpu->command.resource_id);
	if (resource == NULL) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_RESOURCE_ID);
	}
	if (resource->entries != NULL || resource->memory != NULL) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_PARAMETER);
	}
	uint32_t error = place_blob(gpu, resource, gpu->command.map_blob.offset);
	if (error != 0) {
		return gpu_command_fail(gpu, error);
	}
	gpu_header_put(gpu->answer, GPU_OK_MAP_INFO, &gpu->command.header);
	le_put32(gpu->answer + GPU_HEADER_BYTES, 1); // cached
	le_put32(gpu->answer + GPU_HEADER_BYTES + 4, 0);
	return GPU_HEADER_BYTES + 8;
}

static size_t unmap_blob(struct gpu *gpu) {
	struct resource *resource = resource_find(&gpu->resources, gpu->command.resource_id);
	if (resource == NULL) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_RESOURCE_ID);
	}
	if (resource->memory == NULL) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_PARAMETER);
	}
	pool_part_withdraw(resource->memory);
	resource->memory = NULL;
	return answer_ok(gpu);
}

static size_t unref(struct gpu *gpu) {
	struct resource *resource = resource_find(&gpu->resources, gpu->command.resource_id);
	if (resource == NULL) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_RESOURCE_ID);
	}
	resource_destroy(&gpu->resources, resource);
	return answer_ok(gpu);
}

static size_t submit_3d(struct gpu *gpu) {
	unsigned slot;
	uint32_t len = gpu->command.submit.len;
	struct context *context = find_context(gpu, &slot);
	if (context == NULL) {
		return gpu_command_fail(gpu, GPU_ERR_INVALID_CONTEXT_ID);
	}
	if (len > sizeof(gpu->payload) ||
			!read_request(gpu, gpu->command.data_offset, gpu->payload, len)) {
		gpu_complain(gpu, "a submission that is too long or truncated");
		return gpu_command_fail(gpu, GPU_ERR_INVALID_PARAMETER);
	}
	switch (context_submit(context, gpu->payload, len)) {
	case CONTEXT_DONE:
		return answer_ok(gpu);
	case CONTEXT_HELD:
		return 0;
	case CONTEXT_BAD:
		break;
	}
	return gpu_command_fail(gpu, GPU_ERR_INVALID_PARAMETER);
}

size_t gpu_command_run(struct gpu *gpu) {
	switch ((enum gpu_type)gpu->command.header.type) {
	case GPU_GET_DISPLAY_INFO:
		return get_display_info(gpu);
	case GPU_RESOURCE_UNREF:
		return unref(gpu);
	case GPU_GET_CAPSET_INFO:
		return get_capset_info(gpu);
	case GPU_GET_CAPSET:
		return get_capset(gpu);
	case GPU_RESOURCE_CREATE_BLOB:
		return create_blob(gpu);
	case GPU_CTX_CREATE:
		return ctx_create(gpu);
	case GPU_CTX_DESTROY:
		return ctx_destroy(gpu);
	case GPU_CTX_ATTACH_RESOURCE:
		return ctx_attach(gpu, true);
	case GPU_CTX_DETACH_RESOURCE:
		return ctx_attach(gpu, false);
	case GPU_SUBMIT_3D:
		return submit_3d(gpu);
	case GPU_MAP_BLOB:
		return map_blob(gpu);
	case GPU_UNMAP_BLOB:
		return unmap_blob(gpu);
	}
	return gpu_command_fail(gpu, GPU_ERR_UNSPEC);
}
