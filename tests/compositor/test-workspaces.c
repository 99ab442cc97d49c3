/* SPDX-License-Identifier: MIT
 *
 * Workspaces: what is not on the current one is not seen, hears nothing, and cannot bring itself
 * back.
 */
#include "tests/compositor/vms_scene.h"

#include <linux/input-event-codes.h>

#include "compositor/input/focus.h"
#include "compositor/window/workspace.h"

#define RED 0xffff0000
#define BLUE 0xff0000ff

static void handle_done(void *data, struct wl_callback *callback, uint32_t time_ms) {
	bool *is_done = data;
	*is_done = true;
	wl_callback_destroy(callback);
}

static const struct wl_callback_listener callback_listener = {.done = handle_done};

static uint32_t middle_pixel(struct vms_scene *scene, int i) {
	const struct wlr_box *area = &scene->inside[i]->area;
	return fixture_pixel(scene->fixture, area->x + area->width / 2, area->y + area->height / 2);
}

static void keys_switch_and_move(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	vms_scene_click(&scene, 1);
	assert_int_equal(middle_pixel(&scene, 1), BLUE & 0xffffff);
	vms_scene_press(&scene, KEY_3, true);
	assert_int_equal(scene.inside[1]->workspace, 2);
	assert_int_not_equal(middle_pixel(&scene, 1), BLUE & 0xffffff);
	/* The keyboard has passed on: the user did it. */
	assert_true(focus_window(scene.server) == scene.inside[0]);
	vms_scene_press(&scene, KEY_3, false);
	assert_int_equal(workspaces_current(scene.server), 2);
	assert_int_equal(middle_pixel(&scene, 1), BLUE & 0xffffff);
	assert_int_not_equal(middle_pixel(&scene, 0), RED & 0xffffff);
	assert_true(focus_window(scene.server) == scene.inside[1]);
	vms_scene_press(&scene, KEY_2, false);
	assert_null(focus_window(scene.server));
	vms_scene_press(&scene, KEY_9, false);
	assert_int_equal(workspaces_current(scene.server), 1);
	vms_scene_press(&scene, KEY_1, false);
	assert_true(focus_window(scene.server) == scene.inside[0]);
	vms_scene_finish(&scene);
}

static void a_hidden_window_hears_nothing(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	vms_scene_click(&scene, 0);
	vms_scene_press(&scene, KEY_2, false);
	int presses = scene.clients[0]->key_presses, enters = scene.clients[0]->pointer_enters;
	int buttons = scene.clients[0]->buttons;
	user_key(scene.fixture, KEY_A, true);
	user_key(scene.fixture, KEY_A, false);
	vms_scene_click(&scene, 0);
	assert_int_equal(scene.clients[0]->key_presses, presses);
	assert_int_equal(scene.clients[0]->pointer_enters, enters);
	assert_int_equal(scene.clients[0]->buttons, buttons);
	bool is_done = false;
	struct wl_callback *callback = wl_surface_frame(scene.windows[0].surface);
	wl_callback_add_listener(callback, &callback_listener, &is_done);
	window_attach(&scene.windows[0], 300, 200, BLUE);
	fixture_pixel(scene.fixture, 5, 100);
	fixture_settle(scene.fixture);
	assert_false(is_done);
	vms_scene_press(&scene, KEY_1, false);
	fixture_await(scene.fixture, &is_done);
	vms_scene_finish(&scene);
}

/* A button is held in a window that goes out of sight: nobody hears the rest. */
static void a_held_button_ends_with_the_switch(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	vms_scene_click(&scene, 0);
	user_button(scene.fixture, BTN_LEFT, true);
	int buttons = scene.clients[0]->buttons;
	vms_scene_press(&scene, KEY_2, false);
	int motions = scene.clients[0]->motions;
	user_move(scene.fixture, 600, 600);
	user_button(scene.fixture, BTN_LEFT, false);
	assert_int_equal(scene.clients[0]->motions, motions);
	assert_int_equal(scene.clients[0]->buttons, buttons);
	vms_scene_press(&scene, KEY_1, false);
	vms_scene_click(&scene, 0);
	assert_int_equal(scene.clients[0]->buttons, buttons + 2);
	vms_scene_finish(&scene);
}

static void a_window_dragged_or_resized_can_go(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	for (int resize = 0; resize < 2; resize++) {
		const struct wlr_box *area = &scene.inside[0]->area;
		user_move(scene.fixture, area->x + (resize ? -2 : 100),
				area->y + (resize ? 100 : -10));
		user_button(scene.fixture, BTN_LEFT, true);
		user_move(scene.fixture, area->x + 40, area->y + 40);
		vms_scene_press(&scene, KEY_2, false);
		user_move(scene.fixture, area->x + 80, area->y + 80);
		user_button(scene.fixture, BTN_LEFT, false);
		vms_scene_press(&scene, KEY_1, false);
	}
	vms_scene_finish(&scene);
}

/* Maps windows, new and old, while the user is elsewhere. */
static void a_guest_cannot_bring_itself_back(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	vms_scene_click(&scene, 0);
	vms_scene_press(&scene, KEY_2, true);
	vms_scene_press(&scene, KEY_2, false);
	assert_true(focus_window(scene.server) == scene.inside[0]);
	/* Unmapped and mapped again, the other's window comes to where the user is, without keys. */
	wl_surface_attach(scene.windows[1].surface, NULL, 0, 0);
	wl_surface_commit(scene.windows[1].surface);
	fixture_settle(scene.fixture);
	scene.windows[1].is_configured = false;
	wl_surface_commit(scene.windows[1].surface);
	fixture_await(scene.fixture, &scene.windows[1].is_configured);
	window_attach(&scene.windows[1], 300, 200, BLUE);
	assert_int_equal(scene.inside[1]->workspace, 1);
	assert_true(focus_window(scene.server) == scene.inside[0]);
	/* A dialog stays with its window, unseen. */
	vms_scene_press(&scene, KEY_1, false);
	struct test_window dialog;
	window_init(&dialog, scene.clients[0]);
	xdg_toplevel_set_parent(dialog.toplevel, scene.windows[0].toplevel);
	wl_surface_commit(dialog.surface);
	fixture_await(scene.fixture, &dialog.is_configured);
	window_attach(&dialog, 100, 100, RED);
	assert_null(focus_window(scene.server));
	assert_int_equal(workspaces_current(scene.server), 0);
	window_finish(&dialog);
	vms_scene_finish(&scene);
}

/* A client that unmaps, destroys and grows its windows at every switch. */
static void windows_that_come_and_go_at_every_switch(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	for (uint32_t i = 0; i < 24; i++) {
		struct test_window extra;
		window_map(&extra, scene.clients[i % 2], 100, 80, RED);
		if (i % 3 == 0) {
			xdg_toplevel_set_minimized(extra.toplevel);
		}
		if (i % 4 == 1) {
			xdg_toplevel_set_fullscreen(extra.toplevel, NULL);
		}
		vms_scene_press(&scene, KEY_1 + i % 4, i % 5 == 0);
		struct test_window popup;
		popup_map(&popup, &extra, 10, 10, 40, 40, BLUE);
		vms_scene_press(&scene, KEY_1 + (i + 1) % 4, false);
		window_finish(&popup);
		window_finish(&extra);
	}
	vms_scene_finish(&scene);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(keys_switch_and_move, fixture_setup,
					fixture_teardown),
			cmocka_unit_test_setup_teardown(a_hidden_window_hears_nothing,
					fixture_setup, fixture_teardown),
			cmocka_unit_test_setup_teardown(a_held_button_ends_with_the_switch,
					fixture_setup, fixture_teardown),
			cmocka_unit_test_setup_teardown(a_window_dragged_or_resized_can_go,
					fixture_setup, fixture_teardown),
			cmocka_unit_test_setup_teardown(a_guest_cannot_bring_itself_back,
					fixture_setup, fixture_teardown),
			cmocka_unit_test_setup_teardown(windows_that_come_and_go_at_every_switch,
					fixture_setup, fixture_teardown),
	};
	return cmocka_run_group_tests_name("workspaces", tests, NULL, NULL);
}
