/* SPDX-License-Identifier: MIT
 *
 * Colours of VMs and of the host. Hue means a VM; the host has paper, greys and ink only. Every VM
 * colour comes with a text colour that stands out from it by at least 4.5:1. Host strings only.
 */
#ifndef SILO_DECORATIONS_PALETTE_H
#define SILO_DECORATIONS_PALETTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct color {
	uint8_t r, g, b;
};

/* A VM's form mark: it follows the VM, so that colour is never the only difference. */
enum glyph {
	GLYPH_TRIANGLE,
	GLYPH_SQUARE,
	GLYPH_DISC,
	GLYPH_DIAMOND,
	GLYPH_RING,
	GLYPH_PLUS,
	GLYPH_BARS,
	GLYPH_CRESCENT,
	GLYPH_ZIGZAG,
	GLYPH_CHEVRONS,
	GLYPH_HOURGLASS,
	GLYPH_STAR,
	GLYPH_COUNT,
	/* Silo's own mark, for windows of the host: no VM can have it, and it has no name. */
	GLYPH_HOST = GLYPH_COUNT,
};

/* One VM's colours, derived from its fill by vm_colors_derive(). */
struct vm_colors {
	struct color fill;
	struct color text;  /* on fill and on plate, contrast at least 4.5 */
	struct color plate; /* the glyph's cell: the fill moved away from its text */
};

/* The twelve colours in order of assignment; entry i goes with glyph i. */
#define PALETTE_COUNT 12

struct palette_entry {
	const char *name; /* "red" */
	struct color fill;
};

extern const struct palette_entry palette[PALETTE_COUNT];

/* The host's colours, light or dark. */
struct theme {
	struct color ground, wall[4], surface, bar, raised, sunken, line, ink, ink2, ink3;
	struct color keyline; /* 1 px outside every frame: ink over ground, opaque */
	double shade;         /* alpha of the shadow of an active frame */
};

const struct theme *theme_get(bool dark);

/* Parses "#rrggbb" or one of the twelve names. Returns false for anything else. */
bool color_parse(const char *text, struct color *ret_color);

/* Writes "#rrggbb" with its terminator. */
void color_format(struct color color, char out[8]);

/* a moved towards b by t, 0 to 1. */
struct color color_mix(struct color a, struct color b, double t);

/* WCAG contrast of two colours, 1 to 21. */
double color_contrast(struct color a, struct color b);

/* The colours of the host's own windows: ink, no hue. */
struct vm_colors theme_host_colors(bool dark);

/* The colours of a VM whose fill is any colour. */
struct vm_colors vm_colors_derive(struct color fill);

/* The glyph's name, as in manifests: "triangle". glyph must be below GLYPH_COUNT. */
const char *glyph_name(enum glyph glyph);

/* Finds a glyph by its name. Returns false if there is none. */
bool glyph_parse(const char *name, enum glyph *ret_glyph);

#endif
