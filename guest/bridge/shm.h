/* SPDX-License-Identifier: MIT
 *
 * wl_shm for one client. Pools and buffers live only here; a buffer that is used gets an image on
 * the host (image.h), and a commit copies into it the rows that changed since its last copy.
 * Nothing of a pool but its buffers' rows is ever touched: some clients make pools of 512 MiB.
 *
 * A client's buffers on one surface take turns: what is damaged while one of them is shown must be
 * copied into the others before they are shown again, so each remembers its own damage.
 */
#ifndef SILO_GUEST_BRIDGE_SHM_H
#define SILO_GUEST_BRIDGE_SHM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "guest/bridge/damage.h"
#include "guest/bridge/image.h"
#include "guest/bridge/stream.h"

struct object;
struct outbox;

struct pool {
	unsigned refs; // the client's object and each buffer
	int fd;
	int32_t size;
	void *map; // NULL: not mapped yet
	size_t map_size;
};

struct buffer {
	TAILQ_ENTRY(buffer) link; // shm.buffers
	uint32_t id;              // the client's number
	struct pool *pool;
	int32_t offset;
	uint32_t bytes_per_pixel;
	struct image_geometry geometry;
	struct image *image;  // NULL: the host does not know it
	uint64_t shown_on;    // serial of the surface it was last committed to, 0: none
	struct damage damage; // pixels that changed since the last copy
};

struct surface {
	TAILQ_ENTRY(surface) link; // shm.surfaces
	uint64_t serial;
	int32_t scale, pending_scale;
	int32_t transform, pending_transform;
	bool has_viewport;
	bool is_attached; // since the last commit
	bool is_moved;
	struct buffer *pending; // what was attached; NULL also if it is none of ours
	struct damage buffer_damage;
	struct damage surface_damage; // in surface coordinates
};

/* Why a client has to go: a protocol error of object, or (code UINT32_MAX) a failure of the bridge.
 */
struct shm_error {
	uint32_t object;
	uint32_t code;
	const char *text;
};

struct shm {
	struct images images;
	struct objects *objects;
	struct outbox *outbox;
	TAILQ_HEAD(, buffer) buffers;
	TAILQ_HEAD(, surface) surfaces;
	unsigned n_pools;
	uint64_t last_serial;
	struct shm_error error; // of the last function that returned false
};

void shm_init(struct shm *shm, struct context *context, struct objects *objects,
		struct outbox *outbox);
void shm_finish(struct shm *shm);

/* Is it a format whose pixels can be copied? Others are kept from the client. */
bool shm_knows_format(uint32_t format);

enum shm_result {
	SHM_PASS,  // not for this module: goes to the host
	SHM_TAKEN, // done here; the host must not see it
	SHM_FAILED,
};

/*
 * Looks at a request to object (the client's number id) with its arguments; the descriptor of
 * create_pool is *fd, taken (set to -1) if it is used.
 */
enum shm_result shm_request(struct shm *shm, uint32_t id, struct object *object, uint16_t opcode,
		const struct stream_arg *args, int *fd);

/* Prepares buffer for use as an argument of a request. whole: its pixels are read there and then.
 */
bool shm_use_buffer(struct shm *shm, struct buffer *buffer, bool whole, uint32_t *ret_host_id);

/* A new wl_surface; NULL: no memory. */
struct surface *surface_create(struct shm *shm);
void surface_destroy(struct shm *shm, struct surface *surface);
/* Looks at a request to a wl_surface before it goes to the host; buffer: what attach names. */
bool surface_request(struct shm *shm, struct surface *surface, uint16_t opcode,
		const struct stream_arg *args, struct buffer *buffer);

/* Copies what changed of buffer. */
bool buffer_copy(struct shm *shm, struct buffer *buffer);
/* Host released image: tells the client. Returns false on failure. */
bool shm_released(struct shm *shm, struct image *image);

#endif
