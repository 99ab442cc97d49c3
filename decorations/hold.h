/* SPDX-License-Identifier: MIT
 *
 * The sheet under the strip that asks to go on holding a chord, and how long still. Host strings only.
 */
#ifndef SILO_DECORATIONS_HOLD_H
#define SILO_DECORATIONS_HOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "decorations/lettering.h"
#include "decorations/plate.h"

#define HOLD_WIDTH 420
#define HOLD_HEIGHT 56

struct hold_spec {
	const char *words;  /* "Hold to freeze" */
	struct plate plate; /* what it is about */
	double progress;    /* 0 to 1 */
	bool dark;
	double scale;
};

/* Paints the sheet; pixels as for frame_paint(). Returns false without memory. */
bool hold_paint(const struct hold_spec *spec, struct lettering *lettering, void *pixels, int width,
		int height, size_t stride);

#endif
