/* SPDX-License-Identifier: MIT
 *
 * What of held keys and chords a domain is told: only what was pressed for it.
 */
#include "tests/compositor/vms_scene.h"

#include <linux/input-event-codes.h>
#include <wlr/types/wlr_seat.h>

#include "compositor/input/focus.h"
#include "compositor/input/seat.h"

static void type(struct vms_scene *scene, uint32_t key) {
	user_key(scene->fixture, key, true);
	user_key(scene->fixture, key, false);
}

/* A client that makes another wl_keyboard is told what is pressed: what was pressed for it. */
static void a_new_keyboard_is_told_of_own_keys_only(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	vms_scene_click(&scene, 0);
	user_key(scene.fixture, KEY_S, true);
	vms_scene_click(&scene, 1);
	struct test_client *late = fixture_client(scene.fixture, scene.dials[1]);
	struct test_window window;
	window_map(&window, late, 300, 200, 0xff00ff00);
	assert_int_equal(late->keyboard_enters, 1);
	assert_int_equal(late->enter_keys, 0);
	assert_int_equal(scene.domains[1]->seat->shown.num_keycodes, 0);
	user_key(scene.fixture, KEY_A, true);
	assert_int_equal(scene.domains[1]->seat->shown.num_keycodes, 1);
	assert_int_equal(scene.domains[0]->seat->shown.num_keycodes, 0);
	user_key(scene.fixture, KEY_A, false);
	user_key(scene.fixture, KEY_S, false);
	assert_int_equal(scene.domains[1]->seat->shown.num_keycodes, 0);
	assert_int_equal(late->key_presses, 1);
	assert_int_equal(late->key_releases, 1);
	window_finish(&window);
	vms_scene_finish(&scene);
}

static void a_held_modifier_is_not_told_to_the_next_domain(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	vms_scene_click(&scene, 0);
	user_key(scene.fixture, KEY_LEFTCTRL, true);
	assert_int_not_equal(scene.clients[0]->depressed, 0);
	vms_scene_click(&scene, 1);
	assert_int_equal(scene.clients[1]->depressed, 0);
	assert_int_equal(scene.domains[1]->seat->shown.modifiers.depressed, 0);
	/* Neither Ctrl+C nor c. */
	type(&scene, KEY_C);
	assert_int_equal(scene.clients[1]->key_presses, 0);
	assert_int_equal(scene.clients[1]->key_releases, 0);
	user_key(scene.fixture, KEY_LEFTCTRL, false);
	assert_int_equal(scene.clients[1]->key_releases, 0);
	/* From now on all is as ever. */
	user_key(scene.fixture, KEY_LEFTCTRL, true);
	assert_int_not_equal(scene.clients[1]->depressed, 0);
	type(&scene, KEY_C);
	user_key(scene.fixture, KEY_LEFTCTRL, false);
	assert_int_equal(scene.clients[1]->key_presses, 2);
	assert_int_equal(scene.clients[1]->depressed, 0);
	vms_scene_finish(&scene);
}

static void within_a_domain_a_held_modifier_is_told(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	struct test_window second;
	vms_scene_click(&scene, 0);
	user_key(scene.fixture, KEY_LEFTSHIFT, true);
	window_map(&second, scene.clients[0], 100, 100, 0xff00ff00);
	assert_int_not_equal(scene.clients[0]->depressed, 0);
	int before = scene.clients[0]->key_presses;
	type(&scene, KEY_C);
	assert_int_equal(scene.clients[0]->key_presses, before + 1);
	user_key(scene.fixture, KEY_LEFTSHIFT, false);
	window_finish(&second);
	vms_scene_finish(&scene);
}

static void a_chord_is_swallowed_whole(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	vms_scene_click(&scene, 0);
	int modifiers = scene.clients[0]->modifiers;
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_key(scene.fixture, KEY_LEFTSHIFT, true);
	type(&scene, KEY_R);
	user_key(scene.fixture, KEY_LEFTSHIFT, false);
	type(&scene, KEY_F);
	type(&scene, KEY_F);
	user_key(scene.fixture, KEY_LEFTMETA, false);
	assert_int_equal(scene.clients[0]->key_presses, 0);
	assert_int_equal(scene.clients[0]->key_releases, 0);
	assert_int_equal(scene.clients[0]->depressed, 0);
	/* That nothing is held may be said again. */
	assert_true(scene.clients[0]->modifiers >= modifiers);
	vms_scene_finish(&scene);
}

static void what_is_no_chord_is_told_whole(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	vms_scene_click(&scene, 0);
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_key(scene.fixture, KEY_LEFTSHIFT, true);
	assert_int_equal(scene.clients[0]->key_presses, 0);
	assert_int_equal(scene.clients[0]->depressed, 0);
	user_key(scene.fixture, KEY_X, true);
	assert_int_equal(scene.clients[0]->key_presses, 3);
	assert_int_equal(scene.clients[0]->last_key, KEY_X);
	assert_int_equal(scene.clients[0]->depressed, 0x41);
	user_key(scene.fixture, KEY_X, false);
	user_key(scene.fixture, KEY_LEFTSHIFT, false);
	user_key(scene.fixture, KEY_LEFTMETA, false);
	assert_int_equal(scene.clients[0]->key_releases, 3);
	assert_int_equal(scene.clients[0]->depressed, 0);
	/* A modifier that is held alone is told to nobody. */
	type(&scene, KEY_RIGHTMETA);
	assert_int_equal(scene.clients[0]->key_presses, 3);
	vms_scene_finish(&scene);
}

static void the_keyboard_takes_the_pointer_with_it(void **state) {
	struct vms_scene scene;
	vms_scene_init(&scene, state, 2);
	vms_scene_click(&scene, 0);
	user_button(scene.fixture, BTN_LEFT, true);
	int motions = scene.clients[0]->motions;
	/* By keys to the other domain's window, with the button held. */
	user_key(scene.fixture, KEY_LEFTMETA, true);
	type(&scene, KEY_TAB);
	user_key(scene.fixture, KEY_LEFTMETA, false);
	assert_true(focus_domain(scene.fixture->server) == scene.domains[1]);
	user_move(scene.fixture, 1200, 700);
	assert_int_equal(scene.clients[0]->motions, motions);
	int buttons = scene.clients[1]->buttons;
	user_button(scene.fixture, BTN_LEFT, false);
	assert_int_equal(scene.clients[1]->buttons, buttons);
	vms_scene_finish(&scene);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(a_new_keyboard_is_told_of_own_keys_only),
			TEST(a_held_modifier_is_not_told_to_the_next_domain),
			TEST(within_a_domain_a_held_modifier_is_told),
			TEST(a_chord_is_swallowed_whole),
			TEST(what_is_no_chord_is_told_whole),
			TEST(the_keyboard_takes_the_pointer_with_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
