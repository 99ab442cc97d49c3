/* SPDX-License-Identifier: MIT
 *
 * What the person's settings say about an output.
 */
#ifndef SILO_COMPOSITOR_OUTPUT_CHOSEN_H
#define SILO_COMPOSITOR_OUTPUT_CHOSEN_H

#include <stdbool.h>

struct output;
struct outputs;
struct wlr_output;
struct wlr_output_layout_output;
struct wlr_output_state;
struct output_settings;

/* Adds scale, transform and mode to state as far as chosen, which may be NULL, says. Returns whether it
 * says a mode that the output has. */
bool chosen_state(const struct output_settings *chosen, struct wlr_output *wlr_output,
		struct wlr_output_state *state);

/* Puts the output where the settings say, or beside the others. NULL without memory. */
struct wlr_output_layout_output *chosen_place(struct output *output);

/* Switches those off, and on again, that the settings say are off: never the last one. */
void chosen_switch(struct outputs *outputs);

#endif
