/* SPDX-License-Identifier: MIT
 *
 * A layer surface with its buffers: drawn when something has changed and the compositor has taken
 * the last picture, never else.
 */
#ifndef SILO_LAUNCHER_TOOLKIT_SURFACE_H
#define SILO_LAUNCHER_TOOLKIT_SURFACE_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/toolkit/client.h"

struct surface;

struct surface_options {
	const char *name;                 /* the layer surface's namespace */
	uint32_t layer, anchor, keyboard; /* as in layer-shell */
	struct wl_output *output;         /* NULL: the compositor chooses */
	int width, height;                /* wanted; less is given where there is less room */
	int exclusive_zone;
	/* Where it lies in a place that is given whole; anchor is then where it sticks. */
	bool fits_area;
	/* Of the room that is left above and below, in a place that is given whole, so much goes above;
	 * anchor is the top then. 0: as anchor says. */
	double rise;
	/*
	 * Draws all of width by height logical pixels into device_width by device_height pixels
	 * of stride bytes a row, zeroed or not. Returns false if that failed.
	 */
	bool (*draw)(void *data, void *pixels, int device_width, int device_height, size_t stride,
			double scale, int width, int height);
	/* What was drawn last is to be seen now. May be NULL. */
	void (*shown)(void *data);
	void (*closed)(void *data);
	void *data;
};

/* NULL on failure. options is copied. */
struct surface *surface_create(struct client *client, const struct surface_options *options);
void surface_destroy(struct surface *surface);

/* The picture has changed: it is drawn again as soon as that makes sense. */
void surface_changed(struct surface *surface);

/* Wants another size; it is drawn again when the compositor has given it. */
void surface_resize(struct surface *surface, int width, int height);

struct wl_surface *surface_handle(const struct surface *surface);

#endif
