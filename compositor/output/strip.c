/* SPDX-License-Identifier: MIT */
#include "compositor/output/strip.h"

#include <stdlib.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/util/box.h>

#include "compositor/domain/domain.h"
#include "compositor/input/focus.h"
#include "compositor/options.h"
#include "compositor/output/buffer.h"
#include "compositor/output/layers.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "decorations/strip.h"

struct strip {
	struct server *server;
	struct wlr_scene_buffer *node;
	struct wlr_box box; /* of the strip, empty until it is placed */
	float scale;
};

struct strip *strip_create(struct server *server) {
	struct strip *strip = calloc(1, sizeof(*strip));
	if (strip == NULL) {
		return NULL;
	}
	strip->server = server;
	strip->node = wlr_scene_buffer_create(server->layers->trees[LAYER_STRIP], NULL);
	if (strip->node == NULL) {
		free(strip);
		return NULL;
	}
	return strip;
}

void strip_destroy(struct strip *strip) {
	if (strip == NULL) {
		return;
	}
	wlr_scene_node_destroy(&strip->node->node);
	free(strip);
}

void strip_update(struct strip *strip) {
	if (wlr_box_empty(&strip->box)) {
		return;
	}
	struct server *server = strip->server;
	struct domain *domain = focus_domain(server);
	struct strip_spec spec = {
			.holder = domain == NULL          ? STRIP_NOBODY
					: domain->is_host ? STRIP_HOST
							  : STRIP_VM,
			.label = domain == NULL ? NULL : domain->label,
			.dark = !server->options->light,
			.scale = (double)strip->scale,
			.width = strip->box.width,
	};
	if (domain != NULL) {
		spec.colors = domain->colors;
		spec.glyph = domain->glyph;
		spec.emulated = domain->is_emulated;
	}
	int width, height;
	strip_size(&spec, &width, &height);
	struct pixels *pixels = pixels_create(width, height);
	if (pixels == NULL) {
		return;
	}
	strip_paint(&spec, server->outputs->lettering, pixels->data, width, height, pixels->stride);
	wlr_scene_buffer_set_buffer(strip->node, &pixels->base);
	wlr_scene_buffer_set_dest_size(strip->node, strip->box.width, strip->box.height);
	wlr_buffer_drop(&pixels->base);
}

void strip_place(struct strip *strip, const struct wlr_box *box, float scale) {
	if (strip->box.width != box->width || strip->scale != scale) {
		strip->box = (struct wlr_box){.width = box->width, .height = STRIP_HEIGHT};
		strip->scale = scale;
		strip_update(strip);
	}
	wlr_scene_node_set_position(&strip->node->node, box->x, box->y);
}
