/* SPDX-License-Identifier: MIT
 *
 * The host's side of client buffers: each image is memory shared with the host, with the
 * wl_shm_pool and wl_buffer there that name it. Making one takes milliseconds, so images whose
 * client buffer is gone are kept (bounded by bytes) and serve the next buffer of like size; with
 * the same geometry the host does not even hear of it.
 */
#ifndef SILO_GUEST_BRIDGE_IMAGE_H
#define SILO_GUEST_BRIDGE_IMAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "guest/bridge/gpu.h"

#define IMAGES_MAX 256
/* Images without a buffer that one client's cache keeps: two buffers of 4K. */
#define IMAGES_SPARE_BYTES_MAX (66u << 20)

struct buffer;
struct context;
struct objects;

struct image_geometry {
	int32_t width, height, stride; // pixels, rows, bytes
	uint32_t format;
};

struct image {
	TAILQ_ENTRY(image) link; // images.list, the latest given back last
	struct gpu_blob blob;
	uint64_t capacity; // bytes, of the pool
	struct image_geometry geometry;
	uint32_t host_pool;
	uint32_t host_buffer;
	struct buffer *buffer; // whose it is; NULL: spare, or only waiting for the host
	bool is_busy;          // shown, and not released by the host yet
};

struct images {
	struct context *context;
	struct objects *objects;
	uint32_t host_shm; // the host's number of a wl_shm; 0: none was bound yet
	TAILQ_HEAD(, image) list;
	unsigned n;
	uint64_t spare_bytes;
};

void images_init(struct images *images, struct context *context, struct objects *objects);
/* Frees all memory. The host is not told: its context ends. */
void images_finish(struct images *images);

/*
 * Gives buffer an image of this geometry; its pixels are anything. Returns 0 or a negative errno
 * (-ENOSPC: host or limits refuse).
 */
int image_take(struct images *images, struct buffer *buffer, const struct image_geometry *geometry,
		struct image **ret_image);
/* The buffer is gone; the image is reused as soon as the host does not show it. */
int image_give_back(struct images *images, struct image *image);
/* The host released it. */
int image_release(struct images *images, struct image *image);

#endif
