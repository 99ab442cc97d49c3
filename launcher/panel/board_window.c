/* SPDX-License-Identifier: MIT */
#include "launcher/panel/board_window.h"

#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "launcher/data/fields.h"
#include "launcher/data/service.h"
#include "launcher/panel/board.h"
#include "launcher/toolkit/input.h"
#include "launcher/toolkit/surface.h"
#include "wlr-layer-shell-unstable-v1-client-protocol.h"

#define MOVE_US 200000

struct board_window {
	struct board_window_options options;
	struct board board;
	struct surface *surface; /* NULL: nothing is shown */
	sd_event_source *timer;
	int width;    /* as drawn last */
	double scale; /* likewise */
};

static int64_t now_us(const struct board_window *window) {
	uint64_t now = 0;
	sd_event_now(window->options.client->event, CLOCK_MONOTONIC, &now);
	return (int64_t)now;
}

static bool draw(void *data, void *pixels, int device_width, int device_height, size_t stride,
		double scale, int width, int height) {
	struct board_window *window = data;
	struct canvas canvas;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	window->width = width;
	window->scale = scale;
	canvas_begin(&canvas, window->options.lettering, window->board.is_dark, scale, pixels,
			device_width, device_height, stride);
	board_draw(&window->board, &canvas, width,
			(uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
	return canvas_end(&canvas);
}

static void hide(struct board_window *window) {
	if (window->surface != NULL) {
		input_forget(*window->options.input, surface_handle(window->surface));
		surface_destroy(window->surface);
		window->surface = NULL;
	}
	board_hold(&window->board, false, 0, now_us(window));
}

/* Its output has gone. Another is looked for in a moment: there may be none yet. */
static void handle_closed(void *data) {
	struct board_window *window = data;
	hide(window);
	sd_event_source_set_time_relative(window->timer, MOVE_US);
	sd_event_source_set_enabled(window->timer, SD_EVENT_ONESHOT);
}

static void show(struct board_window *window, int height) {
	if (window->surface != NULL) {
		surface_resize(window->surface, BOARD_WIDTH, height);
		surface_changed(window->surface);
		return;
	}
	window->surface = surface_create(window->options.client,
			&(struct surface_options){
					.name = "silo-notice",
					.layer = ZWLR_LAYER_SHELL_V1_LAYER_OVERLAY,
					.anchor = ZWLR_LAYER_SURFACE_V1_ANCHOR_TOP,
					.width = BOARD_WIDTH,
					.height = height,
					.draw = draw,
					.closed = handle_closed,
					.data = window,
			});
	if (window->surface == NULL) {
		log_error("out of memory");
	}
}

/* What is shown may have changed. */
static void update(struct board_window *window) {
	int height = board_height(&window->board, window->options.lettering, window->scale,
			window->width);
	if (height > 0) {
		show(window, height);
	} else {
		hide(window);
	}
	int64_t wake_us = board_wake_us(&window->board, now_us(window));
	if (wake_us == INT64_MAX) {
		sd_event_source_set_enabled(window->timer, SD_EVENT_OFF);
	} else {
		sd_event_source_set_time(window->timer, (uint64_t)wake_us);
		sd_event_source_set_enabled(window->timer, SD_EVENT_ONESHOT);
	}
}

static void dismiss(struct board_window *window, uint64_t id) {
	sd_json_variant *parameters = NULL;
	if (sd_json_buildo(&parameters, SD_JSON_BUILD_PAIR_UNSIGNED("id", id)) >= 0) {
		service_call(*window->options.compositor, "DismissNotice", parameters, NULL, NULL);
	}
	sd_json_variant_unref(parameters);
}

static int handle_timer(sd_event_source *source, uint64_t time_us, void *data) {
	struct board_window *window = data;
	uint64_t id;
	while ((id = board_expire(&window->board, now_us(window))) != 0) {
		dismiss(window, id);
	}
	update(window);
	return 0;
}

void board_window_take(struct board_window *window, sd_json_variant *answer) {
	sd_json_variant *notices = field_of(answer, "notices");
	if (length_of(notices) == 0 && window->board.len == 0) {
		return;
	}
	board_take(&window->board, notices, now_us(window));
	update(window);
}

bool board_window_owns(const struct board_window *window, const struct wl_surface *surface) {
	return window->surface != NULL && surface_handle(window->surface) == surface;
}

static uint64_t notice_at(const struct board_window *window, double y) {
	return board_notice_at(&window->board, window->options.lettering, window->scale,
			window->width, y);
}

void board_window_motion(struct board_window *window, double y) {
	if (board_hold(&window->board, true, notice_at(window, y), now_us(window))) {
		update(window);
	}
}

void board_window_left(struct board_window *window) {
	if (board_hold(&window->board, false, 0, now_us(window))) {
		update(window);
	}
}

void board_window_press(struct board_window *window, double y) {
	uint64_t id = notice_at(window, y);
	if (id != 0) {
		dismiss(window, id);
	}
}

struct board_window *board_window_create(const struct board_window_options *options) {
	struct board_window *window = calloc(1, sizeof(*window));
	if (window == NULL) {
		return NULL;
	}
	window->options = *options;
	window->width = BOARD_WIDTH;
	window->scale = 1;
	board_init(&window->board, options->is_dark);
	if (sd_event_add_time(options->client->event, &window->timer, CLOCK_MONOTONIC, 0, 1000,
			    handle_timer, window) < 0) {
		free(window);
		return NULL;
	}
	sd_event_source_set_enabled(window->timer, SD_EVENT_OFF);
	return window;
}

void board_window_destroy(struct board_window *window) {
	if (window == NULL) {
		return;
	}
	sd_event_source_disable_unref(window->timer);
	surface_destroy(window->surface);
	free(window);
}
