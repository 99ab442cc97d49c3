/* SPDX-License-Identifier: MIT
 *
 * Resources of the GPU device: memory of the guest's own (its rings), and the proxy's memory, which
 * is a part of the window while it is mapped and nothing before and after. The table belongs to the
 * VM; a resource outlives the context that made it.
 */
#ifndef SILO_PROXY_DEVICE_RESOURCE_H
#define SILO_PROXY_DEVICE_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wayland-util.h>

#include "base/limits.h"
#include "parse/virtio_gpu.h"

struct guest_memory;
struct pool_file;

#define RESOURCE_BUCKETS 256

struct resource {
	struct wl_list link; // resource_table.buckets
	uint32_t id;
	uint64_t size;
	struct gpu_mem_entry *entries; // guest memory, owned; NULL: the proxy's memory
	uint32_t n_entries;
	struct pool_file *content;                      // a received file, or NULL for zeros
	struct pool_file *memory;                       // the part of the window while mapped
	uint64_t attached[(VM_CONTEXTS_MAX + 63) / 64]; // bit: slot of a context
};

struct resource_table {
	struct wl_list buckets[RESOURCE_BUCKETS];
	uint32_t n;
	uint32_t n_entries; // of all guest blobs
};

void resource_table_init(struct resource_table *table);
/* Frees every resource. */
void resource_table_clear(struct resource_table *table);

/* NULL if there is none. */
struct resource *resource_find(struct resource_table *table, uint32_t id);

/*
 * Adds a resource of guest memory; takes over entries (malloc) on success. NULL: too many, id 0 or
 * taken, or out of memory.
 */
struct resource *resource_add_guest(struct resource_table *table, uint32_t id, uint64_t size,
		struct gpu_mem_entry *entries, uint32_t n_entries);
/*
 * Adds a resource of the proxy's memory, with the content that it gets when it is mapped (NULL:
 * zeros); takes over that reference on success.
 */
struct resource *resource_add_host(struct resource_table *table, uint32_t id, uint64_t size,
		struct pool_file *content);
void resource_destroy(struct resource_table *table, struct resource *resource);

void resource_attach(struct resource *resource, unsigned slot);
void resource_detach(struct resource *resource, unsigned slot);
bool resource_is_attached(const struct resource *resource, unsigned slot);
/* Detaches every resource from the context's slot, which is free afterwards. */
void resource_table_detach_all(struct resource_table *table, unsigned slot);

/* Copies to the start of a resource of guest memory; false if it is none or too small. */
bool resource_write(const struct resource *resource, const struct guest_memory *memory,
		const void *bytes, size_t len);

#endif
