/* SPDX-License-Identifier: MIT */
#include "compositor/output/chosen.h"

#include <stdio.h>
#include <stdlib.h>
#include <wlr/backend/headless.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_output_layout.h>
#include <wlr/types/wlr_scene.h>

#include "base/log.h"
#include "compositor/output/mode.h"
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

/* The scale that the options say for a headless output; 0: they say none. */
static float option_scale(const struct output *output) {
	return wlr_output_is_headless(output->wlr_output) ? output->option_scale : 0;
}

/* Everything that was chosen, and what the output has of its own for the rest. The mode only if one
 * was chosen or is to be given up; false: the output has no such mode. */
static bool fill_state(const struct output *output, const struct output_settings *chosen,
		bool had_mode, struct wlr_output_state *state) {
	struct wlr_output *wlr_output = output->wlr_output;
	bool has_mode = chosen != NULL && chosen->width_px > 0;
	wlr_output_state_set_enabled(state, true);
	wlr_output_state_set_transform(state,
			chosen != NULL && chosen->has_transform ? chosen->transform
								: WL_OUTPUT_TRANSFORM_NORMAL);
	if (chosen != NULL && chosen->scale > 0) {
		wlr_output_state_set_scale(state, chosen->scale);
	} else if (option_scale(output) > 0) {
		wlr_output_state_set_scale(state, option_scale(output));
	}
	if (!has_mode && !had_mode) {
		return true;
	}
	if (wl_list_empty(&wlr_output->modes)) {
		wlr_output_state_set_custom_mode(state,
				has_mode ? chosen->width_px : output->own_width_px,
				has_mode ? chosen->height_px : output->own_height_px,
				has_mode ? chosen->refresh_mhz : 0);
		return true;
	}
	struct wlr_output_mode *mode = has_mode ? find_mode(chosen, wlr_output)
						: wlr_output_preferred_mode(wlr_output);
	if (mode != NULL) {
		wlr_output_state_set_mode(state, mode);
	}
	return mode != NULL || !has_mode;
}

static const struct output_settings *chosen_for(const struct output *output) {
	return settings_for_output(output->server->settings, output->wlr_output->name);
}

static void warn_of_mode(const struct output *output, const struct output_settings *chosen,
		const char *outcome) {
	char rate[16] = "";
	if (chosen->refresh_mhz > 0) {
		snprintf(rate, sizeof(rate), "@%g", chosen->refresh_mhz / 1000.0);
	}
	log_warn("output %s has no mode %dx%d%s, which line %d of the settings says: %s",
			output->wlr_output->name, chosen->width_px, chosen->height_px, rate,
			chosen->line, outcome);
}

bool chosen_enable(struct output *output) {
	struct wlr_output *wlr_output = output->wlr_output;
	const struct output_settings *chosen = chosen_for(output);
	struct wlr_output_state state;
	wlr_output_state_init(&state);
	if (!fill_state(output, chosen, false, &state)) {
		warn_of_mode(output, chosen, "using its own");
	}
	bool ok = mode_commit(wlr_output, &state);
	wlr_output_state_finish(&state);
	return ok;
}

struct wlr_output_layout_output *chosen_place(struct output *output) {
	struct wlr_output_layout *layout = output->server->outputs->layout;
	const struct output_settings *chosen = chosen_for(output);
	if (chosen != NULL && chosen->has_position) {
		return wlr_output_layout_add(layout, output->wlr_output, chosen->x, chosen->y);
	}
	return wlr_output_layout_add_auto(layout, output->wlr_output);
}

static bool is_to_be_off(const struct output *output) {
	const struct output_settings *chosen = chosen_for(output);
	return chosen != NULL && chosen->is_off;
}

static bool disable(struct output *output) {
	struct wlr_output_state state;
	wlr_output_state_init(&state);
	wlr_output_state_set_enabled(&state, false);
	bool ok = wlr_output_commit_state(output->wlr_output, &state);
	wlr_output_state_finish(&state);
	return ok;
}

static bool enable_again(struct output *output) {
	struct wlr_output_state state;
	wlr_output_state_init(&state);
	wlr_output_state_set_enabled(&state, true);
	bool ok = wlr_output_commit_state(output->wlr_output, &state);
	wlr_output_state_finish(&state);
	return ok;
}

void chosen_set_dark(struct output *output, bool is_dark) {
	if (output->wlr_output->enabled != is_dark) {
		return;
	}
	if (is_dark ? !disable(output) : !enable_again(output) && !chosen_enable(output)) {
		log_warn("output %s cannot be switched %s", output->wlr_output->name,
				is_dark ? "off" : "on");
	}
}

static void set_off(struct output *output, bool is_off) {
	struct outputs *outputs = output->server->outputs;
	if (output->is_off == is_off || !(is_off ? disable(output) : chosen_enable(output))) {
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
	/* First on and then off: windows have somewhere to go. */
	for (int is_off = 0; is_off < 2; is_off++) {
		wl_list_for_each(output, &outputs->list, link) {
			if ((is_to_be_off(output) && is_another_on) == is_off) {
				set_off(output, is_off);
			}
		}
	}
}

/* What a block says, but for off: chosen_switch() does that. */
static bool says_the_same(const struct output_settings *a, const struct output_settings *b) {
	return a->width_px == b->width_px && a->height_px == b->height_px &&
			a->refresh_mhz == b->refresh_mhz && a->has_position == b->has_position &&
			a->x == b->x && a->y == b->y && a->scale == b->scale &&
			a->has_transform == b->has_transform && a->transform == b->transform;
}

static bool is_placed_alike(const struct output_settings *a, const struct output_settings *b) {
	return a->has_position == b->has_position && a->x == b->x && a->y == b->y;
}

/* Wide enough for a person to see what is on it, as at the start. */
static void choose_scale(const struct output *output, struct wlr_output_state *state) {
	const struct wlr_output *wlr_output = output->wlr_output;
	if ((state->committed & WLR_OUTPUT_STATE_SCALE) != 0) {
		return;
	}
	int width = wlr_output->width, height = wlr_output->height;
	if ((state->committed & WLR_OUTPUT_STATE_MODE) != 0) {
		bool is_fixed = state->mode_type == WLR_OUTPUT_STATE_MODE_FIXED;
		width = is_fixed ? state->mode->width : state->custom_mode.width;
		height = is_fixed ? state->mode->height : state->custom_mode.height;
	}
	wlr_output_state_set_scale(state,
			mode_scale(width, height, wlr_output->phys_width, wlr_output->phys_height));
}

static void change(struct output *output, const struct output_settings *before,
		const struct output_settings *after) {
	struct wlr_output *wlr_output = output->wlr_output;
	struct wlr_output_state state;
	wlr_output_state_init(&state);
	if (!fill_state(output, after, before->width_px > 0, &state)) {
		warn_of_mode(output, after, "it keeps the one that it has");
	}
	choose_scale(output, &state);
	if (!wlr_output_test_state(wlr_output, &state) ||
			!wlr_output_commit_state(wlr_output, &state)) {
		log_warn("output %s does not take what line %d of the settings says: it stays as "
			 "it was",
				wlr_output->name, after->line != 0 ? after->line : before->line);
	}
	wlr_output_state_finish(&state);
	if (!is_placed_alike(before, after)) {
		chosen_place(output);
	}
}

void chosen_reload(struct outputs *outputs, const struct settings *old) {
	static const struct output_settings nothing;
	struct output *output;
	wl_list_for_each(output, &outputs->list, link) {
		const struct output_settings *before =
				settings_for_output(old, output->wlr_output->name);
		const struct output_settings *after = chosen_for(output);
		before = before != NULL ? before : &nothing;
		after = after != NULL ? after : &nothing;
		if (!output->is_off && !after->is_off && !says_the_same(before, after)) {
			change(output, before, after);
		}
	}
	chosen_switch(outputs);
}
