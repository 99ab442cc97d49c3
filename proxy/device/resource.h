/* SPDX-License-Identifier: MIT
 *
 * Resources of the GPU device: memory of the guest's own (its rings), and memory that the proxy
 * made and mapped into the guest. The table belongs to the VM; a resource outlives the context that
 * made it.
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
struct window_mapping;

#define RESOURCE_BUCKETS 256

struct resource {
	struct wl_list link; // resource_table.buckets
	uint32_t id;
	uint64_t serial; // never used again, unlike the id
	uint64_t size;
	struct gpu_mem_entry *entries; // guest memory, owned; NULL for a pool file
	uint32_t n_entries;
	struct pool_file *file;                         // a reference, or NULL
	struct window_mapping *mapping;                 // the window's, or NULL
	bool mapping_changes;                           // a map or unmap is under way
	uint64_t attached[(VM_CONTEXTS_MAX + 63) / 64]; // bit: slot of a context
};

struct resource_table {
	struct wl_list buckets[RESOURCE_BUCKETS];
	uint64_t last_serial;
	uint32_t n;
	uint32_t n_entries; // of all guest blobs
};

void resource_table_init(struct resource_table *table);
/* Frees every resource; mappings are the window's business. */
void resource_table_clear(struct resource_table *table);

/* NULL if there is none. */
struct resource *resource_find(struct resource_table *table, uint32_t id);

/*
 * Adds a resource of guest memory; takes over entries (malloc) on success. NULL: too many, id 0 or
 * taken, or out of memory.
 */
struct resource *resource_add_guest(struct resource_table *table, uint32_t id, uint64_t size,
		struct gpu_mem_entry *entries, uint32_t n_entries);
/* Adds a resource of the proxy's memory; takes over the reference on success. */
struct resource *resource_add_file(struct resource_table *table, uint32_t id, uint64_t size,
		struct pool_file *file);
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
