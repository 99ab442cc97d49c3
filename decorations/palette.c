/* SPDX-License-Identifier: MIT */
#include "decorations/palette.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define RGB(hex) {(hex) >> 16 & 0xff, (hex) >> 8 & 0xff, (hex) & 0xff}

const struct palette_entry palette[PALETTE_COUNT] = {
		{"red", RGB(0xca2a39)},
		{"blue", RGB(0x0175d4)},
		{"green", RGB(0x337745)},
		{"yellow", RGB(0xf2d42d)},
		{"violet", RGB(0x5d27a7)},
		{"orange", RGB(0xee7d1f)},
		{"teal", RGB(0x11534f)},
		{"pink", RGB(0xdb94b3)},
		{"sky", RGB(0x71c9ea)},
		{"lime", RGB(0xabd78a)},
		{"brown", RGB(0x723903)},
		{"plum", RGB(0x501c52)},
};

static const char *const glyph_names[GLYPH_COUNT] = {
		[GLYPH_TRIANGLE] = "triangle",
		[GLYPH_SQUARE] = "square",
		[GLYPH_DISC] = "disc",
		[GLYPH_DIAMOND] = "diamond",
		[GLYPH_RING] = "ring",
		[GLYPH_PLUS] = "plus",
		[GLYPH_BARS] = "bars",
		[GLYPH_CRESCENT] = "crescent",
		[GLYPH_ZIGZAG] = "zigzag",
		[GLYPH_CHEVRONS] = "chevrons",
		[GLYPH_HOURGLASS] = "hourglass",
		[GLYPH_STAR] = "star",
};

static const struct theme light = {
		.ground = RGB(0xd9d7d2),
		.wall = {RGB(0xd2d0ca), RGB(0xcbc9c3), RGB(0xc4c2bb), RGB(0xbdbbb4)},
		.surface = RGB(0xf3f2ef),
		.bar = RGB(0xe7e5e1),
		.raised = RGB(0xfbfaf8),
		.sunken = RGB(0xe7e5e1),
		.line = RGB(0xcbc8c1),
		.ink = RGB(0x14161a),
		.ink2 = RGB(0x55585e),
		.ink3 = RGB(0x85888d),
		.keyline = RGB(0x9e9d9b), /* ink at 30 % */
		.shade = 0.30,
};

static const struct theme dark = {
		.ground = RGB(0x16181b),
		.wall = {RGB(0x1a1c20), RGB(0x1e2125), RGB(0x22262a), RGB(0x272b30)},
		.surface = RGB(0x1f2225),
		.bar = RGB(0x2a2d31),
		.raised = RGB(0x282b2f),
		.sunken = RGB(0x17191c),
		.line = RGB(0x3b3f44),
		.ink = RGB(0xeceae6),
		.ink2 = RGB(0xa9abae),
		.ink3 = RGB(0x75787c),
		.keyline = RGB(0x5f5f60), /* ink at 34 % */
		.shade = 0.55,
};

const struct theme *theme_get(bool is_dark) {
	return is_dark ? &dark : &light;
}

static int hex_digit(char c) {
	if (c >= '0' && c <= '9') {
		return c - '0';
	} else if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	} else if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return -1;
}

bool color_parse(const char *text, struct color *ret_color) {
	for (size_t i = 0; i < PALETTE_COUNT; i++) {
		if (strcmp(text, palette[i].name) == 0) {
			*ret_color = palette[i].fill;
			return true;
		}
	}
	if (text[0] != '#' || strlen(text) != 7) {
		return false;
	}
	uint8_t bytes[3];
	for (size_t i = 0; i < 3; i++) {
		int high = hex_digit(text[1 + 2 * i]), low = hex_digit(text[2 + 2 * i]);
		if (high < 0 || low < 0) {
			return false;
		}
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	*ret_color = (struct color){bytes[0], bytes[1], bytes[2]};
	return true;
}

void color_format(struct color color, char out[8]) {
	snprintf(out, 8, "#%02x%02x%02x", color.r, color.g, color.b);
}

static uint8_t mix_channel(uint8_t a, uint8_t b, double t) {
	return (uint8_t)lround(a + (b - a) * t);
}

struct color color_mix(struct color a, struct color b, double t) {
	return (struct color){mix_channel(a.r, b.r, t), mix_channel(a.g, b.g, t),
			mix_channel(a.b, b.b, t)};
}

static double linear(uint8_t channel) {
	double v = channel / 255.0;
	return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(struct color color) {
	return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b);
}

double color_contrast(struct color a, struct color b) {
	double la = luminance(a), lb = luminance(b);
	return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}

struct vm_colors vm_colors_derive(struct color fill) {
	static const struct color white = RGB(0xffffff), ink = RGB(0x14161a), black = RGB(0x000000);
	struct vm_colors colors = {.fill = fill, .text = white, .plate = fill};
	double on_white = color_contrast(fill, white), on_ink = color_contrast(fill, ink);
	if (on_ink > on_white) {
		colors.text = ink;
	}
	/* A small band of middle luminance suits neither; there black does. */
	if (fmax(on_ink, on_white) < 4.5) {
		colors.text = black;
	}
	bool text_is_white = colors.text.r == 0xff;
	colors.plate = text_is_white ? color_mix(fill, black, 0.22) : color_mix(fill, white, 0.38);
	return colors;
}

struct vm_colors theme_host_colors(bool is_dark) {
	return vm_colors_derive(theme_get(is_dark)->ink);
}

const char *glyph_name(enum glyph glyph) {
	return glyph_names[glyph];
}

bool glyph_parse(const char *name, enum glyph *ret_glyph) {
	for (size_t i = 0; i < GLYPH_COUNT; i++) {
		if (strcmp(name, glyph_names[i]) == 0) {
			*ret_glyph = (enum glyph)i;
			return true;
		}
	}
	return false;
}
