/* SPDX-License-Identifier: MIT */
#include "compositor/output/mode.h"

#include <math.h>
#include <wlr/types/wlr_output.h>

#include "base/log.h"

#define MM_PER_INCH 25.4
/* Diagonals in inches outside these are lies, projectors or televisions. */
#define DIAGONAL_MIN 5.0
#define DIAGONAL_MAX 50.0

struct step {
	double dots_per_inch; /* from here on */
	float scale;
};

static const struct step steps[] = {{270, 3}, {185, 2}, {140, 1.5f}};

float mode_scale(int width_px, int height_px, int width_mm, int height_mm) {
	if (width_px <= 0 || height_px <= 0 || width_mm <= 0 || height_mm <= 0) {
		return 1;
	}
	double inches = hypot(width_mm, height_mm) / MM_PER_INCH;
	if (inches < DIAGONAL_MIN || inches > DIAGONAL_MAX) {
		return 1;
	}
	double density = hypot(width_px, height_px) / inches;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		/* A scale that leaves less than a small desktop's room helps nobody. */
		if (density >= steps[i].dots_per_inch && (float)width_px / steps[i].scale >= 960) {
			return steps[i].scale;
		}
	}
	return 1;
}

static bool try_mode(struct wlr_output *output, struct wlr_output_state *state,
		struct wlr_output_mode *mode, bool has_scale) {
	if (mode != NULL) {
		wlr_output_state_set_mode(state, mode);
		if (!has_scale) {
			wlr_output_state_set_scale(state,
					mode_scale(mode->width, mode->height, output->phys_width,
							output->phys_height));
		}
	}
	return wlr_output_commit_state(output, state);
}

bool mode_commit(struct wlr_output *output, struct wlr_output_state *state) {
	bool has_scale = (state->committed & WLR_OUTPUT_STATE_SCALE) != 0;
	struct wlr_output_mode *preferred = wlr_output_preferred_mode(output), *mode;
	if ((state->committed & WLR_OUTPUT_STATE_MODE) != 0) {
		if (try_mode(output, state, state->mode, has_scale)) {
			return true;
		}
		log_warn("output %s does not take the mode that the settings say: using its own",
				output->name);
	}
	if (try_mode(output, state, preferred, has_scale)) {
		return true;
	}
	wl_list_for_each(mode, &output->modes, link) {
		if (mode != preferred && try_mode(output, state, mode, has_scale)) {
			return true;
		}
	}
	return false;
}
