/* SPDX-License-Identifier: MIT */
#include "compositor/window/shadow.h"

#include <stdlib.h>
#include <wlr/types/wlr_scene.h>

#include "base/log.h"
#include "compositor/output/buffer.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "decorations/shadow.h"

/* Looks that are kept: those of windows and sheets at the scales of some outputs. What the scene
 * shows of one that was dropped stays until it shows another. */
#define PICTURES_MAX 9

struct picture {
	struct shadow_look look;
	struct wlr_buffer *parts[SHADOW_PARTS]; /* NULL: without memory */
};

struct shadows {
	struct server *server;
	struct picture pictures[PICTURES_MAX]; /* those used last first */
	size_t len;
};

struct shadow {
	struct shadows *shadows;
	struct wlr_scene_tree *tree;
	struct wlr_scene_buffer *nodes[SHADOW_PARTS];
};

static void picture_finish(struct picture *picture) {
	for (size_t i = 0; i < SHADOW_PARTS; i++) {
		wlr_buffer_drop(picture->parts[i]);
	}
	*picture = (struct picture){0};
}

static struct picture picture_paint(const struct shadow_look *look) {
	struct picture picture = {.look = *look};
	for (size_t i = 0; i < SHADOW_PARTS; i++) {
		int width, height;
		shadow_part_size(look, (enum shadow_part)i, &width, &height);
		struct pixels *pixels = pixels_create(width, height);
		if (pixels != NULL) {
			shadow_paint(look, (enum shadow_part)i, pixels->data, pixels->stride);
			picture.parts[i] = &pixels->base;
		}
	}
	return picture;
}

static bool looks_are_equal(const struct shadow_look *a, const struct shadow_look *b) {
	return a->kind == b->kind && a->dark == b->dark && a->scale == b->scale;
}

static const struct picture *find_picture(struct shadows *shadows, const struct shadow_look *look) {
	struct picture found;
	size_t at = 0;
	while (at < shadows->len && !looks_are_equal(&shadows->pictures[at].look, look)) {
		at++;
	}
	if (at < shadows->len) {
		found = shadows->pictures[at];
	} else {
		found = picture_paint(look);
		if (at == PICTURES_MAX) {
			picture_finish(&shadows->pictures[--at]);
		} else {
			shadows->len++;
		}
	}
	for (; at > 0; at--) {
		shadows->pictures[at] = shadows->pictures[at - 1];
	}
	shadows->pictures[0] = found;
	return &shadows->pictures[0];
}

/* What lies below it is pressed. */
static bool accepts_no_input(struct wlr_scene_buffer *buffer, double *x, double *y) {
	return false;
}

struct shadow *shadow_create(struct server *server, struct wlr_scene_tree *parent) {
	struct shadow *shadow = calloc(1, sizeof(*shadow));
	struct wlr_scene_tree *tree = shadow != NULL ? wlr_scene_tree_create(parent) : NULL;
	if (tree == NULL) {
		free(shadow);
		return NULL;
	}
	shadow->shadows = server->shadows;
	shadow->tree = tree;
	wlr_scene_node_lower_to_bottom(&tree->node);
	wlr_scene_node_set_enabled(&tree->node, false);
	for (size_t i = 0; i < SHADOW_PARTS; i++) {
		shadow->nodes[i] = wlr_scene_buffer_create(tree, NULL);
		if (shadow->nodes[i] == NULL) {
			shadow_destroy(shadow);
			return NULL;
		}
		shadow->nodes[i]->point_accepts_input = accepts_no_input;
		/* Stretched edges are of one colour along their length. */
		wlr_scene_buffer_set_filter_mode(shadow->nodes[i], WLR_SCALE_FILTER_NEAREST);
	}
	return shadow;
}

void shadow_destroy(struct shadow *shadow) {
	if (shadow != NULL) {
		wlr_scene_node_destroy(&shadow->tree->node);
		free(shadow);
	}
}

static void show_part(struct wlr_scene_buffer *node, const struct shadow_place *place,
		struct wlr_buffer *buffer) {
	bool is_seen = place->width > 0 && place->height > 0;
	wlr_scene_node_set_enabled(&node->node, is_seen);
	if (!is_seen) {
		return;
	}
	const struct wlr_fbox from = {
			place->from_x, place->from_y, place->from_width, place->from_height};
	if (node->buffer != buffer) {
		wlr_scene_buffer_set_buffer(node, buffer);
	}
	wlr_scene_buffer_set_source_box(node, &from);
	wlr_scene_buffer_set_dest_size(node, place->width, place->height);
	wlr_scene_node_set_position(&node->node, place->x, place->y);
}

static void show(struct shadow *shadow, const struct shadow_look *look,
		const struct shadow_place places[SHADOW_PARTS]) {
	const struct picture *picture = find_picture(shadow->shadows, look);
	for (size_t i = 0; i < SHADOW_PARTS; i++) {
		show_part(shadow->nodes[i], &places[i], picture->parts[i]);
	}
	wlr_scene_node_set_enabled(&shadow->tree->node, true);
}

static void hide(struct shadow *shadow) {
	if (shadow != NULL) {
		wlr_scene_node_set_enabled(&shadow->tree->node, false);
	}
}

void shadow_show(struct shadow *shadow, const struct frame_spec *spec) {
	if (shadow == NULL || !shadow_is_cast(spec)) {
		hide(shadow);
		return;
	}
	struct shadow_look look = shadow_look(spec);
	struct shadow_place places[SHADOW_PARTS];
	shadow_layout(spec, places);
	show(shadow, &look, places);
}

void shadow_show_sheet(struct shadow *shadow, const struct wlr_box *box) {
	struct server *server = shadow != NULL ? shadow->shadows->server : NULL;
	if (shadow == NULL || box == NULL || server->settings->is_without_shadows) {
		hide(shadow);
		return;
	}
	const struct shadow_look look = {.kind = SHADOW_OF_SHEET,
			.dark = !server->settings->is_light,
			.scale = (double)outputs_scale_for(server, box)};
	struct shadow_place places[SHADOW_PARTS];
	shadow_layout_sheet(&look, box->width, box->height, places);
	wlr_scene_node_set_position(&shadow->tree->node, box->x, box->y);
	show(shadow, &look, places);
}

bool shadows_create(struct server *server) {
	server->shadows = calloc(1, sizeof(*server->shadows));
	if (server->shadows == NULL) {
		log_error("out of memory");
		return false;
	}
	server->shadows->server = server;
	return true;
}

void shadows_destroy(struct server *server) {
	if (server->shadows == NULL) {
		return;
	}
	for (size_t i = 0; i < server->shadows->len; i++) {
		picture_finish(&server->shadows->pictures[i]);
	}
	free(server->shadows);
	server->shadows = NULL;
}
