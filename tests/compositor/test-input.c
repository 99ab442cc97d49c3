/* SPDX-License-Identifier: MIT
 *
 * Keys, pointer and globals reach the domain that they are meant for, and no other.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wlr/interfaces/wlr_keyboard.h>
#include <wlr/types/wlr_seat.h>

#include "compositor/domain/client.h"
#include "compositor/domain/globals.h"
#include "compositor/input/cursor.h"
#include "compositor/input/focus.h"
#include "compositor/input/keyboard.h"
#include "compositor/input/seat.h"
#include "decorations/strip.h"

struct scene {
	struct fixture *fixture;
	struct domain *domains[2];
	int dials[2];
	struct test_client *clients[2];
	struct test_window windows[2];
	struct wlr_box areas[2];
};

static void scene_init(struct scene *scene, void **state) {
	static const char *const names[2] = {"banking", "untrusted"};
	scene->fixture = *state;
	for (int i = 0; i < 2; i++) {
		scene->domains[i] = fixture_domain(scene->fixture, names[i], &scene->dials[i]);
		scene->clients[i] = fixture_client(scene->fixture, scene->dials[i]);
		window_map(&scene->windows[i], scene->clients[i], 300, 200,
				i == 0 ? 0xffff0000 : 0xff0000ff);
		scene->areas[i] = window_in_server(scene->fixture, names[i])->area;
	}
}

static void scene_finish(struct scene *scene) {
	for (int i = 0; i < 2; i++) {
		window_finish(&scene->windows[i]);
		close(scene->dials[i]);
	}
}

static void click_on(struct scene *scene, int i) {
	user_click(scene->fixture, scene->areas[i].x + 20, scene->areas[i].y + 20);
}

static void a_domain_sees_its_own_seat_only(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(scene.clients[i]->seats, 1);
	}
	int extra;
	fixture_domain(scene.fixture, "third", &extra);
	fixture_settle(scene.fixture);
	assert_int_equal(scene.clients[0]->seats, 1);
	close(extra);
	scene_finish(&scene);
}

static void a_vm_sees_what_the_table_allows(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	for (size_t i = 0; i < globals_table_len; i++) {
		const struct globals_row *row = &globals_table[i];
		bool is_seen = client_is_offered(scene.clients[0], row->interface);
		assert_int_equal(is_seen, (row->allow & 1u << CLIENT_VM) != 0);
	}
	scene_finish(&scene);
}

static void keys_reach_the_focused_domain_only(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	for (int focused = 0; focused < 2; focused++) {
		click_on(&scene, focused);
		int before[2] = {scene.clients[0]->key_presses, scene.clients[1]->key_presses};
		for (uint32_t key = KEY_A; key <= KEY_L; key++) {
			user_key(scene.fixture, key, true);
			user_key(scene.fixture, key, false);
		}
		assert_int_equal(scene.clients[focused]->key_presses, before[focused] + 9);
		assert_int_equal(scene.clients[1 - focused]->key_presses, before[1 - focused]);
	}
	assert_int_equal(scene.clients[0]->keymaps, 1);
	scene_finish(&scene);
}

static void a_held_key_stays_with_its_domain(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	click_on(&scene, 0);
	user_key(scene.fixture, KEY_S, true);
	click_on(&scene, 1);
	assert_int_equal(scene.clients[1]->enter_keys, 0);
	user_key(scene.fixture, KEY_S, false);
	assert_int_equal(scene.clients[1]->key_releases, 0);
	assert_int_equal(scene.clients[0]->key_releases, 0);
	/* And back: the domain has forgotten the press with its leave. */
	click_on(&scene, 0);
	assert_int_equal(scene.clients[0]->enter_keys, 0);
	scene_finish(&scene);
}

static void a_popup_grab_keeps_nobodys_keys(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	click_on(&scene, 0);
	struct xdg_positioner *positioner =
			xdg_wm_base_create_positioner(scene.clients[1]->wm_base);
	xdg_positioner_set_size(positioner, 50, 50);
	xdg_positioner_set_anchor_rect(positioner, 0, 0, 1, 1);
	struct wl_surface *surface = wl_compositor_create_surface(scene.clients[1]->compositor);
	struct xdg_surface *xdg_surface =
			xdg_wm_base_get_xdg_surface(scene.clients[1]->wm_base, surface);
	struct xdg_popup *xdg_popup = xdg_surface_get_popup(xdg_surface,
			scene.windows[1].xdg_surface, positioner);
	xdg_popup_grab(xdg_popup, scene.clients[1]->seat, 12345);
	wl_surface_commit(surface);
	fixture_settle(scene.fixture);
	int before = scene.clients[0]->key_presses;
	user_key(scene.fixture, KEY_P, true);
	user_key(scene.fixture, KEY_P, false);
	assert_int_equal(scene.clients[0]->key_presses, before + 1);
	assert_int_equal(scene.clients[1]->key_presses, 0);
	/* Leaving a domain that has a grab ends it. */
	click_on(&scene, 1);
	click_on(&scene, 0);
	user_key(scene.fixture, KEY_P, true);
	user_key(scene.fixture, KEY_P, false);
	assert_int_equal(scene.clients[0]->key_presses, before + 2);
	assert_int_equal(scene.clients[1]->key_presses, 0);
	assert_false(wlr_seat_keyboard_has_grab(scene.domains[1]->seat->wlr_seat));
	xdg_positioner_destroy(positioner);
	xdg_popup_destroy(xdg_popup);
	xdg_surface_destroy(xdg_surface);
	wl_surface_destroy(surface);
	scene_finish(&scene);
}

static void the_pointer_is_in_one_domain_at_a_time(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	user_move(scene.fixture, scene.areas[0].x + 50, scene.areas[0].y + 50);
	int enters[2] = {scene.clients[0]->pointer_enters, scene.clients[1]->pointer_enters};
	int leaves = scene.clients[0]->pointer_leaves, motions = scene.clients[0]->motions;
	user_move(scene.fixture, scene.areas[1].x + 50, scene.areas[1].y + 50);
	assert_int_equal(scene.clients[1]->pointer_enters, enters[1] + 1);
	assert_int_equal(scene.clients[0]->pointer_leaves, leaves + 1);
	user_move(scene.fixture, scene.areas[1].x + 60, scene.areas[1].y + 50);
	assert_int_equal(scene.clients[0]->motions, motions);
	/* A frame, and the strip, are nobody's. */
	user_move(scene.fixture, scene.areas[1].x - 2, scene.areas[1].y + 50);
	assert_int_equal(scene.clients[1]->pointer_leaves, 1);
	user_click(scene.fixture, 500, STRIP_HEIGHT / 2);
	assert_int_equal(scene.clients[0]->buttons + scene.clients[1]->buttons, 0);
	scene_finish(&scene);
}

static void a_drag_over_another_domain_tells_it_nothing(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	user_move(scene.fixture, scene.areas[0].x + 50, scene.areas[0].y + 50);
	user_button(scene.fixture, BTN_LEFT, true);
	int enters = scene.clients[1]->pointer_enters;
	user_move(scene.fixture, scene.areas[1].x + 50, scene.areas[1].y + 50);
	assert_int_equal(scene.clients[1]->pointer_enters, enters);
	user_button(scene.fixture, BTN_LEFT, false);
	assert_int_equal(scene.clients[1]->buttons, 0);
	assert_int_equal(scene.clients[0]->buttons, 2);
	/* Only now. */
	assert_int_equal(scene.clients[1]->pointer_enters, enters + 1);
	scene_finish(&scene);
}

static void a_window_that_closes_gives_no_other_domain_the_keyboard(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	click_on(&scene, 0);
	click_on(&scene, 1);
	wl_surface_attach(scene.windows[1].surface, NULL, 0, 0);
	wl_surface_commit(scene.windows[1].surface);
	fixture_settle(scene.fixture);
	assert_null(focus_window(scene.fixture->server));
	int before = scene.clients[0]->key_presses;
	user_key(scene.fixture, KEY_K, true);
	user_key(scene.fixture, KEY_K, false);
	assert_int_equal(scene.clients[0]->key_presses, before);
	scene_finish(&scene);
}

static void the_bindings_work_and_are_not_told(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	click_on(&scene, 0);
	user_key(scene.fixture, KEY_LEFTMETA, true);
	int before = scene.clients[0]->key_presses;
	user_key(scene.fixture, KEY_F, true);
	user_key(scene.fixture, KEY_F, false);
	assert_true(scene.windows[0].is_fullscreen);
	user_key(scene.fixture, KEY_F, true);
	user_key(scene.fixture, KEY_F, false);
	assert_false(scene.windows[0].is_fullscreen);
	user_key(scene.fixture, KEY_TAB, true);
	user_key(scene.fixture, KEY_TAB, false);
	user_key(scene.fixture, KEY_LEFTMETA, false);
	assert_true(focus_domain(scene.fixture->server) == scene.domains[1]);
	assert_int_equal(scene.clients[0]->key_presses, before);
	assert_int_equal(scene.clients[1]->key_presses, 0);
	assert_int_equal(scene.clients[1]->key_releases, 0);
	scene_finish(&scene);
}

static void a_large_or_displaced_cursor_is_not_shown(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_client *client = scene.clients[0];
	int x = scene.areas[0].x + 100, y = scene.areas[0].y + 100;
	user_move(scene.fixture, x, y);
	struct wl_surface *surface = wl_compositor_create_surface(client->compositor);
	static const struct {
		int size, hotspot;
		bool is_shown;
	} rows[] = {{32, 0, true}, {32, 31, true}, {32, 32, false}, {32, -1, false},
			{200, 0, false}, {32, INT32_MIN, false}, {64, 5, true}, {65, 5, false}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wl_buffer *buffer =
				buffer_create(client, rows[i].size, rows[i].size, 0xff00ff00);
		wl_surface_attach(surface, buffer, 0, 0);
		wl_surface_damage(surface, 0, 0, rows[i].size, rows[i].size);
		wl_surface_commit(surface);
		wl_pointer_set_cursor(client->pointer, client->serial, surface, rows[i].hotspot,
				rows[i].hotspot);
		fixture_settle(scene.fixture);
		assert_int_equal(cursor_shows_surface(scene.fixture->server), rows[i].is_shown);
		wl_buffer_destroy(buffer);
	}
	/* Legal when it is set, and too large a moment later. */
	wl_pointer_set_cursor(client->pointer, client->serial, NULL, 0, 0);
	struct wl_buffer *small = buffer_create(client, 16, 16, 0xff00ff00);
	struct wl_buffer *large = buffer_create(client, 300, 300, 0xff00ff00);
	wl_surface_attach(surface, small, 0, 0);
	wl_surface_commit(surface);
	wl_pointer_set_cursor(client->pointer, client->serial, surface, 0, 0);
	fixture_settle(scene.fixture);
	assert_true(cursor_shows_surface(scene.fixture->server));
	wl_surface_attach(surface, large, 0, 0);
	wl_surface_commit(surface);
	fixture_settle(scene.fixture);
	assert_false(cursor_shows_surface(scene.fixture->server));
	/* Another domain may not set one while the pointer is not over it. */
	struct wl_surface *other = wl_compositor_create_surface(scene.clients[1]->compositor);
	wl_surface_attach(surface, small, 0, 0);
	wl_surface_commit(surface);
	wl_pointer_set_cursor(scene.clients[1]->pointer, client->serial, other, 0, 0);
	fixture_settle(scene.fixture);
	assert_false(cursor_shows_surface(scene.fixture->server));
	wl_pointer_set_cursor(client->pointer, client->serial, surface, 0, 0);
	fixture_settle(scene.fixture);
	wl_surface_destroy(surface);
	fixture_settle(scene.fixture);
	assert_false(cursor_shows_surface(scene.fixture->server));
	wl_buffer_destroy(small);
	wl_buffer_destroy(large);
	wl_surface_destroy(other);
	scene_finish(&scene);
}

struct drag {
	struct wl_data_device_manager *manager;
	struct wl_data_device *device;
	struct wl_data_source *source;
	struct wl_surface *icon;
};

static void drag_begin(struct scene *scene, struct drag *drag, int domain) {
	struct test_client *client = scene->clients[domain];
	drag->manager = client_bind(client, &wl_data_device_manager_interface, 3);
	drag->device = wl_data_device_manager_get_data_device(drag->manager, client->seat);
	drag->source = wl_data_device_manager_create_data_source(drag->manager);
	wl_data_source_offer(drag->source, "text/plain");
	wl_data_source_set_actions(drag->source, WL_DATA_DEVICE_MANAGER_DND_ACTION_COPY);
	drag->icon = wl_compositor_create_surface(client->compositor);
	user_move(scene->fixture, scene->areas[domain].x + 50, scene->areas[domain].y + 50);
	user_button(scene->fixture, BTN_LEFT, true);
	wl_data_device_start_drag(drag->device, drag->source, scene->windows[domain].surface,
			drag->icon, client->serial);
	struct wl_buffer *buffer = buffer_create(client, 400, 400, 0xff00ff00);
	wl_surface_attach(drag->icon, buffer, 0, 0);
	wl_surface_commit(drag->icon);
	wl_buffer_destroy(buffer);
	fixture_settle(scene->fixture);
}

static void drag_finish(struct drag *drag) {
	wl_surface_destroy(drag->icon);
	wl_data_source_destroy(drag->source);
	wl_data_device_destroy(drag->device);
	wl_data_device_manager_destroy(drag->manager);
}

static void drag_and_drop_stays_in_its_domain(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct drag drag;
	drag_begin(&scene, &drag, 0);
	struct wlr_seat *seats[2] = {
			scene.domains[0]->seat->wlr_seat, scene.domains[1]->seat->wlr_seat};
	assert_non_null(seats[0]->drag);
	int x = scene.areas[1].x + 20, y = scene.areas[1].y + 20;
	int enters = scene.clients[1]->pointer_enters;
	user_move(scene.fixture, x, y);
	/* The icon is cut at its bound, and has its domain's edge and chip. */
	assert_int_equal(fixture_pixel(scene.fixture, x + 100, y + 100), 0x00ff00);
	struct color color = scene.domains[0]->colors.fill;
	uint32_t fill = (uint32_t)color.r << 16 | (uint32_t)color.g << 8 | color.b;
	assert_int_equal(fixture_pixel(scene.fixture, x + 257, y + 100), fill);
	assert_int_equal(fixture_pixel(scene.fixture, x + 1, y - 18), fill);
	assert_int_not_equal(fixture_pixel(scene.fixture, x + 300, y + 100), 0x00ff00);
	assert_int_equal(scene.clients[1]->pointer_enters, enters);
	assert_int_equal(wl_list_length(&seats[1]->drag_offers), 0);
	user_button(scene.fixture, BTN_LEFT, false);
	assert_null(seats[0]->drag);
	assert_int_equal(scene.clients[1]->buttons, 0);
	assert_int_equal(scene.clients[1]->pointer_enters, enters + 1);
	drag_finish(&drag);
	scene_finish(&scene);
}

static void a_domain_that_goes_in_the_middle_of_its_drag(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct drag drag;
	drag_begin(&scene, &drag, 0);
	user_move(scene.fixture, scene.areas[1].x + 20, scene.areas[1].y + 20);
	close(scene.dials[0]);
	assert_true(client_is_ended(scene.clients[0]));
	user_move(scene.fixture, scene.areas[1].x + 30, scene.areas[1].y + 20);
	user_button(scene.fixture, BTN_LEFT, false);
	click_on(&scene, 1);
	assert_true(focus_domain(scene.fixture->server) == scene.domains[1]);
	drag_finish(&drag);
	scene.dials[0] = -1;
	scene_finish(&scene);
}

static void a_drag_needs_a_button_that_is_held(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct drag drag;
	drag_begin(&scene, &drag, 0);
	user_button(scene.fixture, BTN_LEFT, false);
	drag_finish(&drag);
	struct test_client *client = scene.clients[0];
	drag.manager = client_bind(client, &wl_data_device_manager_interface, 3);
	drag.device = wl_data_device_manager_get_data_device(drag.manager, client->seat);
	for (uint32_t serial = 0; serial < 200; serial++) {
		wl_data_device_start_drag(drag.device, NULL, scene.windows[0].surface, NULL,
				serial);
	}
	fixture_settle(scene.fixture);
	assert_null(scene.domains[0]->seat->wlr_seat->drag);
	wl_data_device_destroy(drag.device);
	wl_data_device_manager_destroy(drag.manager);
	scene_finish(&scene);
}

static void press_chord(struct wlr_keyboard *keyboard, struct fixture *fixture) {
	static const uint32_t keys[] = {KEY_LEFTMETA, KEY_LEFTSHIFT, KEY_E};
	for (int is_press = 1; is_press >= 0; is_press--) {
		for (size_t i = 0; i < 3; i++) {
			struct wlr_keyboard_key_event event = {
					.keycode = keys[i],
					.update_state = true,
					.state = is_press ? WL_KEYBOARD_KEY_STATE_PRESSED
							  : WL_KEYBOARD_KEY_STATE_RELEASED,
			};
			wlr_keyboard_notify_key(keyboard, &event);
		}
	}
	fixture_settle(fixture);
}

static void the_exit_chord_is_not_taken_from_virtual_keyboards(void **state) {
	static const struct wlr_keyboard_impl impl = {.name = "virtual"};
	struct fixture *fixture = *state;
	static struct wlr_keyboard virtual;
	wlr_keyboard_init(&virtual, &impl, "virtual");
	keyboards_add(fixture->server, &virtual, true);
	wlr_keyboard_set_keymap(&virtual, keyboards_main(fixture->server)->keymap);
	fixture->server->running = true;
	press_chord(&virtual, fixture);
	assert_true(fixture->server->running);
	press_chord(&fixture->keyboard, fixture);
	assert_false(fixture->server->running);
	wlr_keyboard_finish(&virtual);
}

static void a_virtual_keyboard_that_vanishes_leaves_nothing_pressed(void **state) {
	static const struct wlr_keyboard_impl impl = {.name = "virtual"};
	struct scene scene;
	scene_init(&scene, state);
	click_on(&scene, 0);
	static struct wlr_keyboard virtual;
	wlr_keyboard_init(&virtual, &impl, "virtual");
	keyboards_add(scene.fixture->server, &virtual, true);
	wlr_keyboard_set_keymap(&virtual, keyboards_main(scene.fixture->server)->keymap);
	struct wlr_keyboard_key_event event = {
			.keycode = KEY_B, .state = WL_KEYBOARD_KEY_STATE_PRESSED};
	wlr_keyboard_notify_key(&virtual, &event);
	fixture_settle(scene.fixture);
	assert_int_equal(scene.clients[0]->key_presses, 1);
	wlr_keyboard_finish(&virtual);
	fixture_settle(scene.fixture);
	assert_int_equal(scene.clients[0]->key_releases, 1);
	/* The same keymap all the time: guests were told one, once. */
	assert_int_equal(scene.clients[0]->keymaps, 1);
	assert_int_equal(scene.clients[1]->keymaps, 1);
	scene_finish(&scene);
}

/* Does the strip show more than its ground and line at its right, before the hint? */
static bool strip_says_something(struct fixture *fixture) {
	uint32_t ground = fixture_pixel(fixture, 600, STRIP_HEIGHT / 2);
	for (int x = 1040; x < 1150; x++) {
		if (fixture_pixel(fixture, x, STRIP_HEIGHT / 2) != ground) {
			return true;
		}
	}
	return false;
}

static void caps_lock_is_said_on_the_strip(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(strip_says_something(scene.fixture), i % 2);
		user_key(scene.fixture, KEY_CAPSLOCK, true);
		user_key(scene.fixture, KEY_CAPSLOCK, false);
		/* Shift alone is not told. */
		user_key(scene.fixture, KEY_LEFTSHIFT, true);
		assert_int_equal(strip_says_something(scene.fixture), (i + 1) % 2);
		user_key(scene.fixture, KEY_LEFTSHIFT, false);
	}
	scene_finish(&scene);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(a_domain_sees_its_own_seat_only),
			TEST(a_vm_sees_what_the_table_allows),
			TEST(keys_reach_the_focused_domain_only),
			TEST(a_held_key_stays_with_its_domain),
			TEST(a_popup_grab_keeps_nobodys_keys),
			TEST(the_pointer_is_in_one_domain_at_a_time),
			TEST(a_drag_over_another_domain_tells_it_nothing),
			TEST(a_window_that_closes_gives_no_other_domain_the_keyboard),
			TEST(the_bindings_work_and_are_not_told),
			TEST(a_large_or_displaced_cursor_is_not_shown),
			TEST(drag_and_drop_stays_in_its_domain),
			TEST(a_domain_that_goes_in_the_middle_of_its_drag),
			TEST(a_drag_needs_a_button_that_is_held),
			TEST(the_exit_chord_is_not_taken_from_virtual_keyboards),
			TEST(a_virtual_keyboard_that_vanishes_leaves_nothing_pressed),
			TEST(caps_lock_is_said_on_the_strip),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
