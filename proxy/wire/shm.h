/* SPDX-License-Identifier: MIT
 *
 * Inside of proxy/wire/: shared-memory pools and buffers. What the compositor maps can neither
 * shrink nor cost memory unseen: it is the proxy's own pool file, a file whose seals promise it, or
 * a copy.
 *
 * A blob of the GPU device is a part of a larger file. wl_shm knows no start, so the compositor
 * gets a pool from the file's beginning to the part's end and every offset in it is moved; it was
 * checked against the part's own size before.
 */
#ifndef SILO_PROXY_WIRE_SHM_H
#define SILO_PROXY_WIRE_SHM_H

#include <stdbool.h>
#include <stdint.h>

struct pool_file;
struct wire_client;
struct wire_domain;
struct wire_fd;
struct wire_object;
struct wire_request;

enum wire_pool_kind {
	WIRE_POOL_OWN,    // the proxy's file, or a part of it: `file`
	WIRE_POOL_SEALED, // the client's memfd, which cannot shrink: `fd`
	WIRE_POOL_COPIED, // the client's file `fd`, copied to `file` as it is committed
};

/* Behind a wl_shm_pool and its buffers, refcounted. */
struct wire_pool {
	struct wire_domain *domain; // counts it
	uint32_t refs;
	enum wire_pool_kind kind;
	int fd;
	struct pool_file *file;
	uint32_t base; // where the pool starts in what the compositor got: of `file`
	uint8_t *map;  // of the copy, map_size bytes
	uint64_t map_size;
	uint64_t size; // as the client says it; never more than there is
};

/* Behind a wl_buffer, refcounted. pool is NULL for a buffer without memory (single pixel). */
struct wire_buffer {
	uint32_t refs;
	struct wire_pool *pool;
	uint32_t offset, width, height, stride;
	bool reserved;
	/* Of a copied pool: which surface it was last committed to, and as which of its frames. */
	uint64_t surface;
	uint64_t frame;
};

/* Closes a descriptor that a front end pushed and drops its reference. */
void wire_fd_drop(struct wire_fd *fd);

void wire_pool_unref(struct wire_pool *pool);
void wire_buffer_unref(struct wire_buffer *buffer);

/* Handlers of request.c (engine.h's wire_verdict). */
int wire_shm_create_pool(struct wire_request *request);
int wire_shm_create_buffer(struct wire_request *request);
int wire_shm_resize_pool(struct wire_request *request);

/*
 * Allocates the memory of a buffer that is about to be attached. Returns 0, -EDQUOT, or another
 * negative errno.
 */
int wire_buffer_reserve(struct wire_buffer *buffer);

/*
 * Copies rows [first, end) of a buffer in a copied pool from the client's file; rows that the file
 * does not have keep what they had. Others: nothing to do.
 */
void wire_buffer_copy(struct wire_buffer *buffer, uint32_t first, uint32_t end);

#endif
