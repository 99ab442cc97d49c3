/* SPDX-License-Identifier: MIT
 *
 * Keys, pointer and globals reach the domain that they are meant for, and no other.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wlr/types/wlr_seat.h>

#include "compositor/domain/client.h"
#include "compositor/domain/globals.h"
#include "compositor/input/focus.h"
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
		char name[128];
		snprintf(name, sizeof(name), " %s ", row->interface);
		bool is_seen = strstr(scene.clients[0]->names, name) != NULL;
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
	assert_true(focus_domain(scene.fixture->server) == scene.domains[1]);
	user_key(scene.fixture, KEY_LEFTMETA, false);
	assert_int_equal(scene.clients[0]->key_presses, before);
	assert_int_equal(scene.clients[1]->key_presses, 0);
	assert_int_equal(scene.clients[1]->key_releases, 0);
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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
