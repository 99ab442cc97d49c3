/* SPDX-License-Identifier: MIT
 *
 * A wlr_buffer whose pixels we paint ourselves: frames, strip, wallpaper.
 */
#ifndef SILO_COMPOSITOR_OUTPUT_BUFFER_H
#define SILO_COMPOSITOR_OUTPUT_BUFFER_H

#include <stddef.h>
#include <wlr/types/wlr_buffer.h>

struct pixels {
	struct wlr_buffer base;
	void *data;    /* premultiplied native-endian ARGB, zeroed */
	size_t stride; /* bytes */
};

/* Width and height in pixels, 1 to 32767. Returns NULL without memory. Drop it with
 * wlr_buffer_drop(). */
struct pixels *pixels_create(int width, int height);

#endif
