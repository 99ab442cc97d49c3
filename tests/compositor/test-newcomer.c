/* SPDX-License-Identifier: MIT
 *
 * Keyboards that are plugged in later type nothing before they are accepted. Where silo-ask is not
 * there, nobody is.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wlr/interfaces/wlr_keyboard.h>

#include "compositor/input/keyboard.h"
#include "compositor/lock/lock.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/notices.h"

static const struct wlr_keyboard_impl impl = {.name = "usb"};

struct scene {
	struct fixture *fixture;
	int dial;
	struct test_client *client;
	struct test_window window;
	struct wlr_keyboard keyboard;
};

static void scene_init(struct scene *scene, void **state) {
	scene->fixture = *state;
	fixture_domain(scene->fixture, "banking", &scene->dial);
	scene->client = fixture_client(scene->fixture, scene->dial);
	window_map(&scene->window, scene->client, 300, 200, 0xff00ff00);
}

static void scene_finish(struct scene *scene) {
	window_finish(&scene->window);
	close(scene->dial);
}

static void plug_in(struct scene *scene, const char *name) {
	wlr_keyboard_init(&scene->keyboard, &impl, name);
	keyboards_add(scene->fixture->server, &scene->keyboard, false);
	fixture_settle(scene->fixture);
}

static void press(struct scene *scene, struct wlr_keyboard *keyboard, uint32_t key, bool is_press) {
	struct wlr_keyboard_key_event event = {.keycode = key,
			.update_state = true,
			.state = is_press ? WL_KEYBOARD_KEY_STATE_PRESSED
					  : WL_KEYBOARD_KEY_STATE_RELEASED};
	wlr_keyboard_notify_key(keyboard, &event);
	fixture_settle(scene->fixture);
}

/* What the new keyboard can do: letters, and the chord that ends the session. */
static bool types(struct scene *scene) {
	int before = scene->client->key_presses;
	press(scene, &scene->keyboard, KEY_A, true);
	press(scene, &scene->keyboard, KEY_A, false);
	bool is_told = scene->client->key_presses != before;
	scene->fixture->server->running = true;
	static const uint32_t chord[] = {KEY_LEFTMETA, KEY_LEFTSHIFT, KEY_E};
	for (int is_press = 1; is_press >= 0; is_press--) {
		for (size_t i = 0; i < 3; i++) {
			press(scene, &scene->keyboard, chord[i], is_press);
		}
	}
	assert_int_equal(scene->fixture->server->running, !is_told);
	return is_told;
}

/* Does a notice name what is in text? */
static bool is_noticed(struct scene *scene, const char *text) {
	sd_json_variant *array = NULL;
	char *json = NULL;
	assert_true(notices_describe(scene->fixture->server, &array) >= 0);
	assert_true(sd_json_variant_format(array, 0, &json) >= 0);
	bool is_there = strstr(json, text) != NULL;
	free(json);
	sd_json_variant_unref(array);
	return is_there;
}

static void the_first_keyboard_may_type(void **state) {
	static struct scene scene;
	scene_init(&scene, state);
	user_key(scene.fixture, KEY_A, true);
	user_key(scene.fixture, KEY_A, false);
	assert_int_equal(scene.client->key_presses, 1);
	scene_finish(&scene);
}

static void another_types_nothing_before_it_is_accepted(void **state) {
	static struct scene scene;
	scene_init(&scene, state);
	plug_in(&scene, "Rubber \x1b[31mDuck\u202e");
	assert_false(types(&scene));
	/* Nothing is there to ask: it is refused, and named without what would hurt. */
	fixture_settle(scene.fixture);
	server_dispatch(scene.fixture->server, 0);
	assert_true(is_noticed(&scene, "Rubber"));
	assert_false(is_noticed(&scene, "\x1b"));
	assert_false(types(&scene));
	/* The old one goes on. */
	int before = scene.client->key_presses;
	user_key(scene.fixture, KEY_B, true);
	user_key(scene.fixture, KEY_B, false);
	assert_int_equal(scene.client->key_presses, before + 1);
	wlr_keyboard_finish(&scene.keyboard);
	scene_finish(&scene);
}

static void modifiers_of_a_new_keyboard_change_nothing(void **state) {
	static struct scene scene;
	scene_init(&scene, state);
	plug_in(&scene, "duck");
	press(&scene, &scene.keyboard, KEY_LEFTCTRL, true);
	assert_int_equal(keyboards_modifiers(scene.fixture->server), 0);
	assert_int_equal(scene.client->depressed, 0);
	/* It goes while the key is down. */
	wlr_keyboard_finish(&scene.keyboard);
	assert_int_equal(keyboards_modifiers(scene.fixture->server), 0);
	scene_finish(&scene);
}

static void the_settings_may_allow_all(void **state) {
	static struct scene scene;
	scene_init(&scene, state);
	scene.fixture->server->settings->new_keyboards = NEWCOMER_ALLOW;
	plug_in(&scene, "trusted");
	assert_true(types(&scene));
	wlr_keyboard_finish(&scene.keyboard);
	scene_finish(&scene);
}

static void the_settings_may_deny_all(void **state) {
	static struct scene scene;
	scene_init(&scene, state);
	scene.fixture->server->settings->new_keyboards = NEWCOMER_DENY;
	plug_in(&scene, "Duck");
	assert_false(types(&scene));
	assert_true(is_noticed(&scene, "Duck"));
	wlr_keyboard_finish(&scene.keyboard);
	scene_finish(&scene);
}

static void one_that_goes_is_not_asked_about_any_more(void **state) {
	static struct scene scene;
	scene_init(&scene, state);
	for (int i = 0; i < 40; i++) {
		plug_in(&scene, "duck");
		press(&scene, &scene.keyboard, KEY_A, true);
		wlr_keyboard_finish(&scene.keyboard);
	}
	fixture_settle(scene.fixture);
	assert_int_equal(scene.client->key_presses, 0);
	scene_finish(&scene);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(the_first_keyboard_may_type),
			TEST(another_types_nothing_before_it_is_accepted),
			TEST(modifiers_of_a_new_keyboard_change_nothing),
			TEST(the_settings_may_allow_all),
			TEST(the_settings_may_deny_all),
			TEST(one_that_goes_is_not_asked_about_any_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
