/* SPDX-License-Identifier: MIT */
#include "proxy/device/resource.h"

#include <stdlib.h>

#include "proxy/device/guest_memory.h"
#include "proxy/quota/pool.h"

void resource_table_init(struct resource_table *table) {
	*table = (struct resource_table){0};
	for (size_t i = 0; i < RESOURCE_BUCKETS; i++) {
		wl_list_init(&table->buckets[i]);
	}
}

void resource_table_clear(struct resource_table *table) {
	for (size_t i = 0; i < RESOURCE_BUCKETS; i++) {
		struct resource *resource, *next;
		wl_list_for_each_safe(resource, next, &table->buckets[i], link) {
			resource_destroy(table, resource);
		}
	}
}

static struct wl_list *bucket_of(struct resource_table *table, uint32_t id) {
	return &table->buckets[id % RESOURCE_BUCKETS];
}

struct resource *resource_find(struct resource_table *table, uint32_t id) {
	struct resource *resource;
	wl_list_for_each(resource, bucket_of(table, id), link) {
		if (resource->id == id) {
			return resource;
		}
	}
	return NULL;
}

static struct resource *resource_add(struct resource_table *table, uint32_t id, uint64_t size) {
	if (id == 0 || table->n >= VM_RESOURCES_MAX || resource_find(table, id) != NULL) {
		return NULL;
	}
	struct resource *resource = calloc(1, sizeof(*resource));
	if (resource == NULL) {
		return NULL;
	}
	resource->id = id;
	resource->size = size;
	wl_list_insert(bucket_of(table, id), &resource->link);
	table->n++;
	return resource;
}

struct resource *resource_add_guest(struct resource_table *table, uint32_t id, uint64_t size,
		struct gpu_mem_entry *entries, uint32_t n_entries) {
	if (n_entries > VM_BLOB_ENTRIES_MAX - table->n_entries) {
		return NULL;
	}
	struct resource *resource = resource_add(table, id, size);
	if (resource != NULL) {
		resource->entries = entries;
		resource->n_entries = n_entries;
		table->n_entries += n_entries;
	}
	return resource;
}

struct resource *resource_add_host(struct resource_table *table, uint32_t id, uint64_t size,
		struct pool_file *content) {
	struct resource *resource = resource_add(table, id, size);
	if (resource != NULL) {
		resource->content = content;
	}
	return resource;
}

void resource_destroy(struct resource_table *table, struct resource *resource) {
	wl_list_remove(&resource->link);
	table->n--;
	table->n_entries -= resource->n_entries;
	pool_file_unref(resource->content);
	pool_part_withdraw(resource->memory);
	free(resource->entries);
	free(resource);
}

void resource_attach(struct resource *resource, unsigned slot) {
	resource->attached[slot / 64] |= 1ull << (slot % 64);
}

void resource_detach(struct resource *resource, unsigned slot) {
	resource->attached[slot / 64] &= ~(1ull << (slot % 64));
}

bool resource_is_attached(const struct resource *resource, unsigned slot) {
	return (resource->attached[slot / 64] >> (slot % 64) & 1) != 0;
}

void resource_table_detach_all(struct resource_table *table, unsigned slot) {
	for (size_t i = 0; i < RESOURCE_BUCKETS; i++) {
		struct resource *resource;
		wl_list_for_each(resource, &table->buckets[i], link) {
			resource_detach(resource, slot);
		}
	}
}

bool resource_write(const struct resource *resource, const struct guest_memory *memory,
		const void *bytes, size_t len) {
	const uint8_t *in = bytes;
	if (len > resource->size) {
		return false;
	}
	for (uint32_t i = 0; i < resource->n_entries && len > 0; i++) {
		const struct gpu_mem_entry *entry = &resource->entries[i];
		size_t part = entry->len < len ? entry->len : len;
		if (!guest_memory_write(memory, entry->gpa, in, part)) {
			return false;
		}
		in += part;
		len -= part;
	}
	return len == 0;
}
