/* SPDX-License-Identifier: MIT
 *
 * Sets a title: the one place where a guest's text meets pango and the fonts' tables. Lives in silo-text,
 * in a box; the compositor does not link it.
 */
#ifndef SILO_DECORATIONS_TEXT_SHAPE_H
#define SILO_DECORATIONS_TEXT_SHAPE_H

#include <stddef.h>

#include "decorations/title.h"

struct shaper;

/* With the fonts of the look, and no others of the user's choice. NULL: there is no font. */
struct shaper *shaper_create(void);

/* NULL is legal. */
void shaper_destroy(struct shaper *shaper);

/*
 * Sets at most TEXT_CODES_MAX code points of text, any bytes, in letters of that size in device pixels.
 * Returns a picture that is the caller's, or NULL: nothing of it can be seen, or it is too large.
 */
struct title_picture *shaper_set(struct shaper *shaper, const char *text, size_t len, int size);

#endif
