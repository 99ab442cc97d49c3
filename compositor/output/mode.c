/* SPDX-License-Identifier: MIT */
#include "compositor/output/mode.h"

#include <math.h>
#include <wlr/types/wlr_output.h>

#include "base/log.h"

#define MM_PER_INCH 25.4
/* Diagonals in inches outside these are lies, projectors or televisions. */
#define DIAGONAL_MIN 5.0
#define DIAGONAL_MAX 50.0
/* Pixels are square, but for what rounding to centimetres does to a small screen. */
#define SQUARE_TOLERANCE 1.25

struct step {
	double dots_per_inch; /* from here on */
	float scale;
};

/* The least is that of a laptop's 15.6 inches with 1920 × 1080; 27 inches with 2560 × 1440 have 109. */
static const struct step steps[] = {{270, 3}, {185, 2}, {150, 1.5f}, {135, 1.25f}};

/* Screens that say an aspect ratio in place of a size, in centimetres or decimetres. */
static bool is_aspect_ratio(int width_mm, int height_mm) {
	static const int ratios[][2] = {{16, 9}, {16, 10}, {4, 3}, {5, 4}};
	for (size_t i = 0; i < sizeof(ratios) / sizeof(ratios[0]); i++) {
		for (int unit = 1; unit <= 100; unit *= 10) {
			/* 400 by 300 and 500 by 400 are true sizes. */
			bool is_true = unit == 100 && ratios[i][0] < 10;
			if (!is_true && width_mm == ratios[i][0] * unit &&
					height_mm == ratios[i][1] * unit) {
				return true;
			}
		}
	}
	return false;
}

/* Also for a screen whose size is said for its upright position. */
static bool has_square_pixels(int width_px, int height_px, int width_mm, int height_mm) {
	double ratio = (double)width_px / height_px;
	double lying = ratio * height_mm / width_mm, upright = ratio * width_mm / height_mm;
	return fmax(lying, 1 / lying) <= SQUARE_TOLERANCE ||
			fmax(upright, 1 / upright) <= SQUARE_TOLERANCE;
}

float mode_scale(int width_px, int height_px, int width_mm, int height_mm) {
	if (width_px <= 0 || height_px <= 0 || width_mm <= 0 || height_mm <= 0 ||
			is_aspect_ratio(width_mm, height_mm) ||
			!has_square_pixels(width_px, height_px, width_mm, height_mm)) {
		return 1;
	}
	double inches = hypot(width_mm, height_mm) / MM_PER_INCH;
	if (inches < DIAGONAL_MIN || inches > DIAGONAL_MAX) {
		return 1;
	}
	float longer_px = (float)(width_px > height_px ? width_px : height_px);
	double density = hypot(width_px, height_px) / inches;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		/* A scale that leaves less than a small desktop's room helps nobody. */
		if (density >= steps[i].dots_per_inch && longer_px / steps[i].scale >= 960) {
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
