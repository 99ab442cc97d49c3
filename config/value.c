/* SPDX-License-Identifier: MIT */
#include "config/value.h"

#include <string.h>

const char *const value_color_names[] = {"red", "blue", "green", "yellow", "violet", "orange",
		"teal", "pink", "sky", "lime", "brown", "plum"};
static const uint32_t palette[] = {0xca2a39, 0x0175d4, 0x337745, 0xf2d42d, 0x5d27a7, 0xee7d1f,
		0x11534f, 0xdb94b3, 0x71c9ea, 0xabd78a, 0x723903, 0x501c52};
const size_t value_colors_len = sizeof(palette) / sizeof(palette[0]);

const char *const value_glyph_names[] = {"triangle", "square", "disc", "diamond", "ring", "plus",
		"bars", "crescent", "zigzag", "chevrons", "hourglass", "star"};
const size_t value_glyphs_len = sizeof(value_glyph_names) / sizeof(value_glyph_names[0]);

uint32_t value_palette_color(size_t index) {
	return palette[index % value_colors_len];
}

/* Reads digits; returns what follows them, or NULL if there are none or more than fit in 2^53. */
static const char *read_digits(const char *text, uint64_t *ret_number) {
	uint64_t number = 0;
	const char *at = text;
	for (; *at >= '0' && *at <= '9'; at++) {
		if (at - text > 15) {
			return NULL;
		}
		number = number * 10 + (uint64_t)(*at - '0');
	}
	if (at == text) {
		return NULL;
	}
	*ret_number = number;
	return at;
}

bool value_size(const char *text, uint64_t *ret_bytes) {
	uint64_t number;
	const char *suffix = read_digits(text, &number);
	if (suffix == NULL || number == 0 || suffix[0] == '\0' || suffix[1] != '\0') {
		return false;
	}
	static const char suffixes[] = "KMGT";
	const char *found = strchr(suffixes, suffix[0]);
	if (found == NULL) {
		return false;
	}
	unsigned shift = 10 * (1 + (unsigned)(found - suffixes));
	if (number >= (1ull << 50) >> shift) {
		return false;
	}
	*ret_bytes = number << shift;
	return true;
}

bool value_duration(const char *text, uint32_t *ret_ms) {
	static const struct {
		const char *suffix;
		uint32_t ms;
	} units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
	uint64_t number;
	const char *suffix = read_digits(text, &number);
	if (suffix == NULL) {
		return false;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(suffix, units[i].suffix) == 0 && number <= 86400000u / units[i].ms) {
			*ret_ms = (uint32_t)number * units[i].ms;
			return true;
		}
	}
	return false;
}

bool value_number(const char *text, unsigned min, unsigned max, unsigned *ret_number) {
	uint64_t number;
	const char *end = read_digits(text, &number);
	if (end == NULL || *end != '\0' || number < min || number > max) {
		return false;
	}
	*ret_number = (unsigned)number;
	return true;
}

bool value_percent(const char *text, unsigned min, unsigned max, unsigned *ret_percent) {
	uint64_t number;
	const char *end = read_digits(text, &number);
	if (end == NULL || strcmp(end, "%") != 0 || number < min || number > max) {
		return false;
	}
	*ret_percent = (unsigned)number;
	return true;
}

static int hex_digit(char c) {
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *found = c != '\0' ? strchr(digits, c) : NULL;
	if (found == NULL) {
		return -1;
	}
	int value = (int)(found - digits);
	return value < 16 ? value : value - 6;
}

bool value_color(const char *text, uint32_t *ret_color) {
	for (size_t i = 0; i < value_colors_len; i++) {
		if (strcmp(text, value_color_names[i]) == 0) {
			*ret_color = palette[i];
			return true;
		}
	}
	size_t len = strlen(text);
	if (text[0] != '#' || (len != 4 && len != 7)) {
		return false;
	}
	uint32_t color = 0;
	for (size_t i = 1; i < len; i++) {
		int digit = hex_digit(text[i]);
		if (digit < 0) {
			return false;
		}
		color = color << 4 | (uint32_t)digit;
		if (len == 4) {
			color = color << 4 | (uint32_t)digit;
		}
	}
	*ret_color = color;
	return true;
}
