/* SPDX-License-Identifier: MIT
 *
 * What the settings say about the session takes place: outputs, wallpaper, keys, workspaces. And a
 * file that is wrong in every line changes nothing.
 */
#include "tests/compositor/fixture.h"

#include <cairo.h>
#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_output.h>

#include "compositor/input/cursor.h"
#include "compositor/input/keyboard.h"
#include "compositor/output/output.h"
#include "compositor/settings/settings.h"
#include "compositor/window/workspace.h"
#include "decorations/palette.h"

static char config[64], picture[64];

static int setup(void **state) {
	snprintf(config, sizeof(config), "/tmp/silo-outputs-%d", getpid());
	snprintf(picture, sizeof(picture), "/tmp/silo-outputs-%d.png", getpid());
	return 0;
}

static int teardown(void **state) {
	unlink(config);
	unlink(picture);
	return 0;
}

/* The backend numbers its outputs for the whole of the process: those before this compositor's. */
static size_t earlier;

static void begin(void **state, const char *text, size_t outputs) {
	FILE *file = fopen(config, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	chmod(config, 0600);
	fixture_config = config;
	fixture_outputs = outputs;
	assert_int_equal(fixture_setup(state), 0);
}

static void end(void **state) {
	fixture_teardown(state);
	fixture_config = NULL;
	earlier += fixture_outputs;
	fixture_outputs = 1;
}

/* The compositor's first output, or its second one. */
static struct output *find(struct fixture *fixture, size_t number) {
	char name[32];
	snprintf(name, sizeof(name), "HEADLESS-%zu", earlier + number);
	struct output *output;
	wl_list_for_each(output, &fixture->server->outputs->list, link) {
		if (strcmp(output->wlr_output->name, name) == 0) {
			return output;
		}
	}
	return NULL;
}

static void assert_place(struct fixture *fixture, size_t number, int x, int y, int width,
		int height) {
	struct wlr_box box, expected = {x, y, width, height};
	struct output *output = find(fixture, number);
	assert_non_null(output);
	output_get_box(output, &box);
	assert_memory_equal(&box, &expected, sizeof(box));
}

static void mode_place_scale_and_transform(void **state) {
	char text[256];
	snprintf(text, sizeof(text),
			"output HEADLESS-%zu {\n\tposition 100 50\n\tscale 2\n}\n"
			"output HEADLESS-%zu {\n\tmode 640x480\n\ttransform 90\n\tposition 740 "
			"50\n}\n",
			earlier + 1, earlier + 2);
	begin(state, text, 2);
	assert_place(*state, 1, 100, 50, 640, 400);
	assert_place(*state, 2, 740, 50, 480, 640);
	end(state);
}

static void off_while_another_is_on(void **state) {
	char text[64];
	snprintf(text, sizeof(text), "output HEADLESS-%zu {\n\toff\n}\n", earlier + 1);
	begin(state, text, 2);
	struct fixture *fixture = *state;
	struct output *first = find(fixture, 1), *second = find(fixture, 2);
	assert_true(first->is_off);
	assert_place(fixture, 1, 0, 0, 0, 0);
	assert_false(second->is_off);
	/* The other is unplugged: back on. */
	wlr_output_destroy(second->wlr_output);
	fixture_settle(fixture);
	assert_false(first->is_off);
	assert_true(first->wlr_output->enabled);
	fixture_pixel(fixture, 10, 100);
	end(state);
	snprintf(text, sizeof(text), "output HEADLESS-%zu {\n\toff\n}\n", earlier + 1);
	begin(state, text, 1);
	assert_false(find(*state, 1)->is_off);
	end(state);
}

/* Left half red, right half blue; covering 1280 by 800, its top and bottom are cut. */
static void write_picture(int width, int height) {
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
	cairo_t *cr = cairo_create(surface);
	cairo_set_source_rgb(cr, 1, 0, 0);
	cairo_paint(cr);
	cairo_set_source_rgb(cr, 0, 0, 1);
	cairo_rectangle(cr, width / 2.0, 0, width, height);
	cairo_fill(cr);
	cairo_destroy(cr);
	assert_int_equal(cairo_surface_write_to_png(surface, picture), CAIRO_STATUS_SUCCESS);
	cairo_surface_destroy(surface);
}

static void begin_with_picture(void **state) {
	char text[128];
	snprintf(text, sizeof(text), "wallpaper %s\n", picture);
	begin(state, text, 1);
}

static void a_picture_covers_the_output(void **state) {
	write_picture(40, 40);
	begin_with_picture(state);
	assert_int_equal(fixture_pixel(*state, 2, 100), 0xff0000);
	assert_int_equal(fixture_pixel(*state, 600, 798), 0xff0000);
	assert_int_equal(fixture_pixel(*state, 680, 40), 0x0000ff);
	assert_int_equal(fixture_pixel(*state, 1277, 798), 0x0000ff);
	end(state);
}

static uint32_t rgb(struct color color) {
	return (uint32_t)color.r << 16 | (uint32_t)color.g << 8 | color.b;
}

/* Cut off, of another kind, too large, not there: Silo's own is shown. */
static void a_bad_picture_is_none(void **state) {
	static const unsigned char huge[] =
			"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\0\0\0\1\0\0\x08\6\0\0\0";
	for (int how = 0; how < 4; how++) {
		unlink(picture);
		if (how < 3) {
			write_picture(64, 64);
		}
		if (how == 0) {
			assert_int_equal(truncate(picture, 60), 0);
		} else if (how < 3) {
			FILE *file = fopen(picture, "we");
			fwrite(how == 1 ? (const void *)"GIF89a, or so it says itself" : huge, 1,
					28, file);
			fclose(file);
		}
		begin_with_picture(state);
		assert_int_equal(fixture_pixel(*state, 2, 40), rgb(theme_get(true)->ground));
		end(state);
	}
}

static void keys_and_workspaces(void **state) {
	begin(state,
			"workspaces 2\nmodifier Alt\nbind Mod+z workspace 2\nunbind Mod+1\n"
			"appearance light\nkeyboard {\n\tlayout de\n\trepeat 50 200ms\n}\n",
			1);
	struct fixture *fixture = *state;
	assert_int_equal(workspaces_count(fixture->server), 2);
	assert_int_equal(keyboards_main(fixture->server)->repeat_info.rate, 50);
	user_key(fixture, KEY_LEFTALT, true);
	user_key(fixture, KEY_Y, true); /* where this layout has z */
	user_key(fixture, KEY_Y, false);
	assert_int_equal(workspaces_current(fixture->server), 1);
	user_key(fixture, KEY_1, true);
	user_key(fixture, KEY_1, false);
	assert_int_equal(workspaces_current(fixture->server), 1);
	user_key(fixture, KEY_LEFTALT, false);
	assert_int_equal(fixture_pixel(fixture, 2, 40), rgb(theme_get(false)->ground));
	end(state);
}

static void change(const char *text) {
	FILE *file = fopen(config, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Everything at once, with a window open and the switcher too, and back; a bad file does nothing. */
static void read_again(void **state) {
	begin(state, "workspaces 3\n", 1);
	struct fixture *fixture = *state;
	struct server *server = fixture->server;
	int dial;
	fixture_domain(fixture, "work", &dial);
	struct test_client *client = fixture_client(fixture, dial);
	struct test_window window;
	window_map(&window, client, 300, 200, 0xffff0000);
	workspaces_switch(server, 2);
	change("workspaces 9\nappearance l");
	settings_reload(server);
	assert_int_equal(workspaces_count(server), 3);
	for (int i = 0; i < 3; i++) {
		user_key(fixture, KEY_LEFTALT, true);
		user_key(fixture, KEY_TAB, true);
		change("workspaces 1\nappearance light\nkeyboard {\n\tlayout fr\n}\ncursor {\n"
		       "\ttheme none-such\n\tsize 64\n}\n");
		settings_reload(server);
		fixture_settle(fixture);
		assert_int_equal(workspaces_current(server), 0);
		assert_int_equal(fixture_pixel(fixture, 1270, 40), rgb(theme_get(false)->ground));
		user_key(fixture, KEY_TAB, false);
		user_key(fixture, KEY_LEFTALT, false);
		user_move(fixture, 30 + i, 300);
		change("");
		settings_reload(server);
		assert_int_equal(workspaces_count(server), WORKSPACES_DEFAULT);
		assert_int_equal(fixture_pixel(fixture, 1270, 40), rgb(theme_get(true)->ground));
	}
	assert_true(client->keymaps > 3);
	window_finish(&window);
	close(dial);
	end(state);
}

/* The settings of one output, the second, read again while all is on. */
static void read_second(struct fixture *fixture, const char *block) {
	char text[256];
	snprintf(text, sizeof(text), "output HEADLESS-%zu {\n%s\n}\n", earlier + 2, block);
	change(text);
	settings_reload(fixture->server);
	fixture_settle(fixture);
}

static void outputs_change_when_read_again(void **state) {
	begin(state, "", 2);
	struct fixture *fixture = *state;
	assert_place(fixture, 2, 1280, 0, 800, 600);
	for (int i = 0; i < 2; i++) {
		read_second(fixture, "scale 2");
		assert_place(fixture, 2, 1280, 0, 400, 300);
		read_second(fixture, "mode 640x480@50\nposition 1300 -20");
		assert_place(fixture, 2, 1300, -20, 640, 480);
		read_second(fixture, "mode 640x480@50\ntransform 90\nposition 1300 20");
		assert_place(fixture, 2, 1300, 20, 480, 640);
		/* What is said no more is as it was. */
		change("");
		settings_reload(fixture->server);
		assert_place(fixture, 2, 1280, 0, 800, 600);
		assert_place(fixture, 1, 0, 0, 1280, 800);
	}
	end(state);
}

static void what_has_not_changed_is_let_alone(void **state) {
	begin(state, "", 2);
	struct fixture *fixture = *state;
	read_second(fixture, "scale 2");
	/* A tool has been at it since. */
	struct wlr_output_state changed;
	wlr_output_state_init(&changed);
	wlr_output_state_set_scale(&changed, 1.25f);
	assert_true(wlr_output_commit_state(find(fixture, 2)->wlr_output, &changed));
	wlr_output_state_finish(&changed);
	read_second(fixture, "scale 2");
	assert_place(fixture, 2, 1280, 0, 640, 480);
	read_second(fixture, "scale 1");
	assert_place(fixture, 2, 1280, 0, 800, 600);
	end(state);
}

static void a_bad_output_changes_nothing(void **state) {
	static const char *const blocks[] = {"scale 9", "scale 2\nmode 10x", "position 1",
			"scale 2\nposition 1.5 0", "scale 2\ntransform up", "scale 2\nscale 2",
			"scale 2\nenabled"};
	begin(state, "", 2);
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		read_second(fixture, blocks[i]);
		assert_place(fixture, 2, 1280, 0, 800, 600);
	}
	end(state);
}

/* A screen with modes of its own: one that it lacks is refused, and what else is said holds. */
static void a_mode_that_is_not_there_is_refused(void **state) {
	static struct wlr_output_mode mode = {.width = 800, .height = 600, .refresh = 60000};
	begin(state, "", 2);
	struct fixture *fixture = *state;
	struct wlr_output *wlr_output = find(fixture, 2)->wlr_output;
	wl_list_insert(&wlr_output->modes, &mode.link);
	read_second(fixture, "mode 1920x1080\nposition 1400 0");
	assert_place(fixture, 2, 1400, 0, 800, 600);
	read_second(fixture, "mode 800x600@75\nscale 2");
	assert_place(fixture, 2, 1280, 0, 400, 300);
	wl_list_remove(&mode.link);
	end(state);
}

static void windows_leave_one_that_is_switched_off(void **state) {
	begin(state, "", 2);
	struct fixture *fixture = *state;
	int dial;
	fixture_domain(fixture, "work", &dial);
	struct test_client *client = fixture_client(fixture, dial);
	struct test_window window;
	window_map(&window, client, 300, 200, 0xffff0000);
	struct window *ours = window_in_server(fixture, "work");
	user_move(fixture, 640, 300);
	wlr_cursor_warp(cursor_wlr(fixture->server), NULL, 1500, 300);
	window_move(ours, 1400, 200);
	for (int i = 0; i < 2; i++) {
		read_second(fixture, "off");
		assert_true(find(fixture, 2)->is_off);
		assert_true(ours->area.x >= 0 && ours->area.x + 300 <= 1280);
		assert_true(ours->area.y >= 28 && ours->area.y + 200 <= 800);
		read_second(fixture, "scale 2");
		assert_false(find(fixture, 2)->is_off);
		assert_place(fixture, 2, 1280, 0, 400, 300);
	}
	window_finish(&window);
	close(dial);
	end(state);
}

static void nothing_in_the_file_locks_out(void **state) {
	begin(state, "workspaces -1\nmodifier None\nbind\noutput\nkeyboard {\n\tlayout x/../y\n}\n",
			1);
	struct fixture *fixture = *state;
	assert_int_equal(workspaces_count(fixture->server), WORKSPACES_DEFAULT);
	user_key(fixture, KEY_LEFTMETA, true);
	user_key(fixture, KEY_2, true);
	user_key(fixture, KEY_2, false);
	user_key(fixture, KEY_LEFTMETA, false);
	assert_int_equal(workspaces_current(fixture->server), 1);
	end(state);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(mode_place_scale_and_transform),
			cmocka_unit_test(off_while_another_is_on),
			cmocka_unit_test(a_picture_covers_the_output),
			cmocka_unit_test(a_bad_picture_is_none),
			cmocka_unit_test(keys_and_workspaces),
			cmocka_unit_test(read_again),
			cmocka_unit_test(outputs_change_when_read_again),
			cmocka_unit_test(what_has_not_changed_is_let_alone),
			cmocka_unit_test(a_bad_output_changes_nothing),
			cmocka_unit_test(a_mode_that_is_not_there_is_refused),
			cmocka_unit_test(windows_leave_one_that_is_switched_off),
			cmocka_unit_test(nothing_in_the_file_locks_out),
	};
	return cmocka_run_group_tests_name("outputs", tests, setup, teardown);
}
