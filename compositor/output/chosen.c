/* SPDX-License-Identifier: MIT */
#include "compositor/output/chosen.h"

#include <stdlib.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_output_layout.h>
#include <wlr/types/wlr_scene.h>

#include "base/log.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/layer_shell.h"

/* A mode whose rate is so near is meant: 60 for 59.94. */
#define REFRESH_NEAR_MHZ 1000

/* The output's mode of that size with the rate, or with the highest one if none was said. */
static struct wlr_output_mode *find_mode(const struct output_settings *chosen,
		struct wlr_output *wlr_output) {
	struct wlr_output_mode *best = NULL, *mode;
	wl_list_for_each(mode, &wlr_output->modes, link) {
		if (mode->width != chosen->width_px || mode->height != chosen->height_px) {
			continue;
		}
		int off_mhz = abs(mode->refresh - chosen->refresh_mhz);
		bool is_better = best == NULL ||
				(chosen->refresh_mhz == 0 ? mode->refresh > best->refresh
							  : off_mhz < abs(best->refresh -
										      chosen->refresh_mhz));
		if ((chosen->refresh_mhz == 0 || off_mhz <= REFRESH_NEAR_MHZ) && is_better) {
			best = mode;
		}
	}
	return best;
}

bool chosen_state(const struct output_settings *chosen, struct wlr_output *wlr_output,
		struct wlr_output_state *state) {
	if (chosen == NULL) {
		return false;
	}
	if (chosen->scale > 0) {
		wlr_output_state_set_scale(state, chosen->scale);
	}
	if (chosen->has_transform) {
		wlr_output_state_set_transform(state, chosen->transform);
	}
	if (chosen->width_px == 0) {
		return false;
	}
	if (wl_list_empty(&wlr_output->modes)) {
		wlr_output_state_set_custom_mode(state, chosen->width_px, chosen->height_px,
				chosen->refresh_mhz);
		return true;
	}
	struct wlr_output_mode *mode = find_mode(chosen, wlr_output);
	if (mode == NULL) {
		log_warn("output %s has no mode %dx%d as the settings say in line %d: using its "
			 "own",
				wlr_output->name, chosen->width_px, chosen->height_px,
				chosen->line);
		return false;
	}
	wlr_output_state_set_mode(state, mode);
	return true;
}

struct wlr_output_layout_output *chosen_place(struct output *output) {
	struct wlr_output_layout *layout = output->server->outputs->layout;
	const struct output_settings *chosen =
			settings_for_output(output->server->settings, output->wlr_output->name);
	if (chosen != NULL && chosen->has_position) {
		return wlr_output_layout_add(layout, output->wlr_output, chosen->x, chosen->y);
	}
	return wlr_output_layout_add_auto(layout, output->wlr_output);
}

static bool is_to_be_off(const struct output *output) {
	const struct output_settings *chosen =
			settings_for_output(output->server->settings, output->wlr_output->name);
	return chosen != NULL && chosen->is_off;
}

static void set_off(struct output *output, bool is_off) {
	struct outputs *outputs = output->server->outputs;
	if (output->is_off == is_off) {
		return;
	}
	struct wlr_output_state state;
	wlr_output_state_init(&state);
	wlr_output_state_set_enabled(&state, !is_off);
	bool ok = wlr_output_commit_state(output->wlr_output, &state);
	wlr_output_state_finish(&state);
	if (!ok) {
		return;
	}
	output->is_off = is_off;
	if (is_off) {
		layer_shell_forget_output(output->server, output);
		wlr_output_layout_remove(outputs->layout, output->wlr_output);
		return;
	}
	struct wlr_output_layout_output *place = chosen_place(output);
	if (place != NULL) {
		wlr_scene_output_layout_add_output(outputs->scene_layout, place,
				output->scene_output);
	}
}

void chosen_switch(struct outputs *outputs) {
	bool is_another_on = false;
	struct output *output;
	wl_list_for_each(output, &outputs->list, link) {
		is_another_on |= !is_to_be_off(output);
	}
	wl_list_for_each(output, &outputs->list, link) {
		if (is_to_be_off(output)) {
			set_off(output, is_another_on);
		}
	}
}
