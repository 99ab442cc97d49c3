/* SPDX-License-Identifier: MIT
 *
 * What an output starts with: its mode, and the scale at which text has a readable size.
 */
#ifndef SILO_COMPOSITOR_OUTPUT_MODE_H
#define SILO_COMPOSITOR_OUTPUT_MODE_H

#include <stdbool.h>
#include <stddef.h>

struct wlr_output;
struct wlr_output_state;

/*
 * The scale for a screen of so many pixels on so many millimetres: 1, 1.25, 1.5, 2 or 3. What a screen says of
 * its size is often wrong, or an aspect ratio: sizes that no desktop screen has, and those that would make
 * its pixels oblong, count as unknown, and mean 1.
 */
float mode_scale(int width_px, int height_px, int width_mm, int height_mm);

/*
 * Commits state with the best mode that the screen takes: the one that state has, else the one that the
 * screen prefers, else the first of its others that works. Without a scale in state, that of mode_scale().
 * Returns false if the screen takes none.
 */
bool mode_commit(struct wlr_output *output, struct wlr_output_state *state);

#endif
