/* SPDX-License-Identifier: MIT
 *
 * The window switcher: it reaches every window, and no client hears of it or disturbs it.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <stdio.h>
#include <unistd.h>

#include "compositor/input/focus.h"
#include "compositor/window/switcher.h"
#include "compositor/window/workspace.h"

#define COUNT 3

struct scene {
	struct fixture *fixture;
	struct server *server;
	int dials[COUNT];
	struct test_client *clients[COUNT];
	struct test_window windows[COUNT];
	struct window *inside[COUNT]; /* the same in the compositor */
};

static void click_on(struct scene *scene, int i) {
	user_click(scene->fixture, scene->inside[i]->area.x + 20, scene->inside[i]->area.y + 20);
}

/* Windows of three VMs, the first one used last. */
static void scene_init(struct scene *scene, void **state) {
	static const char *const names[COUNT] = {"banking", "untrusted", "work"};
	scene->fixture = *state;
	scene->server = scene->fixture->server;
	for (int i = 0; i < COUNT; i++) {
		fixture_domain(scene->fixture, names[i], &scene->dials[i]);
		scene->clients[i] = fixture_client(scene->fixture, scene->dials[i]);
		window_map(&scene->windows[i], scene->clients[i], 300, 200, 0xffff0000);
		scene->inside[i] = window_in_server(scene->fixture, names[i]);
	}
	for (int i = COUNT - 1; i >= 0; i--) {
		click_on(scene, i);
	}
}

static void scene_finish(struct scene *scene) {
	for (int i = 0; i < COUNT; i++) {
		window_finish(&scene->windows[i]);
		close(scene->dials[i]);
	}
}

static void tap(struct scene *scene, uint32_t key) {
	user_key(scene->fixture, key, true);
	user_key(scene->fixture, key, false);
}

static void hold(struct scene *scene, uint32_t modifier) {
	user_key(scene->fixture, modifier, true);
	tap(scene, KEY_TAB);
}

static void let_go(struct scene *scene, uint32_t modifier) {
	user_key(scene->fixture, modifier, false);
}

#define USED(scene) focus_window((scene)->server)

static void it_goes_by_last_use(void **state) {
	struct scene scene;
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
	tap(&scene, KEY_TAB);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == scene.inside[2]);
	/* Backwards, from the last one on. */
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_key(scene.fixture, KEY_LEFTSHIFT, true);
	tap(&scene, KEY_TAB);
	user_key(scene.fixture, KEY_LEFTSHIFT, false);
	assert_true(switcher_is_open(scene.server));
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == scene.inside[1]);
	scene_finish(&scene);
}

static void it_brings_back_what_is_hidden(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	window_set_minimized(scene.inside[1], true);
	workspaces_move(scene.inside[2], 3);
	hold(&scene, KEY_LEFTMETA);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == scene.inside[1]);
	assert_false(scene.inside[1]->is_minimized);
	hold(&scene, KEY_LEFTMETA);
	tap(&scene, KEY_TAB);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == scene.inside[2]);
	assert_int_equal(workspaces_current(scene.server), 3);
	/* The last window minimised: from nobody to it. */
	window_set_minimized(scene.inside[2], true);
	assert_null(USED(&scene));
	hold(&scene, KEY_LEFTMETA);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == scene.inside[2]);
	scene_finish(&scene);
}

static void keys_choose_and_escape_cancels(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	hold(&scene, KEY_LEFTMETA);
	tap(&scene, KEY_ESC);
	assert_false(switcher_is_open(scene.server));
	assert_true(USED(&scene) == scene.inside[0]);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == scene.inside[0]);
	/* Columns stand by last use: the second is selected, and left of it the first. */
	hold(&scene, KEY_LEFTMETA);
	tap(&scene, KEY_LEFT);
	tap(&scene, KEY_LEFT);
	tap(&scene, KEY_ENTER);
	assert_false(switcher_is_open(scene.server));
	assert_true(USED(&scene) == scene.inside[2]);
	assert_true(window_is_floating(scene.inside[0]));
	let_go(&scene, KEY_LEFTMETA);
	scene_finish(&scene);
}

static void within_a_vm(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window second;
	window_map(&second, scene.clients[0], 100, 100, 0xff00ff00);
	struct window *inside = USED(&scene);
	assert_true(inside != scene.inside[0]);
	click_on(&scene, 1);
	click_on(&scene, 0);
	user_key(scene.fixture, KEY_LEFTMETA, true);
	tap(&scene, KEY_GRAVE);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == inside);
	user_key(scene.fixture, KEY_LEFTMETA, true);
	tap(&scene, KEY_GRAVE);
	tap(&scene, KEY_GRAVE);
	let_go(&scene, KEY_LEFTMETA);
	assert_true(USED(&scene) == inside);
	window_finish(&second);
	scene_finish(&scene);
}

static void no_client_hears_of_it(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	user_key(scene.fixture, KEY_LEFTMETA, true);
	int before[COUNT], enters[COUNT];
	for (int i = 0; i < COUNT; i++) {
		before[i] = scene.clients[i]->key_presses + scene.clients[i]->key_releases;
		enters[i] = scene.clients[i]->pointer_enters + scene.clients[i]->buttons;
	}
	tap(&scene, KEY_TAB);
	for (uint32_t key = KEY_Q; key <= KEY_P; key++) {
		tap(&scene, key);
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
	scene_finish(&scene);
}

static void the_mouse_chooses_or_closes(void **state) {
	struct scene scene;
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
	scene_finish(&scene);
}

/* Clients come, go, hide, grow and rename themselves while it is open. */
static void clients_that_act_meanwhile(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	for (int round = 0; round < 24; round++) {
		struct test_window extra[3];
		for (int i = 0; i < 3; i++) {
			window_map(&extra[i], scene.clients[(round + i) % COUNT], 100, 80,
					0xff00ff00);
		}
		hold(&scene, round % 2 == 0 ? KEY_LEFTMETA : KEY_LEFTALT);
		for (int i = 0; i < round % 5; i++) {
			tap(&scene, KEY_TAB);
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
		tap(&scene, KEY_DOWN);
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
	scene_finish(&scene);
}

/* Every window goes while it is open: it closes. */
static void nothing_is_left(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	hold(&scene, KEY_LEFTMETA);
	scene_finish(&scene);
	assert_false(switcher_is_open(scene.server));
	let_go(&scene, KEY_LEFTMETA);
	hold(&scene, KEY_LEFTMETA);
	assert_false(switcher_is_open(scene.server));
	let_go(&scene, KEY_LEFTMETA);
}

/* A whole domain goes, and then the others, while it is open. */
static void a_domain_goes(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	hold(&scene, KEY_LEFTMETA);
	close(scene.dials[1]);
	fixture_settle(scene.fixture);
	assert_true(switcher_is_open(scene.server));
	fixture_pixel(scene.fixture, 640, 300);
	tap(&scene, KEY_TAB);
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
