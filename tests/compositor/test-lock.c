/* SPDX-License-Identifier: MIT
 *
 * The lock: what it takes at once, whatever is open or held down; that nothing reaches a client until it
 * ends, and only the locker what is typed. The locker's own end: test-locker.c.
 */
#include <linux/input-event-codes.h>
#include <unistd.h>
#include <wlr/interfaces/wlr_touch.h>
#include <wlr/types/wlr_seat.h>

#include "compositor/input/focus.h"
#include "compositor/input/seat.h"
#include "compositor/input/touch.h"
#include "compositor/lock/lock.h"
#include "compositor/output/output.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/window/switcher.h"
#include "decorations/strip.h"
#include "tests/compositor/layer_client.h"
#include "tests/compositor/lock_client.h"
#include "tests/compositor/lock_scene.h"

static void locking_takes_keys_and_pointer_and_pixels(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	int x, y;
	lock_scene_point(&scene, &x, &y);
	user_click(scene.fixture, x, y);
	user_tap(scene.fixture, KEY_A);
	assert_int_equal(scene.vm->key_presses, 1);
	assert_int_equal(fixture_pixel(scene.fixture, x, y), COLOR(RED));
	int leaves = scene.vm->keyboard_leaves, pointer_leaves = scene.vm->pointer_leaves;
	lock_scene_lock(&scene);
	assert_int_equal(scene.vm->keyboard_leaves, leaves + 1);
	assert_int_equal(scene.vm->pointer_leaves, pointer_leaves + 1);
	assert_locked_up(&scene);
	/* A second time changes nothing. */
	assert_int_equal(lock_now(scene.server, "test"), LOCK_ALREADY);
	lock_scene_unlock(&scene);
	assert_int_equal(fixture_pixel(scene.fixture, x, y), COLOR(RED));
	user_tap(scene.fixture, KEY_B);
	assert_int_equal(scene.vm->last_key, KEY_B);
	lock_scene_finish(&scene);
}

static void its_chord_locks(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_tap(scene.fixture, KEY_L);
	assert_true(lock_is_on(scene.server));
	user_key(scene.fixture, KEY_LEFTMETA, false);
	lock_scene_unlock(&scene);
	/* Nothing of the chord was the window's, before or after. */
	assert_int_equal(scene.vm->key_presses, 0);
	assert_int_equal(scene.vm->key_releases, 0);
	lock_scene_finish(&scene);
}

static void keys_and_buttons_held_across_the_lock_are_nobodys(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	int x, y;
	lock_scene_point(&scene, &x, &y);
	user_move(scene.fixture, x, y);
	user_key(scene.fixture, KEY_A, true);
	user_button(scene.fixture, BTN_LEFT, true);
	lock_scene_lock(&scene);
	user_move(scene.fixture, x + 5, y + 5);
	user_key(scene.fixture, KEY_A, false);
	user_button(scene.fixture, BTN_LEFT, false);
	assert_told_nothing(&scene);
	/* The other way: pressed while it is locked, released after. */
	user_key(scene.fixture, KEY_ENTER, true);
	user_button(scene.fixture, BTN_LEFT, true);
	lock_scene_unlock(&scene);
	assert_int_equal(scene.vm->enter_keys, 0);
	user_key(scene.fixture, KEY_ENTER, false);
	user_button(scene.fixture, BTN_LEFT, false);
	assert_int_equal(scene.vm->key_releases, scene.releases);
	assert_int_equal(scene.vm->buttons, scene.buttons);
	lock_scene_finish(&scene);
}

static void a_menu_with_a_grab_is_gone(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	int x, y;
	lock_scene_point(&scene, &x, &y);
	user_move(scene.fixture, x, y);
	user_button(scene.fixture, BTN_LEFT, true);
	struct test_window popup;
	popup_init(&popup, scene.vm, scene.window.xdg_surface, 10, 10, 150, 150);
	xdg_popup_grab(popup.popup, scene.vm->seat, scene.vm->serial);
	wl_surface_commit(popup.surface);
	fixture_await(scene.fixture, &popup.is_configured);
	window_attach(&popup, 150, 150, GREEN);
	user_button(scene.fixture, BTN_LEFT, false);
	lock_scene_lock(&scene);
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
	lock_scene_unlock(&scene);
	window_finish(&second);
	window_finish(&popup);
	lock_scene_finish(&scene);
}

static void handle_target(void *data, struct wl_data_source *source, const char *type) {
}

static void handle_send(void *data, struct wl_data_source *source, const char *type, int32_t fd) {
	close(fd);
}

static void handle_cancelled(void *data, struct wl_data_source *source) {
	int *cancelled = data;
	(*cancelled)++;
}

static void handle_action(void *data, struct wl_data_source *source, uint32_t action) {
}

static const struct wl_data_source_listener source_listener = {.target = handle_target,
		.send = handle_send,
		.cancelled = handle_cancelled,
		.action = handle_action};

static void a_drag_is_over(void **state) {
	int cancelled = 0;
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	struct test_client *vm = scene.vm;
	struct wl_data_device_manager *manager =
			client_bind(vm, &wl_data_device_manager_interface, 3);
	struct wl_data_device *device = wl_data_device_manager_get_data_device(manager, vm->seat);
	struct wl_data_source *source = wl_data_device_manager_create_data_source(manager);
	wl_data_source_add_listener(source, &source_listener, &cancelled);
	wl_data_source_offer(source, "text/plain");
	wl_data_source_set_actions(source, WL_DATA_DEVICE_MANAGER_DND_ACTION_COPY);
	int x, y;
	lock_scene_point(&scene, &x, &y);
	user_move(scene.fixture, x, y);
	user_button(scene.fixture, BTN_LEFT, true);
	wl_data_device_start_drag(device, source, scene.window.surface, NULL, vm->serial);
	fixture_settle(scene.fixture);
	user_move(scene.fixture, x + 30, y);
	assert_non_null(domains_find(scene.server, "banking")->seat->wlr_seat->drag);
	lock_scene_lock(&scene);
	assert_null(domains_find(scene.server, "banking")->seat->wlr_seat->drag);
	/* Or its client would wait for the end. */
	assert_int_equal(cancelled, 1);
	user_button(scene.fixture, BTN_LEFT, false);
	assert_locked_up(&scene);
	lock_scene_unlock(&scene);
	wl_data_source_destroy(source);
	wl_data_device_destroy(device);
	wl_data_device_manager_destroy(manager);
	lock_scene_finish(&scene);
}

/* ---- fingers ---- */

struct fingers {
	struct wlr_touch device;
	int told, cancels;
};

static void handle_down(void *data, struct wl_touch *touch, uint32_t serial, uint32_t time,
		struct wl_surface *surface, int32_t id, wl_fixed_t x, wl_fixed_t y) {
	struct fingers *fingers = data;
	fingers->told++;
}

static void handle_up(void *data, struct wl_touch *touch, uint32_t serial, uint32_t time,
		int32_t id) {
	struct fingers *fingers = data;
	fingers->told++;
}

static void handle_motion(void *data, struct wl_touch *touch, uint32_t time, int32_t id,
		wl_fixed_t x, wl_fixed_t y) {
	struct fingers *fingers = data;
	fingers->told++;
}

static void handle_frame(void *data, struct wl_touch *touch) {
}

static void handle_cancel(void *data, struct wl_touch *touch) {
	struct fingers *fingers = data;
	fingers->cancels++;
}

static void touch_at(struct lock_scene *scene, struct fingers *fingers, int32_t id) {
	const struct output_size *output = &scene->fixture->options.outputs[0];
	int x, y;
	lock_scene_point(scene, &x, &y);
	struct wlr_touch_down_event event = {.touch = &fingers->device,
			.touch_id = id,
			.x = (double)x / output->width_px,
			.y = (double)y / output->height_px};
	wl_signal_emit_mutable(&fingers->device.events.down, &event);
	wl_signal_emit_mutable(&fingers->device.events.frame, NULL);
	fixture_settle(scene->fixture);
}

static void lift(struct lock_scene *scene, struct fingers *fingers, int32_t id) {
	struct wlr_touch_motion_event moved = {
			.touch = &fingers->device, .touch_id = id, .x = 0.5, .y = 0.5};
	struct wlr_touch_up_event event = {.touch = &fingers->device, .touch_id = id};
	wl_signal_emit_mutable(&fingers->device.events.motion, &moved);
	wl_signal_emit_mutable(&fingers->device.events.up, &event);
	wl_signal_emit_mutable(&fingers->device.events.frame, NULL);
	fixture_settle(scene->fixture);
}

/* One that is down when it locks, one that comes meanwhile, and one that stays until it is unlocked. */
static void fingers_are_nobodys(void **state) {
	static const struct wlr_touch_impl impl = {.name = "screen"};
	static const struct wl_touch_listener listener = {.down = handle_down,
			.up = handle_up,
			.motion = handle_motion,
			.frame = handle_frame,
			.cancel = handle_cancel};
	static struct fingers fingers;
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	wlr_touch_init(&fingers.device, &impl, "a screen");
	touch_add(scene.server, &fingers.device.base);
	fixture_settle(scene.fixture);
	struct wl_touch *touch = wl_seat_get_touch(scene.vm->seat);
	wl_touch_add_listener(touch, &listener, &fingers);
	fixture_settle(scene.fixture);
	touch_at(&scene, &fingers, 1);
	assert_int_equal(fingers.told, 1);
	lock_scene_lock(&scene);
	assert_int_equal(fingers.cancels, 1);
	lift(&scene, &fingers, 1);
	touch_at(&scene, &fingers, 2);
	lift(&scene, &fingers, 2);
	touch_at(&scene, &fingers, 3);
	assert_int_equal(fingers.told, 1);
	assert_told_nothing(&scene);
	lock_scene_unlock(&scene);
	lift(&scene, &fingers, 3);
	assert_int_equal(fingers.told, 1);
	assert_int_equal(scene.vm->buttons, scene.buttons);
	/* The next is an ordinary one. */
	touch_at(&scene, &fingers, 4);
	assert_int_equal(fingers.told, 2);
	lift(&scene, &fingers, 4);
	wl_touch_destroy(touch);
	wlr_touch_finish(&fingers.device);
	lock_scene_finish(&scene);
}

static void a_window_under_way_stays_where_it_is(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	struct window *ours = window_in_server(scene.fixture, "banking");
	int x, y;
	lock_scene_point(&scene, &x, &y);
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_move(scene.fixture, x, y);
	user_button(scene.fixture, BTN_LEFT, true);
	user_move(scene.fixture, x + 20, y + 20);
	int at = ours->area.x;
	lock_scene_lock(&scene);
	user_move(scene.fixture, x + 200, y + 20);
	user_button(scene.fixture, BTN_LEFT, false);
	user_key(scene.fixture, KEY_LEFTMETA, false);
	assert_int_equal(ours->area.x, at);
	assert_locked_up(&scene);
	lock_scene_unlock(&scene);
	lock_scene_finish(&scene);
}

static void fullscreen_and_switcher_give_way(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	window_set_fullscreen(window_in_server(scene.fixture, "banking"), true);
	fixture_settle(scene.fixture);
	window_attach(&scene.window, scene.window.width, scene.window.height, RED);
	assert_int_equal(fixture_pixel(scene.fixture, 640, 400), COLOR(RED));
	user_key(scene.fixture, KEY_LEFTALT, true);
	user_tap(scene.fixture, KEY_TAB);
	assert_true(switcher_is_open(scene.server));
	lock_scene_lock(&scene);
	assert_false(switcher_is_open(scene.server));
	user_key(scene.fixture, KEY_LEFTALT, false);
	assert_int_not_equal(fixture_pixel(scene.fixture, 640, 400), COLOR(RED));
	assert_locked_up(&scene);
	lock_scene_unlock(&scene);
	assert_int_equal(fixture_pixel(scene.fixture, 640, 400), COLOR(RED));
	lock_scene_finish(&scene);
}

static void what_comes_while_it_is_locked_waits(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	struct test_client *shell = fixture_host_client(scene.fixture, CLIENT_HOST_SHELL);
	struct test_client *tools = fixture_host_client(scene.fixture, CLIENT_HOST_TOOLS);
	lock_scene_lock(&scene);
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
	user_tap(scene.fixture, KEY_A);
	user_click(scene.fixture, 640, 400);
	assert_told_nothing(&scene);
	assert_int_equal(shell->key_presses + tools->key_presses, 0);
	assert_int_equal(shell->buttons + tools->buttons, 0);
	assert_string_equal(focus_held(scene.server)->label, "Locked");
	lock_scene_unlock(&scene);
	/* Now it has what it asked for. */
	assert_true(layer_shell_is_modal(scene.server));
	user_tap(scene.fixture, KEY_B);
	assert_int_equal(shell->key_presses, 1);
	layer_finish(&launcher);
	layer_finish(&overlay);
	window_finish(&window);
	lock_scene_finish(&scene);
}

static void nobody_but_the_locker_may_lock(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
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
	lock_scene_lock(&scene);
	/* By its number, whatever that is. */
	struct test_client *tools = fixture_host_client(scene.fixture, CLIENT_HOST_TOOLS);
	for (uint32_t name = 1; name <= tools->name_max + 8 && !tools->is_dead; name++) {
		wl_registry_bind(tools->registry, name, &ext_session_lock_manager_v1_interface, 1);
		fixture_settle(scene.fixture);
	}
	assert_true(tools->is_dead);
	assert_locked_up(&scene);
	lock_scene_unlock(&scene);
	lock_scene_finish(&scene);
}

static void the_locker_gets_what_is_typed(void **state) {
	struct lock_scene scene;
	lock_scene_init(&scene, state);
	lock_scene_lock(&scene);
	struct test_locker locker;
	locker_init(&locker, scene.fixture);
	fixture_await(scene.fixture, &locker.is_locked);
	assert_true(lock_is_blank(scene.server));
	user_tap(scene.fixture, KEY_A);
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
	user_tap(scene.fixture, KEY_B);
	assert_int_equal(locker.client->key_presses, 1);
	user_click(scene.fixture, 640, 400);
	assert_int_equal(locker.client->buttons, 2);
	assert_told_nothing(&scene);
	/* A second lock of its is refused, and changes nothing. */
	struct ext_session_lock_v1 *second = ext_session_lock_manager_v1_lock(locker.manager);
	fixture_settle(scene.fixture);
	ext_session_lock_v1_destroy(second);
	user_tap(scene.fixture, KEY_C);
	assert_int_equal(locker.client->key_presses, 2);
	locker_unlock(&locker);
	assert_false(lock_is_on(scene.server));
	assert_int_equal(scene.vm->keyboard_enters, scene.enters + 1);
	user_tap(scene.fixture, KEY_D);
	assert_int_equal(scene.vm->last_key, KEY_D);
	assert_int_equal(locker.client->key_presses, 2);
	locker_finish(&locker);
	lock_scene_finish(&scene);
}

int main(void) {
	if (lock_directory_make() == NULL) {
		return 1;
	}
	lock_directory_configure("locker /bin/sleep 600\n");
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(locking_takes_keys_and_pointer_and_pixels),
			TEST(its_chord_locks),
			TEST(keys_and_buttons_held_across_the_lock_are_nobodys),
			TEST(a_menu_with_a_grab_is_gone),
			TEST(a_drag_is_over),
			TEST(fingers_are_nobodys),
			TEST(a_window_under_way_stays_where_it_is),
			TEST(fullscreen_and_switcher_give_way),
			TEST(what_comes_while_it_is_locked_waits),
			TEST(nobody_but_the_locker_may_lock),
			TEST(the_locker_gets_what_is_typed),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	lock_directory_remove();
	return failed;
}
