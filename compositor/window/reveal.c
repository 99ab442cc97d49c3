/* SPDX-License-Identifier: MIT
 *
 * One opaque picture an output, above all layers but the strip, painted before the output is drawn and
 * only if something has changed. The focus stays where it is: its window is not even told that its
 * keys go elsewhere.
 */
#include "compositor/window/reveal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_keyboard.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_scene.h>

#include "base/limits.h"
#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/input/bindings.h"
#include "compositor/input/focus.h"
#include "compositor/input/pointer.h"
#include "compositor/listen.h"
#include "compositor/output/buffer.h"
#include "compositor/output/layers.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/steer.h"
#include "compositor/window/arrange.h"
#include "compositor/window/frame_view.h"
#include "compositor/window/popup.h"
#include "compositor/window/switcher.h"
#include "compositor/window/titles.h"
#include "compositor/window/window.h"
#include "decorations/reveal.h"

/* More windows and popups than these are not named, and then not in sight either: the ground is. */
#define ITEMS_MAX 512
#define POPUPS_MAX 32 /* of one window */
#define OUTPUTS_MAX 16
/* K held so long kills; the ring closes in steps. */
#define KILL_STEPS 4
#define KILL_STEP_MS 250

struct picture {
	struct output *output;
	struct wlr_scene_buffer *all, *foot;
};

struct reveal {
	struct server *server;
	bool is_open;
	struct picture pictures[OUTPUTS_MAX];
	size_t pictures_len;
	struct reveal_item items[ITEMS_MAX]; /* in the layout */
	size_t items_len;
	int kill_steps;               /* passed while K is held; -1: it is not */
	char killed[VM_NAME_MAX + 1]; /* the VM that had the keyboard when K was pressed */
	struct wl_event_source *timer;
	struct wl_listener drawing; /* connected while it is to be painted */
	struct wl_listener outputs_changed;
};

const char *reveal_hint(struct server *server) {
	const struct settings *settings = server->settings;
	for (size_t i = 0; i < settings->bindings_len; i++) {
		const struct binding *binding = &settings->bindings[i];
		if (binding->symbol == XKB_KEY_Escape && binding->modifiers == BINDING_MOD &&
				binding->action != NULL && strcmp(binding->action, "reveal") == 0) {
			return bindings_modifier(server) == WLR_MODIFIER_ALT ? "Alt Esc  reveal"
									     : "Super Esc  reveal";
		}
	}
	return NULL;
}

bool reveal_is_open(struct server *server) {
	return server->reveal != NULL && server->reveal->is_open;
}

static void add_item(struct reveal *reveal, struct window *window, const struct wlr_box *box,
		bool is_popup) {
	if (reveal->items_len == ITEMS_MAX) {
		return;
	}
	const struct domain *domain = window->domain;
	float scale = outputs_scale_for(reveal->server, box);
	int size = (int)round((double)scale * REVEAL_TITLE_SIZE);
	reveal->items[reveal->items_len++] = (struct reveal_item){
			.plate = {domain->label, domain->colors, domain->glyph},
			.fault = frame_badge_text(frame_view_badge(domain)),
			.x = box->x,
			.y = box->y,
			.width = box->width,
			.height = box->height,
			.title = is_popup ? NULL : titles_get(window, TITLE_REVEAL, size),
			.is_popup = is_popup,
	};
}

static void add_window(struct reveal *reveal, struct window *window) {
	struct wlr_box boxes[POPUPS_MAX], box;
	size_t len = popups_get_boxes(window, boxes, POPUPS_MAX);
	for (size_t i = 0; i < len; i++) {
		add_item(reveal, window, &boxes[i], true);
	}
	arrange_get_frame(window, &box);
	add_item(reveal, window, &box, false);
}

/* Topmost first, as the layers have it. */
static void collect(struct reveal *reveal) {
	struct window *full = focus_window(reveal->server), *window;
	full = full != NULL && full->is_fullscreen && window_is_shown(full) ? full : NULL;
	reveal->items_len = 0;
	if (full != NULL) {
		add_window(reveal, full);
	}
	wl_list_for_each(window, windows_stack(reveal->server), link) {
		if (window != full && window_is_shown(window)) {
			add_window(reveal, window);
		}
	}
}

static void show(struct wlr_scene_buffer *node, struct pixels *pixels, const struct wlr_box *box) {
	wlr_scene_buffer_set_buffer(node, &pixels->base);
	wlr_scene_buffer_set_dest_size(node, box->width, box->height);
	wlr_scene_node_set_position(&node->node, box->x, box->y);
	wlr_buffer_drop(&pixels->base);
}

static struct pixels *pixels_for(const struct wlr_box *box, double scale) {
	return pixels_create((int)round(box->width * scale), (int)round(box->height * scale));
}

static void paint_all(struct reveal *reveal, struct picture *picture, const struct wlr_box *box) {
	double scale = (double)picture->output->wlr_output->scale;
	struct pixels *pixels = pixels_for(box, scale);
	struct reveal_item *items = calloc(reveal->items_len + 1, sizeof(*items));
	if (pixels != NULL && items != NULL) {
		for (size_t i = 0; i < reveal->items_len; i++) {
			items[i] = reveal->items[i];
			items[i].x -= box->x;
			items[i].y -= box->y;
		}
		const struct reveal_spec spec = {items, reveal->items_len, scale};
		reveal_paint(&spec, reveal->server->outputs->lettering, pixels->data,
				pixels->base.width, pixels->base.height, pixels->stride);
		show(picture->all, pixels, box);
	} else if (pixels != NULL) {
		wlr_buffer_drop(&pixels->base);
	}
	free(items);
}

/* Windows and VMs in sight. */
static void count(const struct reveal *reveal, struct reveal_foot *foot) {
	const struct domain *domain;
	const struct window *window;
	wl_list_for_each(domain, domains_list(reveal->server), link) {
		size_t windows = 0;
		wl_list_for_each(window, windows_stack(reveal->server), link) {
			windows += window->domain == domain && window_is_shown(window);
		}
		foot->windows += windows;
		foot->vms += windows > 0 && !domain->is_host;
	}
}

static void paint_foot(struct reveal *reveal, struct picture *picture, const struct wlr_box *box) {
	struct server *server = reveal->server;
	const struct domain *domain = focus_domain(server);
	struct reveal_foot foot = {
			.progress = reveal->kill_steps > 0 ? (double)reveal->kill_steps / KILL_STEPS
							   : 0,
			.modifier = bindings_modifier(server) == WLR_MODIFIER_ALT ? "Alt" : "Super",
			.scale = (double)picture->output->wlr_output->scale,
	};
	count(reveal, &foot);
	if (domain != NULL) {
		foot.plate = (struct plate){domain->label,
				domain->is_host ? theme_host_colors(true) : domain->colors,
				domain->glyph};
		foot.is_vm = !domain->is_host;
		foot.is_frozen = domain->is_frozen;
	}
	const struct wlr_box at = {.x = box->x,
			.y = box->y + box->height - REVEAL_FOOT,
			.width = box->width,
			.height = REVEAL_FOOT};
	struct pixels *pixels = pixels_for(&at, foot.scale);
	if (pixels != NULL) {
		reveal_paint_foot(&foot, server->outputs->lettering, pixels->data,
				pixels->base.width, pixels->base.height, pixels->stride);
		show(picture->foot, pixels, &at);
	}
}

static void handle_drawing(struct wl_listener *listener, void *data) {
	struct reveal *reveal = wl_container_of(listener, reveal, drawing);
	listener_remove(&reveal->drawing);
	collect(reveal);
	for (size_t i = 0; i < reveal->pictures_len; i++) {
		struct picture *picture = &reveal->pictures[i];
		struct wlr_box box;
		output_get_area(picture->output, &box);
		if (box.width > 0 && box.height > REVEAL_FOOT) {
			paint_all(reveal, picture, &box);
			paint_foot(reveal, picture, &box);
		}
	}
}

void reveal_touch(struct server *server) {
	struct reveal *reveal = server->reveal;
	if (reveal != NULL && reveal->is_open && reveal->drawing.link.next == NULL) {
		listener_add(&reveal->drawing, &server->outputs->drawing, handle_drawing);
		outputs_schedule(server);
	}
}

static void drop_pictures(struct reveal *reveal) {
	while (reveal->pictures_len > 0) {
		struct picture *picture = &reveal->pictures[--reveal->pictures_len];
		wlr_scene_node_destroy(&picture->all->node);
		wlr_scene_node_destroy(&picture->foot->node);
	}
}

static bool make_picture(struct reveal *reveal, struct output *output) {
	struct wlr_scene_tree *layer = reveal->server->layers->trees[LAYER_REVEAL];
	struct picture picture = {.output = output, .all = wlr_scene_buffer_create(layer, NULL)};
	picture.foot = picture.all != NULL ? wlr_scene_buffer_create(layer, NULL) : NULL;
	if (picture.foot == NULL) {
		if (picture.all != NULL) {
			wlr_scene_node_destroy(&picture.all->node);
		}
		return false;
	}
	reveal->pictures[reveal->pictures_len++] = picture;
	return true;
}

static void make_pictures(struct reveal *reveal) {
	struct output *output;
	wl_list_for_each(output, &reveal->server->outputs->list, link) {
		if (reveal->pictures_len == OUTPUTS_MAX || !make_picture(reveal, output)) {
			log_warn("an output is not revealed: out of memory, or too many outputs");
			return;
		}
	}
}

static void end_kill(struct reveal *reveal) {
	reveal->kill_steps = -1;
	wl_event_source_timer_update(reveal->timer, 0);
	reveal_touch(reveal->server);
}

void reveal_open(struct server *server) {
	struct reveal *reveal = server->reveal;
	if (reveal->is_open) {
		return;
	}
	switcher_cancel(server);
	pointer_end(server);
	reveal->is_open = true;
	reveal->kill_steps = -1;
	make_pictures(reveal);
	outputs_update_strips(server);
	reveal_touch(server);
	pointer_rebase(server);
}

void reveal_close(struct server *server) {
	struct reveal *reveal = server->reveal;
	if (reveal == NULL || !reveal->is_open) {
		return;
	}
	reveal->is_open = false;
	listener_remove(&reveal->drawing);
	wl_event_source_timer_update(reveal->timer, 0);
	drop_pictures(reveal);
	outputs_update_strips(server);
	pointer_rebase(server);
}

static int handle_timer(void *data) {
	struct reveal *reveal = data;
	struct domain *domain = focus_domain(reveal->server);
	if (!reveal->is_open || reveal->kill_steps < 0) {
		return 0;
	}
	if (domain == NULL || strcmp(domain->name, reveal->killed) != 0) {
		end_kill(reveal);
		return 0;
	}
	reveal->kill_steps++;
	if (reveal->kill_steps < KILL_STEPS) {
		wl_event_source_timer_update(reveal->timer, KILL_STEP_MS);
	} else {
		steer_kill(reveal->server, domain);
		reveal->kill_steps = -1;
	}
	reveal_touch(reveal->server);
	return 0;
}

void reveal_key(struct server *server, xkb_keysym_t symbol, bool is_press, bool is_virtual) {
	struct reveal *reveal = server->reveal;
	struct domain *domain = focus_domain(server);
	xkb_keysym_t lower = xkb_keysym_to_lower(symbol);
	if (is_virtual || domain == NULL || domain->is_host) {
		return;
	}
	if (lower == XKB_KEY_f && is_press) {
		steer_freeze(server, domain);
	} else if (lower == XKB_KEY_k && is_press && reveal->kill_steps < 0) {
		reveal->kill_steps = 0;
		snprintf(reveal->killed, sizeof(reveal->killed), "%s", domain->name);
		wl_event_source_timer_update(reveal->timer, KILL_STEP_MS);
	} else if (lower == XKB_KEY_k && !is_press) {
		end_kill(reveal);
	}
}

/* Before outputs that have gone are painted for. */
static void handle_outputs_changed(struct wl_listener *listener, void *data) {
	struct reveal *reveal = wl_container_of(listener, reveal, outputs_changed);
	if (reveal->is_open) {
		drop_pictures(reveal);
		make_pictures(reveal);
		reveal_touch(reveal->server);
	}
}

bool reveal_create(struct server *server) {
	struct reveal *reveal = calloc(1, sizeof(*reveal));
	if (reveal == NULL) {
		log_error("out of memory");
		return false;
	}
	reveal->server = server;
	reveal->timer = wl_event_loop_add_timer(server->loop, handle_timer, reveal);
	if (reveal->timer == NULL) {
		free(reveal);
		log_error("out of memory");
		return false;
	}
	listener_add(&reveal->outputs_changed, &server->outputs->changed, handle_outputs_changed);
	server->reveal = reveal;
	return true;
}

void reveal_destroy(struct server *server) {
	struct reveal *reveal = server->reveal;
	if (reveal == NULL) {
		return;
	}
	listener_remove(&reveal->drawing);
	listener_remove(&reveal->outputs_changed);
	drop_pictures(reveal);
	wl_event_source_remove(reveal->timer);
	free(reveal);
	server->reveal = NULL;
}
