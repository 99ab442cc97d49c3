/* SPDX-License-Identifier: MIT
 *
 * Halves of the screen, by key and by dragging to an edge.
 */
#include "tests/compositor/vms_scene.h"

#include <linux/input-event-codes.h>

#include "compositor/window/snap.h"
#include "decorations/strip.h"

/* Of the output. */
#define WIDTH 1280
#define HEIGHT 800
#define RED 0xffff0000
#define BLUE 0xff0000ff

/* Frame and all, of what the window fills. */
static struct wlr_box outer(struct vms_scene *scene, int i) {
	struct wlr_box box = scene->inside[i]->area;
	struct frame_insets insets = frame_insets(FRAME_WINDOW);
	box.x -= insets.left;
	box.y -= insets.top;
	box.width += insets.left + insets.right;
	box.height += insets.top + insets.bottom;
	return box;
}

static void assert_box(struct wlr_box box, int x, int y, int width, int height) {
	struct wlr_box expected = {x, y, width, height};
	assert_memory_equal(&box, &expected, sizeof(box));
}

#define HALF (WIDTH / 2)
#define TOP STRIP_HEIGHT

static void keys_fill_halves_and_all(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	vms_scene_click(&scene, 0);
	struct wlr_box before = scene.inside[0]->area;
	vms_scene_press(&scene, KEY_LEFT, false);
	assert_box(outer(&scene, 0), 0, TOP, HALF, HEIGHT - TOP);
	assert_true(scene.windows[0].is_tiled);
	assert_int_equal(scene.windows[0].width, scene.inside[0]->area.width);
	vms_scene_press(&scene, KEY_RIGHT, false);
	assert_box(outer(&scene, 0), HALF, TOP, HALF, HEIGHT - TOP);
	vms_scene_press(&scene, KEY_UP, false);
	assert_box(outer(&scene, 0), 0, TOP, WIDTH, HEIGHT - TOP);
	assert_true(scene.windows[0].is_maximized);
	assert_false(scene.windows[0].is_tiled);
	vms_scene_press(&scene, KEY_DOWN, false);
	assert_memory_equal(&scene.inside[0]->area, &before, sizeof(before));
	vms_scene_press(&scene, KEY_DOWN, false);
	assert_true(scene.inside[0]->is_minimized);
	vms_scene_finish(&scene);
}

static void drag_to(struct vms_scene *scene, int i, int x, int y) {
	const struct wlr_box *area = &scene->inside[i]->area;
	user_move(scene->fixture, area->x + 20, area->y - 10); /* the tab, or the plate */
	user_button(scene->fixture, BTN_LEFT, true);
	user_move(scene->fixture, WIDTH / 2, HEIGHT / 2);
	user_move(scene->fixture, x, y);
}

static void drop(struct vms_scene *scene) {
	user_button(scene->fixture, BTN_LEFT, false);
	scene->fixture->time_ms += 1000;
}

static uint32_t ink(void) {
	struct color color = theme_get(true)->ink;
	return (uint32_t)color.r << 16 | (uint32_t)color.g << 8 | color.b;
}

static void edges_show_what_a_drop_will_fill(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	for (int i = 0; i < 2; i++) {
		struct wlr_box before = scene.inside[i]->area;
		drag_to(&scene, i, 0, 400);
		assert_int_equal(fixture_pixel(scene.fixture, HALF - 2, 300), ink());
		assert_int_not_equal(fixture_pixel(scene.fixture, 100, TOP - 1), ink());
		/* Away from the edge, it goes. */
		user_move(scene.fixture, 300, 400);
		assert_int_not_equal(fixture_pixel(scene.fixture, HALF - 2, 700), ink());
		user_move(scene.fixture, WIDTH - 1, 400);
		assert_int_equal(fixture_pixel(scene.fixture, HALF + 1, 300), ink());
		drop(&scene);
		assert_int_not_equal(fixture_pixel(scene.fixture, HALF + 1, 300), ink());
		assert_box(outer(&scene, i), HALF, TOP, HALF, HEIGHT - TOP);
		/* Pulled off, it has its old size. */
		drag_to(&scene, i, WIDTH / 2, 300);
		drop(&scene);
		assert_int_equal(scene.inside[i]->area.width, before.width);
		assert_int_equal(scene.inside[i]->area.height, before.height);
		assert_false(scene.windows[i].is_tiled);
		drag_to(&scene, i, 600, TOP - 2);
		drop(&scene);
		assert_true(scene.windows[i].is_maximized);
		vms_scene_press(&scene, KEY_DOWN, false);
	}
	vms_scene_finish(&scene);
}

/* The client goes, hides or fills the screen while its window is dragged to an edge. */
static void a_client_that_acts_while_it_is_dragged(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	for (int how = 0; how < 5; how++) {
		struct test_window window;
		window_map(&window, scene.clients[0], 200, 100, RED);
		scene.inside[0] = window_in_server(scene.fixture, "banking");
		drag_to(&scene, 0, 0, 400);
		if (how == 0) {
			xdg_toplevel_set_fullscreen(window.toplevel, NULL);
		} else if (how == 1) {
			xdg_toplevel_set_minimized(window.toplevel);
		} else if (how == 2) {
			xdg_toplevel_set_maximized(window.toplevel);
		} else if (how == 3) {
			wl_surface_attach(window.surface, NULL, 0, 0);
			wl_surface_commit(window.surface);
		} else {
			window_finish(&window);
		}
		fixture_settle(scene.fixture);
		user_move(scene.fixture, 0, 420);
		if (how == 0) {
			assert_true(scene.inside[0]->is_fullscreen);
			assert_int_equal(scene.inside[0]->area.width, WIDTH - 2 * FRAME_EDGE);
		} else if (how != 2) {
			assert_int_not_equal(fixture_pixel(scene.fixture, HALF - 2, 300), ink());
		}
		drop(&scene);
		assert_int_not_equal(fixture_pixel(scene.fixture, HALF - 2, 300), ink());
		if (how != 4) {
			window_finish(&window);
		}
	}
	vms_scene_finish(&scene);
}

/* Snapped, a client may draw any size: it is clipped, and the half stays what it is. */
static void a_snapped_client_of_another_size(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	vms_scene_click(&scene, 1);
	vms_scene_press(&scene, KEY_LEFT, false);
	static const int sizes[][2] = {{2000, 2000}, {1, 1}, {700, 3}};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		window_attach(&scene.windows[1], sizes[i][0], sizes[i][1], BLUE);
		assert_box(outer(&scene, 1), 0, TOP, HALF, HEIGHT - TOP);
		assert_int_not_equal(fixture_pixel(scene.fixture, HALF + 2, 700), BLUE & 0xffffff);
	}
	vms_scene_finish(&scene);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(keys_fill_halves_and_all, fixture_setup,
					fixture_teardown),
			cmocka_unit_test_setup_teardown(edges_show_what_a_drop_will_fill,
					fixture_setup, fixture_teardown),
			cmocka_unit_test_setup_teardown(a_client_that_acts_while_it_is_dragged,
					fixture_setup, fixture_teardown),
			cmocka_unit_test_setup_teardown(a_snapped_client_of_another_size,
					fixture_setup, fixture_teardown),
	};
	return cmocka_run_group_tests_name("snap", tests, NULL, NULL);
}
