/* SPDX-License-Identifier: MIT
 *
 * Windows of VMs: frames, clips, sizes and states, as pixels and as what clients are told.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <stdlib.h>
#include <unistd.h>

#include "compositor/input/focus.h"
#include "decorations/strip.h"

#define RED 0xffff0000
#define GREEN 0xff00ff00
#define BLUE 0xff0000ff

struct scene {
	struct fixture *fixture;
	struct domain *domain;
	int dial;
	struct test_client *client;
};

static void scene_init(struct scene *scene, void **state, const char *name) {
	scene->fixture = *state;
	scene->domain = fixture_domain(scene->fixture, name, &scene->dial);
	scene->client = fixture_client(scene->fixture, scene->dial);
}

static uint32_t rgb(struct color color) {
	return (uint32_t)color.r << 16 | (uint32_t)color.g << 8 | color.b;
}

static struct wlr_box area_of(struct scene *scene) {
	struct window *window = window_in_server(scene->fixture, scene->domain->name);
	assert_non_null(window);
	return window->area;
}

static void a_window_is_mapped_framed_focused_and_closed(void **state) {
	struct scene scene;
	scene_init(&scene, state, "banking");
	struct test_window window;
	window_map(&window, scene.client, 300, 200, RED);
	struct wlr_box area = area_of(&scene);
	assert_int_equal(area.width, 300);
	assert_int_equal(area.height, 200);
	assert_true(window.is_activated);
	assert_int_equal(scene.client->keyboard_enters, 1);
	uint32_t fill = rgb(scene.domain->colors.fill);
	assert_int_equal(fixture_pixel(scene.fixture, area.x + 150, area.y + 100), 0xff0000);
	assert_int_equal(fixture_pixel(scene.fixture, area.x - 2, area.y + 100), fill);
	assert_int_equal(fixture_pixel(scene.fixture, area.x + 301, area.y + 100), fill);
	assert_int_equal(fixture_pixel(scene.fixture, area.x + 150, area.y + 202), fill);
	assert_int_equal(fixture_pixel(scene.fixture, area.x + 250, area.y - 2), fill);
	/* The strip's horizon says who has the keyboard. */
	assert_int_equal(fixture_pixel(scene.fixture, 1000, STRIP_HEIGHT - 1), fill);
	window_close(window_in_server(scene.fixture, "banking"));
	fixture_settle(scene.fixture);
	assert_true(window.is_closed);
	window_finish(&window);
	assert_null(focus_window(scene.fixture->server));
	assert_int_not_equal(fixture_pixel(scene.fixture, 1000, STRIP_HEIGHT - 1), fill);
	close(scene.dial);
}

static void what_a_client_draws_outside_is_cut(void **state) {
	struct scene scene;
	scene_init(&scene, state, "evil");
	struct test_window window;
	window_init(&window, scene.client);
	wl_surface_commit(window.surface);
	fixture_await(scene.fixture, &window.is_configured);
	/* A shadow of 40 pixels around a window of 220 by 120. */
	xdg_surface_set_window_geometry(window.xdg_surface, 40, 40, 220, 120);
	struct wl_surface *surface = wl_compositor_create_surface(scene.client->compositor);
	struct wl_subsurface *subsurface =
			wl_subcompositor_get_subsurface(scene.client->subcompositor, surface,
					window.surface);
	wl_subsurface_set_desync(subsurface);
	wl_subsurface_set_position(subsurface, -300, -300);
	struct wl_buffer *buffer = buffer_create(scene.client, 900, 900, GREEN);
	wl_surface_attach(surface, buffer, 0, 0);
	wl_surface_commit(surface);
	window_attach(&window, 300, 200, RED);
	struct wlr_box area = area_of(&scene);
	assert_int_equal(area.width, 220);
	int green = 0, red = 0;
	for (int y = 0; y < 400; y += 7) {
		for (int x = 0; x < 600; x += 7) {
			uint32_t pixel = fixture_pixel(scene.fixture, x, y);
			if (!wlr_box_contains_point(&area, x, y)) {
				green += pixel == (GREEN & 0xffffff);
				red += pixel == (RED & 0xffffff);
			}
		}
	}
	assert_int_equal(green, 0);
	assert_int_equal(red, 0);
	assert_int_equal(fixture_pixel(scene.fixture, area.x + 5, area.y + 5), GREEN & 0xffffff);
	wl_buffer_destroy(buffer);
	wl_subsurface_destroy(subsurface);
	wl_surface_destroy(surface);
	window_finish(&window);
	close(scene.dial);
}

static void a_transparent_window_shows_nothing_of_others(void **state) {
	struct scene scene;
	scene_init(&scene, state, "glass");
	struct test_window window;
	window_map(&window, scene.client, 300, 200, 0);
	struct wlr_box area = area_of(&scene);
	assert_int_equal(fixture_pixel(scene.fixture, area.x + 150, area.y + 100),
			rgb(theme_get(true)->surface));
	window_finish(&window);
	close(scene.dial);
}

static void a_popup_has_a_frame_of_its_own(void **state) {
	struct scene scene;
	scene_init(&scene, state, "banking");
	struct test_window window, popup;
	window_map(&window, scene.client, 300, 200, RED);
	popup_map(&popup, &window, 250, 150, 200, 100, BLUE);
	struct wlr_box area = area_of(&scene);
	uint32_t fill = rgb(scene.domain->colors.fill);
	int x = area.x + 250, y = area.y + 150;
	assert_int_equal(fixture_pixel(scene.fixture, x + 100, y + 50), BLUE & 0xffffff);
	assert_int_equal(fixture_pixel(scene.fixture, x + 100, y - 1), fill);
	assert_int_equal(fixture_pixel(scene.fixture, x + 100, y + 101), fill);
	assert_int_equal(fixture_pixel(scene.fixture, x + 201, y + 50), fill);
	window_finish(&popup);
	assert_int_not_equal(fixture_pixel(scene.fixture, x + 100, y + 50), BLUE & 0xffffff);
	window_finish(&window);
	close(scene.dial);
}

static void maximised_and_back(void **state) {
	struct scene scene;
	scene_init(&scene, state, "banking");
	struct test_window window;
	window_map(&window, scene.client, 300, 200, RED);
	struct wlr_box before = area_of(&scene);
	window_set_maximized(window_in_server(scene.fixture, "banking"), true);
	fixture_settle(scene.fixture);
	assert_true(window.is_maximized);
	assert_int_equal(window.width, 1280 - 2 * FRAME_EDGE);
	assert_int_equal(window.height, 800 - STRIP_HEIGHT - FRAME_BAR - FRAME_EDGE);
	uint32_t fill = rgb(scene.domain->colors.fill);
	assert_int_equal(fixture_pixel(scene.fixture, 1, 400), fill);
	assert_int_equal(fixture_pixel(scene.fixture, 1278, 400), fill);
	/* The client has not drawn so much yet: the backdrop shows. */
	assert_int_equal(fixture_pixel(scene.fixture, 900, 600), rgb(theme_get(true)->surface));
	xdg_toplevel_unset_maximized(window.toplevel);
	fixture_settle(scene.fixture);
	assert_false(window.is_maximized);
	assert_int_equal(window.width, 300);
	struct wlr_box after = area_of(&scene);
	assert_int_equal(after.x, before.x);
	assert_int_equal(after.y, before.y);
	window_finish(&window);
	close(scene.dial);
}

static void old_frames_do_not_size_a_restored_window(void **state) {
	struct scene scene;
	scene_init(&scene, state, "media");
	struct test_window window;
	window_map(&window, scene.client, 300, 200, RED);
	struct wlr_box before = area_of(&scene);
	struct window *ours = window_in_server(scene.fixture, "media");
	window_set_maximized(ours, true);
	fixture_settle(scene.fixture);
	window_attach(&window, window.width, window.height, RED);
	window_restore(ours);
	/* A frame that was on its way when the window was told. */
	struct wl_buffer *buffer = buffer_create(scene.client, 1272, 736, GREEN);
	wl_surface_attach(window.surface, buffer, 0, 0);
	wl_surface_commit(window.surface);
	fixture_settle(scene.fixture);
	struct wlr_box during = area_of(&scene);
	assert_true(wlr_box_equal(&before, &during));
	assert_int_equal(fixture_pixel(scene.fixture, during.x + 150, during.y + 100),
			GREEN & 0xffffff);
	/* From then on the size is the client's again. */
	window_attach(&window, 320, 210, RED);
	assert_int_equal(area_of(&scene).width, 320);
	wl_buffer_destroy(buffer);
	window_finish(&window);
	close(scene.dial);
}

/* As an editor does that was maximised when it was last used. */
static void maximised_before_it_has_drawn(void **state) {
	struct scene scene;
	scene_init(&scene, state, "editor");
	struct test_window window;
	window_init(&window, scene.client);
	wl_surface_commit(window.surface);
	fixture_await(scene.fixture, &window.is_configured);
	xdg_toplevel_set_maximized(window.toplevel);
	fixture_settle(scene.fixture);
	assert_true(window.is_maximized);
	assert_int_equal(window.width, 1280 - 2 * FRAME_EDGE);
	assert_int_equal(window.height, 800 - STRIP_HEIGHT - FRAME_BAR - FRAME_EDGE);
	window_attach(&window, window.width, window.height, RED);
	/* It never had a size of its own: the client chooses one. */
	xdg_toplevel_unset_maximized(window.toplevel);
	fixture_settle(scene.fixture);
	assert_false(window.is_maximized);
	assert_int_equal(window.width, 0);
	assert_int_equal(window.height, 0);
	window_attach(&window, 500, 300, RED);
	struct wlr_box area = area_of(&scene);
	assert_int_equal(area.width, 500);
	assert_int_equal(area.height, 300);
	assert_true(area.x > 2 * FRAME_EDGE && area.y > STRIP_HEIGHT + 2 * FRAME_BAR);
	window_finish(&window);
	close(scene.dial);
}

static void fullscreen_keeps_strip_and_frame(void **state) {
	struct scene scene;
	scene_init(&scene, state, "banking");
	struct test_window window;
	window_map(&window, scene.client, 300, 200, RED);
	xdg_toplevel_set_fullscreen(window.toplevel, NULL);
	fixture_settle(scene.fixture);
	assert_true(window.is_fullscreen);
	assert_int_equal(window.width, 1280 - 2 * FRAME_EDGE);
	assert_int_equal(window.height, 800 - STRIP_HEIGHT - 2 * FRAME_EDGE);
	window_attach(&window, 2000, 2000, GREEN);
	uint32_t fill = rgb(scene.domain->colors.fill);
	assert_int_equal(fixture_pixel(scene.fixture, 640, 400), GREEN & 0xffffff);
	assert_int_equal(fixture_pixel(scene.fixture, 1, 400), fill);
	assert_int_equal(fixture_pixel(scene.fixture, 640, STRIP_HEIGHT - 1), fill);
	assert_int_equal(fixture_pixel(scene.fixture, 640, 798), fill);
	assert_int_not_equal(fixture_pixel(scene.fixture, 640, 10), GREEN & 0xffffff);
	window_finish(&window);
	close(scene.dial);
}

static void two_first_windows_lie_side_by_side(void **state) {
	struct scene one, two;
	scene_init(&one, state, "banking");
	scene_init(&two, state, "untrusted");
	struct test_window window, other;
	window_map(&window, one.client, 580, 400, RED);
	window_map(&other, two.client, 580, 400, BLUE);
	struct wlr_box a = area_of(&one), b = area_of(&two), common;
	assert_false(wlr_box_intersection(&common, &a, &b));
	/* The second domain's window does not take the keyboard; a click gives it. */
	assert_true(focus_domain(one.fixture->server) == one.domain);
	assert_int_equal(two.client->keyboard_enters, 0);
	user_click(one.fixture, b.x + 10, b.y + 10);
	assert_true(focus_domain(one.fixture->server) == two.domain);
	assert_int_equal(two.client->keyboard_enters, 1);
	assert_int_equal(one.client->keyboard_leaves, 1);
	assert_int_equal(fixture_pixel(one.fixture, 1000, STRIP_HEIGHT - 1),
			rgb(two.domain->colors.fill));
	window_finish(&other);
	window_finish(&window);
	close(one.dial);
	close(two.dial);
}

static void the_frame_moves_and_resizes(void **state) {
	struct scene scene;
	scene_init(&scene, state, "banking");
	struct test_window window;
	window_map(&window, scene.client, 300, 200, RED);
	struct wlr_box area = area_of(&scene);
	/* The edge at the right. */
	user_move(scene.fixture, area.x + 301, area.y + 100);
	user_button(scene.fixture, BTN_LEFT, true);
	user_move(scene.fixture, area.x + 401, area.y + 150);
	assert_int_equal(window.width, 400);
	assert_int_equal(window.height, 200);
	user_button(scene.fixture, BTN_LEFT, false);
	window_attach(&window, 400, 200, RED);
	assert_int_equal(area_of(&scene).width, 400);
	assert_int_equal(area_of(&scene).x, area.x);
	/* The left one: the right one stays. */
	user_move(scene.fixture, area.x - 2, area.y + 100);
	user_button(scene.fixture, BTN_LEFT, true);
	user_move(scene.fixture, area.x + 48, area.y + 100);
	assert_int_equal(window.width, 350);
	user_button(scene.fixture, BTN_LEFT, false);
	window_attach(&window, 350, 200, RED);
	assert_int_equal(area_of(&scene).x, area.x + 50);
	/* The tab moves it, and no client hears of it. */
	int buttons = scene.client->buttons;
	area = area_of(&scene);
	user_move(scene.fixture, area.x + 20, area.y - 15);
	user_button(scene.fixture, BTN_LEFT, true);
	user_move(scene.fixture, area.x + 220, area.y + 285);
	user_button(scene.fixture, BTN_LEFT, false);
	assert_int_equal(area_of(&scene).x, area.x + 200);
	assert_int_equal(area_of(&scene).y, area.y + 300);
	assert_int_equal(scene.client->buttons, buttons);
	/* Never out of reach, nor under the strip. */
	window_move(window_in_server(scene.fixture, "banking"), -5000, -5000);
	area = area_of(&scene);
	assert_true(area.x + area.width > 0 && area.y >= STRIP_HEIGHT);
	window_finish(&window);
	close(scene.dial);
}

static void a_client_moves_itself_only_while_it_holds_a_button(void **state) {
	struct scene scene;
	scene_init(&scene, state, "evil");
	struct test_window window;
	window_map(&window, scene.client, 300, 200, RED);
	struct wlr_box area = area_of(&scene);
	for (uint32_t serial = 0; serial < 200; serial++) {
		xdg_toplevel_move(window.toplevel, scene.client->seat, serial);
		xdg_toplevel_resize(window.toplevel, scene.client->seat, serial, 5);
	}
	fixture_settle(scene.fixture);
	user_move(scene.fixture, area.x + 500, area.y + 300);
	assert_int_equal(area_of(&scene).x, area.x);
	assert_int_equal(window.width, 0);
	user_move(scene.fixture, area.x + 10, area.y + 10);
	user_button(scene.fixture, BTN_LEFT, true);
	xdg_toplevel_move(window.toplevel, scene.client->seat, scene.client->serial);
	fixture_settle(scene.fixture);
	user_move(scene.fixture, area.x + 60, area.y + 40);
	user_button(scene.fixture, BTN_LEFT, false);
	assert_int_equal(area_of(&scene).x, area.x + 50);
	assert_int_equal(area_of(&scene).y, area.y + 30);
	window_finish(&window);
	close(scene.dial);
}

static void a_hang_up_takes_windows_clients_and_seat(void **state) {
	struct scene one, two;
	scene_init(&one, state, "banking");
	scene_init(&two, state, "untrusted");
	struct test_window window, other;
	window_map(&window, one.client, 300, 200, RED);
	window_map(&other, two.client, 300, 200, BLUE);
	int globals = two.client->globals;
	close(one.dial);
	assert_true(client_is_ended(one.client));
	assert_null(window_in_server(one.fixture, "banking"));
	assert_int_equal(wl_list_length(domains_list(one.fixture->server)), 2);
	assert_non_null(window_in_server(one.fixture, "untrusted"));
	assert_int_equal(two.client->globals, globals);
	/* The name is free again. */
	fixture_domain(one.fixture, "banking", &one.dial);
	close(one.dial);
	window_finish(&window);
	window_finish(&other);
	close(two.dial);
}

static void unmapped_and_mapped_again(void **state) {
	struct scene scene;
	scene_init(&scene, state, "banking");
	struct test_window window;
	window_map(&window, scene.client, 300, 200, RED);
	for (int i = 0; i < 3; i++) {
		wl_surface_attach(window.surface, NULL, 0, 0);
		wl_surface_commit(window.surface);
		fixture_settle(scene.fixture);
		assert_null(window_in_server(scene.fixture, "banking"));
		window.is_configured = false;
		wl_surface_commit(window.surface);
		fixture_await(scene.fixture, &window.is_configured);
		window_attach(&window, 300, 200, RED);
		assert_true(focus_window(scene.fixture->server) ==
				window_in_server(scene.fixture, "banking"));
	}
	window_finish(&window);
	close(scene.dial);
}

static void starts_stops_and_starts(void **state) {
	for (int i = 0; i < 3; i++) {
		struct fixture *fixture = *state;
		fixture_teardown(state);
		fixture_setup(state);
		fixture = *state;
		fixture_pixel(fixture, 10, 10);
	}
}

static void a_start_that_fails_is_undone(void **state) {
	struct fixture *fixture = *state;
	struct options options = fixture->options;
	options.tools_socket = "/nonexistent/tools";
	assert_null(server_create(&options));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(a_window_is_mapped_framed_focused_and_closed),
			TEST(what_a_client_draws_outside_is_cut),
			TEST(a_transparent_window_shows_nothing_of_others),
			TEST(a_popup_has_a_frame_of_its_own),
			TEST(maximised_and_back),
			TEST(old_frames_do_not_size_a_restored_window),
			TEST(maximised_before_it_has_drawn),
			TEST(fullscreen_keeps_strip_and_frame),
			TEST(two_first_windows_lie_side_by_side),
			TEST(the_frame_moves_and_resizes),
			TEST(a_client_moves_itself_only_while_it_holds_a_button),
			TEST(a_hang_up_takes_windows_clients_and_seat),
			TEST(unmapped_and_mapped_again),
			TEST(starts_stops_and_starts),
			TEST(a_start_that_fails_is_undone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
