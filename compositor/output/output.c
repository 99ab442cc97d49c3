/* SPDX-License-Identifier: MIT */
#include "compositor/output/output.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wlr/backend.h>
#include <wlr/backend/headless.h>
#include <wlr/backend/multi.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_output_layout.h>
#include <wlr/types/wlr_scene.h>

#include "base/log.h"
#include "compositor/domain/meter.h"
#include "compositor/listen.h"
#include "compositor/options.h"
#include "compositor/output/buffer.h"
#include "compositor/output/chosen.h"
#include "compositor/output/layers.h"
#include "compositor/output/strip.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/window/sight.h"
#include "decorations/lettering.h"
#include "decorations/picture.h"
#include "decorations/strip.h"
#include "decorations/wallpaper.h"

static void handle_frame(struct wl_listener *listener, void *data) {
	struct output *output = wl_container_of(listener, output, frame);
	if (output->is_off) {
		return;
	}
	meter_break(output->server);
	wl_signal_emit_mutable(&output->server->outputs->drawing, NULL);
	/* A window with the keyboard may have come to this output, or left it. */
	strip_update(output->strip);
	sight_drawing(output);
	wlr_scene_output_commit(output->scene_output, NULL);
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	wlr_scene_output_send_frame_done(output->scene_output, &now);
	sight_drawn(output, &now);
}

/* Only nested backends ask: the window in which we run was resized. */
static void handle_request_state(struct wl_listener *listener, void *data) {
	struct output *output = wl_container_of(listener, output, request_state);
	const struct wlr_output_event_request_state *event = data;
	wlr_output_commit_state(output->wlr_output, event->state);
}

static void output_destroy(struct output *output) {
	layer_shell_forget_output(output->server, output);
	/* Before windows move, else their surfaces enter an output that is no more. */
	if (output->scene_output != NULL) {
		wlr_scene_output_destroy(output->scene_output);
	}
	listener_remove(&output->frame);
	listener_remove(&output->request_state);
	listener_remove(&output->destroy);
	strip_destroy(output->strip);
	if (output->wallpaper != NULL) {
		wlr_scene_node_destroy(&output->wallpaper->node);
	}
	wl_list_remove(&output->link);
	free(output);
}

static void handle_destroy(struct wl_listener *listener, void *data) {
	struct output *output = wl_container_of(listener, output, destroy);
	struct outputs *outputs = output->server->outputs;
	const char *name = output->wlr_output->name;
	struct output_gone *gone = &outputs->gone[outputs->gone_len];
	if (outputs->gone_len < OUTPUTS_GONE_MAX && strlen(name) < sizeof(gone->name)) {
		snprintf(gone->name, sizeof(gone->name), "%s", name);
		gone->told_box = output->told_box;
		outputs->gone_len++;
	}
	output_destroy(output);
	chosen_switch(outputs);
}

void output_get_box(struct output *output, struct wlr_box *ret_box) {
	wlr_output_layout_get_box(output->server->outputs->layout, output->wlr_output, ret_box);
}

void output_get_area(struct output *output, struct wlr_box *ret_box) {
	output_get_box(output, ret_box);
	ret_box->y += STRIP_HEIGHT;
	ret_box->height -= STRIP_HEIGHT;
}

void output_get_usable(struct output *output, struct wlr_box *ret_box) {
	const struct output_insets *reserved = &output->reserved;
	output_get_area(output, ret_box);
	ret_box->x += reserved->left;
	ret_box->y += reserved->top;
	ret_box->width -= reserved->left + reserved->right;
	ret_box->height -= reserved->top + reserved->bottom;
}

void outputs_update_strips(struct server *server) {
	struct output *output;
	wl_list_for_each(output, &server->outputs->list, link) {
		strip_update(output->strip);
	}
}

static void paint_background(struct server *server, struct pixels *pixels) {
	const char *path = server->settings->wallpaper;
	int width = pixels->base.width, height = pixels->base.height;
	const char *reason = path != NULL
			? picture_paint(path, pixels->data, width, height, pixels->stride)
			: NULL;
	if (reason != NULL) {
		log_warn("wallpaper %s: %s; using Silo's own", path, reason);
	}
	if (path == NULL || reason != NULL) {
		wallpaper_paint(!server->settings->is_light, pixels->data, width, height,
				pixels->stride);
	}
}

static void paint_wallpaper(struct output *output, const struct wlr_box *box) {
	struct wlr_scene_buffer *old = output->wallpaper;
	int width, height;
	wlr_output_transformed_resolution(output->wlr_output, &width, &height);
	if (old == NULL || old->buffer == NULL || old->buffer->width != width ||
			old->buffer->height != height) {
		struct pixels *pixels = pixels_create(width, height);
		if (pixels == NULL) {
			return;
		}
		struct server *server = output->server;
		paint_background(server, pixels);
		if (old == NULL) {
			output->wallpaper =
					wlr_scene_buffer_create(server->layers->trees
										[LAYER_BACKGROUND],
							&pixels->base);
		} else {
			wlr_scene_buffer_set_buffer(old, &pixels->base);
		}
		wlr_buffer_drop(&pixels->base);
	}
	if (output->wallpaper != NULL) {
		wlr_scene_buffer_set_dest_size(output->wallpaper, box->width, box->height);
		wlr_scene_node_set_position(&output->wallpaper->node, box->x, box->y);
	}
}

void outputs_repaint(struct server *server) {
	struct output *output;
	wl_list_for_each(output, &server->outputs->list, link) {
		struct wlr_box box;
		output_get_box(output, &box);
		if (output->wallpaper != NULL && !wlr_box_empty(&box)) {
			wlr_scene_buffer_set_buffer(output->wallpaper, NULL);
			paint_wallpaper(output, &box);
		}
		strip_update(output->strip);
	}
	outputs_schedule(server);
}

static void handle_layout_change(struct wl_listener *listener, void *data) {
	struct outputs *outputs = wl_container_of(listener, outputs, layout_change);
	struct output *output;
	wl_list_for_each(output, &outputs->list, link) {
		struct wlr_box box;
		output_get_box(output, &box);
		if (!wlr_box_empty(&box)) {
			paint_wallpaper(output, &box);
			strip_place(output->strip, &box, output->wlr_output->scale);
		}
	}
	wl_signal_emit_mutable(&outputs->changed, NULL);
	wl_list_for_each(output, &outputs->list, link) {
		output_get_box(output, &output->told_box);
	}
	if (!wl_list_empty(&outputs->list)) {
		outputs->gone_len = 0;
	}
}

static void handle_new_output(struct wl_listener *listener, void *data) {
	struct outputs *outputs = wl_container_of(listener, outputs, new_output);
	struct server *server = outputs->server;
	struct wlr_output *wlr_output = data;
	struct output *output = calloc(1, sizeof(*output));
	if (output == NULL) {
		return;
	}
	output->server = server;
	output->wlr_output = wlr_output;
	output->own_width_px = wlr_output->width;
	output->own_height_px = wlr_output->height;
	size_t index = (size_t)wl_list_length(&outputs->list);
	if (index < server->options->outputs_len) {
		output->option_scale = server->options->outputs[index].scale;
	}
	wlr_output_init_render(wlr_output, server->allocator, server->renderer);
	output->strip = strip_create(output);
	if (output->strip == NULL || !chosen_enable(output)) {
		log_warn("output %s cannot be used", wlr_output->name);
		strip_destroy(output->strip);
		free(output);
		return;
	}
	wl_list_insert(outputs->list.prev, &output->link);
	listener_add(&output->frame, &wlr_output->events.frame, handle_frame);
	listener_add(&output->request_state, &wlr_output->events.request_state,
			handle_request_state);
	listener_add(&output->destroy, &wlr_output->events.destroy, handle_destroy);
	/* The scene's output exists before the layout tells it, and us, where it is. */
	output->scene_output = wlr_scene_output_create(server->layers->scene, wlr_output);
	struct wlr_output_layout_output *place = chosen_place(output);
	if (output->scene_output == NULL || place == NULL) {
		log_warn("output %s cannot be used: out of memory", wlr_output->name);
		output_destroy(output);
		return;
	}
	wlr_scene_output_layout_add_output(outputs->scene_layout, place, output->scene_output);
	chosen_switch(outputs);
	log_debug("output %s is %dx%d at scale %.2f", wlr_output->name, wlr_output->width,
			wlr_output->height, (double)wlr_output->scale);
}

bool outputs_create(struct server *server) {
	struct outputs *outputs = calloc(1, sizeof(*outputs));
	if (outputs == NULL) {
		log_error("out of memory");
		return false;
	}
	server->outputs = outputs;
	outputs->server = server;
	wl_list_init(&outputs->list);
	wl_signal_init(&outputs->changed);
	wl_signal_init(&outputs->drawing);
	outputs->lettering = lettering_create();
	if (outputs->lettering == NULL) {
		log_error("no font is installed: install one, such as fonts-dejavu-core");
		return false;
	}
	outputs->layout = wlr_output_layout_create(server->display);
	if (outputs->layout != NULL) {
		outputs->scene_layout = wlr_scene_attach_output_layout(server->layers->scene,
				outputs->layout);
	}
	if (outputs->scene_layout == NULL) {
		log_error("out of memory");
		return false;
	}
	listener_add(&outputs->layout_change, &outputs->layout->events.change,
			handle_layout_change);
	listener_add(&outputs->new_output, &server->backend->events.new_output, handle_new_output);
	return true;
}

static void add_headless(struct wlr_backend *backend, void *data) {
	const struct options *options = data;
	if (!wlr_backend_is_headless(backend)) {
		return;
	}
	for (size_t i = 0; i < options->outputs_len; i++) {
		wlr_headless_add_output(backend, (unsigned int)options->outputs[i].width_px,
				(unsigned int)options->outputs[i].height_px);
	}
}

bool outputs_start(struct server *server) {
	if (!wlr_backend_start(server->backend)) {
		log_error("cannot start the screen: see the lines above");
		return false;
	}
	void *options = (void *)server->options;
	if (wlr_backend_is_multi(server->backend)) {
		wlr_multi_for_each_backend(server->backend, add_headless, options);
	} else {
		add_headless(server->backend, options);
	}
	return true;
}

void outputs_stop(struct server *server) {
}

void outputs_destroy(struct server *server) {
	struct outputs *outputs = server->outputs;
	if (outputs == NULL) {
		return;
	}
	listener_remove(&outputs->new_output);
	listener_remove(&outputs->layout_change);
	struct output *output, *next;
	wl_list_for_each_safe(output, next, &outputs->list, link) {
		output_destroy(output);
	}
	if (outputs->layout != NULL) {
		wlr_output_layout_destroy(outputs->layout);
	}
	lettering_destroy(outputs->lettering);
	free(outputs);
	server->outputs = NULL;
}

void outputs_schedule(struct server *server) {
	struct output *output;
	wl_list_for_each(output, &server->outputs->list, link) {
		if (!output->is_off) {
			wlr_output_schedule_frame(output->wlr_output);
		}
	}
}

struct output *outputs_at(struct server *server, double lx, double ly) {
	struct outputs *outputs = server->outputs;
	double x, y;
	wlr_output_layout_closest_point(outputs->layout, NULL, lx, ly, &x, &y);
	struct wlr_output *wlr_output = wlr_output_layout_output_at(outputs->layout, x, y);
	struct output *output;
	wl_list_for_each(output, &outputs->list, link) {
		if (output->wlr_output == wlr_output) {
			return output;
		}
	}
	return NULL;
}

float outputs_scale_for(struct server *server, const struct wlr_box *box) {
	float scale = 0;
	struct output *output;
	wl_list_for_each(output, &server->outputs->list, link) {
		struct wlr_box output_box;
		output_get_box(output, &output_box);
		if (wlr_box_intersection(&output_box, &output_box, box)) {
			scale = fmaxf(scale, output->wlr_output->scale);
		}
	}
	return scale > 0 ? scale : 1;
}

bool outputs_strip_has(struct server *server, double lx, double ly) {
	const struct wlr_box point = {(int)floor(lx), (int)floor(ly), 1, 1};
	return outputs_strip_meets(server, &point);
}

bool outputs_strip_meets(struct server *server, const struct wlr_box *box) {
	struct output *output;
	wl_list_for_each(output, &server->outputs->list, link) {
		struct wlr_box strip, common;
		output_get_box(output, &strip);
		strip.height = strip_is_hidden(output->strip) ? STRIP_HORIZON : STRIP_HEIGHT;
		if (wlr_box_intersection(&common, &strip, box)) {
			return true;
		}
	}
	return false;
}
