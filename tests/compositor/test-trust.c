/* SPDX-License-Identifier: MIT
 *
 * What frames and strip say of a domain: that it misbehaves, that it is frozen, which of two alike it
 * is; and who draws a title bar.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "compositor/domain/blame.h"
#include "compositor/input/focus.h"
#include "compositor/shell/notices.h"
#include "compositor/window/frame_view.h"
#include "decorations/hit_test.h"
#include "xdg-decoration-unstable-v1-client-protocol.h"

#define RED 0xffff0000

static const struct frame *frame_of(const struct window *window) {
	return frame_view_frame(window->frame);
}

/* Clicks into the middle of a box of the frame, which is in device pixels from the client area. */
static void click_box(struct fixture *fixture, const struct window *window,
		const struct frame_box *box) {
	user_click(fixture, window->area.x + box->x + box->width / 2,
			window->area.y + box->y + box->height / 2);
}

static void a_blamed_domain_wears_a_badge(void **state) {
	struct fixture *fixture = *state;
	int dial;
	struct domain *domain = fixture_domain(fixture, "untrusted", &dial);
	struct test_client *client = fixture_client(fixture, dial);
	struct test_window test;
	window_map(&test, client, 500, 300, RED);
	struct window *window = window_in_server(fixture, "untrusted");
	assert_int_equal(frame_of(window)->spec.badge, FRAME_BADGE_NONE);
	blame_domain(domain, OFFENCE_CONNECTIONS);
	assert_int_equal(frame_of(window)->spec.badge, FRAME_BADGE_HELD_BACK);
	assert_true(frame_of(window)->badge.width > 0);
	/* A click says what it is about, and it goes until the next time. */
	click_box(fixture, window, &frame_of(window)->badge);
	assert_int_equal(frame_of(window)->spec.badge, FRAME_BADGE_NONE);
	sd_json_variant *notices = NULL;
	assert_true(notices_describe(fixture->server, &notices) >= 0);
	assert_int_equal(sd_json_variant_elements(notices), 1);
	sd_json_variant_unref(notices);
	blame_domain(domain, OFFENCE_CONNECTIONS);
	blame_domain(domain, OFFENCE_CONNECTIONS);
	assert_int_equal(frame_of(window)->spec.badge, FRAME_BADGE_HELD_BACK);
	window_finish(&test);
	close(dial);
}

static void a_frozen_domain_is_dark(void **state) {
	struct fixture *fixture = *state;
	int dial;
	struct domain *domain = fixture_domain(fixture, "work", &dial);
	struct test_client *client = fixture_client(fixture, dial);
	struct test_window test;
	window_map(&test, client, 500, 300, RED);
	struct window *window = window_in_server(fixture, "work");
	int x = window->area.x + 100, y = window->area.y + 100;
	assert_int_equal(fixture_pixel(fixture, x, y), 0xff0000);
	domain->is_frozen = true;
	windows_update_domain(domain);
	assert_int_equal(frame_of(window)->spec.badge, FRAME_BADGE_FROZEN);
	uint32_t dark = fixture_pixel(fixture, x, y);
	assert_true((dark >> 16) < 0x80 && (dark >> 16) > 0x60 && (dark & 0xffff) == 0);
	/* It still takes clicks: they are the window's, not what is below. */
	user_click(fixture, x, y);
	assert_int_equal(client->buttons, 2);
	/* One that appears meanwhile, from what it had sent before, is dark too. */
	domain->is_frozen = false;
	windows_update_domain(domain);
	assert_int_equal(fixture_pixel(fixture, x, y), 0xff0000);
	window_finish(&test);
	close(dial);
}

static void two_alike_differ(void **state) {
	struct fixture *fixture = *state;
	struct domain *domains[3];
	int fds[3];
	for (int i = 0; i < 3; i++) {
		static const char *const names[] = {"one", "two", "three"};
		int pair[2];
		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
		const struct domain_request request = {.name = names[i],
				.label = "Shop",
				.color = "red",
				.glyph = "triangle"};
		assert_int_equal(domain_register(fixture->server, &request, pair[0], &domains[i]),
				DOMAIN_OK);
		fds[i] = pair[1];
	}
	for (int i = 0; i < 3; i++) {
		for (int j = i + 1; j < 3; j++) {
			assert_int_not_equal(domains[i]->glyph, domains[j]->glyph);
			assert_string_not_equal(domains[i]->label, domains[j]->label);
		}
	}
	assert_string_equal(domains[0]->label, "Shop");
	assert_string_equal(domains[1]->label, "two");
	for (int i = 0; i < 3; i++) {
		close(fds[i]);
	}
	fixture_settle(fixture);
}

static void handle_mode(void *data, struct zxdg_toplevel_decoration_v1 *decoration, uint32_t mode) {
	uint32_t *last = data;
	*last = mode;
}

static const struct zxdg_toplevel_decoration_v1_listener decoration_listener = {
		.configure = handle_mode};

/* No window has two bars: a client that draws its own has a tab, which is always in sight. */
static void who_draws_the_bar(void **state) {
	struct fixture *fixture = *state;
	int dial;
	fixture_domain(fixture, "work", &dial);
	struct test_client *client = fixture_client(fixture, dial);
	struct zxdg_decoration_manager_v1 *manager =
			client_bind(client, &zxdg_decoration_manager_v1_interface, 1);
	struct test_window test;
	window_init(&test, client);
	uint32_t mode = 0;
	struct zxdg_toplevel_decoration_v1 *decoration =
			zxdg_decoration_manager_v1_get_toplevel_decoration(manager, test.toplevel);
	zxdg_toplevel_decoration_v1_add_listener(decoration, &decoration_listener, &mode);
	wl_surface_commit(test.surface);
	fixture_settle(fixture);
	assert_int_equal(mode, ZXDG_TOPLEVEL_DECORATION_V1_MODE_SERVER_SIDE);
	window_attach(&test, 400, 200, RED);
	struct window *window = window_in_server(fixture, "work");
	assert_int_equal(frame_of(window)->spec.kind, FRAME_WINDOW);
	zxdg_toplevel_decoration_v1_set_mode(decoration,
			ZXDG_TOPLEVEL_DECORATION_V1_MODE_CLIENT_SIDE);
	fixture_settle(fixture);
	assert_int_equal(mode, ZXDG_TOPLEVEL_DECORATION_V1_MODE_CLIENT_SIDE);
	assert_int_equal(frame_of(window)->spec.kind, FRAME_TAB_WINDOW);
	/* Wherever it is moved, a part of the tab can be grabbed. */
	static const int places[][2] = {{-3000, -3000}, {3000, -3000}, {-3000, 3000}, {3000, 3000}};
	for (size_t i = 0; i < 4; i++) {
		window_move(window, places[i][0], places[i][1]);
		const struct frame_box *tab = &frame_of(window)->plate;
		struct wlr_box box = {window->area.x + tab->x, window->area.y + tab->y, tab->width,
				tab->height};
		struct wlr_box screen = {0, 28, 1280, 772};
		assert_true(wlr_box_intersection(&box, &box, &screen));
		assert_true(box.width >= 16 && box.height >= 16);
	}
	zxdg_toplevel_decoration_v1_unset_mode(decoration);
	fixture_settle(fixture);
	assert_int_equal(frame_of(window)->spec.kind, FRAME_WINDOW);
	zxdg_toplevel_decoration_v1_destroy(decoration);
	fixture_settle(fixture);
	assert_int_equal(frame_of(window)->spec.kind, FRAME_TAB_WINDOW);
	zxdg_decoration_manager_v1_destroy(manager);
	window_finish(&test);
	close(dial);
}

/* Lets the loop run for so long. */
static void run_for(struct fixture *fixture, int time_ms) {
	int64_t end_ms = clock_now_ms() + time_ms;
	while (clock_now_ms() < end_ms) {
		server_dispatch(fixture->server, 10);
	}
	fixture_settle(fixture);
}

#define LINE_MIDDLE 1
#define STRIP_MIDDLE 14
#define STRIP_TIME_MS 3300
#define ESCAPE_TIME_MS 1300

/* Only a VM that may has no frame; its line stays, the strip comes when it is needed, and Esc leaves. */
static void fullscreen_without_a_frame(void **state) {
	struct fixture *fixture = *state;
	int dial;
	struct domain *domain = fixture_domain(fixture, "media", &dial);
	struct test_client *client = fixture_client(fixture, dial);
	struct test_window test;
	window_map(&test, client, 500, 300, RED);
	struct window *window = window_in_server(fixture, "media");
	struct color fill = domain->colors.fill;
	uint32_t color = (uint32_t)fill.r << 16 | (uint32_t)fill.g << 8 | fill.b;
	window_set_fullscreen(window, true);
	fixture_settle(fixture);
	assert_int_equal(test.height, 800 - 28 - 2 * FRAME_EDGE);
	window_set_fullscreen(window, false);
	domain->may_be_frameless = true;
	window_set_fullscreen(window, true);
	fixture_settle(fixture);
	assert_int_equal(test.width, 1280);
	assert_int_equal(test.height, 797);
	window_attach(&test, 1280, 797, RED);
	/* It begins with the whole strip, and then its line alone is left. */
	assert_int_not_equal(fixture_pixel(fixture, 700, STRIP_MIDDLE), RED & 0xffffff);
	run_for(fixture, STRIP_TIME_MS);
	assert_int_equal(fixture_pixel(fixture, 700, LINE_MIDDLE), color);
	assert_int_equal(fixture_pixel(fixture, 700, STRIP_MIDDLE), RED & 0xffffff);
	assert_int_equal(fixture_pixel(fixture, 1, 700), RED & 0xffffff);
	/* The client hears Esc; the strip is back; held, it leaves. */
	int presses = client->key_presses;
	user_key(fixture, KEY_ESC, true);
	assert_int_equal(client->key_presses, presses + 1);
	assert_int_not_equal(fixture_pixel(fixture, 700, STRIP_MIDDLE), RED & 0xffffff);
	user_key(fixture, KEY_ESC, false);
	run_for(fixture, ESCAPE_TIME_MS);
	assert_true(window->is_fullscreen);
	user_key(fixture, KEY_ESC, true);
	run_for(fixture, ESCAPE_TIME_MS);
	user_key(fixture, KEY_ESC, false);
	assert_false(window->is_fullscreen);
	assert_int_not_equal(fixture_pixel(fixture, 700, STRIP_MIDDLE), RED & 0xffffff);
	/* What it asks for after that has a frame; what the user asks for has none again. */
	xdg_toplevel_set_fullscreen(test.toplevel, NULL);
	fixture_settle(fixture);
	assert_true(window->is_fullscreen);
	assert_int_equal(test.height, 800 - 28 - 2 * FRAME_EDGE);
	for (int i = 0; i < 2; i++) {
		user_key(fixture, KEY_LEFTMETA, true);
		user_key(fixture, KEY_F, true);
		user_key(fixture, KEY_F, false);
		user_key(fixture, KEY_LEFTMETA, false);
		fixture_settle(fixture);
	}
	assert_true(window->is_fullscreen);
	assert_int_equal(test.height, 797);
	window_finish(&test);
	close(dial);
}

/* With a window of it fullscreen, the reveal and whatever else takes the keyboard have the strip. */
static void the_strip_comes_back(void **state) {
	struct fixture *fixture = *state;
	int dial;
	struct domain *domain = fixture_domain(fixture, "media", &dial);
	struct test_client *client = fixture_client(fixture, dial);
	struct test_window test;
	domain->may_be_frameless = true;
	window_map(&test, client, 500, 300, RED);
	struct window *window = window_in_server(fixture, "media");
	window_set_fullscreen(window, true);
	fixture_settle(fixture);
	window_attach(&test, 1280, 797, RED);
	run_for(fixture, STRIP_TIME_MS);
	user_key(fixture, KEY_LEFTMETA, true);
	user_key(fixture, KEY_ESC, true);
	run_for(fixture, STRIP_TIME_MS);
	assert_int_equal(fixture_count(fixture, RED), 0);
	user_key(fixture, KEY_ESC, false);
	user_key(fixture, KEY_LEFTMETA, false);
	run_for(fixture, STRIP_TIME_MS);
	const struct focus_hold hold = {.label = "Silo asks"};
	focus_set_hold(fixture->server, &hold);
	assert_int_not_equal(fixture_pixel(fixture, 700, STRIP_MIDDLE), RED & 0xffffff);
	focus_set_hold(fixture->server, NULL);
	window_finish(&test);
	close(dial);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
	const struct CMUnitTest tests[] = {
			CASE(a_blamed_domain_wears_a_badge),
			CASE(a_frozen_domain_is_dark),
			CASE(two_alike_differ),
			CASE(who_draws_the_bar),
			CASE(fullscreen_without_a_frame),
			CASE(the_strip_comes_back),
	};
	return cmocka_run_group_tests_name("trust", tests, NULL, NULL);
}
