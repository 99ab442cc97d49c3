/* SPDX-License-Identifier: MIT */
#include "compositor/domain/drawn.h"

#include <pixman.h>
#include <stdlib.h>
#include <wlr/types/wlr_buffer.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_output_layout.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/listen.h"
#include "compositor/output/output.h"
#include "compositor/protocols.h"
#include "compositor/server.h"

#define PIXEL_BYTES 4
#define REFRESH_HZ 60
#define OUTPUT_PIXELS_MIN (1920ull * 1080)
/* The proxy's limits are met first: what it lets pass at once, or counts otherwise, stays below. */
#define SLACK 2

struct drawn {
	struct wl_listener new_surface;
};

/* Freed with its surface. */
struct shown {
	struct wlr_surface *surface;
	uint64_t bytes; /* counted for the domain */
	struct wl_listener commit, destroy;
};

static uint64_t output_pixels(struct server *server) {
	uint64_t sum = 0;
	struct wlr_output_layout_output *place;
	wl_list_for_each(place, &server->outputs->layout->outputs, link) {
		sum += (uint64_t)place->output->width * (uint64_t)place->output->height;
	}
	return sum > OUTPUT_PIXELS_MIN ? sum : OUTPUT_PIXELS_MIN;
}

static uint64_t area_of(const pixman_region32_t *region) {
	int n;
	const pixman_box32_t *boxes = pixman_region32_rectangles(region, &n);
	uint64_t area = 0;
	for (int i = 0; i < n; i++) {
		area += (uint64_t)(boxes[i].x2 - boxes[i].x1) *
				(uint64_t)(boxes[i].y2 - boxes[i].y1);
	}
	return area;
}

/* The client drew so many pixels. */
static void meter_damage(struct client *client, uint64_t area, uint64_t outputs) {
	uint64_t per_second = SLACK * CLIENT_DAMAGE_FACTOR_MAX * REFRESH_HZ * outputs;
	struct bucket *bucket = &client->pixels;
	if (bucket->per_second == 0 || bucket->burst != per_second) {
		bucket_init(bucket, per_second, per_second, clock_now_ns());
	}
	bucket_take(bucket, area);
	if (bucket_is_dry(bucket)) {
		bucket_refill(bucket, clock_now_ns());
	}
	/* A proxy waits until what was taken too much is paid back: none sends two such frames. */
	if (bucket->level < -(int64_t)bucket->burst) {
		client_end_for(client, OFFENCE_PIXELS);
	}
}

static void count_bytes(struct client *client, struct shown *shown, uint64_t outputs) {
	const struct wlr_client_buffer *buffer = shown->surface->buffer;
	uint64_t bytes = buffer == NULL ? 0
					: PIXEL_BYTES * (uint64_t)buffer->base.width *
					(uint64_t)buffer->base.height;
	uint64_t max = VM_BUFFER_OUTPUTS_MAX * PIXEL_BYTES * outputs;
	max = max > VM_BUFFER_BYTES_MIN ? max : VM_BUFFER_BYTES_MIN;
	client->domain->buffer_bytes += bytes - shown->bytes;
	shown->bytes = bytes;
	if (client->domain->buffer_bytes > SLACK * max) {
		client_end_for(client, OFFENCE_MEMORY);
	}
}

static void handle_commit(struct wl_listener *listener, void *data) {
	struct shown *shown = wl_container_of(listener, shown, commit);
	struct client *client = client_of(wl_resource_get_client(shown->surface->resource));
	if (client == NULL || client->class != CLIENT_VM || client->over != NULL) {
		return;
	}
	uint64_t outputs = output_pixels(client->server);
	meter_damage(client, area_of(&shown->surface->buffer_damage), outputs);
	count_bytes(client, shown, outputs);
}

static void handle_destroy(struct wl_listener *listener, void *data) {
	struct shown *shown = wl_container_of(listener, shown, destroy);
	struct client *client = client_of(wl_resource_get_client(shown->surface->resource));
	if (client != NULL) {
		client->domain->buffer_bytes -= shown->bytes;
	}
	listener_remove(&shown->commit);
	listener_remove(&shown->destroy);
	free(shown);
}

static void handle_new_surface(struct wl_listener *listener, void *data) {
	struct wlr_surface *surface = data;
	struct shown *shown = calloc(1, sizeof(*shown));
	if (shown == NULL) {
		wl_resource_post_no_memory(surface->resource);
		return;
	}
	shown->surface = surface;
	listener_add(&shown->commit, &surface->events.commit, handle_commit);
	listener_add(&shown->destroy, &surface->events.destroy, handle_destroy);
}

bool drawn_create(struct server *server) {
	struct drawn *drawn = calloc(1, sizeof(*drawn));
	if (drawn == NULL) {
		log_error("out of memory");
		return false;
	}
	listener_add(&drawn->new_surface, &server->protocols->compositor->events.new_surface,
			handle_new_surface);
	server->drawn = drawn;
	return true;
}

void drawn_destroy(struct server *server) {
	if (server->drawn == NULL) {
		return;
	}
	listener_remove(&server->drawn->new_surface);
	free(server->drawn);
	server->drawn = NULL;
}
