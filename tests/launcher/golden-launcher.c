/* SPDX-License-Identifier: MIT
 *
 * Golden pictures of the launcher from fixed data.
 * usage: golden-launcher GOLDEN-DIR OUT-DIR; SILO_UPDATE=1 rewrites the pictures.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "launcher/menu/menu_view.h"
#include "tests/golden/picture.h"
#include "tests/launcher/data.h"

static struct golden golden;

static void ignore_launch(void *data, const char *vm, const char *id, bool stays) {
}

static void ignore_control(void *data, const char *vm, enum menu_verb verb) {
}

static void ignore_close(void *data) {
}

static const struct menu_handlers handlers = {ignore_launch, ignore_control, ignore_close, NULL};

static void begin(struct menu *menu) {
	menu_init(menu, &handlers);
	menu->has_manager = menu->has_applications = menu->has_shell = true;
	menu_view_measure(menu, MENU_WIDTH, MENU_HEIGHT);
	data_take_desktop(&menu->model);
	menu_model_changed(menu);
}

static void type(struct menu *menu, const char *text) {
	for (; *text != '\0'; text++) {
		struct key_press press = {.text = {*text}};
		menu_key(menu, &press);
	}
}

static void press(struct menu *menu, xkb_keysym_t symbol) {
	menu_key(menu, &(struct key_press){.symbol = symbol});
}

static bool check(struct menu *menu, const char *name, bool dark, double scale, int height) {
	int device_width = (int)round(MENU_WIDTH * scale);
	int device_height = (int)round(height * scale);
	cairo_surface_t *picture =
			picture_create(device_width, device_height, theme_get(dark)->ground);
	cairo_surface_t *drawn = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, device_width,
			device_height);
	struct canvas canvas;
	menu_view_measure(menu, MENU_WIDTH, height);
	canvas_begin(&canvas, golden.lettering, dark, scale, cairo_image_surface_get_data(drawn),
			device_width, device_height, (size_t)cairo_image_surface_get_stride(drawn));
	menu_view_draw(menu, &canvas, MENU_WIDTH, height, DATA_NOW_MS);
	bool is_drawn = canvas_end(&canvas);
	cairo_surface_mark_dirty(drawn);
	cairo_t *cr = cairo_create(picture);
	cairo_set_source_surface(cr, drawn, 0, 0);
	cairo_paint(cr);
	cairo_destroy(cr);
	cairo_surface_destroy(drawn);
	char file[64];
	snprintf(file, sizeof(file), "%s-%g", name, scale);
	bool is_same = picture_check(picture, golden.dir, golden.out, file);
	cairo_surface_destroy(picture);
	return is_drawn && is_same;
}

static void typed(void **state) {
	struct menu menu;
	begin(&menu);
	type(&menu, "edi");
	int wrong = 0;
	wrong += !check(&menu, "typed-dark", true, 1, MENU_HEIGHT);
	wrong += !check(&menu, "typed-dark", true, 1.5, MENU_HEIGHT);
	wrong += !check(&menu, "typed-light", false, 1, MENU_HEIGHT);
	wrong += !check(&menu, "typed-light", false, 2, MENU_HEIGHT);
	wrong += !check(&menu, "typed-low", true, 1, 420);
	menu_finish(&menu);
	assert_int_equal(wrong, 0);
}

static void in_the_column(void **state) {
	struct menu menu;
	begin(&menu);
	press(&menu, XKB_KEY_Tab);
	press(&menu, XKB_KEY_Down);
	press(&menu, XKB_KEY_Down);
	int wrong = !check(&menu, "column-failed", true, 1, MENU_HEIGHT);
	press(&menu, XKB_KEY_End);
	for (int i = 0; i < 5; i++) {
		press(&menu, XKB_KEY_Down);
	}
	wrong += !check(&menu, "column-host", true, 1, MENU_HEIGHT);
	for (int i = 0; i < 5; i++) {
		press(&menu, XKB_KEY_Up);
	}
	press(&menu, XKB_KEY_Up);
	press(&menu, XKB_KEY_Menu);
	press(&menu, XKB_KEY_Down);
	wrong += !check(&menu, "verbs", false, 1, MENU_HEIGHT);
	menu_finish(&menu);
	assert_int_equal(wrong, 0);
}

static void nothing_there(void **state) {
	struct menu menu;
	menu_init(&menu, &handlers);
	int wrong = !check(&menu, "no-manager", true, 1, MENU_HEIGHT);
	menu.has_manager = menu.has_applications = true;
	data_take_desktop(&menu.model);
	menu_model_changed(&menu);
	type(&menu, "zzz");
	menu_tell(&menu, "Did not start: vm \"mail\" is paused");
	wrong += !check(&menu, "no-match", true, 1, MENU_HEIGHT);
	menu_key(&menu, &(struct key_press){.symbol = XKB_KEY_u, .has_control = true});
	type(&menu, "end sess");
	press(&menu, XKB_KEY_Return);
	wrong += !check(&menu, "end-session", false, 1, MENU_HEIGHT);
	menu_finish(&menu);
	assert_int_equal(wrong, 0);
}

/* Words of a guest that wants to be seen. */
static void hostile_words(void **state) {
	char name[2048];
	size_t len = 0;
	for (int i = 0; i < 60; i++) {
		len += (size_t)snprintf(name + len, sizeof(name) - len, "%s",
				i % 2 == 0 ? "WWWWWWWW\\u202e" : "\\u0301\\u0301\\u0301\\u0301");
	}
	char json[8192];
	snprintf(json, sizeof(json),
			"[{\"vm\":\"work\",\"id\":\"a\",\"name\":\"%s\",\"category\":\"%s\"},"
			"{\"vm\":\"work\",\"id\":\"b\",\"name\":\"banking \\u25cf\\nTerminal\"},"
			"{\"vm\":\"work\",\"id\":\"c\",\"name\":\"\\u05d0\\u05d1\\u05d2 "
			"\\u05d3\"}]",
			name, name);
	struct menu menu;
	begin(&menu);
	data_take(&menu.model, NULL, json, NULL);
	menu_model_changed(&menu);
	int wrong = !check(&menu, "hostile", true, 1, MENU_HEIGHT);
	menu_finish(&menu);
	assert_int_equal(wrong, 0);
}

int main(int argc, char *argv[]) {
	int status = golden_init(&golden, argc, argv);
	if (status != 0) {
		return status;
	}
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(typed),
			cmocka_unit_test(in_the_column),
			cmocka_unit_test(nothing_there),
			cmocka_unit_test(hostile_words),
	};
	int failed = cmocka_run_group_tests_name("launcher", tests, NULL, NULL);
	lettering_destroy(golden.lettering);
	return failed;
}
