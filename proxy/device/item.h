/* SPDX-License-Identifier: MIT
 *
 * What a cross-domain context knows by number: copies of received files that the guest has not
 * taken yet, pipes whose data go to the guest (readers), and pipes into which the guest writes
 * (writers).
 *
 * A reader is watched only while it is not known to have data, so an unread pipe costs no wake-up.
 * A writer queues what its pipe does not take; when its context goes before all is written it stays
 * with the VM until the other end has read or closed.
 */
#ifndef SILO_PROXY_DEVICE_ITEM_H
#define SILO_PROXY_DEVICE_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wayland-server-core.h>

struct pool_file;

enum item_kind {
	ITEM_FILE,
	ITEM_READER,
	ITEM_WRITER,
};

/* What the items of one VM share. */
struct item_pool {
	struct wl_event_loop *loop;
	struct wl_list orphans; // item.link: writers whose context is gone
	size_t n_orphans;
	size_t bytes_queued; // of all writers
};

/* The items of one context. */
struct item_set {
	struct item_pool *pool;
	struct wl_list items; // item.link
	size_t n;
	uint32_t next_id;          // odd, below 0x40000000: old sommelier counts in odd numbers too
	uint32_t next_reader;      // the new numbering of readers, 0x80000001 and up
	void (*ready)(void *data); // a reader has data
	void *data;
};

struct item {
	struct wl_list link;
	struct item_pool *pool;
	struct item_set *set; // NULL for an orphan
	struct wl_event_source *source;
	enum item_kind kind;
	uint32_t id;
	struct pool_file *file; // ITEM_FILE: a reference
	int fd;                 // pipes; -1 once the other end is gone
	bool has_data;          // readers: not watched now
	bool closing;           // writers: to be closed when the queue is written
	uint8_t *queue;         // writers: owned
	size_t queue_start, queue_end, queue_cap;
};

void item_pool_init(struct item_pool *pool, struct wl_event_loop *loop);
void item_pool_finish(struct item_pool *pool);

void item_set_init(struct item_set *set, struct item_pool *pool, void (*ready)(void *data),
		void *data);
/* Frees all; writers with bytes left become orphans. */
void item_set_finish(struct item_set *set);

/* NULL if there is none of that kind. */
struct item *item_find(const struct item_set *set, enum item_kind kind, uint32_t id);

/* Each takes over its object on success. NULL: CONTEXT_ITEMS_MAX reached, or out of memory. */
struct item *item_add_file(struct item_set *set, struct pool_file *file);
struct item *item_add_writer(struct item_set *set, int fd);
/* As the guest numbered it: false from item_reader_id_is_next() must have been refused before. */
struct item *item_add_reader(struct item_set *set, uint32_t id, int fd);

/* May the guest number its next reader so? New guests count from 0x80000001, old ones in odd
 * numbers. */
bool item_reader_id_is_next(const struct item_set *set, uint32_t id);

void item_destroy(struct item *item);

/* The first reader that may have data, or NULL. */
struct item *item_first_ready(const struct item_set *set);
/*
 * Reads from a reader: the number of bytes, 0 at the end of the pipe, or -EAGAIN (the pipe is
 * watched again).
 */
ssize_t item_read(struct item *item, uint8_t *bytes, size_t cap);

/*
 * Writes to a writer, queueing what the pipe does not take. If the VM's queues are full or the
 * reader is gone the pipe is closed and the bytes are dropped. hang_up closes it after them; the
 * item may be gone on return.
 */
void item_write(struct item *item, const uint8_t *bytes, size_t len, bool hang_up);

#endif
