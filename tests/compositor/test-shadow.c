/* SPDX-License-Identifier: MIT
 *
 * Shadows on the screen: below floating windows, not below those that fill it, and none of a guest's
 * pixels in them.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <stdio.h>
#include <unistd.h>
#include <wlr/types/wlr_scene.h>

#include "compositor/output/output.h"
#include "compositor/settings/settings.h"

#define RED 0xffff0000

struct scene {
	struct fixture *fixture;
	int dial;
	struct test_window window;
	struct window *ours;
};

static void scene_init(struct scene *scene, void **state) {
	scene->fixture = *state;
	fixture_domain(scene->fixture, "work", &scene->dial);
	struct test_client *client = fixture_client(scene->fixture, scene->dial);
	window_map(&scene->window, client, 300, 200, RED);
	scene->ours = window_in_server(scene->fixture, "work");
	window_move(scene->ours, 400, 300);
}

static void scene_finish(struct scene *scene) {
	window_finish(&scene->window);
	close(scene->dial);
}

/* How much darker than without the window it is below the middle of the frame's foot. */
static int darkness(struct scene *scene, int distance) {
	struct wlr_box area = scene->ours->area;
	int x = area.x + area.width / 2, y = area.y + area.height + 5 + distance;
	uint32_t with = fixture_pixel(scene->fixture, x, y);
	wlr_scene_node_set_enabled(&scene->ours->tree->node, false);
	uint32_t without = fixture_pixel(scene->fixture, x, y);
	wlr_scene_node_set_enabled(&scene->ours->tree->node, true);
	assert_true((with & 0xff) <= (without & 0xff));
	return (int)(without & 0xff) - (int)(with & 0xff);
}

static void it_falls_below_a_floating_window(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	int near = darkness(&scene, 2), far = darkness(&scene, 20);
	assert_true(near > far && far > 0);
	assert_int_equal(darkness(&scene, 40), 0);
	/* Without the keyboard it is flatter. */
	window_set_active(scene.ours, false);
	int flat = darkness(&scene, 2);
	assert_true(flat > 0 && flat < near);
	assert_int_equal(darkness(&scene, 20), 0);
	scene_finish(&scene);
}

static void none_below_one_that_fills_its_place(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct fixture *fixture = scene.fixture;
	window_set_snap(scene.ours, SNAP_LEFT);
	fixture_settle(fixture);
	uint32_t beside = fixture_pixel(fixture, 645, 400);
	window_set_minimized(scene.ours, true);
	assert_int_equal(fixture_pixel(fixture, 645, 400), beside);
	window_set_minimized(scene.ours, false);
	window_restore(scene.ours);
	assert_true(darkness(&scene, 2) > 0);
	scene_finish(&scene);
}

static void it_takes_no_input(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct wlr_box area = scene.ours->area;
	struct test_window below;
	int dial;
	fixture_domain(scene.fixture, "below", &dial);
	struct test_client *client = fixture_client(scene.fixture, dial);
	window_map(&below, client, 600, 500, RED);
	window_move(window_in_server(scene.fixture, "below"), area.x - 100, area.y - 100);
	window_raise(scene.ours);
	user_click(scene.fixture, area.x + 50, area.y + area.height + 4 + 14);
	assert_int_equal(client->buttons, 2);
	window_finish(&below);
	close(dial);
	scene_finish(&scene);
}

/* shadows no, and back, takes place at once. */
static void the_settings_decide(void **state) {
	char config[64];
	snprintf(config, sizeof(config), "/tmp/silo-shadow-%d", getpid());
	fixture_config = config;
	for (int i = 0; i < 2; i++) {
		FILE *file = fopen(config, "we");
		assert_non_null(file);
		fputs(i == 0 ? "" : "shadows no\n", file);
		fclose(file);
		if (i == 0) {
			assert_int_equal(fixture_setup(state), 0);
			continue;
		}
		struct scene scene;
		scene_init(&scene, state);
		assert_true(darkness(&scene, 2) > 0);
		settings_reload(scene.fixture->server);
		assert_int_equal(darkness(&scene, 2), 0);
		scene_finish(&scene);
	}
	fixture_teardown(state);
	fixture_config = NULL;
	unlink(config);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void) {
	const struct CMUnitTest tests[] = {
			TEST(it_falls_below_a_floating_window),
			TEST(none_below_one_that_fills_its_place),
			TEST(it_takes_no_input),
			cmocka_unit_test(the_settings_decide),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
