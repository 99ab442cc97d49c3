/* SPDX-License-Identifier: MIT */
#include "tests/compositor/lock_scene.h"

#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "compositor/input/focus.h"
#include "compositor/input/seat.h"
#include "compositor/lock/lock.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/window/switcher.h"
#include "tests/compositor/lock_client.h"

static char directory[] = "/tmp/silo-test-XXXXXX";
static char config_path[64];

void lock_scene_init(struct lock_scene *scene, void **state) {
	*scene = (struct lock_scene){.fixture = *state};
	scene->server = scene->fixture->server;
	fixture_domain(scene->fixture, "banking", &scene->dial);
	scene->vm = fixture_client(scene->fixture, scene->dial);
	window_map(&scene->window, scene->vm, 300, 200, RED);
}

void lock_scene_finish(struct lock_scene *scene) {
	window_finish(&scene->window);
	close(scene->dial);
}

void lock_scene_point(struct lock_scene *scene, int *ret_x, int *ret_y) {
	const struct wlr_box *area = &window_in_server(scene->fixture, "banking")->area;
	*ret_x = area->x + 100;
	*ret_y = area->y + 100;
}

void lock_scene_remember(struct lock_scene *scene) {
	const struct test_client *vm = scene->vm;
	scene->enters = vm->keyboard_enters;
	scene->presses = vm->key_presses;
	scene->releases = vm->key_releases;
	scene->buttons = vm->buttons;
	scene->motions = vm->motions;
	scene->pointer_enters = vm->pointer_enters;
}

void lock_scene_lock(struct lock_scene *scene) {
	lock_scene_remember(scene);
	assert_int_equal(lock_now(scene->server, "test"), LOCK_DONE);
	fixture_settle(scene->fixture);
	assert_true(lock_is_on(scene->server));
}

void assert_told_nothing(const struct lock_scene *scene) {
	const struct test_client *vm = scene->vm;
	assert_int_equal(vm->keyboard_enters, scene->enters);
	assert_int_equal(vm->key_presses, scene->presses);
	assert_int_equal(vm->key_releases, scene->releases);
	assert_int_equal(vm->buttons, scene->buttons);
	assert_int_equal(vm->motions, scene->motions);
	assert_int_equal(vm->pointer_enters, scene->pointer_enters);
}

/* Does the person whatever they can, over where the window is. */
static void try_everything(struct lock_scene *scene) {
	struct fixture *fixture = scene->fixture;
	int x, y;
	lock_scene_point(scene, &x, &y);
	user_tap(fixture, KEY_A);
	user_move(fixture, x, y);
	user_move(fixture, x + 3, y + 3);
	user_click(fixture, x, y);
	user_click(fixture, 20, 10);
	user_key(fixture, KEY_LEFTALT, true);
	user_tap(fixture, KEY_TAB);
	user_key(fixture, KEY_LEFTALT, false);
	user_key(fixture, KEY_LEFTMETA, true);
	user_tap(fixture, KEY_Q);
	user_tap(fixture, KEY_2);
	user_button(fixture, BTN_LEFT, true);
	user_move(fixture, x + 50, y + 50);
	user_button(fixture, BTN_LEFT, false);
	user_key(fixture, KEY_LEFTMETA, false);
	user_tap(fixture, KEY_LEFTMETA);
}

void assert_locked_up(struct lock_scene *scene) {
	struct wlr_box area = window_in_server(scene->fixture, "banking")->area;
	try_everything(scene);
	assert_told_nothing(scene);
	assert_true(lock_is_on(scene->server));
	assert_false(scene->window.is_closed);
	assert_false(scene->window.is_activated);
	assert_false(switcher_is_open(scene->server));
	assert_false(layer_shell_is_modal(scene->server));
	assert_null(focus_window(scene->server));
	assert_string_equal(focus_held(scene->server)->label, "Locked");
	const struct wlr_box *now = &window_in_server(scene->fixture, "banking")->area;
	assert_true(now->x == area.x && now->y == area.y);
	int x, y;
	lock_scene_point(scene, &x, &y);
	assert_int_not_equal(fixture_pixel(scene->fixture, x, y), COLOR(RED));
}

void lock_scene_unlock(struct lock_scene *scene) {
	struct test_locker locker;
	locker_init(&locker, scene->fixture);
	fixture_await(scene->fixture, &locker.is_locked);
	locker_unlock(&locker);
	assert_false(lock_is_on(scene->server));
	locker_finish(&locker);
}

const char *lock_directory_make(void) {
	if (mkdtemp(directory) == NULL) {
		return NULL;
	}
	snprintf(config_path, sizeof(config_path), "%s/config", directory);
	setenv("XDG_RUNTIME_DIR", directory, 1);
	fixture_config = config_path;
	return directory;
}

void lock_directory_configure(const char *text) {
	FILE *file = fopen(config_path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

void lock_directory_remove(void) {
	char path[64];
	snprintf(path, sizeof(path), "%s/silo/lock", directory);
	unlink(path);
	snprintf(path, sizeof(path), "%s/silo", directory);
	rmdir(path);
	unlink(config_path);
	rmdir(directory);
}
