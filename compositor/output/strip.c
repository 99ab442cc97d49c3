/* SPDX-License-Identifier: MIT */
#include "compositor/output/strip.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_keyboard.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/util/box.h>

#include "compositor/domain/domain.h"
#include "compositor/input/bindings.h"
#include "compositor/input/constraint.h"
#include "compositor/input/focus.h"
#include "compositor/input/keyboard.h"
#include "compositor/lock/idle.h"
#include "compositor/lock/lock.h"
#include "compositor/output/buffer.h"
#include "compositor/output/layers.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/ask.h"
#include "compositor/shell/capture.h"
#include "compositor/window/bare.h"
#include "compositor/window/frame_view.h"
#include "compositor/window/reveal.h"
#include "decorations/strip.h"

struct strip {
	struct output *output;
	struct wlr_scene_buffer *node;
	struct wlr_box box; /* of the strip, empty until it is placed */
	float scale;
	bool is_hidden;          /* but for its line */
	struct strip_spec shown; /* as it was painted last; zeroed before */
	char captured_by[96];    /* in it, its own copy */
};

struct strip *strip_create(struct output *output) {
	struct strip *strip = calloc(1, sizeof(*strip));
	if (strip == NULL) {
		return NULL;
	}
	strip->output = output;
	strip->node = wlr_scene_buffer_create(output->server->layers->trees[LAYER_STRIP], NULL);
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

static void make_spec(const struct strip *strip, struct strip_spec *ret_spec) {
	struct server *server = strip->output->server;
	struct domain *domain = focus_domain(server);
	const struct focus_hold *hold = focus_held(server);
	*ret_spec = (struct strip_spec){
			.holder = STRIP_NOBODY,
			.dark = !server->settings->is_light,
			.scale = (double)strip->scale,
			.width = strip->box.width,
			.caps_lock = keyboards_have_caps_lock(server),
			.cannot_ask = ask_is_lost(server),
			.captured_by = captures_words(server),
			.hint = reveal_hint(server),
	};
	/* On all outputs alike, and nothing of machines. */
	if (lock_is_on(server)) {
		ret_spec->holder = STRIP_LOCKED;
		ret_spec->hint = NULL;
		return;
	}
	const struct domain *awake = idle_inhibitor(server);
	if (awake != NULL) {
		ret_spec->awake_label = awake->label;
		ret_spec->awake_colors = awake->colors;
		ret_spec->awake_glyph = awake->glyph;
	}
	if (domain == NULL) {
		return;
	}
	ret_spec->holder = domain->is_host ? STRIP_HOST : STRIP_VM;
	ret_spec->label = hold != NULL && hold->label != NULL ? hold->label : domain->label;
	ret_spec->colors = domain->colors;
	ret_spec->glyph = domain->glyph;
	ret_spec->emulated = domain->is_emulated;
	ret_spec->badge = domain->is_host ? NULL : frame_badge_text(frame_view_badge(domain));
	ret_spec->elsewhere = focus_output(server) != strip->output;
	if (constraints_state(server) != CONSTRAINT_NONE) {
		ret_spec->hint = bindings_modifier(server) == WLR_MODIFIER_ALT
				? "Alt Esc  free the pointer"
				: "Super Esc  free the pointer";
	}
	if (bare_is_on(strip->output)) {
		ret_spec->hint = "hold Esc to leave";
	}
}

/* Of words that are kept and change. */
static bool is_same_text(const char *a, const char *b) {
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Labels are a domain's, or static: one that goes takes keyboard and windows with it first. */
static bool is_same(const struct strip_spec *a, const struct strip_spec *b) {
	return a->holder == b->holder && a->label == b->label && a->glyph == b->glyph &&
			a->emulated == b->emulated && a->badge == b->badge && a->hint == b->hint &&
			a->elsewhere == b->elsewhere && a->caps_lock == b->caps_lock &&
			a->cannot_ask == b->cannot_ask && a->awake_label == b->awake_label &&
			a->awake_glyph == b->awake_glyph &&
			memcmp(&a->awake_colors, &b->awake_colors, sizeof(a->awake_colors)) == 0 &&
			is_same_text(a->captured_by, b->captured_by) && a->dark == b->dark &&
			a->scale == b->scale && a->width == b->width &&
			memcmp(&a->colors, &b->colors, sizeof(a->colors)) == 0;
}

/* Shows all of it, or its line alone at the very top: where a window may be fullscreen without a frame. */
static void crop(struct strip *strip, bool is_hidden) {
	strip->is_hidden = is_hidden;
	const struct wlr_buffer *buffer = strip->node->buffer;
	if (buffer == NULL) {
		return;
	}
	int line = (int)round(STRIP_HORIZON * (double)strip->scale);
	struct wlr_fbox all = {.width = buffer->width, .height = buffer->height};
	/* The last pixels of it are its fill alone, whatever the tile at its left is. */
	struct wlr_fbox foot = {.x = buffer->width - line,
			.y = buffer->height - line,
			.width = line,
			.height = line};
	wlr_scene_buffer_set_source_box(strip->node, is_hidden ? &foot : &all);
	wlr_scene_buffer_set_dest_size(strip->node, strip->box.width,
			is_hidden ? STRIP_HORIZON : strip->box.height);
}

bool strip_is_hidden(const struct strip *strip) {
	return strip->is_hidden;
}

void strip_update(struct strip *strip) {
	if (wlr_box_empty(&strip->box)) {
		return;
	}
	struct strip_spec spec;
	make_spec(strip, &spec);
	bool is_hidden = bare_hides_strip(strip->output);
	if (is_same(&spec, &strip->shown)) {
		if (is_hidden != strip->is_hidden) {
			crop(strip, is_hidden);
		}
		return;
	}
	int width, height;
	strip_size(&spec, &width, &height);
	struct pixels *pixels = pixels_create(width, height);
	if (pixels == NULL) {
		return;
	}
	strip_paint(&spec, strip->output->server->outputs->lettering, pixels->data, width, height,
			pixels->stride);
	wlr_scene_buffer_set_buffer(strip->node, &pixels->base);
	wlr_buffer_drop(&pixels->base);
	if (spec.captured_by != NULL) {
		snprintf(strip->captured_by, sizeof(strip->captured_by), "%s", spec.captured_by);
		spec.captured_by = strip->captured_by;
	}
	strip->shown = spec;
	crop(strip, is_hidden);
}

void strip_place(struct strip *strip, const struct wlr_box *box, float scale) {
	strip->box = (struct wlr_box){.width = box->width, .height = STRIP_HEIGHT};
	strip->scale = scale;
	strip_update(strip);
	wlr_scene_node_set_position(&strip->node->node, box->x, box->y);
}
