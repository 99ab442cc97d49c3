/* SPDX-License-Identifier: MIT
 *
 * What the person's settings say about an output.
 */
#ifndef SILO_COMPOSITOR_OUTPUT_CHOSEN_H
#define SILO_COMPOSITOR_OUTPUT_CHOSEN_H

#include <stdbool.h>

struct output;
struct outputs;
struct settings;
struct wlr_output_layout_output;

/* Switches the output on with what the settings say, and what it has of its own for the rest. Returns
 * false if it takes no mode at all. */
bool chosen_enable(struct output *output);

/* Switches the output off or on again for as long as nobody is there. It keeps its place and its windows. */
void chosen_set_dark(struct output *output, bool is_dark);

/* Puts the output where the settings say, or beside the others. NULL without memory. */
struct wlr_output_layout_output *chosen_place(struct output *output);

/* Switches those off, and on again, that the settings say are off: never the last one. */
void chosen_switch(struct outputs *outputs);

/* The settings have been read again, old are those from before: carries out what has changed, and only
 * that. What an output does not take is logged, and it stays as it was. */
void chosen_reload(struct outputs *outputs, const struct settings *old);

#endif
