/* SPDX-License-Identifier: MIT
 *
 * Surfaces as far as limits and copies need them; see the header. Numbers are a hostile guest's.
 */
#include "proxy/wire/surface.h"

#include <errno.h>
#include <stdlib.h>

#include "base/canary.h"
#include "base/clock.h"
#include "proxy/wire/domain.h"
#include "proxy/wire/engine.h"
#include "proxy/wire/requests.h"
#include "proxy/wire/shm.h"

/* No buffer is larger; keeps sums of damage from overflowing. */
#define SIDE_MAX 65535
#define REFRESH_HZ 60
/* Until an output is known. */
#define OUTPUT_PIXELS_DEFAULT (1920ull * 1080)

void wire_surface_destroy(struct wire_surface *surface) {
	if (surface == NULL) {
		return;
	}
	if (!CANARY(session)) {
		wire_subsurface_leave(surface);
	}
	struct wire_surface *child;
	struct wire_surface *next;
	wl_list_for_each_safe(child, next, &surface->children, link) {
		wire_subsurface_leave(child);
	}
	wire_buffer_unref(surface->pending);
	wire_buffer_unref(surface->current);
	free(surface);
}

int wire_surface_create(struct wire_request *request) {
	struct wire_client *client = request->client;
	client->surfaces++; // released like any other, also where it is refused
	if (client->surfaces > CLIENT_SURFACES_MAX) {
		return wire_request_refuse(request, OFFENCE_SURFACES, "more than %u surfaces",
				(unsigned)CLIENT_SURFACES_MAX);
	}
	struct wire_surface *surface = calloc(1, sizeof(*surface));
	if (surface == NULL) {
		return wire_refuse_memory(client);
	}
	static uint64_t number;
	surface->number = ++number;
	wl_list_init(&surface->link);
	wl_list_init(&surface->children);
	request->made->extra = surface;
	return WIRE_KEEP;
}

/*
 * Over the VM's memory: the buffer is not shown, and given back so that the client does not wait.
 */
static enum wire_verdict give_back(struct wire_request *request, uint32_t buffer) {
	uint8_t message[WIRE_HEADER_SIZE];
	struct wire_writer writer;
	wire_begin(&writer, message, sizeof(message), buffer, 0);
	size_t len = wire_end(&writer);
	wire_domain_blame(request->client->domain, OFFENCE_MEMORY);
	log_limited(&request->client->domain->log, LOG_LEVEL_WARN,
			"%s: client %u: a buffer is not shown: the memory quota is used up",
			request->client->domain->config.name, request->client->number);
	return wire_client_send_event(request->client, message, len) ? WIRE_DROP : WIRE_REFUSE;
}

int wire_surface_attach(struct wire_request *request) {
	struct wire_surface *surface = request->object->extra;
	struct wire_buffer *buffer = NULL;
	uint32_t id = request->args[0].u;
	if (id != 0) {
		buffer = wire_objects_find(&request->client->objects, id)->extra;
	} else {
		bucket_take(&request->client->domain->work, COST_WINDOW); // unmaps
	}
	if (buffer != NULL) {
		int status = wire_buffer_reserve(buffer);
		if (status == -EDQUOT || status == -ENOMEM || status == -ENOSPC) {
			return give_back(request, id);
		}
		if (status < 0) {
			return wire_request_refuse(request, OFFENCE_DESCRIPTOR,
					"the buffer has no memory");
		}
		buffer->refs++;
	}
	wire_buffer_unref(surface->pending);
	surface->pending = buffer;
	surface->attached = true;
	return WIRE_KEEP;
}

static void add_rows(struct wire_rows *rows, uint32_t first, uint32_t end) {
	if (first >= end) {
		return;
	}
	if (rows->first >= rows->end) {
		*rows = (struct wire_rows){.first = first, .end = end};
		return;
	}
	rows->first = first < rows->first ? first : rows->first;
	rows->end = end > rows->end ? end : rows->end;
}

/* Too many rectangles: one that holds everything takes their place, once. */
static enum wire_verdict damage_all(struct wire_request *request, struct wire_surface *surface) {
	if (surface->damage_rects > SURFACE_DAMAGE_RECTS_MAX) {
		return WIRE_DROP;
	}
	surface->damage_rects++;
	surface->damage_pixels = (uint64_t)SIDE_MAX * SIDE_MAX;
	add_rows(&surface->damage, 0, SIDE_MAX);
	static const uint32_t all[] = {0, 0, INT32_MAX, INT32_MAX};
	for (size_t i = 0; i < 4; i++) {
		wire_word_set(request->bytes, request->args[i].at, all[i]);
	}
	return WIRE_KEEP;
}

int wire_surface_damage(struct wire_request *request, bool buffer_coordinates) {
	struct wire_surface *surface = request->object->extra;
	if (surface->damage_rects >= SURFACE_DAMAGE_RECTS_MAX) {
		return damage_all(request, surface);
	}
	surface->damage_rects++;
	int64_t y = (int32_t)request->args[1].u;
	int64_t width = (int32_t)request->args[2].u;
	int64_t height = (int32_t)request->args[3].u;
	if (width <= 0 || height <= 0) {
		return WIRE_KEEP;
	}
	int64_t end = y + height;
	y = y < 0 ? 0 : y > SIDE_MAX ? SIDE_MAX : y;
	end = end < 0 ? 0 : end > SIDE_MAX ? SIDE_MAX : end;
	width = width < SIDE_MAX ? width : SIDE_MAX;
	surface->damage_pixels += (uint64_t)width * (uint64_t)(end - y);
	if (!buffer_coordinates && surface->resampled) {
		y = 0;
		end = SIDE_MAX;
	}
	add_rows(&surface->damage, (uint32_t)y, (uint32_t)end);
	return WIRE_KEEP;
}

int wire_surface_resample(struct wire_request *request, uint32_t neutral, uint32_t most) {
	struct wire_surface *surface = request->object->extra;
	if (request->args[0].u < neutral || request->args[0].u > most) {
		return wire_request_refuse(request, OFFENCE_PROTOCOL, "%u is none",
				request->args[0].u);
	}
	surface->resampled = surface->resampled || request->args[0].u != neutral;
	return WIRE_KEEP;
}

int wire_surface_viewport(struct wire_request *request) {
	const struct wire_object *object =
			wire_objects_find(&request->client->objects, request->args[1].u);
	struct wire_surface *surface = object->extra;
	surface->resampled = true;
	return WIRE_KEEP;
}

/* Brings the copy of the buffer up to date: what changed since it was last committed here. */
static void refresh_copy(struct wire_surface *surface, struct wire_buffer *buffer) {
	struct wire_rows rows = {.first = 0, .end = 0};
	uint64_t behind = surface->frame - buffer->frame;
	if (buffer->surface != surface->number || behind > WIRE_DAMAGE_FRAMES) {
		rows.end = SIDE_MAX;
	} else {
		for (uint64_t i = buffer->frame + 1; i <= surface->frame; i++) {
			const struct wire_rows *past = &surface->past[i % WIRE_DAMAGE_FRAMES];
			add_rows(&rows, past->first, past->end);
		}
	}
	wire_buffer_copy(buffer, rows.first, rows.end);
	buffer->surface = surface->number;
	buffer->frame = surface->frame;
}

int wire_surface_commit(struct wire_request *request) {
	struct wire_surface *surface = request->object->extra;
	if (surface->attached) {
		wire_buffer_unref(surface->current);
		surface->current = surface->pending;
		surface->pending = NULL;
		surface->attached = false;
	}
	surface->frame++;
	surface->past[surface->frame % WIRE_DAMAGE_FRAMES] = surface->damage;
	struct wire_buffer *buffer = surface->current;
	if (buffer != NULL) {
		uint64_t whole = (uint64_t)buffer->width * buffer->height;
		uint64_t pixels = surface->damage_pixels;
		bucket_take(&request->client->damage, pixels < whole ? pixels : whole);
		if (buffer->pool != NULL && buffer->pool->kind == WIRE_POOL_COPIED) {
			refresh_copy(surface, buffer);
		}
	}
	surface->damage = (struct wire_rows){.first = 0, .end = 0};
	surface->damage_pixels = 0;
	surface->damage_rects = 0;
	return WIRE_KEEP;
}

/* Levels under surface. Trees are small: SUBSURFACES_PER_TREE_MAX. */
static uint32_t height_of(const struct wire_surface *surface) {
	uint32_t height = 0;
	const struct wire_surface *child;
	wl_list_for_each(child, &surface->children, link) {
		uint32_t own = height_of(child) + 1;
		height = own > height ? own : height;
	}
	return height;
}

int wire_subsurface_create(struct wire_request *request) {
	struct wire_objects *objects = &request->client->objects;
	struct wire_surface *surface = wire_objects_find(objects, request->args[1].u)->extra;
	struct wire_surface *parent = wire_objects_find(objects, request->args[2].u)->extra;
	uint32_t depth = 1;
	struct wire_surface *root = parent;
	for (; root->parent != NULL && root != surface; root = root->parent) {
		depth++;
	}
	if (root == surface || surface->parent != NULL) {
		return wire_request_refuse(request, OFFENCE_PROTOCOL,
				"the surface is in this tree already");
	}
	if (depth + height_of(surface) > SUBSURFACE_DEPTH_MAX) {
		return wire_request_refuse(request, OFFENCE_SUBSURFACES,
				"sub-surfaces deeper than %u", (unsigned)SUBSURFACE_DEPTH_MAX);
	}
	if (root->below + 1 + surface->below > SUBSURFACES_PER_TREE_MAX) {
		return wire_request_refuse(request, OFFENCE_SUBSURFACES,
				"more than %u sub-surfaces in a tree",
				(unsigned)SUBSURFACES_PER_TREE_MAX);
	}
	for (struct wire_surface *above = parent; above != NULL; above = above->parent) {
		above->below += 1 + surface->below;
	}
	surface->parent = parent;
	wl_list_insert(&parent->children, &surface->link);
	/* How wire_object_release() finds the surface again. */
	request->made->serial = (uint32_t)surface->number;
	request->made->serial_real = request->args[1].u;
	return WIRE_KEEP;
}

void wire_subsurface_leave(struct wire_surface *surface) {
	for (struct wire_surface *above = surface->parent; above != NULL; above = above->parent) {
		above->below -= 1 + surface->below;
	}
	surface->parent = NULL;
	wl_list_remove(&surface->link);
	wl_list_init(&surface->link);
}

void wire_damage_metered(struct wire_client *client) {
	if (client->domain->config.damage_per_second != 0) {
		return;
	}
	uint64_t pixels = client->output_pixels;
	pixels = pixels > OUTPUT_PIXELS_DEFAULT ? pixels : OUTPUT_PIXELS_DEFAULT;
	uint64_t per_second = pixels * CLIENT_DAMAGE_FACTOR_MAX * REFRESH_HZ;
	if (per_second != client->damage.per_second) {
		bucket_init(&client->damage, per_second, per_second, clock_now_ns());
	}
}
