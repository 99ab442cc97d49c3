/* SPDX-License-Identifier: MIT
 *
 * Every colour is readable.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decorations/palette.h"

static void check_readable(struct color fill) {
	struct vm_colors colors = vm_colors_derive(fill);
	assert_memory_equal(&colors.fill, &fill, sizeof(fill));
	assert_true(color_contrast(colors.fill, colors.text) >= 4.5);
	assert_true(color_contrast(colors.plate, colors.text) >= 4.5);
}

static void the_twelve_are_readable(void **state) {
	for (size_t i = 0; i < PALETTE_COUNT; i++) {
		check_readable(palette[i].fill);
	}
}

static void greys_are_readable(void **state) {
	for (int v = 0; v < 256; v++) {
		check_readable((struct color){(uint8_t)v, (uint8_t)v, (uint8_t)v});
	}
}

static void random_colors_are_readable(void **state) {
	srandom(1);
	for (int i = 0; i < 4096; i++) {
		long bits = random();
		check_readable((struct color){
				(uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16)});
	}
}

static void host_text_is_readable(void **state) {
	for (int dark = 0; dark < 2; dark++) {
		const struct theme *theme = theme_get(dark);
		const struct color grounds[] = {
				theme->surface, theme->bar, theme->raised, theme->sunken};
		for (size_t i = 0; i < 4; i++) {
			assert_true(color_contrast(theme->ink, grounds[i]) >= 4.5);
			assert_true(color_contrast(theme->ink2, grounds[i]) >= 4.5);
		}
	}
}

static void figures_of_the_look_hold(void **state) {
	struct vm_colors red = vm_colors_derive(palette[0].fill);
	struct vm_colors yellow = vm_colors_derive(palette[3].fill);
	char text[8];
	color_format(red.plate, text);
	assert_string_equal(text, "#9e212c");
	color_format(yellow.plate, text);
	assert_string_equal(text, "#f7e47d");
	assert_float_equal(color_contrast(red.fill, red.text), 5.38, 0.01);
	assert_float_equal(color_contrast(yellow.fill, yellow.text), 12.27, 0.01);
}

static void colors_are_parsed(void **state) {
	struct color color = {1, 2, 3};
	assert_true(color_parse("#ca2a39", &color));
	assert_true(color.r == 0xca && color.g == 0x2a && color.b == 0x39);
	assert_true(color_parse("#ABCDEF", &color));
	assert_int_equal(color.r, 0xab);
	assert_true(color_parse("plum", &color));
	assert_int_equal(color.r, 0x50);
	static const char *const bad[] = {"", "#", "#12345", "#1234567", "#12345g", "123456",
			"#-12345", "# 12345", "reds", "RED", "#\xff\xff\xff\xff\xff\xff"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(color_parse(bad[i], &color));
	}
	assert_int_equal(color.r, 0x50);
}

static void glyphs_are_parsed(void **state) {
	for (int i = 0; i < GLYPH_COUNT; i++) {
		enum glyph glyph;
		assert_true(glyph_parse(glyph_name((enum glyph)i), &glyph));
		assert_int_equal(glyph, i);
	}
	enum glyph glyph = GLYPH_STAR;
	assert_false(glyph_parse("", &glyph));
	assert_false(glyph_parse("Star", &glyph));
	assert_int_equal(glyph, GLYPH_STAR);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(the_twelve_are_readable),
			cmocka_unit_test(greys_are_readable),
			cmocka_unit_test(random_colors_are_readable),
			cmocka_unit_test(host_text_is_readable),
			cmocka_unit_test(figures_of_the_look_hold),
			cmocka_unit_test(colors_are_parsed),
			cmocka_unit_test(glyphs_are_parsed),
	};
	return cmocka_run_group_tests_name("palette", tests, NULL, NULL);
}
