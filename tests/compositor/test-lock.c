/* SPDX-License-Identifier: MIT
 *
 * The lock: what it takes at once, whatever is open or held down; that nothing reaches a client until it
 * ends; outputs that come, change and go; the locker's surfaces, its end and its word.
 */
#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wlr/backend/headless.h>
#include <wlr/backend/multi.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_seat.h>

#include "base/clock.h"
#include "compositor/input/focus.h"
#include "compositor/input/seat.h"
#include "compositor/lock/lock.h"
#include "compositor/output/output.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/shell/notices.h"
#include "compositor/window/switcher.h"
#include "decorations/strip.h"
#include "tests/compositor/layer_client.h"
#include "tests/compositor/lock_client.h"

#define RED 0xffff0000
#define GREEN 0xff00ff00
#define BLUE 0xff0000ff
#define COLOR(argb) ((argb) & 0xffffff)
#define DEADLINE_MS 10000

static char directory[] = "/tmp/silo-test-XXXXXX";
static char config_path[64], starts_path[64], mark_path[64];

struct scene {
	struct fixture *fixture;
	struct server *server;
	int dial;
	struct test_client *vm;
	struct test_window window;
	int enters, presses, releases, buttons, motions,
			pointer_enters; /* told before it was locked */
};

static void scene_init(struct scene *scene, void **state) {
	*scene = (struct scene){.fixture = *state};
	scene->server = scene->fixture->server;
	fixture_domain(scene->fixture, "banking", &scene->dial);
	scene->vm = fixture_client(scene->fixture, scene->dial);
	window_map(&scene->window, scene->vm, 300, 200, RED);
}

static void scene_finish(struct scene *scene) {
	window_finish(&scene->window);
	close(scene->dial);
}

/* A point of the client area. */
static void point_of(struct scene *scene, int *ret_x, int *ret_y) {
	const struct wlr_box *area = &window_in_server(scene->fixture, "banking")->area;
	*ret_x = area->x + 100;
	*ret_y = area->y + 100;
}

static void lock(struct scene *scene) {
	const struct test_client *vm = scene->vm;
	scene->enters = vm->keyboard_enters;
	scene->presses = vm->key_presses;
	scene->releases = vm->key_releases;
	scene->buttons = vm->buttons;
	scene->motions = vm->motions;
	scene->pointer_enters = vm->pointer_enters;
	assert_int_equal(lock_now(scene->server, "test"), LOCK_DONE);
	fixture_settle(scene->fixture);
	assert_true(lock_is_on(scene->server));
}

static void assert_told_nothing(const struct scene *scene) {
	const struct test_client *vm = scene->vm;
	assert_int_equal(vm->keyboard_enters, scene->enters);
	assert_int_equal(vm->key_presses, scene->presses);
	assert_int_equal(vm->key_releases, scene->releases);
	assert_int_equal(vm->buttons, scene->buttons);
	assert_int_equal(vm->motions, scene->motions);
	assert_int_equal(vm->pointer_enters, scene->pointer_enters);
}

static void tap(struct fixture *fixture, uint32_t key) {
	user_key(fixture, key, true);
	user_key(fixture, key, false);
}

/* Does the person whatever they can, over where the window is. */
static void try_everything(struct scene *scene) {
	struct fixture *fixture = scene->fixture;
	int x, y;
	point_of(scene, &x, &y);
	tap(fixture, KEY_A);
	user_move(fixture, x, y);
	user_move(fixture, x + 3, y + 3);
	user_click(fixture, x, y);
	user_click(fixture, 20, 10);
	user_key(fixture, KEY_LEFTALT, true);
	tap(fixture, KEY_TAB);
	user_key(fixture, KEY_LEFTALT, false);
	user_key(fixture, KEY_LEFTMETA, true);
	tap(fixture, KEY_Q);
	tap(fixture, KEY_2);
	user_button(fixture, BTN_LEFT, true);
	user_move(fixture, x + 50, y + 50);
	user_button(fixture, BTN_LEFT, false);
	user_key(fixture, KEY_LEFTMETA, false);
	tap(fixture, KEY_LEFTMETA);
}

static void assert_locked_up(struct scene *scene) {
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
	point_of(scene, &x, &y);
	assert_int_not_equal(fixture_pixel(scene->fixture, x, y), COLOR(RED));
}

/* Unlocks by a locker that comes and goes; the window has the keyboard again. */
static void unlock(struct scene *scene) {
	struct test_locker locker;
	locker_init(&locker, scene->fixture);
	fixture_await(scene->fixture, &locker.is_locked);
	locker_unlock(&locker);
	assert_false(lock_is_on(scene->server));
	locker_finish(&locker);
}

static void locking_takes_keys_and_pointer_and_pixels(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	int x, y;
	point_of(&scene, &x, &y);
	user_click(scene.fixture, x, y);
	tap(scene.fixture, KEY_A);
	assert_int_equal(scene.vm->key_presses, 1);
	assert_int_equal(fixture_pixel(scene.fixture, x, y), COLOR(RED));
	int leaves = scene.vm->keyboard_leaves, pointer_leaves = scene.vm->pointer_leaves;
	lock(&scene);
	assert_int_equal(scene.vm->keyboard_leaves, leaves + 1);
	assert_int_equal(scene.vm->pointer_leaves, pointer_leaves + 1);
	assert_locked_up(&scene);
	/* A second time changes nothing. */
	assert_int_equal(lock_now(scene.server, "test"), LOCK_ALREADY);
	unlock(&scene);
	assert_int_equal(fixture_pixel(scene.fixture, x, y), COLOR(RED));
	tap(scene.fixture, KEY_B);
	assert_int_equal(scene.vm->last_key, KEY_B);
	scene_finish(&scene);
}

static void its_chord_locks(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	user_key(scene.fixture, KEY_LEFTMETA, true);
	tap(scene.fixture, KEY_L);
	assert_true(lock_is_on(scene.server));
	user_key(scene.fixture, KEY_LEFTMETA, false);
	unlock(&scene);
	/* Nothing of the chord was the window's, before or after. */
	assert_int_equal(scene.vm->key_presses, 0);
	assert_int_equal(scene.vm->key_releases, 0);
	scene_finish(&scene);
}

static void keys_and_buttons_held_across_the_lock_are_nobodys(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	int x, y;
	point_of(&scene, &x, &y);
	user_move(scene.fixture, x, y);
	user_key(scene.fixture, KEY_A, true);
	user_button(scene.fixture, BTN_LEFT, true);
	lock(&scene);
	user_move(scene.fixture, x + 5, y + 5);
	user_key(scene.fixture, KEY_A, false);
	user_button(scene.fixture, BTN_LEFT, false);
	assert_told_nothing(&scene);
	/* The other way: pressed while it is locked, released after. */
	user_key(scene.fixture, KEY_ENTER, true);
	user_button(scene.fixture, BTN_LEFT, true);
	unlock(&scene);
	assert_int_equal(scene.vm->enter_keys, 0);
	user_key(scene.fixture, KEY_ENTER, false);
	user_button(scene.fixture, BTN_LEFT, false);
	assert_int_equal(scene.vm->key_releases, scene.releases);
	assert_int_equal(scene.vm->buttons, scene.buttons);
	scene_finish(&scene);
}

static void a_menu_with_a_grab_is_gone(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	int x, y;
	point_of(&scene, &x, &y);
	user_move(scene.fixture, x, y);
	user_button(scene.fixture, BTN_LEFT, true);
	struct test_window popup;
	popup_init(&popup, scene.vm, scene.window.xdg_surface, 10, 10, 150, 150);
	xdg_popup_grab(popup.popup, scene.vm->seat, scene.vm->serial);
	wl_surface_commit(popup.surface);
	fixture_await(scene.fixture, &popup.is_configured);
	window_attach(&popup, 150, 150, GREEN);
	user_button(scene.fixture, BTN_LEFT, false);
	lock(&scene);
	assert_true(popup.is_closed);
	assert_locked_up(&scene);
	/* One that is opened meanwhile gets nothing either. */
	struct test_window second;
	popup_init(&second, scene.vm, scene.window.xdg_surface, 10, 10, 150, 150);
	xdg_popup_grab(second.popup, scene.vm->seat, scene.vm->serial);
	wl_surface_commit(second.surface);
	fixture_await(scene.fixture, &second.is_configured);
	window_attach(&second, 150, 150, GREEN);
	assert_locked_up(&scene);
	unlock(&scene);
	window_finish(&second);
	window_finish(&popup);
	scene_finish(&scene);
}

static void a_drag_is_over(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_client *vm = scene.vm;
	struct wl_data_device_manager *manager =
			client_bind(vm, &wl_data_device_manager_interface, 3);
	struct wl_data_device *device = wl_data_device_manager_get_data_device(manager, vm->seat);
	struct wl_data_source *source = wl_data_device_manager_create_data_source(manager);
	wl_data_source_offer(source, "text/plain");
	wl_data_source_set_actions(source, WL_DATA_DEVICE_MANAGER_DND_ACTION_COPY);
	int x, y;
	point_of(&scene, &x, &y);
	user_move(scene.fixture, x, y);
	user_button(scene.fixture, BTN_LEFT, true);
	wl_data_device_start_drag(device, source, scene.window.surface, NULL, vm->serial);
	fixture_settle(scene.fixture);
	user_move(scene.fixture, x + 30, y);
	assert_non_null(domains_find(scene.server, "banking")->seat->wlr_seat->drag);
	lock(&scene);
	assert_null(domains_find(scene.server, "banking")->seat->wlr_seat->drag);
	user_button(scene.fixture, BTN_LEFT, false);
	assert_locked_up(&scene);
	unlock(&scene);
	wl_data_source_destroy(source);
	wl_data_device_destroy(device);
	wl_data_device_manager_destroy(manager);
	scene_finish(&scene);
}

static void a_window_under_way_stays_where_it_is(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct window *ours = window_in_server(scene.fixture, "banking");
	int x, y;
	point_of(&scene, &x, &y);
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_move(scene.fixture, x, y);
	user_button(scene.fixture, BTN_LEFT, true);
	user_move(scene.fixture, x + 20, y + 20);
	int at = ours->area.x;
	lock(&scene);
	user_move(scene.fixture, x + 200, y + 20);
	user_button(scene.fixture, BTN_LEFT, false);
	user_key(scene.fixture, KEY_LEFTMETA, false);
	assert_int_equal(ours->area.x, at);
	assert_locked_up(&scene);
	unlock(&scene);
	scene_finish(&scene);
}

static void fullscreen_and_switcher_give_way(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	window_set_fullscreen(window_in_server(scene.fixture, "banking"), true);
	fixture_settle(scene.fixture);
	window_attach(&scene.window, scene.window.width, scene.window.height, RED);
	assert_int_equal(fixture_pixel(scene.fixture, 640, 400), COLOR(RED));
	user_key(scene.fixture, KEY_LEFTALT, true);
	tap(scene.fixture, KEY_TAB);
	assert_true(switcher_is_open(scene.server));
	lock(&scene);
	assert_false(switcher_is_open(scene.server));
	user_key(scene.fixture, KEY_LEFTALT, false);
	assert_int_not_equal(fixture_pixel(scene.fixture, 640, 400), COLOR(RED));
	assert_locked_up(&scene);
	unlock(&scene);
	assert_int_equal(fixture_pixel(scene.fixture, 640, 400), COLOR(RED));
	scene_finish(&scene);
}

static void what_comes_while_it_is_locked_waits(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_client *shell = fixture_host_client(scene.fixture, CLIENT_HOST_SHELL);
	struct test_client *tools = fixture_host_client(scene.fixture, CLIENT_HOST_TOOLS);
	lock(&scene);
	struct test_window window;
	window_map(&window, scene.vm, 1200, 700, GREEN);
	struct test_layer launcher, overlay;
	const struct test_layer_spec spec = {.name = "overlay",
			.layer = ZWLR_LAYER_SHELL_V1_LAYER_OVERLAY,
			.anchor = ANCHOR_TOP | ANCHOR_LEFT | ANCHOR_BOTTOM | ANCHOR_RIGHT,
			.keys = KEYS_EXCLUSIVE};
	layer_map(&overlay, tools, &spec, BLUE);
	layer_map(&launcher, shell, &launcher_spec, BLUE);
	uint32_t pixel = fixture_pixel(scene.fixture, 640, 400);
	assert_int_not_equal(pixel, COLOR(GREEN));
	assert_int_not_equal(pixel, COLOR(BLUE));
	tap(scene.fixture, KEY_A);
	user_click(scene.fixture, 640, 400);
	assert_told_nothing(&scene);
	assert_int_equal(shell->key_presses + tools->key_presses, 0);
	assert_int_equal(shell->buttons + tools->buttons, 0);
	assert_string_equal(focus_held(scene.server)->label, "Locked");
	unlock(&scene);
	/* Now it has what it asked for. */
	assert_true(layer_shell_is_modal(scene.server));
	tap(scene.fixture, KEY_B);
	assert_int_equal(shell->key_presses, 1);
	layer_finish(&launcher);
	layer_finish(&overlay);
	window_finish(&window);
	scene_finish(&scene);
}

static void nobody_but_the_locker_may_lock(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	for (int class = 0; class < CLIENT_CLASS_COUNT; class++) {
		struct test_client *client = class == CLIENT_VM
				? scene.vm
				: fixture_host_client(scene.fixture, (enum client_class)class);
		assert_int_equal(client_is_offered(client, "ext_session_lock_manager_v1"),
				class == CLIENT_HOST_LOCKER);
	}
	/* A locker of an open session is told to go. */
	struct test_locker locker;
	locker_init(&locker, scene.fixture);
	assert_true(locker.is_finished);
	assert_false(lock_is_on(scene.server));
	locker_finish(&locker);
	lock(&scene);
	/* By its number, whatever that is. */
	struct test_client *tools = fixture_host_client(scene.fixture, CLIENT_HOST_TOOLS);
	for (uint32_t name = 1; name <= tools->name_max + 8 && !tools->is_dead; name++) {
		wl_registry_bind(tools->registry, name, &ext_session_lock_manager_v1_interface, 1);
		fixture_settle(scene.fixture);
	}
	assert_true(tools->is_dead);
	assert_locked_up(&scene);
	unlock(&scene);
	scene_finish(&scene);
}

static void the_locker_gets_what_is_typed(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	lock(&scene);
	struct test_locker locker;
	locker_init(&locker, scene.fixture);
	fixture_await(scene.fixture, &locker.is_locked);
	assert_true(lock_is_blank(scene.server));
	tap(scene.fixture, KEY_A);
	assert_int_equal(locker.client->key_presses, 0);
	struct test_lock_surface *surface = locker_show(&locker, 0, BLUE);
	assert_int_equal(surface->width, 1280);
	assert_int_equal(surface->height, 800);
	assert_int_equal(locker.client->keyboard_enters, 1);
	/* What was typed before it was there is lost, not half a password. */
	assert_int_equal(locker.client->key_presses, 0);
	assert_int_equal(fixture_pixel(scene.fixture, 640, 400), COLOR(BLUE));
	/* The strip is above it. */
	assert_int_not_equal(fixture_pixel(scene.fixture, 640, STRIP_HEIGHT - 1), COLOR(BLUE));
	tap(scene.fixture, KEY_B);
	assert_int_equal(locker.client->key_presses, 1);
	user_click(scene.fixture, 640, 400);
	assert_int_equal(locker.client->buttons, 2);
	assert_told_nothing(&scene);
	/* A second lock of its is refused, and changes nothing. */
	struct ext_session_lock_v1 *second = ext_session_lock_manager_v1_lock(locker.manager);
	fixture_settle(scene.fixture);
	ext_session_lock_v1_destroy(second);
	tap(scene.fixture, KEY_C);
	assert_int_equal(locker.client->key_presses, 2);
	locker_unlock(&locker);
	assert_false(lock_is_on(scene.server));
	assert_int_equal(scene.vm->keyboard_enters, scene.enters + 1);
	tap(scene.fixture, KEY_D);
	assert_int_equal(scene.vm->last_key, KEY_D);
	assert_int_equal(locker.client->key_presses, 2);
	locker_finish(&locker);
	scene_finish(&scene);
}

static void a_locker_that_dies_unlocks_nothing(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	lock(&scene);
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
	unlock(&scene);
	scene_finish(&scene);
}

static void add_output(struct wlr_backend *backend, void *data) {
	if (wlr_backend_is_headless(backend)) {
		wlr_headless_add_output(backend, 1024, 768);
	}
}

static void plug(struct scene *scene) {
	if (wlr_backend_is_multi(scene->server->backend)) {
		wlr_multi_for_each_backend(scene->server->backend, add_output, NULL);
	} else {
		add_output(scene->server->backend, NULL);
	}
}

static struct wlr_output *output_number(struct scene *scene, size_t index) {
	struct output *output;
	wl_list_for_each(output, &scene->server->outputs->list, link) {
		if (index-- == 0) {
			return output->wlr_output;
		}
	}
	return NULL;
}

static void outputs_come_change_and_go(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window wide;
	window_map(&wide, scene.vm, 1200, 700, GREEN);
	struct window *ours = window_in_server(scene.fixture, "banking");
	lock(&scene);
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
	tap(scene.fixture, KEY_A);
	assert_int_equal(locker.client->key_presses, presses + 1);
	/* All go, and one comes. */
	wlr_output_destroy(output_number(&scene, 0));
	fixture_settle(scene.fixture);
	tap(scene.fixture, KEY_A);
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
	scene_finish(&scene);
}

static void every_screen_is_blank_before_it_is_said(void **state) {
	struct scene scene;
	scene_init(&scene, state);
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
	scene_finish(&scene);
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

static void write_config(const char *text) {
	FILE *file = fopen(config_path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int setup_dying(void **state) {
	char text[160];
	snprintf(text, sizeof(text), "locker /bin/sh -c \"echo >>%s\"\n", starts_path);
	write_config(text);
	return fixture_setup(state);
}

static void a_locker_that_dies_is_started_again(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	lock(&scene);
	int64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	while (lines_of(starts_path) < 3) {
		assert_true(clock_now_ms() < deadline_ms);
		server_dispatch(scene.server, 100);
		assert_true(lock_is_on(scene.server));
	}
	assert_locked_up(&scene);
	unlock(&scene);
	scene_finish(&scene);
}

static int setup_missing(void **state) {
	write_config("locker no-such-locker\n");
	return fixture_setup(state);
}

static void without_a_locker_nothing_is_locked(void **state) {
	struct scene scene;
	scene_init(&scene, state);
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
	scene_finish(&scene);
}

static int setup(void **state) {
	write_config("locker /bin/sleep 600\n");
	return fixture_setup(state);
}

static int setup_runtime(void **state) {
	fixture_varlink = true;
	return setup(state);
}

static int setup_killed(void **state) {
	char folder[64];
	snprintf(folder, sizeof(folder), "%s/silo", directory);
	assert_true(mkdir(folder, 0700) == 0 || access(folder, F_OK) == 0);
	FILE *file = fopen(mark_path, "w");
	assert_non_null(file);
	fclose(file);
	return setup_runtime(state);
}

static int teardown_runtime(void **state) {
	fixture_varlink = false;
	return fixture_teardown(state);
}

static void the_lock_leaves_a_mark(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	assert_int_not_equal(access(mark_path, F_OK), 0);
	lock(&scene);
	assert_int_equal(access(mark_path, F_OK), 0);
	unlock(&scene);
	assert_int_not_equal(access(mark_path, F_OK), 0);
	/* An orderly end takes it away, too. */
	lock(&scene);
	scene_finish(&scene);
}

static void a_silo_that_was_killed_comes_back_locked(void **state) {
	struct fixture *fixture = *state;
	assert_true(lock_is_on(fixture->server));
	struct scene scene;
	scene_init(&scene, state);
	assert_int_equal(scene.vm->keyboard_enters, 0);
	assert_locked_up(&scene);
	unlock(&scene);
	assert_true(scene.window.is_activated);
	assert_int_not_equal(access(mark_path, F_OK), 0);
	scene_finish(&scene);
}

int main(void) {
	if (mkdtemp(directory) == NULL) {
		return 1;
	}
	snprintf(config_path, sizeof(config_path), "%s/config", directory);
	snprintf(starts_path, sizeof(starts_path), "%s/starts", directory);
	snprintf(mark_path, sizeof(mark_path), "%s/silo/locked", directory);
	setenv("XDG_RUNTIME_DIR", directory, 1);
	fixture_config = config_path;
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(locking_takes_keys_and_pointer_and_pixels),
			TEST(its_chord_locks),
			TEST(keys_and_buttons_held_across_the_lock_are_nobodys),
			TEST(a_menu_with_a_grab_is_gone),
			TEST(a_drag_is_over),
			TEST(a_window_under_way_stays_where_it_is),
			TEST(fullscreen_and_switcher_give_way),
			TEST(what_comes_while_it_is_locked_waits),
			TEST(nobody_but_the_locker_may_lock),
			TEST(the_locker_gets_what_is_typed),
			TEST(a_locker_that_dies_unlocks_nothing),
			TEST(outputs_come_change_and_go),
			TEST(every_screen_is_blank_before_it_is_said),
			cmocka_unit_test_setup_teardown(a_locker_that_dies_is_started_again,
					setup_dying, fixture_teardown),
			cmocka_unit_test_setup_teardown(without_a_locker_nothing_is_locked,
					setup_missing, fixture_teardown),
			cmocka_unit_test_setup_teardown(the_lock_leaves_a_mark, setup_runtime,
					teardown_runtime),
			cmocka_unit_test_setup_teardown(a_silo_that_was_killed_comes_back_locked,
					setup_killed, teardown_runtime),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	char lock_path[64], folder[64];
	snprintf(lock_path, sizeof(lock_path), "%s/silo/lock", directory);
	snprintf(folder, sizeof(folder), "%s/silo", directory);
	unlink(lock_path);
	rmdir(folder);
	unlink(config_path);
	unlink(starts_path);
	rmdir(directory);
	return failed;
}
