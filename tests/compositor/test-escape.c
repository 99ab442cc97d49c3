/* SPDX-License-Identifier: MIT
 *
 * What a hostile client may try with what it shows: getting out of its frame, hiding the frame, and
 * vanishing while the user is in the middle of something with it.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "compositor/window/frame_view.h"
#include "decorations/strip.h"

#define WIDTH 1280
#define HEIGHT 800
#define EVIL 0xffff00ff

static struct test_client *attacker(void **state, int *ret_dial) {
	struct fixture *fixture = *state;
	fixture_domain(fixture, "evil", ret_dial);
	return fixture_client(fixture, *ret_dial);
}

/* Nowhere around the screen below the strip does the client have the last pixels. */
static void assert_frame_in_sight(struct fixture *fixture) {
	static const int places[][2] = {
			{0, 400},
			{WIDTH - 1, 400},
			{640, STRIP_HEIGHT},
			{640, HEIGHT - 1},
			{0, STRIP_HEIGHT},
			{WIDTH - 1, HEIGHT - 1},
	};
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		assert_int_not_equal(fixture_pixel(fixture, places[i][0], places[i][1]),
				EVIL & 0xffffff);
	}
}

static void a_popup_larger_than_the_screen(void **state) {
	struct fixture *fixture = *state;
	int dial;
	struct test_client *client = attacker(state, &dial);
	struct test_window window, popup;
	window_map(&window, client, 300, 200, EVIL);
	popup_map(&popup, &window, -1400, -1000, 3000, 2600, EVIL);
	assert_int_equal(fixture_pixel(fixture, 640, 400), EVIL & 0xffffff);
	assert_frame_in_sight(fixture);
	/* Moving the window moves the cut. */
	struct window *here = window_in_server(fixture, "evil");
	window_move(here, 900, 500);
	assert_frame_in_sight(fixture);
	window_finish(&popup);
	window_finish(&window);
	close(dial);
}

static void a_popup_out_of_sight(void **state) {
	struct fixture *fixture = *state;
	int dial;
	struct test_client *client = attacker(state, &dial);
	struct test_window window, popup;
	window_map(&window, client, 300, 200, EVIL);
	popup_map(&popup, &window, 30000, 30000, 50, 50, EVIL);
	assert_false(client_is_ended(client));
	struct window *here = window_in_server(fixture, "evil");
	user_move(fixture, here->area.x + 20, here->area.y + 20);
	window_finish(&popup);
	window_finish(&window);
	close(dial);
}

/* After a resize by its upper edge a window grows upwards; its bar must stay in sight. */
static void growing_over_the_upper_edge(void **state) {
	struct fixture *fixture = *state;
	int dial;
	struct test_client *client = attacker(state, &dial);
	struct test_window window;
	window_map(&window, client, 300, 200, EVIL);
	struct window *here = window_in_server(fixture, "evil");
	window_begin_resize(here, 1 | 4); /* by top and left */
	window_end_resize(here);
	window_attach(&window, 2000, 1500, EVIL);
	assert_true(here->area.y > STRIP_HEIGHT);
	assert_true(here->area.x + here->area.width > 0);
	assert_int_not_equal(fixture_pixel(fixture, 640, STRIP_HEIGHT), EVIL & 0xffffff);
	window_finish(&window);
	close(dial);
}

static void a_cursor_with_an_absurd_offset(void **state) {
	struct fixture *fixture = *state;
	int dial;
	struct test_client *client = attacker(state, &dial);
	struct test_window window;
	window_map(&window, client, 300, 200, 0xff00ff00);
	struct window *here = window_in_server(fixture, "evil");
	user_move(fixture, here->area.x + 100, here->area.y + 100);
	struct wl_surface *surface = wl_compositor_create_surface(client->compositor);
	struct wl_buffer *buffer = buffer_create(client, 16, 16, EVIL);
	wl_surface_attach(surface, buffer, 0, 0);
	wl_surface_commit(surface);
	static const int32_t offsets[] = {INT32_MIN, INT32_MAX, -1, 1};
	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		wl_pointer_set_cursor(client->pointer, client->serial, surface, 8, 8);
		wl_surface_attach(surface, buffer, offsets[i], offsets[i]);
		wl_surface_commit(surface);
		assert_false(client_is_ended(client));
	}
	/* A surface larger than its cap is no cursor, whatever it was before. */
	struct wl_buffer *large = buffer_create(client, 300, 300, EVIL);
	wl_pointer_set_cursor(client->pointer, client->serial, surface, 0, 0);
	wl_surface_attach(surface, large, 0, 0);
	wl_surface_commit(surface);
	assert_false(client_is_ended(client));
	assert_int_not_equal(fixture_pixel(fixture, here->area.x + 180, here->area.y + 180),
			EVIL & 0xffffff);
	wl_surface_destroy(surface);
	wl_buffer_destroy(buffer);
	wl_buffer_destroy(large);
	window_finish(&window);
	close(dial);
}

struct drag {
	struct wl_data_device_manager *manager;
	struct wl_data_device *device;
	struct wl_data_source *source;
	struct wl_surface *icon;
	struct wl_buffer *buffer;
};

static void begin_drag(struct drag *drag, struct test_window *window, int icon_size) {
	struct test_client *client = window->client;
	struct fixture *fixture = client->fixture;
	struct window *here = window_in_server(fixture, "evil");
	drag->manager = client_bind(client, &wl_data_device_manager_interface, 3);
	drag->device = wl_data_device_manager_get_data_device(drag->manager, client->seat);
	drag->source = wl_data_device_manager_create_data_source(drag->manager);
	wl_data_source_offer(drag->source, "text/plain");
	wl_data_source_set_actions(drag->source, 1);
	drag->icon = wl_compositor_create_surface(client->compositor);
	drag->buffer = buffer_create(client, icon_size, icon_size, EVIL);
	user_move(fixture, here->area.x + 100, here->area.y + 100);
	user_button(fixture, BTN_LEFT, true);
	wl_data_device_start_drag(drag->device, drag->source, window->surface, drag->icon,
			client->serial);
	wl_surface_attach(drag->icon, drag->buffer, 0, 0);
	wl_surface_commit(drag->icon);
	fixture_settle(fixture);
}

static void end_drag(struct drag *drag) {
	if (drag->source != NULL) {
		wl_data_source_destroy(drag->source);
	}
	if (drag->icon != NULL) {
		wl_surface_destroy(drag->icon);
	}
	wl_buffer_destroy(drag->buffer);
	wl_data_device_destroy(drag->device);
	wl_data_device_manager_destroy(drag->manager);
}

/* Ends one thing after another while the drag goes on; then the whole domain. */
static void vanishing_in_a_drag(void **state) {
	struct fixture *fixture = *state;
	for (int what = 0; what < 4; what++) {
		int dial;
		struct drag drag;
		struct test_client *client = attacker(state, &dial);
		struct test_window window;
		window_map(&window, client, 300, 200, 0xff00ff00);
		begin_drag(&drag, &window, 1000);
		user_move(fixture, 700, 600);
		/* Its icon is bounded, and in the domain's edge. */
		assert_int_not_equal(fixture_pixel(fixture, 700 + DRAG_ICON_SIZE_MAX + 8, 610),
				EVIL & 0xffffff);
		if (what == 0) {
			wl_surface_destroy(drag.icon);
			drag.icon = NULL;
		} else if (what == 1) {
			wl_data_source_destroy(drag.source);
			drag.source = NULL;
		} else if (what == 2) {
			xdg_toplevel_destroy(window.toplevel);
			window.toplevel = NULL;
		} else {
			close(dial);
			dial = -1;
		}
		assert_int_equal(client_is_ended(client), what == 3);
		user_move(fixture, 500, 500);
		user_button(fixture, BTN_LEFT, false);
		user_move(fixture, 510, 500);
		end_drag(&drag);
		window_finish(&window);
		if (dial >= 0) {
			close(dial);
		}
		fixture_settle(fixture);
		client_free(client);
	}
}

static double seconds(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Seconds for as many commits, each with another size or all with the same. */
static double commits(struct test_window *window, int times, int sizes) {
	double start = seconds();
	for (int i = 0; i < times; i++) {
		xdg_surface_set_window_geometry(window->xdg_surface, 0, 0, 500 + i % sizes, 400);
		wl_surface_commit(window->surface);
		if (i % 50 == 0) {
			assert_false(client_is_ended(window->client));
		}
	}
	assert_false(client_is_ended(window->client));
	return seconds() - start;
}

/* A frame is drawn once a picture at most, however often the client changes its mind. */
static void changing_size_all_the_time(void **state) {
	int dial;
	struct test_client *client = attacker(state, &dial);
	struct test_window window;
	window_map(&window, client, 900, 600, EVIL);
	enum { TIMES = 2000 };
	double same = commits(&window, TIMES, 1);
	double other = commits(&window, TIMES, 300);
	print_message("# %.0f us a commit, %.0f us with another size\n", same * 1e6 / TIMES,
			other * 1e6 / TIMES);
	assert_true(other < 20 * same);
	struct window *here = window_in_server(client->fixture, "evil");
	assert_int_equal(frame_view_frame(here->frame)->spec.width, here->area.width);
	window_finish(&window);
	close(dial);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(a_popup_larger_than_the_screen),
			TEST(a_popup_out_of_sight),
			TEST(growing_over_the_upper_edge),
			TEST(a_cursor_with_an_absurd_offset),
			TEST(vanishing_in_a_drag),
			TEST(changing_size_all_the_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
