/* SPDX-License-Identifier: MIT
 *
 * The trusted strip along an output's top: which VM has the keyboard, and at the right what is true of
 * the session. Host strings only.
 */
#ifndef SILO_DECORATIONS_STRIP_H
#define SILO_DECORATIONS_STRIP_H

#include <stdbool.h>
#include <stddef.h>

#include "decorations/lettering.h"
#include "decorations/palette.h"

#define STRIP_HEIGHT 28 /* logical pixels, the horizon with it */
#define STRIP_HORIZON 3 /* the line at its foot, in the tile's colour */

enum strip_holder {
	STRIP_NOBODY, /* "No window" */
	STRIP_HOST,   /* label says what: "Silo asks" */
	STRIP_VM,
	STRIP_LOCKED, /* "Locked" */
};

/* What the strip shows. Strings are borrowed for the call. */
struct strip_spec {
	enum strip_holder holder;
	const char *label; /* of a VM or the host */
	struct vm_colors colors;
	enum glyph glyph;
	bool emulated;           /* the VM runs under software emulation: permanent mark */
	const char *badge;       /* how the VM misbehaves, after its name; NULL: it does not */
	bool elsewhere;          /* the keyboard is on another output: no colour, no mark */
	bool caps_lock;          /* said at the right, before the hint */
	const char *captured_by; /* a host's tool that looks at the screens; NULL: none does */
	const char *awake_label; /* of whose window keeps the screens on and unlocked; NULL: none */
	struct vm_colors awake_colors;
	enum glyph awake_glyph;
	bool cannot_ask;  /* likewise: nobody asks the user, so every answer is no */
	const char *hint; /* at the right: "Super Esc  reveal"; NULL: none */
	bool dark;
	double scale;
	int width; /* of the output, logical pixels */
};

/* The size of the strip's bitmap in device pixels. */
void strip_size(const struct strip_spec *spec, int *ret_width, int *ret_height);

/* The width of the tile at its left in logical pixels, for clicks. */
double strip_tile_width(const struct strip_spec *spec, struct lettering *lettering);

/* Paints the strip, opaque; pixels as for frame_paint(). Returns false without memory. */
bool strip_paint(const struct strip_spec *spec, struct lettering *lettering, void *pixels,
		int width, int height, size_t stride);

#endif
