/* SPDX-License-Identifier: MIT
 *
 * Pictures for golden tests: a canvas on which pieces are laid as a compositor would, and the
 * comparison with a committed PNG.
 */
#ifndef SILO_TESTS_GOLDEN_PICTURE_H
#define SILO_TESTS_GOLDEN_PICTURE_H

#include <cairo.h>
#include <stdbool.h>

#include "decorations/frame.h"
#include "decorations/lettering.h"
#include "decorations/palette.h"

/* What every program of golden tests has from its command line, "GOLDEN-DIR OUT-DIR", and the fonts. */
struct golden {
	const char *dir, *out;
	struct lettering *lettering;
};

/* Fills golden, to be finished with lettering_destroy(). Returns 0, or an exit status after a complaint. */
int golden_init(struct golden *golden, int argc, char *argv[]);

/* A new opaque picture; the caller destroys it. */
cairo_surface_t *picture_create(int width, int height, struct color ground);

/*
 * Lays a frame and its client area (as a flat) on picture; left and top are the device pixels of
 * the client area's corner.
 */
void picture_put_frame(cairo_surface_t *picture, const struct frame *frame,
		struct lettering *lettering, int left, int top);

/*
 * Compares picture with DIR/NAME.png, or writes it there if SILO_UPDATE is set. On a difference
 * writes OUT/NAME.png and OUT/NAME.diff.png, says so on standard error, and returns false.
 */
bool picture_check(cairo_surface_t *picture, const char *dir, const char *out, const char *name);

#endif
