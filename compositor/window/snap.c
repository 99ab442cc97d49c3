/* SPDX-License-Identifier: MIT */
#include "compositor/window/snap.h"

#include <stdlib.h>
#include <wlr/types/wlr_scene.h>

#include "base/log.h"
#include "compositor/output/layers.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/window/window.h"
#include "decorations/palette.h"

/* How near to the edge the pointer must be, in layout pixels. */
#define REACH 4
/* The outline: ink, and a line of the surface's colour inside, so that it stands out on anything. */
#define INK 4
#define LINE 1
#define SIDES 4

struct snaps {
	struct wlr_scene_tree *tree;
	struct wlr_scene_rect *ink[SIDES], *line[SIDES];
};

static struct wlr_scene_rect *make_rect(struct snaps *snaps, struct color color) {
	const float rgba[4] = {(float)color.r / 255, (float)color.g / 255, (float)color.b / 255, 1};
	return wlr_scene_rect_create(snaps->tree, 0, 0, rgba);
}

bool snaps_create(struct server *server) {
	struct snaps *snaps = calloc(1, sizeof(*snaps));
	server->snaps = snaps;
	bool ok = snaps != NULL;
	if (ok) {
		snaps->tree = wlr_scene_tree_create(server->layers->trees[LAYER_OVERLAY]);
		ok = snaps->tree != NULL;
	}
	const struct theme *theme = theme_get(!server->settings->is_light);
	for (int i = 0; ok && i < SIDES; i++) {
		snaps->ink[i] = make_rect(snaps, theme->ink);
		snaps->line[i] = make_rect(snaps, theme->surface);
		ok = snaps->ink[i] != NULL && snaps->line[i] != NULL;
	}
	if (!ok) {
		log_error("out of memory");
		return false;
	}
	wlr_scene_node_set_enabled(&snaps->tree->node, false);
	return true;
}

void snaps_destroy(struct server *server) {
	if (server->snaps == NULL) {
		return;
	}
	if (server->snaps->tree != NULL) {
		wlr_scene_node_destroy(&server->snaps->tree->node);
	}
	free(server->snaps);
	server->snaps = NULL;
}

struct wlr_box snap_box(enum snap snap, const struct wlr_box *usable) {
	struct wlr_box box = *usable;
	int left = usable->width / 2;
	if (snap == SNAP_LEFT) {
		box.width = left;
	} else if (snap == SNAP_RIGHT) {
		box.x += left;
		box.width -= left;
	}
	return box;
}

enum snap snap_at(struct server *server, double lx, double ly) {
	struct output *output = outputs_at(server, lx, ly);
	if (output == NULL) {
		return SNAP_NONE;
	}
	struct wlr_box box, usable;
	output_get_box(output, &box);
	output_get_usable(output, &usable);
	if (lx < box.x + REACH) {
		return SNAP_LEFT;
	}
	if (lx >= box.x + box.width - REACH) {
		return SNAP_RIGHT;
	}
	return ly < usable.y + REACH ? SNAP_FULL : SNAP_NONE;
}

static void place_outline(struct wlr_scene_rect *rects[SIDES], const struct wlr_box *box,
		int width) {
	const struct wlr_box sides[SIDES] = {
			{box->x, box->y, box->width, width},
			{box->x, box->y + box->height - width, box->width, width},
			{box->x, box->y + width, width, box->height - 2 * width},
			{box->x + box->width - width, box->y + width, width,
					box->height - 2 * width},
	};
	for (int i = 0; i < SIDES; i++) {
		wlr_scene_node_set_position(&rects[i]->node, sides[i].x, sides[i].y);
		wlr_scene_rect_set_size(rects[i], sides[i].width, sides[i].height);
	}
}

void snap_preview(struct server *server, enum snap snap, double lx, double ly) {
	struct snaps *snaps = server->snaps;
	struct output *output = snap != SNAP_NONE ? outputs_at(server, lx, ly) : NULL;
	if (output != NULL) {
		struct wlr_box usable;
		output_get_usable(output, &usable);
		struct wlr_box box = snap_box(snap, &usable);
		struct wlr_box inner = {box.x + INK, box.y + INK, box.width - 2 * INK,
				box.height - 2 * INK};
		if (inner.width > 2 * LINE && inner.height > 2 * LINE) {
			place_outline(snaps->ink, &box, INK);
			place_outline(snaps->line, &inner, LINE);
		}
	}
	wlr_scene_node_set_enabled(&snaps->tree->node, output != NULL);
}

void snap_drop(struct window *window, enum snap snap, double lx, double ly,
		const struct wlr_box *area) {
	struct output *output = outputs_at(window->server, lx, ly);
	if (output == NULL) {
		return;
	}
	/* Its middle says which output a window is on. */
	struct wlr_box box;
	output_get_box(output, &box);
	window_move(window, box.x + (box.width - window->area.width) / 2,
			box.y + (box.height - window->area.height) / 2);
	if (snap == SNAP_FULL) {
		window_set_maximized(window, true);
	} else {
		window_set_snap(window, snap);
	}
	window->floating = *area;
}
