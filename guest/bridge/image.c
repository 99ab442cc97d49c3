/* SPDX-License-Identifier: MIT */
#include "guest/bridge/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/bridge/context.h"
#include "guest/bridge/objects.h"

#define SHM_CREATE_POOL 0
#define POOL_CREATE_BUFFER 0
#define POOL_DESTROY 1
#define BUFFER_DESTROY 0

void images_init(struct images *images, struct context *context, struct objects *objects) {
	*images = (struct images){.context = context, .objects = objects};
	TAILQ_INIT(&images->list);
}

static void image_free(struct images *images, struct image *image) {
	TAILQ_REMOVE(&images->list, image, link);
	images->n--;
	context_blob_destroy(images->context, &image->blob);
	free(image);
}

void images_finish(struct images *images) {
	struct image *image;
	while ((image = TAILQ_FIRST(&images->list)) != NULL) {
		image_free(images, image);
	}
}

static int send_words(struct images *images, uint32_t object, uint16_t opcode,
		const uint32_t *words, size_t n, const struct context_id *id) {
	uint32_t message[2 + 6] = {object, (uint32_t)(8 + 4 * n) << 16 | opcode};
	for (size_t i = 0; i < n; i++) {
		message[2 + i] = words[i];
	}
	return context_send(images->context, message, 8 + 4 * n, id, id != NULL ? 1 : 0);
}

/*
 * Sizes come in steps of an eighth, so that a window that is being resized finds spare memory. The
 * rest is never touched, and pages that nobody touches take no memory.
 */
static uint64_t round_capacity(uint64_t bytes) {
	uint64_t step = 4096;
	while (step * 16 <= bytes) {
		step *= 2;
	}
	return (bytes + step - 1) / step * step;
}

static uint64_t image_bytes(const struct image_geometry *geometry) {
	return (uint64_t)geometry->stride * (uint64_t)geometry->height;
}

static bool is_same(const struct image_geometry *a, const struct image_geometry *b) {
	return a->width == b->width && a->height == b->height && a->stride == b->stride &&
			a->format == b->format;
}

static int drop_buffer(struct images *images, struct image *image) {
	if (image->host_buffer == 0) {
		return 0;
	}
	struct host_slot *slot = objects_slot(images->objects, image->host_buffer);
	slot->kind = HOST_SLOT_HIDDEN;
	slot->image = NULL;
	int error = send_words(images, image->host_buffer, BUFFER_DESTROY, NULL, 0, NULL);
	image->host_buffer = 0;
	return error;
}

static int make_buffer(struct images *images, struct image *image,
		const struct image_geometry *geometry) {
	int error = drop_buffer(images, image);
	uint32_t id = objects_take_host(images->objects);
	if (error < 0 || id == 0) {
		return error < 0 ? error : -ENOSPC;
	}
	struct host_slot *slot = objects_slot(images->objects, id);
	slot->kind = HOST_SLOT_IMAGE;
	slot->image = image;
	image->host_buffer = id;
	image->geometry = *geometry;
	uint32_t words[] = {id, 0, (uint32_t)geometry->width, (uint32_t)geometry->height,
			(uint32_t)geometry->stride, geometry->format};
	return send_words(images, image->host_pool, POOL_CREATE_BUFFER, words, 6, NULL);
}

static int make_image(struct images *images, uint64_t capacity, struct image **ret_image) {
	if (images->n >= IMAGES_MAX || images->host_shm == 0) {
		return -ENOSPC;
	}
	struct image *image = calloc(1, sizeof(*image));
	uint32_t pool = image != NULL ? objects_take_host(images->objects) : 0;
	int error = pool == 0 ? -ENOMEM
			      : context_blob_create(images->context, capacity, &image->blob);
	if (error < 0) {
		if (pool != 0) {
			objects_free_host(images->objects, pool);
		}
		free(image);
		return error;
	}
	image->capacity = capacity;
	image->host_pool = pool;
	TAILQ_INSERT_TAIL(&images->list, image, link);
	images->n++;
	*ret_image = image;
	uint32_t words[] = {pool, (uint32_t)capacity};
	struct context_id id = {CROSS_DOMAIN_ID_BLOB, image->blob.resource};
	return send_words(images, images->host_shm, SHM_CREATE_POOL, words, 2, &id);
}

/* The latest spare image that fits, one of the very geometry first. */
static struct image *find_spare(struct images *images, const struct image_geometry *geometry,
		uint64_t capacity) {
	struct image *fits = NULL;
	struct image *image;
	TAILQ_FOREACH(image, &images->list, link) {
		if (image->buffer != NULL || image->is_busy || image->capacity != capacity) {
			continue;
		}
		bool same = is_same(&image->geometry, geometry);
		if (same || fits == NULL || !is_same(&fits->geometry, geometry)) {
			fits = image;
		}
	}
	return fits;
}

int image_take(struct images *images, struct buffer *buffer, const struct image_geometry *geometry,
		struct image **ret_image) {
	uint64_t capacity = round_capacity(image_bytes(geometry));
	if (capacity > INT32_MAX) {
		return -ENOSPC;
	}
	struct image *image = find_spare(images, geometry, capacity);
	int error = 0;
	if (image != NULL) {
		images->spare_bytes -= image->capacity;
	} else {
		error = make_image(images, capacity, &image);
	}
	if (error == 0 && (image->host_buffer == 0 || !is_same(&image->geometry, geometry))) {
		error = make_buffer(images, image, geometry);
	}
	if (error == 0) {
		image->buffer = buffer;
		*ret_image = image;
	}
	return error;
}

static int drop_image(struct images *images, struct image *image) {
	images->spare_bytes -= image->capacity;
	int error = drop_buffer(images, image);
	if (error == 0) {
		error = send_words(images, image->host_pool, POOL_DESTROY, NULL, 0, NULL);
	}
	/* Commands that name the memory must be with the host before it goes. */
	if (error == 0) {
		error = context_flush(images->context);
	}
	image_free(images, image);
	return error;
}

static int make_spare(struct images *images, struct image *image) {
	images->spare_bytes += image->capacity;
	TAILQ_REMOVE(&images->list, image, link);
	TAILQ_INSERT_TAIL(&images->list, image, link);
	int error = 0;
	struct image *next;
	for (image = TAILQ_FIRST(&images->list); image != NULL && error == 0; image = next) {
		next = TAILQ_NEXT(image, link);
		if (images->spare_bytes <= IMAGES_SPARE_BYTES_MAX) {
			break;
		}
		if (image->buffer == NULL && !image->is_busy) {
			error = drop_image(images, image);
		}
	}
	return error;
}

int image_give_back(struct images *images, struct image *image) {
	image->buffer = NULL;
	return image->is_busy ? 0 : make_spare(images, image);
}

int image_release(struct images *images, struct image *image) {
	bool was_busy = image->is_busy;
	image->is_busy = false;
	return was_busy && image->buffer == NULL ? make_spare(images, image) : 0;
}
