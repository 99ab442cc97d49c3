/* SPDX-License-Identifier: MIT */
#include "parse/virtqueue.h"

#include "parse/le.h"

enum {
	DESC_NEXT = 1,
	DESC_WRITE = 2,
	DESC_INDIRECT = 4,
};

struct desc {
	uint64_t gpa;
	uint32_t len;
	uint16_t flags, next;
};

struct walk {
	virtq_reader read;
	void *data;
	struct virtq_segment *segments;
	struct virtq_chain chain;
};

static bool read_desc(struct walk *walk, uint64_t table_gpa, uint32_t index,
		struct desc *ret_desc) {
	uint64_t offset = (uint64_t)index * VIRTQ_DESC_BYTES;
	uint8_t bytes[VIRTQ_DESC_BYTES];
	if (table_gpa > UINT64_MAX - offset ||
			!walk->read(walk->data, table_gpa + offset, bytes, sizeof(bytes))) {
		return false;
	}
	*ret_desc = (struct desc){
			.gpa = le_get64(bytes),
			.len = le_get32(bytes + 8),
			.flags = le_get16(bytes + 12),
			.next = le_get16(bytes + 14),
	};
	return true;
}

static bool add_segment(struct walk *walk, const struct desc *desc) {
	struct virtq_chain *chain = &walk->chain;
	size_t n = chain->n_readable + chain->n_writable;
	if (n >= VIRTQ_SEGMENTS_MAX || desc->gpa > UINT64_MAX - desc->len) {
		return false;
	}
	if ((desc->flags & DESC_WRITE) != 0) {
		chain->n_writable++;
		chain->writable_bytes += desc->len;
	} else if (chain->n_writable > 0) {
		return false;
	} else {
		chain->n_readable++;
		chain->readable_bytes += desc->len;
	}
	walk->segments[n] = (struct virtq_segment){.gpa = desc->gpa, .len = desc->len};
	return true;
}

/* Adds the descriptors of an indirect table; only direct ones may stand there. */
static bool walk_indirect(struct walk *walk, const struct desc *table) {
	uint32_t num = table->len / VIRTQ_DESC_BYTES;
	if (num == 0 || table->len % VIRTQ_DESC_BYTES != 0 || num > VIRTQ_SEGMENTS_MAX) {
		return false;
	}
	uint32_t index = 0;
	for (uint32_t steps = 0; steps < num; steps++) {
		struct desc desc;
		if (!read_desc(walk, table->gpa, index, &desc) ||
				(desc.flags & DESC_INDIRECT) != 0 || !add_segment(walk, &desc)) {
			return false;
		}
		if ((desc.flags & DESC_NEXT) == 0) {
			return true;
		}
		index = desc.next;
		if (index >= num) {
			return false;
		}
	}
	return false;
}

static bool walk_chain(struct walk *walk, const struct virtq_table *table) {
	uint16_t index = walk->chain.head;
	for (uint32_t steps = 0; steps < table->num; steps++) {
		struct desc desc;
		if (index >= table->num || !read_desc(walk, table->desc_gpa, index, &desc)) {
			return false;
		}
		if ((desc.flags & DESC_INDIRECT) != 0) {
			/* An indirect table stands alone: it is the whole chain. */
			return table->indirect && steps == 0 && (desc.flags & DESC_NEXT) == 0 &&
					walk_indirect(walk, &desc);
		}
		if (!add_segment(walk, &desc)) {
			return false;
		}
		if ((desc.flags & DESC_NEXT) == 0) {
			return true;
		}
		index = desc.next;
	}
	return false;
}

enum virtq_result virtq_walk(const struct virtq_table *table, uint16_t head, virtq_reader read,
		void *data, struct virtq_segment *segments, struct virtq_chain *ret_chain) {
	struct walk walk = {
			.read = read, .data = data, .segments = segments, .chain = {.head = head}};
	if (!walk_chain(&walk, table)) {
		return VIRTQ_BAD;
	}
	*ret_chain = walk.chain;
	return VIRTQ_OK;
}
