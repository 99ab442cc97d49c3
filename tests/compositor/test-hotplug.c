/* SPDX-License-Identifier: MIT
 *
 * Outputs that come and go: the strip of each, where windows, panel and launcher go.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wlr/backend/headless.h>
#include <wlr/backend/multi.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_output.h>

#include "compositor/input/cursor.h"
#include "compositor/input/focus.h"
#include "compositor/output/output.h"
#include "compositor/shell/layer_shell.h"
#include "decorations/strip.h"
#include "tests/compositor/layer_client.h"

#define RED 0xffff0000
#define GREEN 0xff00ff00
#define BLUE 0xff0000ff

struct scene {
	struct fixture *fixture;
	struct server *server;
	struct domain *domain;
	int dial;
	struct test_client *vm, *shell;
};

static int setup(void **state) {
	fixture_outputs = 2; /* 1280x800 and, right of it, 800x600 */
	return fixture_setup(state);
}

static void scene_init(struct scene *scene, void **state) {
	scene->fixture = *state;
	scene->server = scene->fixture->server;
	scene->domain = fixture_domain(scene->fixture, "banking", &scene->dial);
	scene->vm = fixture_client(scene->fixture, scene->dial);
	scene->shell = fixture_host_client(scene->fixture, CLIENT_HOST_SHELL);
}

static struct output *output_at(struct scene *scene, size_t index) {
	struct output *output;
	wl_list_for_each(output, &scene->server->outputs->list, link) {
		if (index-- == 0) {
			return output;
		}
	}
	return NULL;
}

static void unplug(struct scene *scene, size_t index) {
	wlr_output_destroy(output_at(scene, index)->wlr_output);
	fixture_settle(scene->fixture);
}

static void add_output(struct wlr_backend *backend, void *data) {
	if (wlr_backend_is_headless(backend)) {
		wlr_headless_add_output(backend, 1024, 768);
	}
}

static void plug(struct scene *scene) {
	if (wlr_backend_is_multi(scene->server->backend)) {
		wlr_multi_for_each_backend(scene->server->backend, add_output, NULL);
	} else {
		add_output(scene->server->backend, NULL);
	}
	fixture_settle(scene->fixture);
}

/* In the order of their making. */
static struct window *window_number(struct scene *scene, size_t index) {
	struct window *window;
	wl_list_for_each_reverse(window, windows_stack(scene->server), link) {
		if (index-- == 0) {
			return window;
		}
	}
	return NULL;
}

static bool is_on(const struct window *window, struct output *output) {
	struct wlr_box usable, common;
	output_get_usable(output, &usable);
	return wlr_box_intersection(&common, &usable, &window->area) &&
			common.width == window->area.width && common.height == window->area.height;
}

static uint32_t rgb(struct color color) {
	return (uint32_t)color.r << 16 | (uint32_t)color.g << 8 | color.b;
}

static void the_strip_is_colourless_where_the_keyboard_is_not(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window window;
	window_map(&window, scene.vm, 300, 200, RED);
	uint32_t fill = rgb(scene.domain->colors.fill);
	uint32_t line = rgb(theme_get(true)->line);
	struct window *ours = window_in_server(scene.fixture, "banking");
	assert_true(focus_output(scene.server) == output_at(&scene, 0));
	assert_int_equal(fixture_pixel(scene.fixture, 600, STRIP_HEIGHT - 1), fill);
	/* It goes to the other output, and so does the colour, with the next picture. */
	wlr_cursor_warp(cursor_wlr(scene.server), NULL, 1500, 300);
	window_move(ours, 1500, 200);
	assert_true(focus_output(scene.server) == output_at(&scene, 1));
	outputs_update_strips(scene.server);
	assert_int_equal(fixture_pixel(scene.fixture, 600, STRIP_HEIGHT - 1), line);
	window_finish(&window);
	close(scene.dial);
}

static void windows_go_with_their_output(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window windows[3];
	for (size_t i = 0; i < 3; i++) {
		window_map(&windows[i], scene.vm, 300, 200, RED);
	}
	struct window *left = window_number(&scene, 0);
	struct window *right = window_number(&scene, 1), *full = window_number(&scene, 2);
	struct wlr_box before = left->area;
	right->area.x = 1280 + 400;
	right->area.y = 300;
	full->area.x = 1280 + 100;
	window_set_maximized(full, true);
	assert_true(is_on(right, output_at(&scene, 1)));
	assert_true(is_on(full, output_at(&scene, 1)));
	/* The left output goes: the other one moves to its place, with its windows. */
	unplug(&scene, 0);
	struct output *last = output_at(&scene, 0);
	assert_int_equal(last->told_box.x, 0);
	assert_int_equal(right->area.x, 400);
	assert_int_equal(right->area.y, 300);
	assert_true(is_on(full, last));
	assert_true(is_on(left, last));
	assert_int_equal(left->area.width, before.width);
	/* With no output at all nothing is lost. */
	unplug(&scene, 0);
	assert_null(output_at(&scene, 0));
	plug(&scene);
	assert_true(is_on(right, output_at(&scene, 0)));
	assert_true(is_on(left, output_at(&scene, 0)));
	assert_int_equal(full->area.x + full->area.width, 1024 - 4);
	assert_true(focus_window(scene.server) != NULL);
	for (size_t i = 0; i < 3; i++) {
		window_finish(&windows[i]);
	}
	close(scene.dial);
}

/* Names the outputs, of which the last has the newest name, as the next ones that are plugged in. */
static void name_as_the_next(struct scene *scene, size_t first) {
	unsigned int newest = 0;
	assert_int_equal(sscanf(output_at(scene, 1)->wlr_output->name, "HEADLESS-%u", &newest), 1);
	for (size_t i = first; i < 2; i++) {
		struct wlr_output *output = output_at(scene, i)->wlr_output;
		free(output->name);
		assert_true(asprintf(&output->name, "HEADLESS-%u", ++newest) > 0);
	}
}

static void windows_go_back_to_outputs_that_come_again(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window windows[3];
	for (size_t i = 0; i < 3; i++) {
		window_map(&windows[i], scene.vm, 300, 200, RED);
	}
	struct window *left = window_number(&scene, 0), *right = window_number(&scene, 1);
	struct window *full = window_number(&scene, 2);
	window_move(left, 650, 520);
	right->area.x = 1280 + 400;
	right->area.y = 300;
	full->area.x = 1280 + 100;
	window_set_maximized(full, true);
	fixture_settle(scene.fixture);
	name_as_the_next(&scene, 0);
	/* As it is when the session goes to another console: one after the other. */
	unplug(&scene, 0);
	assert_true(is_on(left, output_at(&scene, 0)));
	assert_true(left->area.x < 500);
	unplug(&scene, 0);
	plug(&scene);
	assert_int_equal(left->area.x, 650);
	assert_int_equal(left->area.y, 520);
	assert_true(is_on(right, output_at(&scene, 0)));
	assert_true(is_on(full, output_at(&scene, 0)));
	plug(&scene);
	assert_int_equal(left->area.x, 650);
	assert_int_equal(right->area.x, 1024 + 400);
	assert_int_equal(right->area.y, 300);
	assert_true(is_on(full, output_at(&scene, 1)));
	assert_int_equal(full->area.x + full->area.width, 2 * 1024 - 4);
	window_set_maximized(full, false);
	assert_int_equal(full->area.x, 1024 + 100);
	for (size_t i = 0; i < 3; i++) {
		window_finish(&windows[i]);
	}
	close(scene.dial);
}

static void windows_moved_while_their_output_is_away_stay(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window window;
	window_map(&window, scene.vm, 300, 200, RED);
	struct window *ours = window_number(&scene, 0);
	ours->area.x = 1280 + 400;
	ours->area.y = 300;
	name_as_the_next(&scene, 1);
	unplug(&scene, 1);
	assert_true(is_on(ours, output_at(&scene, 0)));
	window_move(ours, 333, 222);
	plug(&scene);
	assert_int_equal(ours->area.x, 333);
	assert_int_equal(ours->area.y, 222);
	window_finish(&window);
	close(scene.dial);
}

static void layer_surfaces_are_closed_with_their_output(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window window;
	window_map(&window, scene.vm, 300, 200, RED);
	struct test_layer panel, launcher, late;
	layer_map(&panel, scene.shell, &panel_spec, GREEN);
	layer_map(&launcher, scene.shell, &launcher_spec, BLUE);
	layer_init(&late, scene.shell, &launcher_spec);
	fixture_settle(scene.fixture);
	assert_true(layer_shell_is_modal(scene.server));
	unplug(&scene, 0);
	assert_true(panel.is_closed);
	assert_true(launcher.is_closed);
	assert_true(late.is_closed);
	assert_false(layer_shell_is_modal(scene.server));
	assert_true(window.is_activated);
	/* What its client goes on to say about them is heard by nobody. */
	wl_surface_commit(panel.surface);
	zwlr_layer_surface_v1_set_size(launcher.layer, 10, 10);
	wl_surface_commit(launcher.surface);
	wl_surface_commit(late.surface);
	fixture_settle(scene.fixture);
	assert_false(scene.shell->is_dead);
	layer_finish(&late);
	layer_finish(&launcher);
	layer_finish(&panel);
	layer_map(&panel, scene.shell, &panel_spec, GREEN);
	assert_int_equal(panel.width, 800);
	layer_finish(&panel);
	/* Without an output there is none. */
	unplug(&scene, 0);
	layer_init(&panel, scene.shell, &panel_spec);
	wl_surface_commit(panel.surface);
	fixture_settle(scene.fixture);
	assert_true(panel.is_closed);
	layer_finish(&panel);
	window_finish(&window);
	close(scene.dial);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(the_strip_is_colourless_where_the_keyboard_is_not),
			TEST(windows_go_with_their_output),
			TEST(windows_go_back_to_outputs_that_come_again),
			TEST(windows_moved_while_their_output_is_away_stay),
			TEST(layer_surfaces_are_closed_with_their_output),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
