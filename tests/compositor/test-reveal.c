/* SPDX-License-Identifier: MIT
 *
 * The reveal: no pixel of a client is in sight, no client hears of it, and only the user's own keyboard
 * opens it; and the chords that freeze and kill, which must be held.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wlr/interfaces/wlr_keyboard.h>

#include "base/clock.h"
#include "base/fd.h"
#include "compositor/input/focus.h"
#include "compositor/input/keyboard.h"
#include "compositor/lock/lock.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/notices.h"
#include "compositor/shell/runtime.h"
#include "compositor/window/reveal.h"
#include "compositor/window/switcher.h"

#define RED 0xffff0000
#define LIME 0xff00ff00
#define AQUA 0xff00ffff

struct scene {
	struct fixture *fixture;
	struct server *server;
	int dials[2];
	struct test_client *clients[2];
	struct test_window windows[2];
	struct window *inside[2];
};

static void scene_init(struct scene *scene, void **state) {
	static const char *const names[2] = {"banking", "untrusted"};
	static const uint32_t colors[2] = {RED, LIME};
	scene->fixture = *state;
	scene->server = scene->fixture->server;
	for (int i = 0; i < 2; i++) {
		fixture_domain(scene->fixture, names[i], &scene->dials[i]);
		scene->clients[i] = fixture_client(scene->fixture, scene->dials[i]);
		window_map(&scene->windows[i], scene->clients[i], 300, 200, colors[i]);
		scene->inside[i] = window_in_server(scene->fixture, names[i]);
	}
}

static void scene_finish(struct scene *scene) {
	for (int i = 0; i < 2; i++) {
		window_finish(&scene->windows[i]);
		close(scene->dials[i]);
	}
}

static void open_it(struct scene *scene) {
	user_key(scene->fixture, KEY_LEFTMETA, true);
	user_key(scene->fixture, KEY_ESC, true);
	assert_true(reveal_is_open(scene->server));
}

static void let_go(struct scene *scene) {
	user_key(scene->fixture, KEY_ESC, false);
	user_key(scene->fixture, KEY_LEFTMETA, false);
	assert_false(reveal_is_open(scene->server));
}

static uint32_t fill_of(const struct scene *scene, int i) {
	struct color fill = scene->inside[i]->domain->colors.fill;
	return (uint32_t)fill.r << 16 | (uint32_t)fill.g << 8 | fill.b;
}

static void no_pixel_of_a_client_is_in_sight(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	assert_true(fixture_count(scene.fixture, RED) > 1000);
	assert_true(fixture_count(scene.fixture, LIME) > 1000);
	open_it(&scene);
	assert_int_equal(fixture_count(scene.fixture, RED), 0);
	assert_int_equal(fixture_count(scene.fixture, LIME), 0);
	/* An edge of 8 around 300x200, and the plates. */
	assert_true(fixture_count(scene.fixture, fill_of(&scene, 0)) > 8 * 1000);
	assert_true(fixture_count(scene.fixture, fill_of(&scene, 1)) > 8 * 1000);
	let_go(&scene);
	assert_true(fixture_count(scene.fixture, RED) > 1000);
	scene_finish(&scene);
}

/* Fullscreen, with a popup, and a window that maps and one that goes meanwhile. */
static void it_covers_whatever_comes(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	window_set_fullscreen(scene.inside[0], true);
	fixture_settle(scene.fixture);
	window_attach(&scene.windows[0], scene.windows[0].width, scene.windows[0].height, RED);
	struct test_window popup, late;
	popup_map(&popup, &scene.windows[0], 20, 20, 100, 80, AQUA);
	assert_true(fixture_count(scene.fixture, AQUA) > 1000);
	open_it(&scene);
	assert_int_equal(fixture_count(scene.fixture, RED) + fixture_count(scene.fixture, AQUA), 0);
	window_map(&late, scene.clients[0], 200, 100, AQUA);
	assert_int_equal(fixture_count(scene.fixture, RED) + fixture_count(scene.fixture, AQUA), 0);
	window_finish(&popup);
	window_finish(&late);
	window_finish(&scene.windows[0]);
	fixture_settle(scene.fixture);
	assert_int_equal(fixture_count(scene.fixture, RED) + fixture_count(scene.fixture, LIME), 0);
	let_go(&scene);
	window_finish(&scene.windows[1]);
	close(scene.dials[0]);
	close(scene.dials[1]);
}

/* Keys go nowhere, and the pointer; the focus stays, and what was pressed before is released. */
static void no_client_hears_of_it(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_client *client = scene.clients[0];
	user_click(scene.fixture, scene.inside[0]->area.x + 20, scene.inside[0]->area.y + 20);
	user_key(scene.fixture, KEY_A, true);
	int presses = client->key_presses, leaves = client->keyboard_leaves;
	user_key(scene.fixture, KEY_LEFTMETA, true);
	int with_super = client->key_presses;
	user_key(scene.fixture, KEY_ESC, true);
	assert_true(reveal_is_open(scene.server));
	user_key(scene.fixture, KEY_B, true);
	user_key(scene.fixture, KEY_B, false);
	user_key(scene.fixture, KEY_TAB, true);
	user_key(scene.fixture, KEY_TAB, false);
	assert_false(switcher_is_open(scene.server));
	int motions = client->motions, buttons = client->buttons;
	user_click(scene.fixture, scene.inside[0]->area.x + 40, scene.inside[0]->area.y + 40);
	assert_int_equal(client->motions, motions);
	assert_int_equal(client->buttons, buttons);
	assert_int_equal(client->key_presses, with_super);
	assert_int_equal(client->keyboard_leaves, leaves);
	assert_true(focus_window(scene.server) == scene.inside[0]);
	int releases = client->key_releases;
	user_key(scene.fixture, KEY_A, false);
	assert_int_equal(client->key_releases, releases + 1);
	let_go(&scene);
	/* Escape was heard by nobody, neither pressed nor released. */
	assert_true(client->key_releases <= releases + 2);
	assert_true(client->last_key != KEY_ESC);
	user_key(scene.fixture, KEY_C, true);
	user_key(scene.fixture, KEY_C, false);
	assert_int_equal(client->key_presses, with_super + 1);
	assert_true(presses <= with_super);
	scene_finish(&scene);
}

/* Either key ends it, and it goes over the switcher. */
static void letting_go_ends_it(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	open_it(&scene);
	user_key(scene.fixture, KEY_LEFTMETA, false);
	assert_false(reveal_is_open(scene.server));
	user_key(scene.fixture, KEY_ESC, false);
	open_it(&scene);
	let_go(&scene);
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_key(scene.fixture, KEY_TAB, true);
	assert_true(switcher_is_open(scene.server));
	user_key(scene.fixture, KEY_TAB, false);
	/* Escape alone is the switcher's; there is no chord that it takes for itself but that. */
	user_key(scene.fixture, KEY_ESC, true);
	assert_false(switcher_is_open(scene.server));
	user_key(scene.fixture, KEY_ESC, false);
	user_key(scene.fixture, KEY_ESC, true);
	assert_true(reveal_is_open(scene.server));
	let_go(&scene);
	scene_finish(&scene);
}

static void virtual_key(struct wlr_keyboard *keyboard, struct fixture *fixture, uint32_t key,
		bool is_press) {
	struct wlr_keyboard_key_event event = {
			.time_msec = ++fixture->time_ms,
			.keycode = key,
			.update_state = true,
			.state = is_press ? WL_KEYBOARD_KEY_STATE_PRESSED
					  : WL_KEYBOARD_KEY_STATE_RELEASED,
	};
	wlr_keyboard_notify_key(keyboard, &event);
	fixture_settle(fixture);
}

static void virtual_keyboards_cannot(void **state) {
	static const struct wlr_keyboard_impl impl = {.name = "virtual"};
	struct scene scene;
	scene_init(&scene, state);
	static struct wlr_keyboard keyboard;
	wlr_keyboard_init(&keyboard, &impl, "virtual");
	keyboards_add(scene.server, &keyboard, true);
	wlr_keyboard_set_keymap(&keyboard, keyboards_main(scene.server)->keymap);
	virtual_key(&keyboard, scene.fixture, KEY_LEFTMETA, true);
	virtual_key(&keyboard, scene.fixture, KEY_ESC, true);
	assert_false(reveal_is_open(scene.server));
	virtual_key(&keyboard, scene.fixture, KEY_ESC, false);
	virtual_key(&keyboard, scene.fixture, KEY_LEFTMETA, false);
	open_it(&scene);
	virtual_key(&keyboard, scene.fixture, KEY_F, true);
	virtual_key(&keyboard, scene.fixture, KEY_F, false);
	/* No question was put to a manager that is not there: no notice. */
	sd_json_variant *notices = NULL;
	assert_true(notices_describe(scene.server, &notices) >= 0);
	assert_int_equal(sd_json_variant_elements(notices), 0);
	sd_json_variant_unref(notices);
	let_go(&scene);
	wlr_keyboard_finish(&keyboard);
	scene_finish(&scene);
}

/* A manager that writes down what it is asked. */
struct manager {
	struct scene *scene;
	int listener;
	char *path;
};

static void manager_init(struct manager *manager, struct scene *scene) {
	manager->scene = scene;
	manager->path = runtime_path(scene->server, "io.silo.Manager");
	manager->listener = fd_listen(manager->path, SOCK_STREAM);
	assert_true(manager->listener >= 0);
	assert_int_equal(fd_set_nonblock(manager->listener, true), 0);
}

static void manager_finish(struct manager *manager) {
	close(manager->listener);
	unlink(manager->path);
	free(manager->path);
}

/* What has been asked since, "" if nothing. */
static void manager_hear(struct manager *manager, char *text, size_t cap) {
	fixture_settle(manager->scene->fixture);
	text[0] = '\0';
	int fd = accept4(manager->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0) {
		ssize_t len = read(fd, text, cap - 1);
		assert_true(len > 0);
		text[len] = '\0';
		close(fd);
		fixture_settle(manager->scene->fixture);
	}
}

/* Lets the loop run for so long: the chord is held. */
static void hold_for(struct fixture *fixture, int time_ms) {
	int64_t end_ms = clock_now_ms() + time_ms;
	while (clock_now_ms() < end_ms) {
		server_dispatch(fixture->server, 10);
	}
	fixture_settle(fixture);
}

#define HELD_MS 1300
#define SHORT_MS 400

static void chord(struct fixture *fixture, uint32_t key, int time_ms) {
	user_key(fixture, KEY_LEFTMETA, true);
	user_key(fixture, KEY_LEFTSHIFT, true);
	user_key(fixture, key, true);
	hold_for(fixture, time_ms);
	user_key(fixture, key, false);
	user_key(fixture, KEY_LEFTSHIFT, false);
	user_key(fixture, KEY_LEFTMETA, false);
}

static void chords_must_be_held(void **state) {
	struct scene scene;
	struct manager manager;
	char text[512];
	scene_init(&scene, state);
	manager_init(&manager, &scene);
	user_click(scene.fixture, scene.inside[1]->area.x + 250, scene.inside[1]->area.y + 150);
	assert_true(focus_window(scene.server) == scene.inside[1]);
	chord(scene.fixture, KEY_F, SHORT_MS);
	chord(scene.fixture, KEY_K, SHORT_MS);
	manager_hear(&manager, text, sizeof(text));
	assert_string_equal(text, "");
	chord(scene.fixture, KEY_F, HELD_MS);
	manager_hear(&manager, text, sizeof(text));
	assert_non_null(strstr(text, "io.silo.Manager.Pause"));
	assert_non_null(strstr(text, "\"untrusted\""));
	scene.inside[1]->domain->is_frozen = true;
	chord(scene.fixture, KEY_F, HELD_MS);
	manager_hear(&manager, text, sizeof(text));
	assert_non_null(strstr(text, "io.silo.Manager.Resume"));
	chord(scene.fixture, KEY_K, HELD_MS);
	manager_hear(&manager, text, sizeof(text));
	assert_non_null(strstr(text, "io.silo.Manager.Stop"));
	assert_non_null(strstr(text, "\"force\":true"));
	/* Of the VM whose keyboard it was when the chord was pressed, and of no other. */
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_key(scene.fixture, KEY_LEFTSHIFT, true);
	user_key(scene.fixture, KEY_K, true);
	hold_for(scene.fixture, SHORT_MS);
	focus_set(scene.server, scene.inside[0]);
	hold_for(scene.fixture, HELD_MS);
	manager_hear(&manager, text, sizeof(text));
	assert_string_equal(text, "");
	user_key(scene.fixture, KEY_K, false);
	user_key(scene.fixture, KEY_LEFTSHIFT, false);
	user_key(scene.fixture, KEY_LEFTMETA, false);
	manager_finish(&manager);
	scene_finish(&scene);
}

static void the_reveal_freezes_and_kills(void **state) {
	struct scene scene;
	struct manager manager;
	char text[512];
	scene_init(&scene, state);
	manager_init(&manager, &scene);
	open_it(&scene);
	user_key(scene.fixture, KEY_F, true);
	user_key(scene.fixture, KEY_F, false);
	manager_hear(&manager, text, sizeof(text));
	assert_non_null(strstr(text, "io.silo.Manager.Pause"));
	assert_non_null(strstr(text, focus_domain(scene.server)->name));
	user_key(scene.fixture, KEY_K, true);
	hold_for(scene.fixture, SHORT_MS);
	user_key(scene.fixture, KEY_K, false);
	hold_for(scene.fixture, HELD_MS);
	manager_hear(&manager, text, sizeof(text));
	assert_string_equal(text, "");
	user_key(scene.fixture, KEY_K, true);
	hold_for(scene.fixture, HELD_MS);
	manager_hear(&manager, text, sizeof(text));
	assert_non_null(strstr(text, "io.silo.Manager.Stop"));
	user_key(scene.fixture, KEY_K, false);
	let_go(&scene);
	manager_finish(&manager);
	/* Without a manager a notice says so. */
	chord(scene.fixture, KEY_F, HELD_MS);
	sd_json_variant *notices = NULL;
	assert_true(notices_describe(scene.server, &notices) >= 0);
	assert_true(sd_json_variant_elements(notices) > 0);
	sd_json_variant_unref(notices);
	scene_finish(&scene);
}

/* Kept down while it locks: what was to come of it does not, then or later. */
static void a_lock_ends_what_is_held(void **state) {
	static char program[] = "/bin/sleep", time[] = "600";
	static char *locker[] = {program, time, NULL};
	struct scene scene;
	struct manager manager;
	char text[512];
	scene_init(&scene, state);
	manager_init(&manager, &scene);
	char **configured = scene.server->settings->locker;
	for (int i = 0; i < 3; i++) {
		user_key(scene.fixture, KEY_LEFTMETA, true);
		user_key(scene.fixture, KEY_LEFTSHIFT, i < 2);
		user_key(scene.fixture, i == 0 ? KEY_K : i == 1 ? KEY_F : KEY_ESC, true);
		hold_for(scene.fixture, SHORT_MS);
		assert_int_equal(reveal_is_open(scene.server), i == 2);
		scene.server->settings->locker = locker;
		enum lock_result result = lock_now(scene.server, "test");
		scene.server->settings->locker = configured;
		assert_int_equal(result, LOCK_DONE);
		assert_false(reveal_is_open(scene.server));
		lock_end(scene.server, LOCK_END_LOGIND);
		hold_for(scene.fixture, HELD_MS);
		assert_false(reveal_is_open(scene.server));
		user_key(scene.fixture, KEY_K, false);
		user_key(scene.fixture, KEY_F, false);
		user_key(scene.fixture, KEY_ESC, false);
		user_key(scene.fixture, KEY_LEFTSHIFT, false);
		user_key(scene.fixture, KEY_LEFTMETA, false);
		manager_hear(&manager, text, sizeof(text));
		assert_string_equal(text, "");
	}
	manager_finish(&manager);
	scene_finish(&scene);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
	const struct CMUnitTest tests[] = {
			CASE(no_pixel_of_a_client_is_in_sight),
			CASE(it_covers_whatever_comes),
			CASE(no_client_hears_of_it),
			CASE(letting_go_ends_it),
			CASE(virtual_keyboards_cannot),
			CASE(chords_must_be_held),
			CASE(the_reveal_freezes_and_kills),
			CASE(a_lock_ends_what_is_held),
	};
	return cmocka_run_group_tests_name("reveal", tests, fixture_runtime_setup,
			fixture_runtime_teardown);
}
