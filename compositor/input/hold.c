/* SPDX-License-Identifier: MIT */
#include "compositor/input/hold.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_scene.h>

#include "base/limits.h"
#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/input/actions.h"
#include "compositor/input/focus.h"
#include "compositor/output/buffer.h"
#include "compositor/output/layers.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "decorations/hold.h"

/* A second, shown in steps: only what is measured moves, and at most four times a second. */
#define STEPS 4
#define STEP_MS 250

struct hold {
	struct server *server;
	const struct action *action; /* NULL: nothing is held */
	uint32_t modifiers;
	uint32_t keycode;
	bool has_key;
	int steps;                /* of a confirmation, passed */
	char vm[VM_NAME_MAX + 1]; /* that it is about: it is for no other */
	struct wl_event_source *timer;
	struct wlr_scene_buffer *sheet; /* NULL: not in sight */
};

static void hide(struct hold *hold) {
	if (hold->sheet != NULL) {
		wlr_scene_node_destroy(&hold->sheet->node);
		hold->sheet = NULL;
	}
}

static void show(struct hold *hold, const struct domain *domain) {
	struct server *server = hold->server;
	struct output *output = focus_output(server);
	if (output == NULL) {
		return;
	}
	const struct hold_spec spec = {
			.words = hold->action->confirm,
			.plate = {domain->label, domain->colors, domain->glyph},
			.progress = (double)hold->steps / STEPS,
			.dark = !server->settings->is_light,
			.scale = (double)output->wlr_output->scale,
	};
	struct pixels *pixels = pixels_create((int)round(HOLD_WIDTH * spec.scale),
			(int)round(HOLD_HEIGHT * spec.scale));
	if (hold->sheet == NULL) {
		hold->sheet = wlr_scene_buffer_create(server->layers->trees[LAYER_REVEAL], NULL);
	}
	if (pixels != NULL && hold->sheet != NULL) {
		struct wlr_box area;
		hold_paint(&spec, server->outputs->lettering, pixels->data, pixels->base.width,
				pixels->base.height, pixels->stride);
		output_get_area(output, &area);
		wlr_scene_buffer_set_buffer(hold->sheet, &pixels->base);
		wlr_scene_buffer_set_dest_size(hold->sheet, HOLD_WIDTH, HOLD_HEIGHT);
		wlr_scene_node_set_position(&hold->sheet->node,
				area.x + (area.width - HOLD_WIDTH) / 2, area.y);
	}
	if (pixels != NULL) {
		wlr_buffer_drop(&pixels->base);
	}
}

void hold_cancel(struct server *server) {
	struct hold *hold = server->hold;
	if (hold == NULL || hold->action == NULL) {
		return;
	}
	const struct action *action = hold->action;
	hold->action = NULL;
	wl_event_source_timer_update(hold->timer, 0);
	hide(hold);
	if (action->end != NULL) {
		action->end(server);
	}
}

/* The VM that has the keyboard, if it still is the one that it had when the chord was pressed. */
static struct domain *domain_of(const struct hold *hold) {
	struct domain *domain = focus_domain(hold->server);
	bool is_same = domain != NULL && strcmp(domain->name, hold->vm) == 0;
	return is_same ? domain : NULL;
}

static int handle_timer(void *data) {
	struct hold *hold = data;
	const struct domain *domain = hold->action != NULL ? domain_of(hold) : NULL;
	if (domain == NULL) {
		hold_cancel(hold->server);
		return 0;
	}
	hold->steps++;
	if (hold->steps < STEPS) {
		show(hold, domain);
		wl_event_source_timer_update(hold->timer, STEP_MS);
		return 0;
	}
	const struct action *action = hold->action;
	hold_cancel(hold->server);
	action->run(hold->server, 0);
	return 0;
}

void hold_begin(struct server *server, const struct action *action, uint32_t modifiers) {
	struct hold *hold = server->hold;
	struct domain *domain = focus_domain(server);
	hold_cancel(server);
	if (action->confirm != NULL && (domain == NULL || domain->is_host)) {
		return;
	}
	hold->action = action;
	hold->modifiers = modifiers;
	hold->has_key = false;
	hold->steps = 0;
	if (action->confirm == NULL) {
		action->run(server, 0);
		return;
	}
	snprintf(hold->vm, sizeof(hold->vm), "%s", domain->name);
	show(hold, domain);
	wl_event_source_timer_update(hold->timer, STEP_MS);
}

void hold_note_key(struct server *server, uint32_t keycode) {
	struct hold *hold = server->hold;
	if (hold->action != NULL && !hold->has_key) {
		hold->has_key = true;
		hold->keycode = keycode;
	}
}

void hold_release_key(struct server *server, uint32_t keycode) {
	struct hold *hold = server->hold;
	if (hold->action != NULL && hold->has_key && hold->keycode == keycode) {
		hold_cancel(server);
	}
}

void hold_update_modifiers(struct server *server, uint32_t modifiers) {
	struct hold *hold = server->hold;
	if (hold->action != NULL && (hold->modifiers & ~modifiers) != 0) {
		hold_cancel(server);
	}
}

bool hold_create(struct server *server) {
	struct hold *hold = calloc(1, sizeof(*hold));
	if (hold == NULL) {
		log_error("out of memory");
		return false;
	}
	hold->server = server;
	hold->timer = wl_event_loop_add_timer(server->loop, handle_timer, hold);
	if (hold->timer == NULL) {
		free(hold);
		log_error("out of memory");
		return false;
	}
	server->hold = hold;
	return true;
}

void hold_destroy(struct server *server) {
	struct hold *hold = server->hold;
	if (hold == NULL) {
		return;
	}
	hide(hold);
	wl_event_source_remove(hold->timer);
	free(hold);
	server->hold = NULL;
}
