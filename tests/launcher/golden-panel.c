/* SPDX-License-Identifier: MIT
 *
 * Golden pictures of the panel from fixed data, what its parts answer to, and guests that want more
 * room than there is.
 * usage: golden-panel GOLDEN-DIR OUT-DIR; SILO_UPDATE=1 rewrites the pictures.
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

#include "launcher/panel/panel.h"
#include "tests/golden/picture.h"
#include "tests/launcher/data.h"

static struct golden golden;
static struct panel_view view;

#define DOMAINS                                                                                    \
	"\"domains\":[{\"name\":\"untrusted\",\"label\":\"untrusted\",\"color\":\"#ca2a39\","      \
	"\"glyph\":\"triangle\"},{\"name\":\"banking\",\"label\":\"banking\",\"color\":\"#"        \
	"337745\","                                                                                \
	"\"glyph\":\"disc\"},{\"name\":\"work\",\"label\":\"work\",\"color\":\"#0175d4\","         \
	"\"glyph\":\"square\"}]"

static const char desktop[] =
		"{\"workspaces\":4,\"workspace\":1,\"launcher\":false," DOMAINS ",\"windows\":["
		"{\"id\":3,\"domain\":\"banking\",\"title\":\"transfers-april.md\","
		"\"focused\":true,\"workspace\":1},"
		"{\"id\":4,\"domain\":\"work\",\"title\":\"~/src/report\",\"workspace\":1},"
		"{\"id\":5,\"domain\":\"work\",\"title\":\"Files\",\"workspace\":1},"
		"{\"id\":2,\"domain\":\"untrusted\",\"title\":\"The slow garden\",\"workspace\":1},"
		"{\"id\":6,\"domain\":\"work\",\"title\":\"elsewhere\",\"workspace\":2},"
		"{\"id\":7,\"domain\":\"untrusted\",\"title\":\"Look!\",\"workspace\":2,"
		"\"urgent\":true},"
		"{\"id\":8,\"domain\":\"host\",\"title\":\"foot\",\"workspace\":1}]}";

static void take(struct panel *panel, const char *text) {
	sd_json_variant *json = NULL;
	assert_true(sd_json_parse(text, 0, &json, NULL, NULL) >= 0);
	panel_take_windows(panel, json);
	sd_json_variant_unref(json);
}

static void begin(struct panel *panel, bool is_dark, const char *text) {
	panel_init(panel, is_dark);
	panel_view_init(&view);
	data_take_desktop(&panel->model);
	panel_model_changed(panel);
	take(panel, text);
}

static bool draw(struct panel *panel, const char *name, double scale, int width) {
	int device_width = (int)round(width * scale);
	int device_height = (int)round(PANEL_HEIGHT * scale);
	cairo_surface_t *picture = picture_create(device_width, device_height,
			theme_get(panel->is_dark)->ground);
	struct canvas canvas;
	canvas_begin(&canvas, golden.lettering, panel->is_dark, scale,
			cairo_image_surface_get_data(picture), device_width, device_height,
			(size_t)cairo_image_surface_get_stride(picture));
	panel_draw(panel, &view, &canvas, width, "Tue 14 Apr", "10:42", DATA_NOW_MS);
	bool is_fine = canvas_end(&canvas);
	cairo_surface_mark_dirty(picture);
	if (name != NULL) {
		char file[64];
		snprintf(file, sizeof(file), "%s-%g", name, scale);
		is_fine = picture_check(picture, golden.dir, golden.out, file) && is_fine;
	}
	cairo_surface_destroy(picture);
	return is_fine;
}

static void pictures(void **state) {
	int wrong = 0;
	for (int dark = 0; dark < 2; dark++) {
		struct panel panel;
		begin(&panel, dark, desktop);
		wrong += !draw(&panel, dark ? "panel-dark" : "panel-light", 1, 1600);
		wrong += !draw(&panel, dark ? "panel-dark" : "panel-light", dark ? 1.5 : 2, 1600);
		panel.battery = (struct battery){true, dark, dark ? 7 : 82};
		wrong += !draw(&panel, dark ? "panel-charging" : "panel-battery", dark ? 1 : 1.5,
				1000);
		panel.battery = (struct battery){0};
		panel.is_launcher_open = true;
		view.pointer_x = 100;
		view.pointer_y = 20;
		wrong += !draw(&panel, dark ? "panel-narrow-dark" : "panel-narrow-light", 1, 900);
		panel_finish(&panel);
	}
	assert_int_equal(wrong, 0);
}

#define COPIED(from)                                                                               \
	"{\"workspaces\":4,\"workspace\":1,\"windows\":[],\"clipboard\":{\"source\":" from         \
	",\"detail\":\"Text, 212 characters\"}}"

static void what_waits_to_be_pasted(void **state) {
	static const char *const copies[] = {
			COPIED("{\"name\":\"work\",\"label\":\"work\",\"color\":\"#0175d4\","
			       "\"glyph\":"
			       "\"square\"}"),
			COPIED("{\"name\":\"host\",\"label\":\"host\"}"),
			COPIED("{\"name\":\"../x\"}"),
	};
	struct panel panel;
	begin(&panel, false, copies[0]);
	assert_true(draw(&panel, "panel-clipboard", 1, 1000));
	take(&panel, copies[1]);
	assert_true(draw(&panel, "panel-clipboard-host", 1, 1000));
	/* No room, and nonsense. */
	assert_true(draw(&panel, NULL, 1, 300));
	take(&panel, copies[2]);
	assert_false(panel.copied_from.is_there);
	take(&panel, desktop);
	assert_false(panel.copied_from.is_there);
	panel_finish(&panel);
}

static void parts_answer_where_they_are(void **state) {
	struct panel panel;
	begin(&panel, true, desktop);
	assert_true(draw(&panel, NULL, 1, 1600));
	assert_int_equal(panel_part_at(&view, 10, 10).kind, PART_MARK);
	struct panel_part part = panel_part_at(&view, 110, 20);
	assert_int_equal(part.kind, PART_WORKSPACE);
	assert_int_equal(part.index, 2);
	int windows = 0, plates = 0;
	for (size_t i = 0; i < view.parts_len; i++) {
		struct panel_part *at = &view.parts[i];
		struct panel_part found = panel_part_at(&view, at->box.x + 1, at->box.y + 1);
		assert_int_equal(found.kind, at->kind);
		assert_int_equal(found.index, at->index);
		windows += at->kind == PART_WINDOW;
		plates += at->kind == PART_PLATE;
	}
	/* Those of this workspace and the urgent one; work, banking, untrusted, media (starts), host. */
	assert_int_equal(windows, 6);
	assert_int_equal(plates, 5);
	assert_int_equal(panel_part_at(&view, 1590, 20).kind, PART_NONE);
	for (size_t i = 0; i < panel.groups_len; i++) {
		const struct panel_window *top = panel_topmost(&panel, i);
		if (strcmp(panel.groups[i].name, "work") == 0) {
			assert_int_equal(top->id, 4);
		} else if (strcmp(panel.groups[i].name, "media") == 0) {
			assert_null(top);
		}
	}
	/* The compositor does not answer: nothing is left to press but the mark and a start. */
	panel_take_windows(&panel, NULL);
	assert_true(draw(&panel, NULL, 1, 1600));
	assert_int_equal(view.parts_len, 2);
	panel_finish(&panel);
}

static char *flood(size_t n) {
	size_t cap = n * 256 + 1024, at = 0;
	char *json = malloc(cap);
	assert_non_null(json);
	at += (size_t)snprintf(json, cap,
			"{\"workspaces\":4,\"workspace\":1," DOMAINS ",\"windows\":[");
	for (size_t i = 0; i < n; i++) {
		at += (size_t)snprintf(json + at, cap - at,
				"%s{\"id\":%zu,\"domain\":\"%s\",\"title\":"
				"\"\\u202eW\\u0301\\u0301\\u0301"
				"WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"
				"W"
				"\\n%zu\",\"workspace\":1}",
				i > 0 ? "," : "", i + 1, i == n / 2 ? "banking" : "untrusted", i);
	}
	snprintf(json + at, cap - at, "]}");
	return json;
}

static void a_flood_is_counted(void **state) {
	struct panel panel;
	char *json = flood(2000);
	begin(&panel, true, json);
	free(json);
	assert_int_equal(panel.windows_len, PANEL_WINDOWS_MAX);
	assert_true(draw(&panel, "panel-flood", 1, 1280));
	assert_true(draw(&panel, NULL, 1, 200));
	assert_true(draw(&panel, NULL, 1, 1));
	panel_finish(&panel);
}

static void nonsense_is_left_out(void **state) {
	static const char *const answers[] = {"{}", "[]", "7", "{\"windows\":{},\"domains\":[7]}",
			"{\"windows\":[7,{},{\"id\":-1,\"domain\":7,\"title\":[]}],\"workspaces\":-"
			"3}",
			"{\"workspaces\":99999999999,\"workspace\":88888888888,\"windows\":[{"
			"\"id\":1,"
			"\"domain\":"
			"\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}],"
			"\"domains\":[{\"name\":\"../x\"},{\"name\":\"work\",\"color\":\"x\"}]}"};
	struct panel panel;
	begin(&panel, false, desktop);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		take(&panel, answers[i]);
		assert_true(draw(&panel, NULL, 1, 1280));
		panel_model_changed(&panel);
		assert_true(draw(&panel, NULL, 1, 1280));
	}
	assert_true(panel.workspaces <= PANEL_WORKSPACES_MAX);
	panel_finish(&panel);
}

int main(int argc, char *argv[]) {
	int status = golden_init(&golden, argc, argv);
	if (status != 0) {
		return status;
	}
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(pictures),
			cmocka_unit_test(what_waits_to_be_pasted),
			cmocka_unit_test(parts_answer_where_they_are),
			cmocka_unit_test(a_flood_is_counted),
			cmocka_unit_test(nonsense_is_left_out),
	};
	int failed = cmocka_run_group_tests_name("panel", tests, NULL, NULL);
	lettering_destroy(golden.lettering);
	return failed;
}
