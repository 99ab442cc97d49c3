/* SPDX-License-Identifier: MIT
 *
 * The trusted strip of one output in the scene: which domain has the keyboard. On outputs other than
 * the one with the keyboard it says so without colour.
 */
#ifndef SILO_COMPOSITOR_OUTPUT_STRIP_H
#define SILO_COMPOSITOR_OUTPUT_STRIP_H

#include <stdbool.h>

struct output;
struct strip;
struct wlr_box;

/* For output, which outlives it. Returns NULL without memory. */
struct strip *strip_create(struct output *output);

/* NULL is legal. */
void strip_destroy(struct strip *strip);

/* Puts it at the top of the output's box and paints it for that scale. */
void strip_place(struct strip *strip, const struct wlr_box *box, float scale);

/* Shows who has the keyboard now; cheap if that has not changed. */
void strip_update(struct strip *strip);

/* Is only its line in sight? */
bool strip_is_hidden(const struct strip *strip);

#endif
