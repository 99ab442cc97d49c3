/* SPDX-License-Identifier: MIT
 *
 * The right end of the strip: what is true now of the session, in words. Host strings only, and the
 * name of a host's tool.
 */
#ifndef SILO_DECORATIONS_STRIP_ITEMS_H
#define SILO_DECORATIONS_STRIP_ITEMS_H

#include <cairo.h>

#include "decorations/strip.h"

/*
 * Paints them to the left of end and not beyond start, around middle, in device pixels. Where there is no room for
 * all, what matters least is left out, and how many states were is said.
 */
void strip_items_paint(const struct strip_spec *spec, struct lettering *lettering, cairo_t *cr,
		double start, double end, double middle);

#endif
