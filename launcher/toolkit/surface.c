/* SPDX-License-Identifier: MIT */
#include "launcher/toolkit/surface.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "fractional-scale-v1-client-protocol.h"
#include "viewporter-client-protocol.h"
#include "wlr-layer-shell-unstable-v1-client-protocol.h"

/* One is shown while the other is drawn. */
#define BUFFERS 2
/* Device pixels of one side; what is more is a compositor's mistake. */
#define SIDE_MAX 16384
#define FRACTION 120.0

struct buffer {
	struct wl_buffer *wl_buffer;
	void *pixels;
	size_t size;
	int width, height;
	bool is_busy;
};

struct surface {
	struct client *client;
	struct surface_options options;
	struct wl_surface *wl_surface;
	struct zwlr_layer_surface_v1 *layer_surface;
	struct wp_viewport *viewport;
	struct wp_fractional_scale_v1 *fractional_scale;
	struct wl_callback *frame;
	struct buffer buffers[BUFFERS];
	int width, height; /* as configured */
	double scale;
	bool is_configured, is_sized, is_dirty;
};

static void handle_release(void *data, struct wl_buffer *wl_buffer);

static const struct wl_buffer_listener buffer_listener = {.release = handle_release};

static void buffer_finish(struct buffer *buffer) {
	if (buffer->wl_buffer != NULL) {
		wl_buffer_destroy(buffer->wl_buffer);
		munmap(buffer->pixels, buffer->size);
	}
	*buffer = (struct buffer){0};
}

static bool buffer_init(struct surface *surface, struct buffer *buffer, int width, int height) {
	size_t stride = (size_t)width * 4, size = stride * (size_t)height;
	cleanup_fd int fd = memfd_create("silo-shell", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 || ftruncate(fd, (off_t)size) < 0 ||
			fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0) {
		return false;
	}
	void *pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pixels == MAP_FAILED) {
		return false;
	}
	struct wl_shm_pool *pool = wl_shm_create_pool(surface->client->shm, fd, (int32_t)size);
	*buffer = (struct buffer){
			.wl_buffer = wl_shm_pool_create_buffer(pool, 0, width, height,
					(int32_t)stride, WL_SHM_FORMAT_ARGB8888),
			.pixels = pixels,
			.size = size,
			.width = width,
			.height = height,
	};
	wl_shm_pool_destroy(pool);
	wl_buffer_add_listener(buffer->wl_buffer, &buffer_listener, surface);
	return true;
}

/* A buffer of that size that the compositor does not read, or NULL: one comes free later. */
static struct buffer *take_buffer(struct surface *surface, int width, int height) {
	for (size_t i = 0; i < BUFFERS; i++) {
		struct buffer *buffer = &surface->buffers[i];
		if (buffer->is_busy) {
			continue;
		}
		if (buffer->width == width && buffer->height == height) {
			return buffer;
		}
		buffer_finish(buffer);
		if (!buffer_init(surface, buffer, width, height)) {
			log_warn("no memory for a picture of %d × %d", width, height);
			return NULL;
		}
		return buffer;
	}
	return NULL;
}

static void handle_frame(void *data, struct wl_callback *callback, uint32_t time);

static const struct wl_callback_listener frame_listener = {.done = handle_frame};

static void redraw(struct surface *surface) {
	if (!surface->is_dirty || !surface->is_sized || surface->frame != NULL) {
		return;
	}
	int width = (int)round(surface->width * surface->scale);
	int height = (int)round(surface->height * surface->scale);
	if (width < 1 || height < 1 || width > SIDE_MAX || height > SIDE_MAX) {
		return;
	}
	struct buffer *buffer = take_buffer(surface, width, height);
	if (buffer == NULL ||
			!surface->options.draw(surface->options.data, buffer->pixels, width, height,
					(size_t)width * 4, surface->scale, surface->width,
					surface->height)) {
		return;
	}
	surface->is_dirty = false;
	buffer->is_busy = true;
	if (surface->viewport != NULL) {
		wp_viewport_set_destination(surface->viewport, surface->width, surface->height);
	} else {
		wl_surface_set_buffer_scale(surface->wl_surface, (int32_t)surface->scale);
	}
	surface->frame = wl_surface_frame(surface->wl_surface);
	wl_callback_add_listener(surface->frame, &frame_listener, surface);
	wl_surface_attach(surface->wl_surface, buffer->wl_buffer, 0, 0);
	wl_surface_damage_buffer(surface->wl_surface, 0, 0, width, height);
	wl_surface_commit(surface->wl_surface);
}

static void handle_frame(void *data, struct wl_callback *callback, uint32_t time) {
	struct surface *surface = data;
	wl_callback_destroy(callback);
	surface->frame = NULL;
	if (surface->options.shown != NULL && !surface->is_dirty) {
		surface->options.shown(surface->options.data);
	}
	redraw(surface);
}

static void handle_release(void *data, struct wl_buffer *wl_buffer) {
	struct surface *surface = data;
	for (size_t i = 0; i < BUFFERS; i++) {
		if (surface->buffers[i].wl_buffer == wl_buffer) {
			surface->buffers[i].is_busy = false;
		}
	}
	redraw(surface);
}

static void set_scale(struct surface *surface, double scale) {
	if (scale > 0 && scale != surface->scale) {
		surface->scale = scale;
		surface_changed(surface);
	}
}

static void handle_preferred_fraction(void *data, struct wp_fractional_scale_v1 *scale,
		uint32_t value) {
	set_scale(data, value / FRACTION);
}

static const struct wp_fractional_scale_v1_listener fractional_listener = {
		.preferred_scale = handle_preferred_fraction,
};

static void handle_enter(void *data, struct wl_surface *wl_surface, struct wl_output *output) {
	struct surface *surface = data;
	if (surface->fractional_scale != NULL) {
		return;
	}
	for (size_t i = 0; i < CLIENT_OUTPUTS_MAX; i++) {
		if (surface->client->outputs[i].output == output) {
			set_scale(surface, surface->client->outputs[i].scale);
		}
	}
}

static void ignore_leave(void *data, struct wl_surface *wl_surface, struct wl_output *output) {
}

static void handle_preferred_scale(void *data, struct wl_surface *wl_surface, int32_t scale) {
	struct surface *surface = data;
	if (surface->fractional_scale == NULL) {
		set_scale(surface, scale);
	}
}

static void ignore_transform(void *data, struct wl_surface *wl_surface, uint32_t transform) {
}

static const struct wl_surface_listener surface_listener = {
		.enter = handle_enter,
		.leave = ignore_leave,
		.preferred_buffer_scale = handle_preferred_scale,
		.preferred_buffer_transform = ignore_transform,
};

#define ANCHOR_ALL 15

/* The compositor has told how much room there is: the place in it is asked for. */
static void choose_place(struct surface *surface, uint32_t width, uint32_t height) {
	const struct surface_options *options = &surface->options;
	uint32_t wanted_width = (uint32_t)options->width, wanted_height = (uint32_t)options->height;
	if (options->rise > 0 && height > wanted_height) {
		zwlr_layer_surface_v1_set_margin(surface->layer_surface,
				(int32_t)(options->rise * (height - wanted_height)), 0, 0, 0);
	}
	zwlr_layer_surface_v1_set_size(surface->layer_surface,
			width != 0 && width < wanted_width ? width : wanted_width,
			height != 0 && height < wanted_height ? height : wanted_height);
	zwlr_layer_surface_v1_set_anchor(surface->layer_surface, options->anchor);
	wl_surface_commit(surface->wl_surface);
}

static void handle_configure(void *data, struct zwlr_layer_surface_v1 *layer_surface,
		uint32_t serial, uint32_t width, uint32_t height) {
	struct surface *surface = data;
	zwlr_layer_surface_v1_ack_configure(layer_surface, serial);
	if (surface->options.fits_area && !surface->is_configured) {
		surface->is_configured = true;
		choose_place(surface, width, height);
		return;
	}
	surface->is_configured = true;
	surface->is_sized = true;
	surface->width = width != 0 ? (int)width : surface->options.width;
	surface->height = height != 0 ? (int)height : surface->options.height;
	surface_changed(surface);
}

static void handle_closed(void *data, struct zwlr_layer_surface_v1 *layer_surface) {
	struct surface *surface = data;
	surface->options.closed(surface->options.data);
}

static const struct zwlr_layer_surface_v1_listener layer_listener = {
		.configure = handle_configure,
		.closed = handle_closed,
};

struct surface *surface_create(struct client *client, const struct surface_options *options) {
	struct surface *surface = calloc(1, sizeof(*surface));
	if (surface == NULL) {
		return NULL;
	}
	surface->client = client;
	surface->options = *options;
	surface->scale = 1;
	surface->wl_surface = wl_compositor_create_surface(client->compositor);
	wl_surface_add_listener(surface->wl_surface, &surface_listener, surface);
	if (client->viewporter != NULL && client->fractional_scale != NULL) {
		surface->viewport =
				wp_viewporter_get_viewport(client->viewporter, surface->wl_surface);
		surface->fractional_scale = wp_fractional_scale_manager_v1_get_fractional_scale(
				client->fractional_scale, surface->wl_surface);
		wp_fractional_scale_v1_add_listener(surface->fractional_scale, &fractional_listener,
				surface);
	}
	surface->layer_surface = zwlr_layer_shell_v1_get_layer_surface(client->layer_shell,
			surface->wl_surface, options->output, options->layer, options->name);
	zwlr_layer_surface_v1_add_listener(surface->layer_surface, &layer_listener, surface);
	zwlr_layer_surface_v1_set_exclusive_zone(surface->layer_surface, options->exclusive_zone);
	zwlr_layer_surface_v1_set_keyboard_interactivity(surface->layer_surface, options->keyboard);
	if (options->fits_area) {
		zwlr_layer_surface_v1_set_anchor(surface->layer_surface, ANCHOR_ALL);
	} else {
		zwlr_layer_surface_v1_set_size(surface->layer_surface, (uint32_t)options->width,
				(uint32_t)options->height);
		zwlr_layer_surface_v1_set_anchor(surface->layer_surface, options->anchor);
	}
	wl_surface_commit(surface->wl_surface);
	return surface;
}

void surface_destroy(struct surface *surface) {
	if (surface == NULL) {
		return;
	}
	if (surface->frame != NULL) {
		wl_callback_destroy(surface->frame);
	}
	if (surface->viewport != NULL) {
		wp_viewport_destroy(surface->viewport);
		wp_fractional_scale_v1_destroy(surface->fractional_scale);
	}
	zwlr_layer_surface_v1_destroy(surface->layer_surface);
	wl_surface_destroy(surface->wl_surface);
	for (size_t i = 0; i < BUFFERS; i++) {
		buffer_finish(&surface->buffers[i]);
	}
	free(surface);
}

void surface_changed(struct surface *surface) {
	surface->is_dirty = true;
	redraw(surface);
}

void surface_resize(struct surface *surface, int width, int height) {
	struct surface_options *options = &surface->options;
	if (width == options->width && height == options->height) {
		return;
	}
	options->width = width;
	options->height = height;
	/* Before the first configure the size goes with what is committed already. */
	zwlr_layer_surface_v1_set_size(surface->layer_surface, (uint32_t)width, (uint32_t)height);
	wl_surface_commit(surface->wl_surface);
}

struct wl_surface *surface_handle(const struct surface *surface) {
	return surface->wl_surface;
}
