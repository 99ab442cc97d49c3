/* SPDX-License-Identifier: MIT
 *
 * Outputs: modes, place in the layout, frames, wallpaper, and the trusted strip along the top of
 * each.
 */
#ifndef SILO_COMPOSITOR_OUTPUT_OUTPUT_H
#define SILO_COMPOSITOR_OUTPUT_OUTPUT_H

#include <stdbool.h>
#include <wayland-server-core.h>
#include <wlr/util/box.h>

struct lettering;
struct server;
struct strip;
struct wlr_output;
struct wlr_output_layout;
struct wlr_scene_buffer;
struct wlr_scene_output;
struct wlr_scene_output_layout;

struct output_insets {
	int left, top, right, bottom;
};

struct output {
	struct server *server;
	struct wlr_output *wlr_output;
	struct wlr_scene_output *scene_output;
	struct wlr_scene_buffer *wallpaper; /* NULL until painted */
	struct strip *strip;
	int own_width_px, own_height_px; /* as it came; for one without modes */
	float option_scale;              /* for a headless one, 0: none */
	bool is_off;                     /* as the settings say, while another is on */
	struct wlr_box told_box;         /* in the layout, when that changed last; empty before */
	struct output_insets reserved;   /* by layer surfaces, of the area below the strip */
	struct wl_list link;             /* outputs.list */
	struct wl_listener frame, request_state, destroy;
};

/* One that has gone since windows were last told of a layout with outputs in it. */
struct output_gone {
	char name[32];
	struct wlr_box told_box;
};

#define OUTPUTS_GONE_MAX 8

struct outputs {
	struct server *server;
	struct wlr_output_layout *layout;
	struct wlr_scene_output_layout *scene_layout;
	struct lettering *lettering; /* for all that is drawn */
	struct wl_list list;         /* output.link */
	struct output_gone gone[OUTPUTS_GONE_MAX];
	size_t gone_len;
	struct wl_listener new_output, layout_change;
	struct wl_signal changed; /* sizes or places of outputs; no data */
	struct wl_signal drawing; /* an output is about to be drawn; no data */
};

bool outputs_create(struct server *server);
void outputs_destroy(struct server *server);

/* Starts the backend, whose outputs and devices then arrive; a module of its own in the order. */
bool outputs_start(struct server *server);
void outputs_stop(struct server *server);

/* The output at a point of the layout, or the nearest. NULL if there is none. */
struct output *outputs_at(struct server *server, double lx, double ly);

/* Sees to it that every output is drawn soon, also if nothing in the scene has changed yet. */
void outputs_schedule(struct server *server);

/* The settings have changed: wallpaper and strips are painted anew. */
void outputs_repaint(struct server *server);

/* The output's box in the layout; the part of it below the strip; and what layer surfaces leave
 * of that. */
void output_get_box(struct output *output, struct wlr_box *ret_box);
void output_get_area(struct output *output, struct wlr_box *ret_box);
void output_get_usable(struct output *output, struct wlr_box *ret_box);

/* Shows on every strip who has the keyboard now. */
void outputs_update_strips(struct server *server);

/* The scale to paint what lies in box with: the largest of the outputs that show it. */
float outputs_scale_for(struct server *server, const struct wlr_box *box);

/* Is the point on a strip? */
bool outputs_strip_has(struct server *server, double lx, double ly);

/* Does a part of box lie on a strip? */
bool outputs_strip_meets(struct server *server, const struct wlr_box *box);

#endif
