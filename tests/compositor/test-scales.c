/* SPDX-License-Identifier: MIT
 *
 * What holds at each scale, to the device pixel: nothing shines through a window, nothing is drawn outside of
 * its frame, and menus stay below the strip.
 */
#include "tests/compositor/fixture.h"

#include <math.h>
#include <unistd.h>

#include "decorations/strip.h"

#define RED 0xffff0000
#define GREEN 0xff00ff00
#define HALF_BLUE 0x80000080 /* premultiplied */
#define WIDTH 301
#define HEIGHT 203

static int device(int logical) {
	return (int)round(logical * (double)fixture_scale);
}

struct scene {
	struct fixture *fixture;
	int dials[2];
	struct test_window window, other;
};

static void scene_init(struct scene *scene, void **state, uint32_t color) {
	*scene = (struct scene){.fixture = *state};
	fixture_domain(scene->fixture, "untrusted", &scene->dials[0]);
	fixture_domain(scene->fixture, "banking", &scene->dials[1]);
	window_map(&scene->window, fixture_client(scene->fixture, scene->dials[0]), WIDTH, HEIGHT,
			color);
}

static void scene_finish(struct scene *scene) {
	window_finish(&scene->window);
	close(scene->dials[0]);
	close(scene->dials[1]);
}

static void nothing_shines_through(void **state) {
	struct scene scene;
	scene_init(&scene, state, HALF_BLUE);
	const struct window *window = window_in_server(scene.fixture, "untrusted");
	int x = device(window->area.x + WIDTH / 2), y = device(window->area.y + HEIGHT / 2);
	uint32_t before = fixture_pixel(scene.fixture, x, y);
	window_map(&scene.other, fixture_client(scene.fixture, scene.dials[1]), 600, 400, RED);
	struct window *below = window_in_server(scene.fixture, "banking");
	window_move(below, window->area.x - 100, window->area.y - 50);
	fixture_settle(scene.fixture);
	/* It is there, below, and beside it. */
	assert_int_equal(fixture_pixel(scene.fixture, device(window->area.x + 440), y), 0xff0000);
	assert_int_equal(fixture_pixel(scene.fixture, x, y), before);
	window_finish(&scene.other);
	scene_finish(&scene);
}

/* A buffer that is larger than its geometry shows that alone, whole device pixels of it. */
static void it_is_cut_to_the_pixel(void **state) {
	struct scene scene;
	scene_init(&scene, state, RED);
	xdg_surface_set_window_geometry(scene.window.xdg_surface, 20, 20, WIDTH, HEIGHT);
	window_attach(&scene.window, WIDTH + 60, HEIGHT + 60, RED);
	fixture_settle(scene.fixture);
	const struct wlr_box *area = &window_in_server(scene.fixture, "untrusted")->area;
	int right = device(area->x + area->width), bottom = device(area->y + area->height);
	size_t width = (size_t)(right - device(area->x)),
	       height = (size_t)(bottom - device(area->y));
	size_t shown = fixture_count(scene.fixture, RED & 0xffffff);
	assert_true(shown <= width * height);
	/* Where a sample lies on an edge it is mixed: of an edge's pixels. */
	assert_true(shown >= (width - 2) * (height - 2));
	scene_finish(&scene);
}

static void menus_stay_below_the_strip(void **state) {
	struct scene scene;
	struct test_window menu;
	scene_init(&scene, state, RED);
	popup_map(&menu, &scene.window, -2000, -2000, 4000, 4000, GREEN);
	fixture_settle(scene.fixture);
	for (int x = 0; x < 1280; x += 40) {
		assert_int_not_equal(fixture_pixel(scene.fixture, x, device(STRIP_HEIGHT) - 1),
				GREEN & 0xffffff);
	}
	assert_true(fixture_count(scene.fixture, GREEN & 0xffffff) > 0);
	window_finish(&menu);
	scene_finish(&scene);
}

#define SCALE(name, scale)                                                                         \
	static int at_##name(void **state) {                                                       \
		fixture_scale = scale;                                                             \
		return fixture_setup(state);                                                       \
	}
SCALE(1, 1)
SCALE(5_4, 1.25f)
SCALE(3_2, 1.5f)
SCALE(2, 2)

int main(void) {
#define TEST(name, scale) cmocka_unit_test_setup_teardown(name, at_##scale, fixture_teardown)
#define TESTS(name) TEST(name, 1), TEST(name, 5_4), TEST(name, 3_2), TEST(name, 2)
	const struct CMUnitTest tests[] = {
			TESTS(nothing_shines_through),
			TESTS(it_is_cut_to_the_pixel),
			TESTS(menus_stay_below_the_strip),
	};
	return cmocka_run_group_tests_name("scales", tests, NULL, NULL);
}
