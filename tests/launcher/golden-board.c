/* SPDX-License-Identifier: MIT
 *
 * Golden pictures of notices from fixed data, which are shown and how long, and VMs that want more
 * room than others.
 * usage: golden-board GOLDEN-DIR OUT-DIR; SILO_UPDATE=1 rewrites the pictures.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/panel/board.h"
#include "tests/golden/picture.h"
#include "tests/launcher/data.h"

#define SECOND INT64_C(1000000)
#define WORK "{\"name\":\"work\",\"label\":\"work\",\"color\":\"#0175d4\",\"glyph\":\"square\"}"
#define BANKING                                                                                    \
	"{\"name\":\"banking\",\"label\":\"banking\",\"color\":\"#337745\",\"glyph\":\"disc\"}"
#define EVIL                                                                                       \
	"{\"name\":\"untrusted\",\"label\":\"untrusted\",\"color\":\"#ca2a39\",\"glyph\":"         \
	"\"triangle\"}"
#define MEDIA "{\"name\":\"media\",\"label\":\"media\",\"color\":\"#ee7d1f\",\"glyph\":\"plus\"}"

#define FAILED                                                                                     \
	"{\"id\":7,\"kind\":\"start\",\"failure\":true,\"source\":" WORK                           \
	",\"detail\":\"“Text Editor”\",\"title\":\"Not started: the image has no kernel\","        \
	"\"text\":\"Build it with: silo-guest-image\",\"seconds\":8}"
#define LONG                                                                                       \
	"{\"id\":6,\"kind\":\"start\",\"failure\":true,\"source\":" EVIL                           \
	",\"detail\":\"“Terminal”\",\"title\":\"Not started: it needs KVM, and /dev/kvm is not "   \
	"usable here\",\"text\":\"To try Silo without isolation, write \\\"emulation allow\\\" "   \
	"into vm \\\"untrusted\\\" in /home/somebody/.config/silo/vms.scfg\",\"seconds\":8}"
#define STARTS                                                                                     \
	"{\"id\":5,\"kind\":\"start\",\"source\":" MEDIA                                           \
	",\"detail\":\"“Image Editor”\",\"title\":\"Starting media\",\"text\":\"It opens when "    \
	"the virtual machine is up.\",\"seconds\":60,\"begins\":993800,\"ends\":1003800}"
#define COPIED                                                                                     \
	"{\"id\":4,\"kind\":\"clipboard\",\"source\":" WORK                                        \
	",\"detail\":\"Text, 212 characters\",\"title\":\"Copied "  \
	"from work\",\"text\":\"Pastes once, in another VM.  Wiped in 52 s.\",\"seconds\":4,"      \
	"\"begins\":992000,\"ends\":1052000}"
#define PASTED                                                                                     \
	"{\"id\":3,\"kind\":\"clipboard\",\"failure\":true,\"source\":" WORK                       \
	",\"target\":" BANKING                                                                     \
	",\"detail\":\"Text, 212 characters\",\"title\":\"Not pasted: you said no\",\"text\":"     \
	"\"The clipboard is empty again. banking was told nothing.\",\"seconds\":8}"

static struct golden golden;

static void take(struct board *board, const char *text, int64_t now_us) {
	sd_json_variant *json = NULL;
	assert_true(sd_json_parse(text, 0, &json, NULL, NULL) >= 0);
	board_take(board, json, now_us);
	sd_json_variant_unref(json);
}

static bool draw(struct board *board, const char *name, double scale, int width) {
	int height = board_height(board, golden.lettering, scale, width);
	int device_width = (int)round(width * scale), device_height = (int)round(height * scale);
	if (height == 0) {
		return false;
	}
	cairo_surface_t *picture = picture_create(device_width, device_height,
			theme_get(board->is_dark)->ground);
	cairo_surface_t *drawn = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, device_width,
			device_height);
	struct canvas canvas;
	canvas_begin(&canvas, golden.lettering, board->is_dark, scale,
			cairo_image_surface_get_data(drawn), device_width, device_height,
			(size_t)cairo_image_surface_get_stride(drawn));
	board_draw(board, &canvas, width, DATA_NOW_MS);
	bool is_fine = canvas_end(&canvas);
	cairo_surface_mark_dirty(drawn);
	cairo_t *cr = cairo_create(picture);
	cairo_set_source_surface(cr, drawn, 0, 0);
	cairo_paint(cr);
	cairo_destroy(cr);
	cairo_surface_destroy(drawn);
	if (name != NULL) {
		char file[64];
		snprintf(file, sizeof(file), "%s-%g", name, scale);
		is_fine = picture_check(picture, golden.dir, golden.out, file) && is_fine;
	}
	cairo_surface_destroy(picture);
	return is_fine;
}

static void pictures(void **state) {
	struct board board;
	int wrong = 0;
	for (int dark = 0; dark < 2; dark++) {
		board_init(&board, dark);
		take(&board, "[" FAILED "]", 0);
		wrong += !draw(&board, dark ? "notice-failed-dark" : "notice-failed-light",
				dark ? 1 : 2, BOARD_WIDTH);
		take(&board, "[" STARTS "," LONG "," PASTED "," FAILED "]", 0);
		board_hold(&board, true, 6, 0);
		wrong += !draw(&board, dark ? "notices-dark" : "notices-light", dark ? 1.5 : 1,
				BOARD_WIDTH);
	}
	board_init(&board, false);
	take(&board, "[" COPIED "," PASTED "]", 0);
	wrong += !draw(&board, "notices-clipboard", 1, BOARD_WIDTH);
	take(&board, "[" LONG "]", 0);
	wrong += !draw(&board, "notice-narrow", 1, 320);
	assert_int_equal(wrong, 0);
}

static void words_stay_inside(void **state) {
	struct board board;
	char json[4096], many[1500];
	memset(many, 'W', sizeof(many));
	many[sizeof(many) - 1] = '\0';
	snprintf(json, sizeof(json),
			"[{\"id\":1,\"kind\":\"message\",\"source\":{\"name\":\"untrusted\","
			"\"label\":"
			"\"%.300s\",\"color\":\"#ca2a39\",\"glyph\":\"triangle\"},\"target\":" WORK
			",\"detail\":\"\\u202e“gnp.live”\\u0301\\u0301\\u0301\\u0301\",\"title\":"
			"\"%.400s\",\"text\":\"%.800s\\n\\nx y\",\"seconds\":4}]",
			many, many, many);
	board_init(&board, true);
	take(&board, json, 0);
	assert_true(draw(&board, "notice-hostile", 1, BOARD_WIDTH));
	assert_true(draw(&board, NULL, 1, 40));
	assert_true(draw(&board, NULL, 1, 1));
}

static void time_runs_only_while_it_is_seen(void **state) {
	struct board board;
	board_init(&board, true);
	take(&board, "[" FAILED "]", 0);
	assert_int_equal(board_wake_us(&board, 0), 8 * SECOND);
	assert_int_equal(board_expire(&board, 5 * SECOND), 0);
	assert_int_equal(board_wake_us(&board, 5 * SECOND), 8 * SECOND);
	/* The pointer holds it. */
	assert_true(board_hold(&board, true, 7, 5 * SECOND));
	assert_false(board_hold(&board, true, 7, 6 * SECOND));
	assert_int_equal(board_wake_us(&board, 6 * SECOND), INT64_MAX);
	assert_int_equal(board_expire(&board, 100 * SECOND), 0);
	board_hold(&board, false, 0, 100 * SECOND);
	/* What is told again goes on where it was. */
	take(&board, "[" COPIED "," FAILED "]", 101 * SECOND);
	assert_int_equal(board_wake_us(&board, 101 * SECOND), 102 * SECOND);
	assert_int_equal(board_expire(&board, 103 * SECOND), 7);
	assert_int_equal(board_expire(&board, 104 * SECOND), 0);
	assert_int_equal(board_expire(&board, 105 * SECOND), 4);
	assert_int_equal(board.len, 0);
	assert_int_equal(board_wake_us(&board, 105 * SECOND), INT64_MAX);
	assert_int_equal(board_height(&board, golden.lettering, 1, BOARD_WIDTH), 0);
}

#define OF_EVIL(id)                                                                                \
	"{\"id\":" id ",\"kind\":\"message\",\"source\":" EVIL ",\"title\":\"Look\",\"seconds\":"  \
	"4}"

static void one_vm_hides_no_other(void **state) {
	struct board board;
	board_init(&board, true);
	take(&board,
			"[" OF_EVIL("20") "," OF_EVIL("19") "," OF_EVIL("18") "," FAILED "," PASTED
									      "]",
			0);
	assert_int_equal(board.shown_len, BOARD_SHOWN_MAX);
	assert_int_equal(board.notices[board.shown[0]].id, 20);
	assert_int_equal(board.notices[board.shown[1]].id, 7);
	assert_int_equal(board.notices[board.shown[2]].id, 19);
	assert_int_equal(board_notice_at(&board, golden.lettering, 1, BOARD_WIDTH, 5), 20);
	assert_int_equal(board_notice_at(&board, golden.lettering, 1, BOARD_WIDTH, 110), 7);
	assert_int_equal(board_notice_at(&board, golden.lettering, 1, BOARD_WIDTH, 340), 0);
	/* A VM's own later words do not hide what failed. */
	take(&board, "[" OF_EVIL("30") "," FAILED "," OF_EVIL("29") "," LONG "," PASTED "]", 0);
	assert_int_equal(board.notices[board.shown[0]].id, 7);
	assert_int_equal(board.notices[board.shown[1]].id, 6);
	assert_int_equal(board.notices[board.shown[2]].id, 30);
	board_take(&board, NULL, 0);
	take(&board,
			"[" OF_EVIL("20") "," OF_EVIL("19") "," OF_EVIL("18") "," FAILED "," PASTED
									      "]",
			0);
	/* Those that wait have their time before them. */
	assert_int_equal(board_expire(&board, 4 * SECOND), 20);
	assert_int_equal(board_expire(&board, 4 * SECOND), 19);
	assert_int_equal(board_expire(&board, 4 * SECOND), 0);
	assert_int_equal(board.shown_len, 3);
}

static void nonsense_is_left_out(void **state) {
	static const char *const answers[] = {"{}", "[]", "7", "[7,{},[],null]",
			"[{\"id\":1},{\"id\":0,\"title\":\"x\"},{\"id\":-5,\"title\":\"x\"},"
			"{\"id\":2,\"title\":\"\\u202e\"}]"};
	struct board board;
	board_init(&board, false);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		take(&board, answers[i], 0);
		assert_int_equal(board.len, 0);
	}
	take(&board,
			"[{\"id\":1,\"title\":\"x\",\"kind\":[],\"source\":{\"name\":\"../"
			"x\",\"color\":"
			"\"red\"},\"target\":7,\"seconds\":99999999999999,\"begins\":-5,\"ends\":"
			"18446744073709551615}]",
			0);
	assert_int_equal(board.len, 1);
	assert_false(board.notices[0].source.is_there);
	assert_true(draw(&board, NULL, 1, BOARD_WIDTH));
	board_take(&board, NULL, 0);
	assert_int_equal(board.len, 0);
}

int main(int argc, char *argv[]) {
	int status = golden_init(&golden, argc, argv);
	if (status != 0) {
		return status;
	}
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(pictures),
			cmocka_unit_test(words_stay_inside),
			cmocka_unit_test(time_runs_only_while_it_is_seen),
			cmocka_unit_test(one_vm_hides_no_other),
			cmocka_unit_test(nonsense_is_left_out),
	};
	int failed = cmocka_run_group_tests_name("board", tests, NULL, NULL);
	lettering_destroy(golden.lettering);
	return failed;
}
