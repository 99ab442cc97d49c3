/* SPDX-License-Identifier: MIT
 *
 * Where a press belongs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "decorations/hit_test.h"

static struct lettering *lettering;

struct row {
	double x, y;
	enum frame_part part;
};

static int set_up(void **state) {
	lettering = lettering_create();
	return lettering == NULL ? -1 : 0;
}

static int tear_down(void **state) {
	lettering_destroy(lettering);
	return 0;
}

static struct frame frame_of(enum frame_kind kind, double scale, bool maximised) {
	struct frame_spec spec = {.kind = kind,
			.label = "work",
			.colors = vm_colors_derive(palette[1].fill),
			.buttons = FRAME_BUTTON_CLOSE | FRAME_BUTTON_MAXIMISE |
					FRAME_BUTTON_MINIMISE,
			.maximised = maximised,
			.emulated = kind == FRAME_WINDOW,
			.scale = scale,
			.width = 400,
			.height = 200};
	struct frame frame;
	frame_layout(&frame, &spec, lettering);
	return frame;
}

static void check(const struct frame *frame, const struct row *rows, size_t n) {
	for (size_t i = 0; i < n; i++) {
		enum frame_part part = hit_test(frame, rows[i].x, rows[i].y, HIT_OUTSIDE);
		if (part != rows[i].part) {
			fprintf(stderr, "at %g, %g\n", rows[i].x, rows[i].y);
		}
		assert_int_equal(part, rows[i].part);
	}
}

#define CHECK(frame, rows) check(frame, rows, sizeof(rows) / sizeof((rows)[0]))

static void window(void **state) {
	static const struct row rows[] = {
			{0, 0, FRAME_PART_CLIENT},
			{399.9, 199.9, FRAME_PART_CLIENT},
			{20, -16, FRAME_PART_PLATE},
			{200, -16, FRAME_PART_BAR},
			{200, -0.1, FRAME_PART_BAR},
			{200, -31, FRAME_PART_TOP},
			{200, -39.9, FRAME_PART_TOP},
			{200, -40.1, FRAME_PART_NONE},
			{385, -16, FRAME_PART_CLOSE},
			{385, -31.5, FRAME_PART_CLOSE},
			{350, -16, FRAME_PART_MAXIMISE},
			{310, -16, FRAME_PART_MINIMISE},
			{260, -16, FRAME_PART_EMULATED},
			{-1, 100, FRAME_PART_LEFT},
			{-11.9, 100, FRAME_PART_LEFT},
			{-12.1, 100, FRAME_PART_NONE},
			{400, 100, FRAME_PART_RIGHT},
			{411.9, 100, FRAME_PART_RIGHT},
			{412.1, 100, FRAME_PART_NONE},
			{200, 200, FRAME_PART_BOTTOM},
			{200, 211.9, FRAME_PART_BOTTOM},
			{200, 212.1, FRAME_PART_NONE},
			{-8, -38, FRAME_PART_TOP_LEFT},
			{11, -38, FRAME_PART_TOP_LEFT},
			{-8, -17, FRAME_PART_TOP_LEFT},
			{405, -38, FRAME_PART_TOP_RIGHT},
			{-2, 190, FRAME_PART_BOTTOM_LEFT},
			{11, 202, FRAME_PART_BOTTOM_LEFT},
			{389, 202, FRAME_PART_BOTTOM_RIGHT},
			{402, 190, FRAME_PART_BOTTOM_RIGHT},
			{1e9, 1e9, FRAME_PART_NONE},
	};
	for (double scale = 1; scale <= 2; scale += 0.5) {
		struct frame frame = frame_of(FRAME_WINDOW, scale, false);
		CHECK(&frame, rows);
	}
}

static void maximised_windows_do_not_resize(void **state) {
	static const struct row rows[] = {
			{200, -31, FRAME_PART_BAR},
			{-1, 100, FRAME_PART_BAR},
			{-8, 100, FRAME_PART_NONE},
			{200, 201, FRAME_PART_BAR},
			{200, 208, FRAME_PART_NONE},
			{-2, -30, FRAME_PART_PLATE},
			{402, -30, FRAME_PART_BAR},
	};
	struct frame frame = frame_of(FRAME_WINDOW, 1, true);
	CHECK(&frame, rows);
}

static void label_tab(void **state) {
	static const struct row rows[] = {
			{10, -20, FRAME_PART_PLATE},
			{10, -1, FRAME_PART_PLATE},
			{200, -20, FRAME_PART_NONE},
			{200, -2, FRAME_PART_TOP},
			{200, -11, FRAME_PART_TOP},
			{-8, 100, FRAME_PART_LEFT},
	};
	struct frame frame = frame_of(FRAME_TAB_WINDOW, 1, false);
	CHECK(&frame, rows);
}

static void popups_take_their_edge_only(void **state) {
	static const struct row rows[] = {
			{10, 10, FRAME_PART_CLIENT},
			{-1, 10, FRAME_PART_BAR},
			{-3, 10, FRAME_PART_NONE},
			{10, 203, FRAME_PART_NONE},
	};
	struct frame frame = frame_of(FRAME_POPUP, 1, false);
	CHECK(&frame, rows);
}

static void the_client_area_is_the_clients(void **state) {
	struct frame frame = frame_of(FRAME_WINDOW, 1, false);
	for (int y = 0; y < 200; y += 3) {
		for (int x = 0; x < 400; x += 3) {
			assert_int_equal(hit_test(&frame, x, y, HIT_OUTSIDE_TOUCH),
					FRAME_PART_CLIENT);
		}
	}
}

static void fingers_reach_further(void **state) {
	struct frame frame = frame_of(FRAME_WINDOW, 1, false);
	assert_int_equal(hit_test(&frame, -20, 100, HIT_OUTSIDE_TOUCH), FRAME_PART_LEFT);
	assert_int_equal(hit_test(&frame, -20, 100, HIT_OUTSIDE), FRAME_PART_NONE);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(window),
			cmocka_unit_test(maximised_windows_do_not_resize),
			cmocka_unit_test(label_tab),
			cmocka_unit_test(popups_take_their_edge_only),
			cmocka_unit_test(the_client_area_is_the_clients),
			cmocka_unit_test(fingers_reach_further),
	};
	return cmocka_run_group_tests_name("hit-test", tests, set_up, tear_down);
}
