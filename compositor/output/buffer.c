/* SPDX-License-Identifier: MIT */
#include "compositor/output/buffer.h"

#include <drm_fourcc.h>
#include <stdlib.h>
#include <wlr/interfaces/wlr_buffer.h>

#define LENGTH_MAX_PX 32767

static void handle_destroy(struct wlr_buffer *buffer) {
	struct pixels *pixels = wl_container_of(buffer, pixels, base);
	wlr_buffer_finish(buffer);
	free(pixels->data);
	free(pixels);
}

static bool begin_access(struct wlr_buffer *buffer, uint32_t flags, void **data, uint32_t *format,
		size_t *stride) {
	struct pixels *pixels = wl_container_of(buffer, pixels, base);
	*data = pixels->data;
	*format = DRM_FORMAT_ARGB8888;
	*stride = pixels->stride;
	return true;
}

static void end_access(struct wlr_buffer *buffer) {
}

static const struct wlr_buffer_impl impl = {
		.destroy = handle_destroy,
		.begin_data_ptr_access = begin_access,
		.end_data_ptr_access = end_access,
};

struct pixels *pixels_create(int width, int height) {
	if (width < 1 || height < 1 || width > LENGTH_MAX_PX || height > LENGTH_MAX_PX) {
		return NULL;
	}
	struct pixels *pixels = calloc(1, sizeof(*pixels));
	if (pixels == NULL) {
		return NULL;
	}
	pixels->stride = (size_t)width * 4;
	pixels->data = calloc((size_t)height, pixels->stride);
	if (pixels->data == NULL) {
		free(pixels);
		return NULL;
	}
	wlr_buffer_init(&pixels->base, &impl, width, height);
	return pixels;
}
