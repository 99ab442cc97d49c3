/* SPDX-License-Identifier: MIT
 *
 * Where new windows go, the command line's sizes, and a screen's first scale.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compositor/options.h"
#include "compositor/output/mode.h"
#include "compositor/window/place.h"

static const struct wlr_box area = {.y = 28, .width = 1920, .height = 1052};

static void windows_do_not_overlap_while_there_is_room(void **state) {
	struct wlr_box boxes[6];
	for (size_t i = 0; i < 6; i++) {
		boxes[i] = (struct wlr_box){.width = 600, .height = 480};
		place_window(&area, boxes, i, &boxes[i]);
		assert_true(boxes[i].x >= area.x && boxes[i].x + 600 <= area.x + area.width);
		assert_true(boxes[i].y >= area.y && boxes[i].y + 480 <= area.y + area.height);
		for (size_t j = 0; j < i; j++) {
			struct wlr_box common;
			assert_false(wlr_box_intersection(&common, &boxes[i], &boxes[j]));
		}
	}
}

static void two_that_fill_the_width_lie_side_by_side(void **state) {
	struct wlr_box boxes[2] = {
			{.width = 930, .height = 700},
			{.width = 930, .height = 700},
	};
	struct wlr_box common;
	place_window(&area, boxes, 0, &boxes[0]);
	place_window(&area, boxes, 1, &boxes[1]);
	assert_false(wlr_box_intersection(&common, &boxes[0], &boxes[1]));
}

static void where_there_is_no_room_the_far_corner_is_taken(void **state) {
	static const struct wlr_box small = {.y = 28, .width = 1024, .height = 740};
	struct wlr_box boxes[2] = {
			{.width = 568, .height = 440},
			{.width = 568, .height = 440},
	};
	struct wlr_box common;
	place_window(&small, boxes, 0, &boxes[0]);
	place_window(&small, boxes, 1, &boxes[1]);
	assert_true(wlr_box_intersection(&common, &boxes[0], &boxes[1]));
	assert_true(common.width < 568 / 2 && common.height < 440 / 2);
	assert_true(boxes[1].x + 568 <= 1024 && boxes[1].y + 440 <= 768);
}

static void one_that_is_too_large_starts_at_the_corner(void **state) {
	struct wlr_box box = {.width = 4000, .height = 4000};
	place_window(&area, NULL, 0, &box);
	assert_int_equal(box.x, area.x);
	assert_int_equal(box.y, area.y);
}

static void a_bar_stays_within_reach(void **state) {
	static const int places[] = {-100000, -500, 0, 1900, 100000};
	for (size_t i = 0; i < 5; i++) {
		for (size_t j = 0; j < 5; j++) {
			struct wlr_box box = {.x = places[i],
					.y = places[j],
					.width = 400,
					.height = 300};
			place_keep_reachable(&area, &box, 32);
			struct wlr_box bar = {.x = box.x, .y = box.y, .width = 400, .height = 32};
			struct wlr_box common;
			assert_true(wlr_box_intersection(&common, &bar, &area));
			assert_int_equal(common.height, 32);
			assert_true(common.width >= 64);
		}
	}
}

static void output_sizes_are_read_or_refused(void **state) {
	struct output_size size;
	assert_true(output_size_parse("1920x1080", &size));
	assert_int_equal(size.width_px, 1920);
	assert_true(output_size_parse("2560x1440@1.5", &size));
	assert_true(size.scale == 1.5f);
	static const char *const bad[] = {"", "x", "1920", "1920x", "1920x1080@", "1920x1080@9",
			"1920x1080@nan", "-5x1080", "1920x1080 ", "99999x99999", "1920x1080@1@1"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(output_size_parse(bad[i], &size));
	}
}

static void dense_screens_are_scaled(void **state) {
	static const struct {
		int width_px, height_px, width_mm, height_mm;
		float scale;
	} screens[] = {
			{1920, 1080, 527, 296, 1},     /* 24 inches */
			{2560, 1440, 597, 336, 1},     /* 27 inches */
			{3440, 1440, 800, 335, 1},     /* 34 inches, wide */
			{3840, 2160, 597, 336, 1.5f},  /* 27 inches */
			{3840, 2160, 708, 398, 1.25f}, /* 32 inches */
			{5120, 2880, 597, 336, 2},     /* 27 inches */
			{1366, 768, 344, 194, 1},      /* 15.6 inches */
			{1920, 1080, 344, 194, 1.25f}, /* 15.6 inches */
			{1920, 1080, 309, 174, 1.5f},  /* 14 inches */
			{1920, 1080, 293, 165, 1.5f},  /* 13 inches */
			{2256, 1504, 285, 190, 2},     /* 13.5 inches, 3:2 */
			{2880, 1800, 301, 188, 2},     /* 14 inches */
			{3840, 2400, 288, 180, 3},     /* 13 inches */
			{1200, 1920, 216, 135, 2},     /* 10 inches, size said for lying */
			{800, 1280, 107, 172, 1.25f},  /* 8 inches: there is no room for more */
			{1280, 800, 100, 63, 1},       /* dense, but no desktop's */
			{3840, 2160, 153, 87, 3},      /* a telephone's */
			{3840, 2160, 1600, 900, 1},    /* a television, or a ratio */
			{3840, 2160, 1210, 680, 1},    /* 55 inches */
			{1920, 1080, 160, 90, 1},      /* aspect ratios */
			{2560, 1600, 160, 100, 1},
			{1920, 1080, 16, 9, 1},
			{1600, 1200, 400, 300, 1}, /* a true size */
			{1920, 1080, 521, 0, 1},   /* half a size */
			{1920, 1080, 300, 300, 1}, /* oblong pixels */
			{1920, 1080, 708, 80, 1},
			{1920, 1080, 2490, 1400, 1}, /* a projector */
			{1280, 800, 0, 0, 1},
			{3840, 2160, -1, INT32_MAX, 1},
	};
	for (size_t i = 0; i < sizeof(screens) / sizeof(screens[0]); i++) {
		float scale = mode_scale(screens[i].width_px, screens[i].height_px,
				screens[i].width_mm, screens[i].height_mm);
		if (scale != screens[i].scale) {
			fail_msg("%d × %d on %d × %d mm: %g", screens[i].width_px,
					screens[i].height_px, screens[i].width_mm,
					screens[i].height_mm, (double)scale);
		}
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(windows_do_not_overlap_while_there_is_room),
			cmocka_unit_test(two_that_fill_the_width_lie_side_by_side),
			cmocka_unit_test(where_there_is_no_room_the_far_corner_is_taken),
			cmocka_unit_test(one_that_is_too_large_starts_at_the_corner),
			cmocka_unit_test(a_bar_stays_within_reach),
			cmocka_unit_test(output_sizes_are_read_or_refused),
			cmocka_unit_test(dense_screens_are_scaled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
