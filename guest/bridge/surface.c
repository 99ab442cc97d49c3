/* SPDX-License-Identifier: MIT
 *
 * The part of a wl_surface that says which pixels of its buffers changed (see shm.h).
 */
#include <stdlib.h>

#include "guest/bridge/shm.h"

enum surface_opcode {
	SURFACE_ATTACH = 1,
	SURFACE_DAMAGE = 2,
	SURFACE_COMMIT = 6,
	SURFACE_SET_BUFFER_TRANSFORM = 7,
	SURFACE_SET_BUFFER_SCALE = 8,
	SURFACE_DAMAGE_BUFFER = 9,
	SURFACE_OFFSET = 10,
};

/* Larger scales make the host end the client anyway. */
#define SCALE_MAX 1024

struct surface *surface_create(struct shm *shm) {
	struct surface *surface = calloc(1, sizeof(*surface));
	if (surface == NULL) {
		return NULL;
	}
	surface->serial = ++shm->last_serial;
	surface->scale = surface->pending_scale = 1;
	TAILQ_INSERT_TAIL(&shm->surfaces, surface, link);
	return surface;
}

void surface_destroy(struct shm *shm, struct surface *surface) {
	TAILQ_REMOVE(&shm->surfaces, surface, link);
	free(surface);
}

/* What the client has changed since its last commit, in pixels of the buffer. */
static struct damage collect_damage(struct surface *surface) {
	struct damage damage = surface->buffer_damage;
	bool reshaped = surface->scale != surface->pending_scale ||
			surface->transform != surface->pending_transform;
	surface->scale = surface->pending_scale;
	surface->transform = surface->pending_transform;
	const struct damage *local = &surface->surface_damage;
	bool is_local_damaged = local->all || local->n > 0;
	/* Where damage cannot be mapped simply, more is copied. */
	bool is_mapped = surface->transform == 0 && !surface->has_viewport && !local->all;
	if (reshaped || surface->is_moved || (is_local_damaged && !is_mapped)) {
		damage_add_all(&damage);
		return damage;
	}
	for (unsigned i = 0; i < local->n; i++) {
		const struct damage_box *box = &local->boxes[i];
		damage_add(&damage, box->x0, box->y0, box->x1 - box->x0, box->y1 - box->y0,
				surface->scale);
	}
	return damage;
}

static bool commit(struct shm *shm, struct surface *surface) {
	struct damage damage = collect_damage(surface);
	struct buffer *buffer;
	TAILQ_FOREACH(buffer, &shm->buffers, link) {
		if (buffer->shown_on == surface->serial) {
			damage_union(&buffer->damage, &damage);
		}
	}
	buffer = surface->is_attached ? surface->pending : NULL;
	surface->is_attached = false;
	surface->is_moved = false;
	surface->pending = NULL;
	damage_clear(&surface->buffer_damage);
	damage_clear(&surface->surface_damage);
	if (buffer == NULL) {
		return true;
	}
	if (buffer->shown_on != surface->serial) {
		buffer->shown_on = surface->serial;
		damage_add_all(&buffer->damage);
	}
	buffer->image->is_busy = true;
	return buffer_copy(shm, buffer);
}

static void attach(struct surface *surface, const struct stream_arg *args, struct buffer *buffer) {
	surface->is_attached = true;
	surface->pending = buffer;
	surface->is_moved |= args[1].value != 0 || args[2].value != 0;
}

static void add_damage(struct damage *damage, const struct stream_arg *args) {
	damage_add(damage, (int32_t)args[0].value, (int32_t)args[1].value, (int32_t)args[2].value,
			(int32_t)args[3].value, 1);
}

bool surface_request(struct shm *shm, struct surface *surface, uint16_t opcode,
		const struct stream_arg *args, struct buffer *buffer) {
	int32_t value;
	switch (opcode) {
	case SURFACE_ATTACH:
		attach(surface, args, buffer);
		break;
	case SURFACE_DAMAGE:
		add_damage(&surface->surface_damage, args);
		break;
	case SURFACE_DAMAGE_BUFFER:
		add_damage(&surface->buffer_damage, args);
		break;
	case SURFACE_SET_BUFFER_TRANSFORM:
		surface->pending_transform = (int32_t)args[0].value;
		break;
	case SURFACE_SET_BUFFER_SCALE:
		value = (int32_t)args[0].value;
		surface->pending_scale = value < 1 ? 1 : value > SCALE_MAX ? SCALE_MAX : value;
		break;
	case SURFACE_OFFSET:
		surface->is_moved |= args[0].value != 0 || args[1].value != 0;
		break;
	case SURFACE_COMMIT:
		return commit(shm, surface);
	default:
		break;
	}
	return true;
}
