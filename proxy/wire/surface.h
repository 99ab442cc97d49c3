/* SPDX-License-Identifier: MIT
 *
 * Inside of proxy/wire/: what the engine keeps of a surface: its place in a tree of sub-surfaces
 * (depth and number are limited), damage (metered; and which rows of a copied buffer are stale).
 */
#ifndef SILO_PROXY_WIRE_SURFACE_H
#define SILO_PROXY_WIRE_SURFACE_H

#include <stdbool.h>
#include <stdint.h>
#include <wayland-util.h>

struct wire_buffer;
struct wire_client;
struct wire_object;
struct wire_request;

/* Damage of the last frames, for clients that take turns with some buffers. */
#define WIRE_DAMAGE_FRAMES 8

struct wire_rows {
	uint32_t first, end; // in the buffer; first >= end: none
};

/* Behind a wl_surface. */
struct wire_surface {
	uint64_t number; // never used again
	struct wire_surface *parent;
	struct wl_list link;                   // parent->children
	struct wl_list children;               // wire_surface.link
	uint32_t below;                        // sub-surfaces under this one, at all depths
	struct wire_buffer *pending, *current; // referenced; NULL
	bool attached;                         // pending is meant, also where it is NULL
	bool resampled; // scale, transform or viewport: surface coordinates are not the buffer's
	struct wire_rows damage; // of the frame to come
	uint64_t damage_pixels;
	uint32_t damage_rects;
	uint64_t frame;                            // committed so far
	struct wire_rows past[WIRE_DAMAGE_FRAMES]; // by frame
};

void wire_surface_destroy(struct wire_surface *surface); // NULL is fine

/* Handlers of request.c (engine.h's wire_verdict). */
int wire_surface_create(struct wire_request *request);
int wire_surface_attach(struct wire_request *request);
int wire_surface_damage(struct wire_request *request, bool buffer_coordinates);
/* A scale or a transform: neutral is the least, and changes nothing. */
int wire_surface_resample(struct wire_request *request, uint32_t neutral, uint32_t most);
int wire_surface_viewport(struct wire_request *request);
int wire_surface_commit(struct wire_request *request);
int wire_subsurface_create(struct wire_request *request);
/* Is it the one with this number (its low half)? */
static inline bool wire_surface_is(const struct wire_surface *surface, uint32_t number) {
	return surface != NULL && (uint32_t)surface->number == number;
}
/* The role object goes: the surface leaves its tree. */
void wire_subsurface_leave(struct wire_surface *surface);

/* Meters damage anew when the outputs' area becomes known or changes. */
void wire_damage_metered(struct wire_client *client);

#endif
