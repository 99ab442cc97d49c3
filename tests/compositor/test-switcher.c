/* SPDX-License-Identifier: MIT
 *
 * The window switcher: it reaches every window, and no client hears of it or disturbs it.
 */
#include "tests/compositor/vms_scene.h"

#include <linux/input-event-codes.h>
#include <stdio.h>
#include <unistd.h>

#include "compositor/input/focus.h"
#include "compositor/window/switcher.h"
#include "compositor/window/workspace.h"

#define COUNT 3

/* The first one's window was used last. */
static void scene_init(struct vms_scene *scene, void **state) {
	vms_scene_init(scene, state, COUNT);
	for (int i = COUNT - 1; i >= 0; i--) {
		vms_scene_click(scene, i);
	}
}

static void hold(struct vms_scene *scene, uint32_t modifier) {
	user_key(scene->fixture, modifier, true);
	user_tap(scene->fixture, KEY_TAB);
}

static void let_go(struct vms_scene *scene, uint32_t modifier) {
	user_key(scene->fixture, modifier, false);
}

#define USED(scene) focus_window((scene)->server)

static void it_goes_by_last_use(void **state) {
	struct vms_scene scene;
	scene_init(&scene, state);
	static const uint32_t modifiers[] = {KEY_LEFTMETA, KEY_LEFTALT};
	for (int i = 0; i < 2; i++) {
		/* There and back. */
		hold(&scene, modifiers[i]);
		assert_true(switcher_is_open(scene.server));
		assert_null(USED(&scene));
		let_go(&scene, modifiers[i]);
		assert_false(switcher_is_open(scene.server));
		assert_true(USED(&scene) == scene.inside[1]);
		hold(&scene, modifiers[i]);
		let_go(&scene, modifiers[i]);
		assert_true(USED(&scene) == scene.inside[0]);
	}
	hold(&scene, KEY_LEFTMETA);
	user_tap(scene.fixture, KEY_TAB);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == scene.inside[2]);
	/* Backwards, from the last one on. */
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_key(scene.fixture, KEY_LEFTSHIFT, true);
	user_tap(scene.fixture, KEY_TAB);
	user_key(scene.fixture, KEY_LEFTSHIFT, false);
	assert_true(switcher_is_open(scene.server));
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == scene.inside[1]);
	vms_scene_finish(&scene);
}

static void it_brings_back_what_is_hidden(void **state) {
	struct vms_scene scene;
	scene_init(&scene, state);
	window_set_minimized(scene.inside[1], true);
	workspaces_move(scene.inside[2], 3);
	hold(&scene, KEY_LEFTMETA);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == scene.inside[1]);
	assert_false(scene.inside[1]->is_minimized);
	hold(&scene, KEY_LEFTMETA);
	user_tap(scene.fixture, KEY_TAB);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == scene.inside[2]);
	assert_int_equal(workspaces_current(scene.server), 3);
	/* The last window minimised: from nobody to it. */
	window_set_minimized(scene.inside[2], true);
	assert_null(USED(&scene));
	hold(&scene, KEY_LEFTMETA);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == scene.inside[2]);
	vms_scene_finish(&scene);
}

static void keys_choose_and_escape_cancels(void **state) {
	struct vms_scene scene;
	scene_init(&scene, state);
	hold(&scene, KEY_LEFTMETA);
	user_tap(scene.fixture, KEY_ESC);
	assert_false(switcher_is_open(scene.server));
	assert_true(USED(&scene) == scene.inside[0]);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == scene.inside[0]);
	/* Columns stand by last use: the second is selected, and left of it the first. */
	hold(&scene, KEY_LEFTMETA);
	user_tap(scene.fixture, KEY_LEFT);
	user_tap(scene.fixture, KEY_LEFT);
	user_tap(scene.fixture, KEY_ENTER);
	assert_false(switcher_is_open(scene.server));
	assert_true(USED(&scene) == scene.inside[2]);
	assert_true(window_is_floating(scene.inside[0]));
	let_go(&scene, KEY_LEFTMETA);
	vms_scene_finish(&scene);
}

static void within_a_vm(void **state) {
	struct vms_scene scene;
	scene_init(&scene, state);
	struct test_window second;
	window_map(&second, scene.clients[0], 100, 100, 0xff00ff00);
	struct window *inside = USED(&scene);
	assert_true(inside != scene.inside[0]);
	vms_scene_click(&scene, 1);
	vms_scene_click(&scene, 0);
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_tap(scene.fixture, KEY_GRAVE);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == inside);
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_tap(scene.fixture, KEY_GRAVE);
	user_tap(scene.fixture, KEY_GRAVE);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == inside);
	window_finish(&second);
	vms_scene_finish(&scene);
}

static void no_client_hears_of_it(void **state) {
	struct vms_scene scene;
	scene_init(&scene, state);
	user_key(scene.fixture, KEY_LEFTMETA, true);
	int before[COUNT], enters[COUNT];
	for (int i = 0; i < COUNT; i++) {
		before[i] = scene.clients[i]->key_presses + scene.clients[i]->key_releases;
		enters[i] = scene.clients[i]->pointer_enters + scene.clients[i]->buttons;
	}
	user_tap(scene.fixture, KEY_TAB);
	for (uint32_t key = KEY_Q; key <= KEY_P; key++) {
		user_tap(scene.fixture, key);
	}
	user_key(scene.fixture, KEY_A, true);
	for (int i = 0; i < COUNT; i++) {
		/* On the windows, beside the sheet: it closes on the second. */
		const struct wlr_box *area = &scene.inside[i]->area;
		user_move(scene.fixture, area->x + 10, area->y + 10);
	}
	for (int i = 0; i < COUNT; i++) {
		assert_int_equal(scene.clients[i]->pointer_enters + scene.clients[i]->buttons,
				enters[i]);
	}
	let_go(&scene, KEY_LEFTMETA);
	/* Pressed meanwhile, released afterwards: nobody's either. */
	user_key(scene.fixture, KEY_A, false);
	for (int i = 0; i < COUNT; i++) {
		assert_int_equal(scene.clients[i]->key_presses + scene.clients[i]->key_releases,
				before[i]);
		assert_int_equal(scene.clients[i]->enter_keys, 0);
	}
	vms_scene_finish(&scene);
}

static void the_mouse_chooses_or_closes(void **state) {
	struct vms_scene scene;
	scene_init(&scene, state);
	hold(&scene, KEY_LEFTMETA);
	uint32_t dimmed = fixture_pixel(scene.fixture, 5, 790);
	/* In the middle of the sheet, the second column's only row. */
	int buttons = scene.clients[1]->buttons;
	for (int y = 100; y < 600 && switcher_is_open(scene.server); y += 10) {
		user_move(scene.fixture, 640, y);
		if (y > 300) {
			user_button(scene.fixture, BTN_LEFT, true);
			user_button(scene.fixture, BTN_LEFT, false);
		}
	}
	assert_false(switcher_is_open(scene.server));
	assert_true(USED(&scene) == scene.inside[1]);
	assert_int_equal(scene.clients[1]->buttons, buttons);
	assert_int_not_equal(fixture_pixel(scene.fixture, 5, 790), dimmed);
	hold(&scene, KEY_LEFTMETA);
	fixture_pixel(scene.fixture, 0, 0);
	user_click(scene.fixture, 5, 790);
	assert_false(switcher_is_open(scene.server));
	assert_true(USED(&scene) == scene.inside[1]);
	let_go(&scene, KEY_LEFTMETA);
	let_go(&scene, KEY_LEFTMETA);
	vms_scene_finish(&scene);
}

/* Clients come, go, hide, grow and rename themselves while it is open. */
static void clients_that_act_meanwhile(void **state) {
	struct vms_scene scene;
	scene_init(&scene, state);
	for (int round = 0; round < 24; round++) {
		struct test_window extra[3];
		for (int i = 0; i < 3; i++) {
			window_map(&extra[i], scene.clients[(round + i) % COUNT], 100, 80,
					0xff00ff00);
		}
		hold(&scene, round % 2 == 0 ? KEY_LEFTMETA : KEY_LEFTALT);
		for (int i = 0; i < round % 5; i++) {
			user_tap(scene.fixture, KEY_TAB);
		}
		char title[256];
		snprintf(title, sizeof(title), "%*d\xe2\x80\xae\x01", 200, round);
		xdg_toplevel_set_title(extra[0].toplevel, title);
		xdg_toplevel_set_fullscreen(extra[1].toplevel, NULL);
		xdg_toplevel_set_minimized(extra[0].toplevel);
		fixture_settle(scene.fixture);
		fixture_pixel(scene.fixture, 640, 300);
		window_finish(&extra[2]);
		assert_true(switcher_is_open(scene.server));
		assert_null(USED(&scene));
		user_tap(scene.fixture, KEY_DOWN);
		if (round % 3 == 0) {
			window_finish(&extra[0]);
		}
		struct test_window late;
		window_map(&late, scene.clients[0], 50, 50, 0xff0000ff);
		assert_null(USED(&scene));
		fixture_pixel(scene.fixture, 640, 300);
		let_go(&scene, round % 2 == 0 ? KEY_LEFTMETA : KEY_LEFTALT);
		assert_false(switcher_is_open(scene.server));
		window_finish(&late);
		if (round % 3 != 0) {
			window_finish(&extra[0]);
		}
		window_finish(&extra[1]);
	}
	vms_scene_finish(&scene);
}

/* Every window goes while it is open: it closes. */
static void nothing_is_left(void **state) {
	struct vms_scene scene;
	scene_init(&scene, state);
	hold(&scene, KEY_LEFTMETA);
	vms_scene_finish(&scene);
	assert_false(switcher_is_open(scene.server));
	let_go(&scene, KEY_LEFTMETA);
	hold(&scene, KEY_LEFTMETA);
	assert_false(switcher_is_open(scene.server));
	let_go(&scene, KEY_LEFTMETA);
}

/* A whole domain goes, and then the others, while it is open. */
static void a_domain_goes(void **state) {
	struct vms_scene scene;
	scene_init(&scene, state);
	hold(&scene, KEY_LEFTMETA);
	close(scene.dials[1]);
	fixture_settle(scene.fixture);
	assert_true(switcher_is_open(scene.server));
	fixture_pixel(scene.fixture, 640, 300);
	user_tap(scene.fixture, KEY_TAB);
	close(scene.dials[0]);
	close(scene.dials[2]);
	fixture_settle(scene.fixture);
	assert_false(switcher_is_open(scene.server));
	for (int i = 0; i < COUNT; i++) {
		window_finish(&scene.windows[i]); /* what the client's library holds */
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(it_goes_by_last_use, fixture_setup,
					fixture_teardown),
			cmocka_unit_test_setup_teardown(it_brings_back_what_is_hidden,
					fixture_setup, fixture_teardown),
			cmocka_unit_test_setup_teardown(keys_choose_and_escape_cancels,
					fixture_setup, fixture_teardown),
			cmocka_unit_test_setup_teardown(within_a_vm, fixture_setup,
					fixture_teardown),
			cmocka_unit_test_setup_teardown(no_client_hears_of_it, fixture_setup,
					fixture_teardown),
			cmocka_unit_test_setup_teardown(the_mouse_chooses_or_closes, fixture_setup,
					fixture_teardown),
			cmocka_unit_test_setup_teardown(clients_that_act_meanwhile, fixture_setup,
					fixture_teardown),
			cmocka_unit_test_setup_teardown(nothing_is_left, fixture_setup,
					fixture_teardown),
			cmocka_unit_test_setup_teardown(a_domain_goes, fixture_setup,
					fixture_teardown),
	};
	return cmocka_run_group_tests_name("switcher", tests, NULL, NULL);
}
