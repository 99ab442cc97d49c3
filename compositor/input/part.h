/* SPDX-License-Identifier: MIT
 *
 * What the parts of a frame are to a pointer or a finger.
 */
#ifndef SILO_COMPOSITOR_INPUT_PART_H
#define SILO_COMPOSITOR_INPUT_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "decorations/frame.h"

struct window;

/* The pointer's shape over it, of the theme. */
const char *part_shape(enum frame_part part);

/* The edges, WLR_EDGE_ bits, that it moves; 0: none. */
uint32_t part_edges(enum frame_part part);

/* Does it act when it is released? */
bool part_is_button(enum frame_part part);

/* It was pressed and released there: does what it is for. */
void part_act(struct window *window, enum frame_part part);

/* The edges of window that are next to a point of the layout. */
uint32_t part_nearest_edges(struct window *window, double x, double y);

#endif
