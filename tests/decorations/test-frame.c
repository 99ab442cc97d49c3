/* SPDX-License-Identifier: MIT
 *
 * Frames: pieces tile exactly, labels and marks keep their place, any text can be drawn.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decorations/frame_paint.h"
#include "decorations/text/shape.h"

#define MARGIN 144 /* around the client area, more than any frame needs */

static struct lettering *lettering;
static struct shaper *shaper;
static struct title_picture *plain;

static int set_up(void **state) {
	lettering = lettering_create();
	shaper = shaper_create();
	plain = shaper != NULL ? shaper_set(shaper, "Title", 5, FRAME_TITLE_SIZE) : NULL;
	return lettering == NULL || plain == NULL ? -1 : 0;
}

static int tear_down(void **state) {
	title_picture_unref(plain);
	shaper_destroy(shaper);
	lettering_destroy(lettering);
	return 0;
}

static struct frame_spec spec_of(enum frame_kind kind, int width, int height) {
	return (struct frame_spec){.kind = kind,
			.label = "untrusted",
			.title = plain,
			.colors = vm_colors_derive(palette[0].fill),
			.buttons = FRAME_BUTTON_CLOSE | FRAME_BUTTON_MAXIMISE |
					FRAME_BUTTON_MINIMISE,
			.active = true,
			.scale = 1,
			.width = width,
			.height = height};
}

/* Lays every piece on a grid of device pixels and wants each pixel of the frame exactly once. */
static void check_tiling(const struct frame *frame) {
	const struct frame_spec *spec = &frame->spec;
	int left = frame_device_x(frame, -MARGIN), top = frame_device_y(frame, -MARGIN);
	int columns = frame_device_x(frame, spec->width + MARGIN) - left;
	int rows = frame_device_y(frame, spec->height + MARGIN) - top;
	unsigned char *grid = calloc((size_t)columns, (size_t)rows);
	assert_non_null(grid);
	int wrong = 0;
	for (size_t i = 0; i < frame->n_pieces; i++) {
		const struct frame_piece *piece = &frame->pieces[i];
		int width, height;
		frame_piece_size(frame, piece, &width, &height);
		int x = frame_device_x(frame, piece->x) - left,
		    y = frame_device_y(frame, piece->y) - top;
		assert_true(x >= 0 && y >= 0 && x + width <= columns && y + height <= rows);
		for (int row = y; row < y + height; row++) {
			for (int column = x; column < x + width; column++) {
				wrong += grid[row * columns + column]++ != 0;
			}
		}
	}
	for (int row = 0; row < rows; row++) {
		for (int column = 0; column < columns; column++) {
			int x = column + left, y = row + top;
			bool client = x >= 0 && y >= 0 && x < frame_device_x(frame, spec->width) &&
					y < frame_device_y(frame, spec->height);
			bool outer = x >= frame->outer.x && y >= frame->outer.y &&
					x < frame->outer.x + frame->outer.width &&
					y < frame->outer.y + frame->outer.height;
			int covered = grid[row * columns + column];
			wrong += (client && covered != 0) || (outer && !client && covered != 1);
		}
	}
	assert_int_equal(wrong, 0);
	free(grid);
}

static void pieces_tile_exactly(void **state) {
	static const int sizes[][2] = {
			{1, 1}, {2, 40}, {15, 15}, {16, 16}, {17, 33}, {120, 16}, {201, 47}};
	static const double scales[] = {0.5, 1, 1.25, 1.5, 1.7, 2};
	for (size_t size = 0; size < sizeof(sizes) / sizeof(sizes[0]); size++) {
		for (size_t scale = 0; scale < sizeof(scales) / sizeof(scales[0]); scale++) {
			for (unsigned int flags = 0; flags < 64; flags++) {
				struct frame_spec spec = spec_of((enum frame_kind)(flags & 3),
						sizes[size][0], sizes[size][1]);
				spec.scale = scales[scale];
				spec.active = flags & 4;
				spec.maximised = flags & 8;
				spec.emulated = spec.chip = flags & 16;
				spec.x = flags & 32 ? 17 : -3;
				spec.y = flags & 32 ? 31 : 0;
				struct frame frame;
				frame_layout(&frame, &spec, lettering);
				check_tiling(&frame);
			}
		}
	}
}

static void only_bar_and_corners_need_bitmaps(void **state) {
	struct frame_spec spec = spec_of(FRAME_WINDOW, 1800, 1000);
	for (int active = 0; active < 2; active++) {
		struct frame frame;
		spec.active = active;
		frame_layout(&frame, &spec, lettering);
		int area = 0;
		for (size_t i = 0; i < frame.n_pieces; i++) {
			const struct frame_piece *piece = &frame.pieces[i];
			area += piece->is_solid ? 0 : piece->width * piece->height;
		}
		assert_true(area < 1820 * 33 + 4 * 9 * 9);
	}
}

/* A solid piece must have the colour that painting it would give. */
static void solid_pieces_look_as_painted(void **state) {
	static const double scales[] = {1, 1.25, 1.5, 1.7, 2, 3};
	for (unsigned int which = 0; which < 6 * 3 * 2 * 4; which++) {
		struct frame_spec spec = spec_of((enum frame_kind)(which / 6 % 3), 200, 100);
		spec.active = which / 18 % 2;
		spec.scale = scales[which % 6];
		spec.x = (int)(which / 36 % 4);
		spec.y = 3 - spec.x;
		struct frame frame;
		frame_layout(&frame, &spec, lettering);
		for (size_t i = 0; i < frame.n_pieces; i++) {
			struct frame_piece piece = frame.pieces[i];
			if (!piece.is_solid) {
				continue;
			}
			int width, height;
			frame_piece_size(&frame, &piece, &width, &height);
			uint32_t *pixels = calloc((size_t)width * (size_t)height, 4);
			assert_non_null(pixels);
			piece.is_solid = false;
			assert_true(frame_paint(&frame, &piece, lettering, pixels, width, height,
					(size_t)width * 4));
			uint32_t want = 0xff000000 | (uint32_t)piece.color.r << 16 |
					(uint32_t)piece.color.g << 8 | piece.color.b;
			for (int at = 0; at < width * height; at++) {
				assert_int_equal(pixels[at], want);
			}
			free(pixels);
		}
	}
}

static bool overlap(const struct frame_box *a, const struct frame_box *b) {
	return a->width > 0 && b->width > 0 && a->x < b->x + b->width && b->x < a->x + a->width;
}

static void nothing_in_the_bar_overlaps(void **state) {
	for (int width = FRAME_WIDTH_MIN - 8; width < 900; width += width < 300 ? 1 : 11) {
		for (unsigned int flags = 0; flags < 16; flags++) {
			struct frame_spec spec = spec_of(FRAME_WINDOW, width, 50);
			spec.active = flags & 1;
			spec.emulated = flags & 2;
			spec.badge = flags & 4 ? FRAME_BADGE_NOT_RESPONDING : FRAME_BADGE_NONE;
			spec.scale = flags & 8 ? 1.5 : 1;
			int least_width, least_height;
			frame_min_client_size(&spec, &least_width, &least_height);
			if (width < least_width) {
				continue;
			}
			struct frame frame;
			frame_layout(&frame, &spec, lettering);
			const struct frame_box *boxes[] = {&frame.plate, &frame.title, &frame.badge,
					&frame.emulated, &frame.minimise, &frame.maximise,
					&frame.close};
			for (size_t a = 0; a < 7; a++) {
				for (size_t b = a + 1; b < 7; b++) {
					assert_false(overlap(boxes[a], boxes[b]));
				}
			}
			assert_true(frame.name.width >= 34);
			assert_true(frame.close.width > 0);
			assert_true(!spec.emulated || frame.emulated.width > 0);
		}
	}
}

static void a_title_never_moves_the_label(void **state) {
	char letters[2000];
	memset(letters, 'W', sizeof(letters));
	struct title_picture *title =
			shaper_set(shaper, letters, sizeof(letters), FRAME_TITLE_SIZE);
	assert_non_null(title);
	for (int width = 120; width < 700; width += 13) {
		struct frame_spec spec = spec_of(FRAME_WINDOW, width, 50);
		struct frame bare, full;
		spec.title = NULL;
		frame_layout(&bare, &spec, lettering);
		spec.title = title;
		frame_layout(&full, &spec, lettering);
		assert_memory_equal(&bare.plate, &full.plate, sizeof(bare.plate));
		assert_memory_equal(&bare.name, &full.name, sizeof(bare.name));
		assert_memory_equal(&bare.close, &full.close, sizeof(bare.close));
	}
	title_picture_unref(title);
}

static uint32_t *paint_bar(const struct frame *frame, size_t *ret_count) {
	int width, height;
	frame_piece_size(frame, &frame->pieces[0], &width, &height);
	*ret_count = (size_t)width * (size_t)height;
	uint32_t *pixels = calloc(*ret_count, 4);
	assert_non_null(pixels);
	assert_true(frame_paint(frame, &frame->pieces[0], lettering, pixels, width, height,
			(size_t)width * 4));
	return pixels;
}

/* Whatever the title is, all pixels left of its box are those of a frame without one. */
static void check_title_stays_in_its_box(const char *title) {
	struct frame_spec spec = spec_of(FRAME_WINDOW, 500, 50);
	spec.title = NULL;
	spec.emulated = true;
	struct frame bare, full;
	frame_layout(&bare, &spec, lettering);
	spec.title = shaper_set(shaper, title, strlen(title), FRAME_TITLE_SIZE);
	frame_layout(&full, &spec, lettering);
	size_t count;
	uint32_t *want = paint_bar(&bare, &count), *got = paint_bar(&full, &count);
	int width = full.pieces[0].width, from = full.title.x + 5, to = from + full.title.width;
	for (size_t i = 0; i < count; i++) {
		int x = (int)i % width;
		/* A pixel of antialiasing may stand over; a plate or a button begins beyond it. */
		if (x < from - 3 || x > to + 3) {
			assert_int_equal(want[i], got[i]);
		}
	}
	free(want);
	free(got);
	title_picture_unref(spec.title);
}

static void hostile_titles_are_drawn_inside_their_box(void **state) {
	static const char *const titles[] = {"\xe2\x80\xae"
					     "desrever \xe2\x80\xab x",
			"\xff\xfe\xc0\x80", "\n\n\n\r\t\v", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80",
			"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d",
			"Z\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5"
			"\xcc\xb5",
			"\xe2\x81\xa6\xe2\x81\xa6\xe2\x81\xa6", "\xed\xa0\x80", "<b>&amp;</b>",
			"%s%n"};
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		check_title_stays_in_its_box(titles[i]);
	}
	srandom(7);
	for (int round = 0; round < 60; round++) {
		char bytes[300];
		size_t len = (size_t)random() % (sizeof(bytes) - 1);
		for (size_t i = 0; i < len; i++) {
			bytes[i] = (char)(1 + random() % 255);
		}
		bytes[len] = '\0';
		check_title_stays_in_its_box(bytes);
	}
}

static void absurd_sizes_and_scales_are_clamped(void **state) {
	static const double scales[] = {0, -1, 1e9, NAN, INFINITY};
	for (size_t i = 0; i < sizeof(scales) / sizeof(scales[0]); i++) {
		struct frame_spec spec = spec_of(FRAME_WINDOW, INT32_MAX, INT32_MIN);
		spec.scale = scales[i];
		spec.label = NULL;
		struct frame frame;
		frame_layout(&frame, &spec, lettering);
		assert_true(frame.spec.scale >= 0.5 && frame.spec.scale <= 8);
		assert_int_equal(frame.spec.width, 65535);
		assert_int_equal(frame.spec.height, 1);
		assert_true(frame.n_pieces <= FRAME_PIECES_MAX);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(pieces_tile_exactly),
			cmocka_unit_test(only_bar_and_corners_need_bitmaps),
			cmocka_unit_test(solid_pieces_look_as_painted),
			cmocka_unit_test(nothing_in_the_bar_overlaps),
			cmocka_unit_test(a_title_never_moves_the_label),
			cmocka_unit_test(hostile_titles_are_drawn_inside_their_box),
			cmocka_unit_test(absurd_sizes_and_scales_are_clamped),
	};
	return cmocka_run_group_tests_name("frame", tests, set_up, tear_down);
}
