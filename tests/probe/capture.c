/* SPDX-License-Identifier: MIT */
#include "tests/probe/capture.h"

#include <cairo.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ext-image-capture-source-v1-client-protocol.h"
#include "ext-image-copy-capture-v1-client-protocol.h"
#include "tests/probe/probe.h"

#define SESSION_DEADLINE_MS 5000

enum frame_state {
	FRAME_PENDING,
	FRAME_READY,
	FRAME_FAILED,
};

struct capture {
	struct probe *probe;
	struct ext_image_copy_capture_session_v1 *session;
	uint32_t width, height;
	bool offers_xrgb, is_done, is_stopped;
	enum frame_state frame_state;
	struct wl_buffer *buffer;
	void *pixels;
	size_t size;
	uint32_t buffer_width, buffer_height;
};

static void handle_buffer_size(void *data, struct ext_image_copy_capture_session_v1 *session,
		uint32_t width, uint32_t height) {
	struct capture *capture = data;
	capture->width = width;
	capture->height = height;
}

static void handle_shm_format(void *data, struct ext_image_copy_capture_session_v1 *session,
		uint32_t format) {
	struct capture *capture = data;
	capture->offers_xrgb |= format == WL_SHM_FORMAT_XRGB8888;
}

static void handle_dmabuf_device(void *data, struct ext_image_copy_capture_session_v1 *session,
		struct wl_array *device) {
}

static void handle_dmabuf_format(void *data, struct ext_image_copy_capture_session_v1 *session,
		uint32_t format, struct wl_array *modifiers) {
}

static void handle_session_done(void *data, struct ext_image_copy_capture_session_v1 *session) {
	struct capture *capture = data;
	capture->is_done = true;
}

static void handle_stopped(void *data, struct ext_image_copy_capture_session_v1 *session) {
	struct capture *capture = data;
	capture->is_stopped = true;
}

static const struct ext_image_copy_capture_session_v1_listener session_listener = {
		.buffer_size = handle_buffer_size,
		.shm_format = handle_shm_format,
		.dmabuf_device = handle_dmabuf_device,
		.dmabuf_format = handle_dmabuf_format,
		.done = handle_session_done,
		.stopped = handle_stopped,
};

static void handle_transform(void *data, struct ext_image_copy_capture_frame_v1 *frame,
		uint32_t transform) {
}

static void handle_damage(void *data, struct ext_image_copy_capture_frame_v1 *frame, int32_t x,
		int32_t y, int32_t width, int32_t height) {
}

static void handle_presentation_time(void *data, struct ext_image_copy_capture_frame_v1 *frame,
		uint32_t seconds_high, uint32_t seconds_low, uint32_t nanoseconds) {
}

static void handle_ready(void *data, struct ext_image_copy_capture_frame_v1 *frame) {
	struct capture *capture = data;
	capture->frame_state = FRAME_READY;
}

static void handle_failed(void *data, struct ext_image_copy_capture_frame_v1 *frame,
		uint32_t reason) {
	struct capture *capture = data;
	capture->frame_state = FRAME_FAILED;
}

static const struct ext_image_copy_capture_frame_v1_listener frame_listener = {
		.transform = handle_transform,
		.damage = handle_damage,
		.presentation_time = handle_presentation_time,
		.ready = handle_ready,
		.failed = handle_failed,
};

static int wait_for(struct capture *capture, bool (*is_over)(struct capture *),
		int64_t deadline_ms) {
	while (!is_over(capture)) {
		int result = probe_dispatch(capture->probe, deadline_ms);
		if (result < 0) {
			return result;
		} else if (result == 0 && probe_now_ms() >= deadline_ms) {
			return -ETIMEDOUT;
		}
	}
	return 0;
}

static bool session_is_known(struct capture *capture) {
	return capture->is_done || capture->is_stopped;
}

static bool frame_is_over(struct capture *capture) {
	return capture->frame_state != FRAME_PENDING || capture->is_stopped;
}

struct capture *capture_create(struct probe *probe, struct probe_output *output, bool has_cursor) {
	if (probe->sources == NULL || probe->captures == NULL || probe->shm == NULL) {
		return NULL;
	}
	struct capture *capture = calloc(1, sizeof(*capture));
	if (capture == NULL) {
		return NULL;
	}
	capture->probe = probe;
	struct ext_image_capture_source_v1 *source =
			ext_output_image_capture_source_manager_v1_create_source(probe->sources,
					output->wl_output);
	capture->session = ext_image_copy_capture_manager_v1_create_session(probe->captures, source,
			has_cursor ? EXT_IMAGE_COPY_CAPTURE_MANAGER_V1_OPTIONS_PAINT_CURSORS : 0);
	ext_image_copy_capture_session_v1_add_listener(capture->session, &session_listener,
			capture);
	ext_image_capture_source_v1_destroy(source);
	int result = wait_for(capture, session_is_known, probe_now_ms() + SESSION_DEADLINE_MS);
	if (result < 0 || capture->is_stopped || !capture->offers_xrgb || capture->width > 16384 ||
			capture->height > 16384) {
		capture_destroy(capture);
		return NULL;
	}
	return capture;
}

static void drop_buffer(struct capture *capture) {
	if (capture->buffer != NULL) {
		wl_buffer_destroy(capture->buffer);
		munmap(capture->pixels, capture->size);
		capture->buffer = NULL;
	}
}

void capture_destroy(struct capture *capture) {
	if (capture != NULL) {
		drop_buffer(capture);
		ext_image_copy_capture_session_v1_destroy(capture->session);
		free(capture);
	}
}

static int make_buffer(struct capture *capture) {
	if (capture->buffer != NULL && capture->buffer_width == capture->width &&
			capture->buffer_height == capture->height) {
		return 0;
	}
	drop_buffer(capture);
	int32_t width = (int32_t)capture->width, height = (int32_t)capture->height;
	capture->size = (size_t)width * (size_t)height * 4;
	int fd = memfd_create("picture", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)capture->size) < 0) {
		int error = errno;
		if (fd >= 0) {
			close(fd);
		}
		return -error;
	}
	capture->pixels = mmap(NULL, capture->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (capture->pixels == MAP_FAILED) {
		close(fd);
		return -ENOMEM;
	}
	struct wl_shm_pool *pool =
			wl_shm_create_pool(capture->probe->shm, fd, (int32_t)capture->size);
	close(fd);
	capture->buffer = wl_shm_pool_create_buffer(pool, 0, width, height, width * 4,
			WL_SHM_FORMAT_XRGB8888);
	wl_shm_pool_destroy(pool);
	capture->buffer_width = capture->width;
	capture->buffer_height = capture->height;
	return 0;
}

int capture_take(struct capture *capture, int64_t deadline_ms) {
	int result = make_buffer(capture);
	if (result < 0) {
		return result;
	}
	capture->frame_state = FRAME_PENDING;
	struct ext_image_copy_capture_frame_v1 *frame =
			ext_image_copy_capture_session_v1_create_frame(capture->session);
	ext_image_copy_capture_frame_v1_add_listener(frame, &frame_listener, capture);
	ext_image_copy_capture_frame_v1_attach_buffer(frame, capture->buffer);
	ext_image_copy_capture_frame_v1_damage_buffer(frame, 0, 0, (int32_t)capture->width,
			(int32_t)capture->height);
	ext_image_copy_capture_frame_v1_capture(frame);
	result = wait_for(capture, frame_is_over, deadline_ms);
	ext_image_copy_capture_frame_v1_destroy(frame);
	if (result == 0 && capture->frame_state != FRAME_READY) {
		result = -EIO;
	}
	return result;
}

int64_t capture_pixel(const struct capture *capture, int x, int y) {
	if (capture->buffer == NULL || x < 0 || y < 0 || x >= (int)capture->buffer_width ||
			y >= (int)capture->buffer_height) {
		return -1;
	}
	const uint32_t *pixels = capture->pixels;
	return pixels[(size_t)y * capture->buffer_width + (size_t)x] & 0xffffff;
}

bool capture_bounds(const struct capture *capture, const int box[4], int64_t color,
		int ret_bounds[4]) {
	int left = INT_MAX, top = INT_MAX, right = -1, bottom = -1;
	for (int y = box[1]; y < box[1] + box[3]; y++) {
		for (int x = box[0]; x < box[0] + box[2]; x++) {
			if (capture_pixel(capture, x, y) == color) {
				left = x < left ? x : left;
				top = y < top ? y : top;
				right = x > right ? x : right;
				bottom = y;
			}
		}
	}
	ret_bounds[0] = left;
	ret_bounds[1] = top;
	ret_bounds[2] = right + 1 - left;
	ret_bounds[3] = bottom + 1 - top;
	return right >= 0;
}

int capture_write_png(const struct capture *capture, const char *path) {
	int width = (int)capture->buffer_width;
	cairo_surface_t *surface = cairo_image_surface_create_for_data(capture->pixels,
			CAIRO_FORMAT_RGB24, width, (int)capture->buffer_height, width * 4);
	cairo_status_t status = cairo_surface_write_to_png(surface, path);
	cairo_surface_destroy(surface);
	return status == CAIRO_STATUS_SUCCESS ? 0 : errno != 0 ? -errno : -EIO;
}
