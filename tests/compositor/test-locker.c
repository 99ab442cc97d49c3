/* SPDX-License-Identifier: MIT
 *
 * The locker: its end, its surfaces as outputs come, change and go, its process; the mark that a lock leaves for
 * the next silo.
 */
#include <linux/input-event-codes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wlr/backend/headless.h>
#include <wlr/backend/multi.h>
#include <wlr/types/wlr_output.h>

#include "base/clock.h"
#include "compositor/input/focus.h"
#include "compositor/lock/lock.h"
#include "compositor/lock/locker.h"
#include "compositor/output/output.h"
#include "compositor/shell/notices.h"
#include "tests/compositor/lock_client.h"
#include "tests/compositor/lock_scene.h"

#define DEADLINE_MS 10000

static char starts_path[64], mark_path[64];
static const char *directory;

static void a_locker_that_dies_unlocks_nothing(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	lock_scene_lock(&scene);
	struct test_locker locker;
	locker_init(&locker, scene.fixture);
	fixture_await(scene.fixture, &locker.is_locked);
	locker_show(&locker, 0, BLUE);
	locker_die(&locker);
	assert_true(lock_is_on(scene.server));
	assert_int_not_equal(fixture_pixel(scene.fixture, 640, 400), COLOR(BLUE));
	assert_locked_up(&scene);
	/* Nor does one that breaks the protocol. */
	locker_init(&locker, scene.fixture);
	ext_session_lock_v1_destroy(locker.lock);
	locker.lock = NULL;
	assert_true(client_is_ended(locker.client));
	locker_die(&locker);
	assert_locked_up(&scene);
	lock_scene_unlock(&scene);
	lock_scene_finish(&scene);
}

static void add_output(struct wlr_backend *backend, void *data) {
	if (wlr_backend_is_headless(backend)) {
		wlr_headless_add_output(backend, 1024, 768);
	}
}

static void plug(struct lock_scene *scene) {
	if (wlr_backend_is_multi(scene->server->backend)) {
		wlr_multi_for_each_backend(scene->server->backend, add_output, NULL);
	} else {
		add_output(scene->server->backend, NULL);
	}
}

static struct wlr_output *output_number(struct lock_scene *scene, size_t index) {
	struct output *output;
	wl_list_for_each(output, &scene->server->outputs->list, link) {
		if (index-- == 0) {
			return output->wlr_output;
		}
	}
	return NULL;
}

static void outputs_come_change_and_go(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	struct test_window wide;
	window_map(&wide, scene.vm, 1200, 700, GREEN);
	struct window *ours = window_in_server(scene.fixture, "banking");
	lock_scene_lock(&scene);
	struct test_locker locker;
	locker_init(&locker, scene.fixture);
	fixture_await(scene.fixture, &locker.is_locked);
	struct test_lock_surface *first = locker_show(&locker, 0, BLUE);
	/* Its first picture, before anything has been dispatched. */
	plug(&scene);
	window_move(ours, 1280 + 50, 100);
	uint32_t pixel = fixture_pixel_on(scene.fixture, 1, 512, 400);
	assert_int_not_equal(pixel, COLOR(GREEN));
	assert_int_not_equal(pixel, 0);
	assert_int_equal(fixture_pixel_on(scene.fixture, 1, 200, 2),
			fixture_pixel_on(scene.fixture, 0, 200, 2));
	fixture_settle(scene.fixture);
	struct test_lock_surface *second = locker_show(&locker, 1, BLUE);
	assert_int_equal(second->width, 1024);
	assert_int_equal(fixture_pixel_on(scene.fixture, 1, 512, 400), COLOR(BLUE));
	/* Another size. */
	struct wlr_output_state change;
	wlr_output_state_init(&change);
	wlr_output_state_set_custom_mode(&change, 800, 600, 0);
	assert_true(wlr_output_commit_state(output_number(&scene, 0), &change));
	wlr_output_state_finish(&change);
	fixture_settle(scene.fixture);
	assert_int_equal(first->width, 800);
	assert_int_equal(fixture_pixel_on(scene.fixture, 0, 790, 590), COLOR(BLUE));
	assert_int_equal(fixture_pixel_on(scene.fixture, 1, 512, 400), COLOR(BLUE));
	/* The one with the keyboard goes; the other has it then. */
	wlr_output_destroy(output_number(&scene, 0));
	fixture_settle(scene.fixture);
	int presses = locker.client->key_presses;
	user_tap(scene.fixture, KEY_A);
	assert_int_equal(locker.client->key_presses, presses + 1);
	/* All go, and one comes. */
	wlr_output_destroy(output_number(&scene, 0));
	fixture_settle(scene.fixture);
	user_tap(scene.fixture, KEY_A);
	assert_int_equal(locker.client->key_presses, presses + 1);
	plug(&scene);
	assert_int_not_equal(fixture_pixel(scene.fixture, 512, 400), COLOR(GREEN));
	fixture_settle(scene.fixture);
	assert_told_nothing(&scene);
	assert_true(lock_is_on(scene.server));
	locker_unlock(&locker);
	assert_false(lock_is_on(scene.server));
	locker_finish(&locker);
	window_finish(&wide);
	lock_scene_finish(&scene);
}

/* Before, with and after the flag is set, without a dispatch between. */
static void a_screen_comes_or_goes_in_the_instant_of_locking(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	struct window *ours = window_in_server(scene.fixture, "banking");
	struct test_locker locker;
	plug(&scene);
	window_move(ours, 1280 + 50, 100);
	lock_scene_remember(&scene);
	assert_int_equal(lock_now(scene.server, "test"), LOCK_DONE);
	plug(&scene);
	uint32_t ground = fixture_pixel_on(scene.fixture, 0, 640, 400);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(fixture_pixel_on(scene.fixture, i, 100, 200), ground);
	}
	/* The screen with the window goes before it has shown the lock; then all do. */
	wlr_output_destroy(output_number(&scene, 1));
	locker_init(&locker, scene.fixture);
	wlr_output_destroy(output_number(&scene, 1));
	wlr_output_destroy(output_number(&scene, 0));
	fixture_await(scene.fixture, &locker.is_locked);
	assert_true(lock_is_on(scene.server));
	plug(&scene);
	assert_int_not_equal(fixture_pixel(scene.fixture, 100, 200), COLOR(RED));
	fixture_settle(scene.fixture);
	assert_locked_up(&scene);
	locker_unlock(&locker);
	/* It goes as the session is locked and let go. */
	lock_scene_remember(&scene);
	assert_int_equal(lock_now(scene.server, "test"), LOCK_DONE);
	wlr_output_destroy(output_number(&scene, 0));
	lock_end(scene.server, LOCK_END_LOGIND);
	fixture_settle(scene.fixture);
	lock_scene_remember(&scene);
	assert_int_equal(lock_now(scene.server, "test"), LOCK_DONE);
	plug(&scene);
	assert_int_not_equal(fixture_pixel(scene.fixture, 100, 200), COLOR(RED));
	assert_locked_up(&scene);
	locker_finish(&locker);
	lock_scene_unlock(&scene);
	lock_scene_finish(&scene);
}

static void a_locker_may_use_one_screen_only(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	plug(&scene);
	fixture_settle(scene.fixture);
	struct window *ours = window_in_server(scene.fixture, "banking");
	window_move(ours, 1280 + 50, 100);
	fixture_settle(scene.fixture);
	assert_int_equal(fixture_pixel_on(scene.fixture, 1, 150, 250), COLOR(RED));
	lock_scene_lock(&scene);
	struct test_locker locker;
	locker_init(&locker, scene.fixture);
	fixture_await(scene.fixture, &locker.is_locked);
	locker_show(&locker, 0, BLUE);
	assert_int_equal(fixture_pixel_on(scene.fixture, 0, 640, 400), COLOR(BLUE));
	uint32_t other = fixture_pixel_on(scene.fixture, 1, 150, 250);
	assert_int_not_equal(other, COLOR(RED));
	assert_int_not_equal(other, COLOR(BLUE));
	/* It has what is typed and pressed, wherever the pointer is, and nobody else has. */
	user_click(scene.fixture, 1280 + 150, 250);
	int presses = locker.client->key_presses;
	user_tap(scene.fixture, KEY_A);
	assert_int_equal(locker.client->key_presses, presses + 1);
	assert_told_nothing(&scene);
	locker_unlock(&locker);
	locker_finish(&locker);
	lock_scene_finish(&scene);
}

static void every_screen_is_blank_before_it_is_said(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	struct test_locker locker;
	assert_int_equal(lock_now(scene.server, "test"), LOCK_DONE);
	assert_false(lock_is_blank(scene.server));
	locker_init(&locker, scene.fixture);
	fixture_await(scene.fixture, &locker.is_locked);
	assert_true(lock_is_blank(scene.server));
	/* One that comes later was never anything else. */
	plug(&scene);
	fixture_settle(scene.fixture);
	assert_true(lock_is_blank(scene.server));
	locker_unlock(&locker);
	assert_false(lock_is_blank(scene.server));
	locker_finish(&locker);
	lock_scene_finish(&scene);
}

/* ---- the locker's process ---- */

static size_t lines_of(const char *path) {
	FILE *file = fopen(path, "r");
	size_t lines = 0;
	for (int byte; file != NULL && (byte = getc(file)) != EOF;) {
		lines += byte == '\n';
	}
	if (file != NULL) {
		fclose(file);
	}
	return lines;
}

static int setup_dying(void **state) {
	char text[160];
	snprintf(text, sizeof(text), "locker /bin/sh -c \"echo >>%s\"\n", starts_path);
	lock_directory_configure(text);
	return fixture_setup(state);
}

/* The locker is started for the third time; all the while nothing but the lock is there. */
static void await_starts(struct lock_scene *scene) {
	int64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	while (lines_of(starts_path) < 3) {
		assert_true(clock_now_ms() < deadline_ms);
		server_dispatch(scene->server, 100);
		assert_true(lock_is_on(scene->server));
	}
	assert_locked_up(scene);
}

static void a_locker_that_dies_is_started_again(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	lock_scene_lock(&scene);
	await_starts(&scene);
	lock_scene_unlock(&scene);
	lock_scene_finish(&scene);
}

static void a_locker_that_shows_nothing_is_started_again(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	locker_set_patience(scene.server, 200);
	lock_scene_lock(&scene);
	await_starts(&scene);
	lock_scene_unlock(&scene);
	lock_scene_finish(&scene);
}

static int setup_blank(void **state) {
	char text[160];
	unlink(starts_path);
	snprintf(text, sizeof(text), "locker /bin/sh -c \"echo >>%s; exec sleep 600\"\n",
			starts_path);
	lock_directory_configure(text);
	return fixture_setup(state);
}

static int setup_missing(void **state) {
	lock_directory_configure("locker no-such-locker\n");
	return fixture_setup(state);
}

static void without_a_locker_nothing_is_locked(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	assert_int_equal(lock_now(scene.server, "test"), LOCK_NO_LOCKER);
	assert_false(lock_is_on(scene.server));
	assert_true(scene.window.is_activated);
	sd_json_variant *array = NULL;
	assert_true(notices_describe(scene.server, &array) >= 0);
	assert_int_equal(sd_json_variant_elements(array), 1);
	const char *title = sd_json_variant_string(
			sd_json_variant_by_key(sd_json_variant_by_index(array, 0), "title"));
	assert_string_equal(title, "Not locked: nothing could unlock it again");
	sd_json_variant_unref(array);
	lock_scene_finish(&scene);
}

static int setup(void **state) {
	lock_directory_configure("locker /bin/sleep 600\n");
	return fixture_setup(state);
}

static int setup_runtime(void **state) {
	fixture_varlink = true;
	return setup(state);
}

/* As a silo leaves it that is killed while locked. */
static void leave_mark(void) {
	char folder[64];
	snprintf(folder, sizeof(folder), "%s/silo", directory);
	assert_true(mkdir(folder, 0700) == 0 || access(folder, F_OK) == 0);
	FILE *file = fopen(mark_path, "w");
	assert_non_null(file);
	fclose(file);
}

static int setup_killed(void **state) {
	leave_mark();
	return setup_runtime(state);
}

static int teardown_runtime(void **state) {
	fixture_varlink = false;
	return fixture_teardown(state);
}

static void the_lock_leaves_a_mark(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	assert_int_not_equal(access(mark_path, F_OK), 0);
	lock_scene_lock(&scene);
	assert_int_equal(access(mark_path, F_OK), 0);
	lock_scene_unlock(&scene);
	assert_int_not_equal(access(mark_path, F_OK), 0);
	/* An orderly end takes it away, too. */
	lock_scene_lock(&scene);
	lock_scene_finish(&scene);
}

static void a_silo_that_was_killed_comes_back_locked(void **state) {
	struct fixture *fixture = *state;
	assert_true(lock_is_on(fixture->server));
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	assert_int_equal(scene.vm->keyboard_enters, 0);
	assert_locked_up(&scene);
	lock_scene_unlock(&scene);
	assert_true(scene.window.is_activated);
	assert_int_not_equal(access(mark_path, F_OK), 0);
	lock_scene_finish(&scene);
}

static int setup_vanished(void **state) {
	char text[160];
	leave_mark();
	snprintf(text, sizeof(text), "locker %s/locker\n", directory);
	lock_directory_configure(text);
	fixture_varlink = true;
	return fixture_setup(state);
}

/* Locked by a silo that died, and the locker was removed since. */
static void without_its_locker_it_stays_locked(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	char path[64];
	snprintf(path, sizeof(path), "%s/locker", directory);
	unlink(starts_path);
	int64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	assert_locked_up(&scene);
	/* A way back: it is installed, and found. */
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\necho >>%s\nexec sleep 600\n", starts_path);
	assert_int_equal(fchmod(fileno(file), 0700), 0);
	fclose(file);
	while (lines_of(starts_path) == 0) {
		assert_true(clock_now_ms() < deadline_ms);
		server_dispatch(scene.server, 100);
	}
	assert_locked_up(&scene);
	/* The other: logind says so. */
	lock_end(scene.server, LOCK_END_LOGIND);
	assert_false(lock_is_on(scene.server));
	unlink(path);
	lock_scene_finish(&scene);
}

int main(void) {
	directory = lock_directory_make();
	if (directory == NULL) {
		return 1;
	}
	snprintf(starts_path, sizeof(starts_path), "%s/starts", directory);
	snprintf(mark_path, sizeof(mark_path), "%s/silo/locked", directory);
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(a_locker_that_dies_unlocks_nothing),
			TEST(outputs_come_change_and_go),
			TEST(a_screen_comes_or_goes_in_the_instant_of_locking),
			TEST(a_locker_may_use_one_screen_only),
			TEST(every_screen_is_blank_before_it_is_said),
			cmocka_unit_test_setup_teardown(a_locker_that_dies_is_started_again,
					setup_dying, fixture_teardown),
			cmocka_unit_test_setup_teardown(
					a_locker_that_shows_nothing_is_started_again, setup_blank,
					fixture_teardown),
			cmocka_unit_test_setup_teardown(without_a_locker_nothing_is_locked,
					setup_missing, fixture_teardown),
			cmocka_unit_test_setup_teardown(the_lock_leaves_a_mark, setup_runtime,
					teardown_runtime),
			cmocka_unit_test_setup_teardown(a_silo_that_was_killed_comes_back_locked,
					setup_killed, teardown_runtime),
			cmocka_unit_test_setup_teardown(without_its_locker_it_stays_locked,
					setup_vanished, teardown_runtime),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(starts_path);
	lock_directory_remove();
	return failed;
}
