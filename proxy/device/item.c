/* SPDX-License-Identifier: MIT */
#include "proxy/device/item.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "proxy/quota/pool.h"

#define FIRST_ID 3
#define IDS_END 0x40000000u
#define FIRST_READER 0x80000001u
#define ORPHANS_MAX 256

void item_pool_init(struct item_pool *pool, struct wl_event_loop *loop) {
	*pool = (struct item_pool){.loop = loop};
	wl_list_init(&pool->orphans);
}

void item_pool_finish(struct item_pool *pool) {
	struct item *item, *next;
	wl_list_for_each_safe(item, next, &pool->orphans, link) {
		item_destroy(item);
	}
}

void item_set_init(struct item_set *set, struct item_pool *pool, void (*ready)(void *data),
		void *data) {
	*set = (struct item_set){
			.pool = pool,
			.next_id = FIRST_ID,
			.next_reader = FIRST_READER,
			.ready = ready,
			.data = data,
	};
	wl_list_init(&set->items);
}

void item_set_finish(struct item_set *set) {
	struct item *item, *next;
	wl_list_for_each_safe(item, next, &set->items, link) {
		if (item->kind == ITEM_WRITER && item->fd >= 0 &&
				item->queue_end > item->queue_start &&
				set->pool->n_orphans < ORPHANS_MAX) {
			wl_list_remove(&item->link);
			wl_list_insert(&set->pool->orphans, &item->link);
			item->set = NULL;
			item->closing = true;
			set->pool->n_orphans++;
			set->n--;
		} else {
			item_destroy(item);
		}
	}
}

struct item *item_find(const struct item_set *set, enum item_kind kind, uint32_t id) {
	struct item *item;
	wl_list_for_each(item, &set->items, link) {
		if (item->id == id && item->kind == kind && !item->closing) {
			return item;
		}
	}
	return NULL;
}

static bool id_is_taken(const struct item_set *set, uint32_t id) {
	const struct item *item;
	wl_list_for_each(item, &set->items, link) {
		if (item->id == id) {
			return true;
		}
	}
	return false;
}

static uint32_t take_id(struct item_set *set) {
	uint32_t id = set->next_id;
	while (id_is_taken(set, id)) {
		id = id + 2 < IDS_END ? id + 2 : FIRST_ID;
	}
	set->next_id = id + 2 < IDS_END ? id + 2 : FIRST_ID;
	return id;
}

static struct item *item_add(struct item_set *set, enum item_kind kind) {
	struct item *item = set->n < CONTEXT_ITEMS_MAX ? calloc(1, sizeof(*item)) : NULL;
	if (item != NULL) {
		item->set = set;
		item->pool = set->pool;
		item->kind = kind;
		item->fd = -1;
		wl_list_insert(set->items.prev, &item->link);
		set->n++;
	}
	return item;
}

struct item *item_add_file(struct item_set *set, struct pool_file *file) {
	uint32_t id = take_id(set);
	struct item *item = item_add(set, ITEM_FILE);
	if (item != NULL) {
		item->id = id;
		item->file = file;
	}
	return item;
}

struct item *item_add_writer(struct item_set *set, int fd) {
	uint32_t id = take_id(set);
	struct item *item = fd_set_nonblock(fd, true) == 0 ? item_add(set, ITEM_WRITER) : NULL;
	if (item != NULL) {
		item->id = id;
		item->fd = fd;
	}
	return item;
}

static int handle_readable(int fd, uint32_t mask, void *data) {
	struct item *item = data;
	wl_event_source_remove(item->source);
	item->source = NULL;
	item->has_data = true;
	item->set->ready(item->set->data);
	return 0;
}

static bool watch_reader(struct item *item) {
	item->source = wl_event_loop_add_fd(item->pool->loop, item->fd, WL_EVENT_READABLE,
			handle_readable, item);
	return item->source != NULL;
}

bool item_reader_id_is_next(const struct item_set *set, uint32_t id) {
	if (id >= FIRST_READER - 1) {
		return id == set->next_reader;
	}
	return (id & 1) != 0 && !id_is_taken(set, id);
}

struct item *item_add_reader(struct item_set *set, uint32_t id, int fd) {
	struct item *item = fd_set_nonblock(fd, true) == 0 ? item_add(set, ITEM_READER) : NULL;
	if (item == NULL) {
		return NULL;
	}
	item->id = id;
	item->fd = fd;
	if (!watch_reader(item)) {
		item->fd = -1;
		item_destroy(item);
		return NULL;
	}
	if (id == set->next_reader) {
		set->next_reader++;
	}
	return item;
}

static void close_pipe(struct item *item) {
	if (item->source != NULL) {
		wl_event_source_remove(item->source);
		item->source = NULL;
	}
	fd_close(&item->fd);
	item->pool->bytes_queued -= item->queue_end - item->queue_start;
	free(item->queue);
	item->queue = NULL;
	item->queue_start = item->queue_end = item->queue_cap = 0;
}

void item_destroy(struct item *item) {
	close_pipe(item);
	pool_file_unref(item->file);
	wl_list_remove(&item->link);
	if (item->set != NULL) {
		item->set->n--;
	} else {
		item->pool->n_orphans--;
	}
	free(item);
}

struct item *item_first_ready(const struct item_set *set) {
	struct item *item;
	wl_list_for_each(item, &set->items, link) {
		if (item->kind == ITEM_READER && item->has_data) {
			return item;
		}
	}
	return NULL;
}

ssize_t item_read(struct item *item, uint8_t *bytes, size_t cap) {
	ssize_t got;
	do {
		got = read(item->fd, bytes, cap);
	} while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EAGAIN && watch_reader(item)) {
		item->has_data = false;
		return -EAGAIN;
	}
	/* Any other error is the end of the pipe too. */
	return got < 0 ? 0 : got;
}

/* Writes once; returns the bytes taken, 0 if the pipe is full, negative if its reader is gone. */
static ssize_t write_some(int fd, const uint8_t *bytes, size_t len) {
	ssize_t put;
	do {
		put = write(fd, bytes, len);
	} while (put < 0 && errno == EINTR);
	return put < 0 && errno == EAGAIN ? 0 : put;
}

static int handle_writable(int fd, uint32_t mask, void *data) {
	struct item *item = data;
	ssize_t put = write_some(item->fd, item->queue + item->queue_start,
			item->queue_end - item->queue_start);
	if (put > 0) {
		item->queue_start += (size_t)put;
		item->pool->bytes_queued -= (size_t)put;
	}
	if (put >= 0 && item->queue_start < item->queue_end) {
		return 0;
	}
	if (item->closing) {
		item_destroy(item);
	} else if (put < 0) {
		close_pipe(item);
	} else {
		wl_event_source_remove(item->source);
		item->source = NULL;
		item->queue_start = item->queue_end = 0;
	}
	return 0;
}

/* Appends to the queue; false: no room. */
static bool enqueue(struct item *item, const uint8_t *bytes, size_t len) {
	if (len > VM_PIPE_BYTES_MAX - item->pool->bytes_queued) {
		return false;
	}
	size_t held = item->queue_end - item->queue_start;
	if (item->queue_cap - item->queue_end < len) {
		size_t cap = (held + len) * 2;
		uint8_t *grown = malloc(cap);
		if (grown == NULL) {
			return false;
		}
		if (held > 0) {
			memcpy(grown, item->queue + item->queue_start, held);
		}
		free(item->queue);
		item->queue = grown;
		item->queue_cap = cap;
		item->queue_start = 0;
		item->queue_end = held;
	}
	memcpy(item->queue + item->queue_end, bytes, len);
	item->queue_end += len;
	item->pool->bytes_queued += len;
	if (item->source == NULL) {
		item->source = wl_event_loop_add_fd(item->pool->loop, item->fd, WL_EVENT_WRITABLE,
				handle_writable, item);
	}
	return item->source != NULL;
}

void item_write(struct item *item, const uint8_t *bytes, size_t len, bool hang_up) {
	if (item->fd >= 0 && len > 0) {
		ssize_t put = 0;
		if (item->queue_end == item->queue_start) {
			put = write_some(item->fd, bytes, len);
		}
		if (put < 0 ||
				((size_t)put < len &&
						!enqueue(item, bytes + put, len - (size_t)put))) {
			close_pipe(item);
		}
	}
	if (!hang_up) {
		return;
	}
	if (item->fd >= 0 && item->queue_end > item->queue_start) {
		item->closing = true;
	} else {
		item_destroy(item);
	}
}
