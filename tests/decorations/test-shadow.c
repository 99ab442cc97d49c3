/* SPDX-License-Identifier: MIT
 *
 * A shadow's parts meet around any frame, show what their pictures hold, and fade to nothing outside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "decorations/shadow.h"

static const struct frame_spec floating = {
		.shadow = true, .active = true, .scale = 1, .width = 400, .height = 300};

static uint8_t darkness(const struct shadow_look *look, enum shadow_part part, int x, int y) {
	int width, height;
	shadow_part_size(look, part, &width, &height);
	uint32_t *pixels = calloc((size_t)width * (size_t)height, 4);
	assert_non_null(pixels);
	shadow_paint(look, part, pixels, (size_t)width * 4);
	uint32_t pixel = pixels[(y < 0 ? height + y : y) * width + (x < 0 ? width + x : x)];
	free(pixels);
	assert_int_equal(pixel & 0xffffff, 0); /* black, premultiplied */
	return (uint8_t)(pixel >> 24);
}

static void windows_that_float_cast_one(void **state) {
	struct frame_spec spec = floating;
	assert_true(shadow_is_cast(&spec));
	spec.kind = FRAME_TAB_WINDOW;
	assert_true(shadow_is_cast(&spec));
	spec.maximised = true;
	assert_false(shadow_is_cast(&spec));
	spec = floating;
	spec.kind = FRAME_FULLSCREEN;
	assert_false(shadow_is_cast(&spec));
	spec.kind = FRAME_POPUP;
	assert_false(shadow_is_cast(&spec));
	spec = floating;
	spec.shadow = false;
	assert_false(shadow_is_cast(&spec));
}

static void check_layout(const struct frame_spec *spec) {
	struct shadow_look look = shadow_look(spec);
	struct shadow_place p[SHADOW_PARTS];
	shadow_layout(spec, p);
	assert_int_equal(p[SHADOW_TOP].x, p[SHADOW_TOP_LEFT].x + p[SHADOW_TOP_LEFT].width);
	assert_int_equal(p[SHADOW_TOP_RIGHT].x, p[SHADOW_TOP].x + p[SHADOW_TOP].width);
	assert_int_equal(p[SHADOW_LEFT].y, p[SHADOW_TOP_LEFT].y + p[SHADOW_TOP_LEFT].height);
	assert_int_equal(p[SHADOW_BOTTOM_LEFT].y, p[SHADOW_LEFT].y + p[SHADOW_LEFT].height);
	assert_int_equal(p[SHADOW_BOTTOM_RIGHT].x, p[SHADOW_TOP_RIGHT].x);
	for (size_t i = 0; i < SHADOW_PARTS; i++) {
		int width, height;
		shadow_part_size(&look, (enum shadow_part)i, &width, &height);
		assert_true(p[i].width >= 0 && p[i].height >= 0);
		assert_true(p[i].from_x >= 0 && p[i].from_x + p[i].from_width <= width + 1e-9);
		assert_true(p[i].from_y >= 0 && p[i].from_y + p[i].from_height <= height + 1e-9);
		assert_true(p[i].from_width > 0 && p[i].from_height > 0);
	}
}

static void parts_meet_around_any_frame(void **state) {
	static const int lengths[] = {1, 16, 57, 58, 59, 120, 131, 132, 133, 1000, 16384};
	const size_t len = sizeof(lengths) / sizeof(lengths[0]);
	static const double scales[] = {0.5, 1, 1.25, 1.5, 2, 3.7, 8, 100};
	for (size_t i = 0; i < len * len * 8 * 4; i++) {
		struct frame_spec spec = floating;
		spec.width = lengths[i % len];
		spec.height = lengths[i / len % len];
		spec.scale = scales[i / len / len % 8];
		spec.active = i / len / len / 8 % 2 == 0;
		spec.kind = i / len / len / 16 == 0 ? FRAME_WINDOW : FRAME_TAB_WINDOW;
		check_layout(&spec);
	}
}

static void it_fades_to_nothing(void **state) {
	for (int which = 0; which < 3 * 4; which++) {
		struct shadow_look look = {.kind = (enum shadow_kind)(which / 4),
				.dark = which & 2,
				.scale = which & 1 ? 2 : 1};
		double shade = theme_get(look.dark)->shade * 255;
		double most = look.kind == SHADOW_OF_SHEET      ? 127.5
				: look.kind == SHADOW_OF_WINDOW ? shade * 0.6
								: shade;
		for (int i = 0; i < 60; i += 7) {
			assert_int_equal(darkness(&look, SHADOW_TOP_LEFT, 0, i % 24), 0);
			assert_int_equal(darkness(&look, SHADOW_BOTTOM_RIGHT, i % 24, -1), 0);
		}
		assert_int_equal(darkness(&look, SHADOW_TOP, 0, 0), 0);
		assert_int_equal(darkness(&look, SHADOW_RIGHT, -1, 0), 0);
		assert_true(abs(darkness(&look, SHADOW_TOP_LEFT, -1, -1) - (int)most) <= 1);
		/* The parts agree where they meet. */
		assert_true(abs(darkness(&look, SHADOW_TOP_LEFT, -1, 9) -
					    darkness(&look, SHADOW_TOP, 0, 9)) <= 1);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(windows_that_float_cast_one),
			cmocka_unit_test(parts_meet_around_any_frame),
			cmocka_unit_test(it_fades_to_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
