/* SPDX-License-Identifier: MIT */
#include "guest/bridge/shm.h"

#include <drm/drm_fourcc.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fd.h"
#include "base/limits.h"
#include "guest/bridge/guard.h"
#include "guest/bridge/interfaces.h"
#include "guest/bridge/objects.h"
#include "guest/bridge/outbox.h"

#define DISPLAY_DELETE_ID 1
#define SHM_CREATE_POOL 0
#define POOL_CREATE_BUFFER 0
#define POOL_DESTROY 1
#define POOL_RESIZE 2

#define SHM_ERROR_INVALID_FORMAT 0
#define SHM_ERROR_INVALID_STRIDE 1
#define SHM_ERROR_INVALID_FD 2
#define DISPLAY_ERROR_INVALID_OBJECT 0

/* Bytes per pixel of wl_shm's format, 0: not known. */
static uint32_t format_bytes(uint32_t format) {
	switch (format) {
	case 0: // argb8888
	case 1: // xrgb8888
	case DRM_FORMAT_ABGR8888:
	case DRM_FORMAT_XBGR8888:
	case DRM_FORMAT_RGBA8888:
	case DRM_FORMAT_RGBX8888:
	case DRM_FORMAT_BGRA8888:
	case DRM_FORMAT_BGRX8888:
	case DRM_FORMAT_ARGB2101010:
	case DRM_FORMAT_XRGB2101010:
	case DRM_FORMAT_ABGR2101010:
	case DRM_FORMAT_XBGR2101010:
		return 4;
	case DRM_FORMAT_RGB565:
	case DRM_FORMAT_BGR565:
	case DRM_FORMAT_ARGB4444:
	case DRM_FORMAT_XRGB4444:
	case DRM_FORMAT_ARGB1555:
	case DRM_FORMAT_XRGB1555:
		return 2;
	case DRM_FORMAT_RGB888:
	case DRM_FORMAT_BGR888:
		return 3;
	case DRM_FORMAT_ABGR16161616F:
	case DRM_FORMAT_XBGR16161616F:
	case DRM_FORMAT_ABGR16161616:
	case DRM_FORMAT_XBGR16161616:
		return 8;
	default:
		return 0;
	}
}

bool shm_knows_format(uint32_t format) {
	return format_bytes(format) != 0;
}

static bool fail(struct shm *shm, uint32_t object, uint32_t code, const char *text) {
	shm->error = (struct shm_error){.object = object, .code = code, .text = text};
	return false;
}

static bool fail_internal(struct shm *shm, const char *text) {
	return fail(shm, 0, UINT32_MAX, text);
}

static void pool_unref(struct shm *shm, struct pool *pool) {
	if (--pool->refs > 0) {
		return;
	}
	if (pool->map != NULL) {
		munmap(pool->map, pool->map_size);
	}
	fd_close(&pool->fd);
	free(pool);
	shm->n_pools--;
}

void shm_init(struct shm *shm, struct context *context, struct objects *objects,
		struct outbox *outbox) {
	*shm = (struct shm){.objects = objects, .outbox = outbox};
	TAILQ_INIT(&shm->buffers);
	TAILQ_INIT(&shm->surfaces);
	images_init(&shm->images, context, objects);
}

static void buffer_free(struct shm *shm, struct buffer *buffer) {
	struct surface *surface;
	TAILQ_FOREACH(surface, &shm->surfaces, link) {
		if (surface->pending == buffer) {
			surface->pending = NULL;
		}
	}
	TAILQ_REMOVE(&shm->buffers, buffer, link);
	pool_unref(shm, buffer->pool);
	free(buffer);
}

void shm_finish(struct shm *shm) {
	for (uint32_t id = 1; id < shm->objects->n_clients; id++) {
		struct object *object = objects_find(shm->objects, id);
		if (object != NULL && object->interface == &wl_shm_pool_interface) {
			pool_unref(shm, object->data);
		}
	}
	struct buffer *buffer;
	while ((buffer = TAILQ_FIRST(&shm->buffers)) != NULL) {
		buffer_free(shm, buffer);
	}
	struct surface *surface;
	while ((surface = TAILQ_FIRST(&shm->surfaces)) != NULL) {
		surface_destroy(shm, surface);
	}
	images_finish(&shm->images);
}

/* The client's number is free again; the host knew nothing of it. */
static bool delete_id(struct shm *shm, uint32_t id) {
	objects_remove(shm->objects, id);
	if (outbox_add_words(shm->outbox, 1, DISPLAY_DELETE_ID, &id, 1) < 0) {
		return fail_internal(shm, "it does not read its events");
	}
	return true;
}

static bool create_pool(struct shm *shm, uint32_t shm_id, const struct stream_arg *args, int *fd) {
	uint32_t id = args[0].value;
	int32_t size = (int32_t)args[2].value;
	if (size <= 0) {
		return fail(shm, shm_id, SHM_ERROR_INVALID_STRIDE, "invalid size");
	}
	struct pool *pool = shm->n_pools < CLIENT_POOLS_MAX ? calloc(1, sizeof(*pool)) : NULL;
	if (pool == NULL) {
		return fail_internal(shm, "too many wl_shm pools");
	}
	struct object *object = objects_add(shm->objects, id, &wl_shm_pool_interface, 1, false);
	if (object == NULL) {
		free(pool);
		return fail(shm, 1, DISPLAY_ERROR_INVALID_OBJECT, "invalid new object");
	}
	object->data = pool;
	*pool = (struct pool){.refs = 1, .fd = fd_steal(fd), .size = size};
	shm->n_pools++;
	return true;
}

static bool create_buffer(struct shm *shm, uint32_t pool_id, struct pool *pool,
		const struct stream_arg *args) {
	uint32_t id = args[0].value;
	int32_t offset = (int32_t)args[1].value;
	struct image_geometry geometry = {
			.width = (int32_t)args[2].value,
			.height = (int32_t)args[3].value,
			.stride = (int32_t)args[4].value,
			.format = args[5].value,
	};
	uint32_t pixel = format_bytes(geometry.format);
	if (pixel == 0) {
		return fail(shm, pool_id, SHM_ERROR_INVALID_FORMAT, "invalid format");
	}
	if (offset < 0 || geometry.width <= 0 || geometry.height <= 0 ||
			geometry.stride < (int64_t)geometry.width * pixel ||
			offset + (int64_t)geometry.stride * geometry.height > pool->size) {
		return fail(shm, pool_id, SHM_ERROR_INVALID_STRIDE,
				"invalid buffer size or stride");
	}
	struct buffer *buffer = calloc(1, sizeof(*buffer));
	if (buffer == NULL) {
		return fail_internal(shm, "out of memory");
	}
	struct object *object = objects_add(shm->objects, id, &wl_buffer_interface, 1, false);
	if (object == NULL) {
		free(buffer);
		return fail(shm, 1, DISPLAY_ERROR_INVALID_OBJECT, "invalid new object");
	}
	object->data = buffer;
	*buffer = (struct buffer){
			.id = id,
			.pool = pool,
			.offset = offset,
			.bytes_per_pixel = pixel,
			.geometry = geometry,
	};
	damage_add_all(&buffer->damage);
	pool->refs++;
	TAILQ_INSERT_TAIL(&shm->buffers, buffer, link);
	return true;
}

static bool pool_request(struct shm *shm, uint32_t id, struct object *object, uint16_t opcode,
		const struct stream_arg *args) {
	struct pool *pool = object->data;
	if (opcode == POOL_CREATE_BUFFER) {
		return create_buffer(shm, id, pool, args);
	}
	if (opcode == POOL_DESTROY) {
		object->data = NULL;
		pool_unref(shm, pool);
		return delete_id(shm, id);
	}
	int32_t size = (int32_t)args[0].value;
	if (size < pool->size) {
		return fail(shm, id, SHM_ERROR_INVALID_FD, "shrinking pool invalid");
	}
	/* Images are per buffer, so only our view of the client's memory has to grow. */
	pool->size = size;
	if (pool->map != NULL) {
		munmap(pool->map, pool->map_size);
		pool->map = NULL;
	}
	return true;
}

static bool destroy_buffer(struct shm *shm, uint32_t id, struct buffer *buffer) {
	struct image *image = buffer->image;
	buffer_free(shm, buffer);
	if (image != NULL && image_give_back(&shm->images, image) < 0) {
		return fail_internal(shm, "the host takes no commands");
	}
	return delete_id(shm, id);
}

enum shm_result shm_request(struct shm *shm, uint32_t id, struct object *object, uint16_t opcode,
		const struct stream_arg *args, int *fd) {
	bool done;
	if (object->interface == &wl_shm_interface) {
		/* The host's wl_shm stays: images are made with it when they are needed. */
		done = opcode == SHM_CREATE_POOL ? create_pool(shm, id, args, fd)
						 : delete_id(shm, id);
	} else if (object->interface == &wl_shm_pool_interface) {
		done = pool_request(shm, id, object, opcode, args);
	} else if (object->interface == &wl_buffer_interface && object->data != NULL) {
		done = destroy_buffer(shm, id, object->data);
	} else {
		return SHM_PASS;
	}
	return done ? SHM_TAKEN : SHM_FAILED;
}

static bool map_pool(struct shm *shm, struct pool *pool) {
	if (pool->map != NULL) {
		return true;
	}
	void *map = mmap(NULL, (size_t)pool->size, PROT_READ, MAP_SHARED, pool->fd, 0);
	if (map == MAP_FAILED) {
		return false;
	}
	pool->map = map;
	pool->map_size = (size_t)pool->size;
	return true;
}

static void copy_box(const struct buffer *buffer, const uint8_t *source, struct damage_box box) {
	size_t stride = (size_t)buffer->geometry.stride;
	size_t start = (size_t)box.x0 * buffer->bytes_per_pixel;
	size_t len = (size_t)(box.x1 - box.x0) * buffer->bytes_per_pixel;
	size_t rows = (size_t)(box.y1 - box.y0);
	size_t at = (size_t)box.y0 * stride + start;
	/* One long copy beats many that skip little. */
	if (len >= stride / 4 * 3) {
		memcpy(buffer->image->blob.map + at, source + at, (rows - 1) * stride + len);
		return;
	}
	for (size_t row = 0; row < rows; row++, at += stride) {
		memcpy(buffer->image->blob.map + at, source + at, len);
	}
}

bool buffer_copy(struct shm *shm, struct buffer *buffer) {
	struct pool *pool = buffer->pool;
	if (!buffer->damage.all && buffer->damage.n == 0) {
		return true;
	}
	if (!map_pool(shm, pool)) {
		return fail(shm, buffer->id, SHM_ERROR_INVALID_FD, "the pool cannot be mapped");
	}
	const uint8_t *source = (const uint8_t *)pool->map + buffer->offset;
	const struct image_geometry *geometry = &buffer->geometry;
	guard_begin(pool->map, pool->map_size);
	if (buffer->damage.all) {
		copy_box(buffer, source,
				(struct damage_box){0, 0, geometry->width, geometry->height});
	}
	for (unsigned i = 0; i < buffer->damage.n; i++) {
		struct damage_box box;
		if (damage_clip(&buffer->damage, i, geometry->width, geometry->height, &box)) {
			copy_box(buffer, source, box);
		}
	}
	damage_clear(&buffer->damage);
	if (!guard_end()) {
		return fail(shm, buffer->id, SHM_ERROR_INVALID_FD, "error accessing SHM buffer");
	}
	return true;
}

bool shm_use_buffer(struct shm *shm, struct buffer *buffer, bool whole, uint32_t *ret_host_id) {
	if (buffer->image == NULL) {
		int error = image_take(&shm->images, buffer, &buffer->geometry, &buffer->image);
		if (error < 0) {
			return fail_internal(shm, "the host gives no memory for its buffers");
		}
		damage_add_all(&buffer->damage);
	}
	if (whole) {
		damage_add_all(&buffer->damage);
		if (!buffer_copy(shm, buffer)) {
			return false;
		}
	}
	*ret_host_id = buffer->image->host_buffer;
	return true;
}

bool shm_released(struct shm *shm, struct image *image) {
	bool told = image->buffer == NULL ||
			outbox_add_words(shm->outbox, image->buffer->id, 0, NULL, 0) == 0;
	if (image_release(&shm->images, image) < 0 || !told) {
		return fail_internal(shm, "it does not read its events");
	}
	return true;
}
