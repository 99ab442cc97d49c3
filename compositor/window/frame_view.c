/* SPDX-License-Identifier: MIT
 *
 * Laying out and painting take some hundred microseconds, and clients can ask for another size or
 * title thousands of times a second. So an update only notes what is to be shown: it is laid out
 * when somebody asks where its parts are, and painted just before an output is drawn.
 */
#include "compositor/window/frame_view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_scene.h>

#include "compositor/domain/domain.h"
#include "compositor/listen.h"
#include "compositor/output/buffer.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/window/reveal.h"
#include "compositor/window/shadow.h"
#include "compositor/window/window.h"
#include "decorations/frame_paint.h"

struct frame_view {
	struct server *server;
	struct wlr_scene_tree *tree;
	struct shadow *shadow;                          /* NULL: none */
	struct wlr_scene_node *nodes[FRAME_PIECES_MAX]; /* NULL: none */
	struct frame_spec spec; /* what is to be shown; its strings are below */
	bool has_spec;
	struct frame frame; /* of spec, if is_laid_out */
	bool is_laid_out;
	struct wl_listener drawing; /* connected while the scene does not show spec yet */
	char label[VM_LABEL_MAX + 1];
	struct title_picture *title; /* of spec */
};

struct frame_view *frame_view_create(struct server *server, struct wlr_scene_tree *parent) {
	struct frame_view *view = calloc(1, sizeof(*view));
	if (view == NULL) {
		return NULL;
	}
	view->server = server;
	view->tree = wlr_scene_tree_create(parent);
	if (view->tree == NULL) {
		free(view);
		return NULL;
	}
	return view;
}

bool frame_view_add_shadow(struct frame_view *view) {
	view->shadow = shadow_create(view->server, view->tree->node.parent);
	return view->shadow != NULL;
}

void frame_view_destroy(struct frame_view *view) {
	if (view == NULL) {
		return;
	}
	reveal_touch(view->server);
	listener_remove(&view->drawing);
	title_picture_unref(view->title);
	shadow_destroy(view->shadow);
	wlr_scene_node_destroy(&view->tree->node);
	free(view);
}

struct frame_spec frame_view_spec(struct server *server, const struct domain *domain,
		enum frame_kind kind) {
	return (struct frame_spec){
			.kind = kind,
			.label = domain->label,
			.colors = domain->colors,
			.glyph = domain->glyph,
			.emulated = domain->is_emulated,
			.dark = !server->settings->is_light,
			.shadow = !server->settings->is_without_shadows,
			.badge = frame_view_badge(domain),
			.pattern = server->settings->has_patterns,
			.scale = 1,
	};
}

enum frame_badge frame_view_badge(const struct domain *domain) {
	if (domain->is_frozen) {
		return FRAME_BADGE_FROZEN;
	}
	return domain->blame.count > domain->blame.acknowledged ? FRAME_BADGE_HELD_BACK
								: FRAME_BADGE_NONE;
}

static bool strings_are_equal(const char *a, const char *b) {
	return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

static bool colors_are_equal(const struct vm_colors *a, const struct vm_colors *b) {
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool specs_are_equal(const struct frame_spec *a, const struct frame_spec *b) {
	bool at_same_place = (a->x == b->x && a->y == b->y) || rint(a->scale) == a->scale;
	return at_same_place && a->kind == b->kind && strings_are_equal(a->label, b->label) &&
			a->title == b->title && colors_are_equal(&a->colors, &b->colors) &&
			a->glyph == b->glyph && a->buttons == b->buttons &&
			a->active == b->active && a->maximised == b->maximised &&
			a->emulated == b->emulated && a->urgent == b->urgent &&
			a->shadow == b->shadow && a->chip == b->chip && a->badge == b->badge &&
			a->pattern == b->pattern && a->hovered == b->hovered &&
			a->pressed == b->pressed && a->dark == b->dark && a->scale == b->scale &&
			a->width == b->width && a->height == b->height;
}

static void show_solid(struct frame_view *view, size_t index, const struct frame_piece *piece) {
	const float color[4] = {
			(float)piece->color.r / 255,
			(float)piece->color.g / 255,
			(float)piece->color.b / 255,
			1,
	};
	struct wlr_scene_node *node = view->nodes[index];
	if (node != NULL && node->type == WLR_SCENE_NODE_RECT) {
		struct wlr_scene_rect *rect = wlr_scene_rect_from_node(node);
		wlr_scene_rect_set_size(rect, piece->width, piece->height);
		wlr_scene_rect_set_color(rect, color);
		return;
	}
	if (node != NULL) {
		wlr_scene_node_destroy(node);
	}
	struct wlr_scene_rect *rect =
			wlr_scene_rect_create(view->tree, piece->width, piece->height, color);
	view->nodes[index] = rect != NULL ? &rect->node : NULL;
}

static void show_painted(struct frame_view *view, size_t index, const struct frame_piece *piece) {
	struct wlr_scene_node *node = view->nodes[index];
	if (node != NULL && node->type != WLR_SCENE_NODE_BUFFER) {
		wlr_scene_node_destroy(node);
		node = NULL;
	}
	if (node == NULL) {
		struct wlr_scene_buffer *buffer = wlr_scene_buffer_create(view->tree, NULL);
		node = buffer != NULL ? &buffer->node : NULL;
		view->nodes[index] = node;
	}
	int width, height;
	frame_piece_size(&view->frame, piece, &width, &height);
	struct pixels *pixels = pixels_create(width, height);
	if (node == NULL || pixels == NULL) {
		if (pixels != NULL) {
			wlr_buffer_drop(&pixels->base);
		}
		return;
	}
	frame_paint(&view->frame, piece, view->server->outputs->lettering, pixels->data, width,
			height, pixels->stride);
	struct wlr_scene_buffer *buffer = wlr_scene_buffer_from_node(node);
	wlr_scene_buffer_set_buffer(buffer, &pixels->base);
	wlr_scene_buffer_set_dest_size(buffer, piece->width, piece->height);
	wlr_buffer_drop(&pixels->base);
}

static void lay_out(struct frame_view *view) {
	if (view->has_spec && !view->is_laid_out) {
		frame_layout(&view->frame, &view->spec, view->server->outputs->lettering);
		view->is_laid_out = true;
	}
}

static void paint(struct frame_view *view) {
	lay_out(view);
	shadow_show(view->shadow, &view->spec);
	for (size_t i = 0; i < FRAME_PIECES_MAX; i++) {
		if (i >= view->frame.n_pieces) {
			if (view->nodes[i] != NULL) {
				wlr_scene_node_destroy(view->nodes[i]);
				view->nodes[i] = NULL;
			}
			continue;
		}
		const struct frame_piece *piece = &view->frame.pieces[i];
		if (piece->is_solid) {
			show_solid(view, i, piece);
		} else {
			show_painted(view, i, piece);
		}
		if (view->nodes[i] != NULL) {
			wlr_scene_node_set_position(view->nodes[i], piece->x, piece->y);
		}
	}
}

static void handle_drawing(struct wl_listener *listener, void *data) {
	struct frame_view *view = wl_container_of(listener, view, drawing);
	listener_remove(&view->drawing);
	paint(view);
}

void frame_view_update(struct frame_view *view, const struct frame_spec *spec) {
	if (view->has_spec && specs_are_equal(&view->spec, spec)) {
		return;
	}
	reveal_touch(view->server);
	view->spec = *spec;
	snprintf(view->label, sizeof(view->label), "%s", spec->label != NULL ? spec->label : "");
	view->spec.label = view->label;
	struct title_picture *before = view->title;
	view->title = title_picture_ref(spec->title);
	title_picture_unref(before);
	view->has_spec = true;
	view->is_laid_out = false;
	if (view->drawing.link.next == NULL) {
		listener_add(&view->drawing, &view->server->outputs->drawing, handle_drawing);
		outputs_schedule(view->server);
	}
}

const struct frame *frame_view_frame(struct frame_view *view) {
	lay_out(view);
	return &view->frame;
}
