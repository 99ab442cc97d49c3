/* SPDX-License-Identifier: MIT
 *
 * Fingers, gestures and text inputs reach the domain that they are meant for, and no other.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <unistd.h>
#include <wlr/interfaces/wlr_touch.h>
#include <wlr/types/wlr_seat.h>

#include "compositor/input/focus.h"
#include "compositor/input/seat.h"
#include "compositor/input/text_input.h"
#include "compositor/input/touch.h"
#include "pointer-gestures-unstable-v1-client-protocol.h"
#include "text-input-unstable-v3-client-protocol.h"

static const struct wlr_touch_impl impl = {.name = "screen"};

struct heard {
	int downs, ups, motions, cancels;
	int32_t last_id;
	uint32_t serial;
	double x, y;
	int gestures, ends, cancelled, drag_enters;
	int enters, leaves;
};

/* Static in tests: it outlives one that fails, as the compositor still listens to its device. */
struct scene {
	struct fixture *fixture;
	struct domain *domains[2];
	int dials[2];
	struct test_client *clients[2];
	struct test_window windows[2];
	struct wlr_box areas[2];
	struct wl_touch *touches[2];
	struct heard heard[2];
	struct wlr_touch device;
};

static void handle_down(void *data, struct wl_touch *touch, uint32_t serial, uint32_t time,
		struct wl_surface *surface, int32_t id, wl_fixed_t x, wl_fixed_t y) {
	struct heard *heard = data;
	heard->downs++;
	heard->serial = serial;
	heard->last_id = id;
	heard->x = wl_fixed_to_double(x);
	heard->y = wl_fixed_to_double(y);
}

static void handle_up(void *data, struct wl_touch *touch, uint32_t serial, uint32_t time,
		int32_t id) {
	struct heard *heard = data;
	heard->ups++;
}

static void handle_motion(void *data, struct wl_touch *touch, uint32_t time, int32_t id,
		wl_fixed_t x, wl_fixed_t y) {
	struct heard *heard = data;
	heard->motions++;
}

static void handle_frame(void *data, struct wl_touch *touch) {
}

static void handle_cancel(void *data, struct wl_touch *touch) {
	struct heard *heard = data;
	heard->cancels++;
}

static const struct wl_touch_listener touch_listener = {
		.down = handle_down,
		.up = handle_up,
		.motion = handle_motion,
		.frame = handle_frame,
		.cancel = handle_cancel,
};

static void scene_init(struct scene *scene, void **state, bool has_touch) {
	static const char *const names[2] = {"banking", "untrusted"};
	*scene = (struct scene){.fixture = *state};
	wlr_touch_init(&scene->device, &impl, "screen of a maker");
	touch_add(scene->fixture->server, &scene->device.base);
	for (int i = 0; i < 2; i++) {
		scene->domains[i] = fixture_domain(scene->fixture, names[i], &scene->dials[i]);
		scene->clients[i] = fixture_client(scene->fixture, scene->dials[i]);
		window_map(&scene->windows[i], scene->clients[i], 300, 200, 0xffff0000);
		scene->areas[i] = window_in_server(scene->fixture, names[i])->area;
		if (has_touch) {
			scene->touches[i] = wl_seat_get_touch(scene->clients[i]->seat);
			wl_touch_add_listener(scene->touches[i], &touch_listener, &scene->heard[i]);
		}
	}
	fixture_settle(scene->fixture);
}

static void scene_finish(struct scene *scene) {
	for (int i = 0; i < 2; i++) {
		if (scene->touches[i] != NULL) {
			wl_touch_destroy(scene->touches[i]);
		}
		window_finish(&scene->windows[i]);
		close(scene->dials[i]);
	}
	wlr_touch_finish(&scene->device);
	fixture_settle(scene->fixture);
}

static double share(int value, int all) {
	return (value + 0.5) / all;
}

static void finger_down(struct scene *scene, int32_t id, int x, int y) {
	const struct options *options = &scene->fixture->options;
	struct wlr_touch_down_event event = {.touch = &scene->device,
			.touch_id = id,
			.x = share(x, options->outputs[0].width_px),
			.y = share(y, options->outputs[0].height_px)};
	wl_signal_emit_mutable(&scene->device.events.down, &event);
	wl_signal_emit_mutable(&scene->device.events.frame, NULL);
	fixture_settle(scene->fixture);
}

static void finger_move(struct scene *scene, int32_t id, int x, int y) {
	const struct options *options = &scene->fixture->options;
	struct wlr_touch_motion_event event = {.touch = &scene->device,
			.touch_id = id,
			.x = share(x, options->outputs[0].width_px),
			.y = share(y, options->outputs[0].height_px)};
	wl_signal_emit_mutable(&scene->device.events.motion, &event);
	wl_signal_emit_mutable(&scene->device.events.frame, NULL);
	fixture_settle(scene->fixture);
}

static void finger_up(struct scene *scene, int32_t id) {
	struct wlr_touch_up_event event = {.touch = &scene->device, .touch_id = id};
	wl_signal_emit_mutable(&scene->device.events.up, &event);
	wl_signal_emit_mutable(&scene->device.events.frame, NULL);
	fixture_settle(scene->fixture);
}

static void touch_middle(struct scene *scene, int32_t id, int i) {
	finger_down(scene, id, scene->areas[i].x + 100, scene->areas[i].y + 100);
}

static void a_touch_is_a_click(void **state) {
	static struct scene scene;
	scene_init(&scene, state, true);
	for (int i = 1; i >= 0; i--) {
		touch_middle(&scene, 700, i);
		assert_true(focus_domain(scene.fixture->server) == scene.domains[i]);
		assert_int_equal(scene.heard[i].downs, 1);
		assert_int_equal((int)scene.heard[i].x, 100);
		assert_int_equal((int)scene.heard[i].y, 100);
		/* Not the device's number. */
		assert_int_equal(scene.heard[i].last_id, 0);
		finger_up(&scene, 700);
		assert_int_equal(scene.heard[i].ups, 1);
	}
	assert_int_equal(scene.heard[1].downs, 1);
	scene_finish(&scene);
}

static void fingers_are_one_domains(void **state) {
	static struct scene scene;
	scene_init(&scene, state, true);
	touch_middle(&scene, 1, 0);
	/* Another one on the neighbour is nobody's, wherever it goes. */
	touch_middle(&scene, 2, 1);
	assert_int_equal(scene.heard[1].downs, 0);
	assert_true(focus_domain(scene.fixture->server) == scene.domains[0]);
	finger_move(&scene, 2, scene.areas[0].x + 10, scene.areas[0].y + 10);
	assert_int_equal(scene.heard[0].motions, 0);
	/* And the first stays its domain's over the neighbour. */
	finger_move(&scene, 1, scene.areas[1].x + 10, scene.areas[1].y + 10);
	assert_int_equal(scene.heard[0].motions, 1);
	assert_int_equal(scene.heard[1].motions, 0);
	finger_down(&scene, 3, scene.areas[0].x + 30, scene.areas[0].y + 30);
	assert_int_equal(scene.heard[0].downs, 2);
	for (int32_t id = 1; id <= 3; id++) {
		finger_up(&scene, id);
	}
	assert_int_equal(scene.heard[0].ups, 2);
	assert_int_equal(scene.heard[1].ups, 0);
	touch_middle(&scene, 4, 1);
	assert_int_equal(scene.heard[1].downs, 1);
	finger_up(&scene, 4);
	scene_finish(&scene);
}

static void touches_are_cancelled_with_the_keyboard(void **state) {
	static struct scene scene;
	scene_init(&scene, state, true);
	const struct focus_hold hold = {.label = "Silo: launcher"};
	for (int i = 0; i < 2; i++) {
		touch_middle(&scene, 1, 0);
		finger_down(&scene, 2, scene.areas[0].x + 30, scene.areas[0].y + 30);
		if (i == 0) {
			focus_set(scene.fixture->server,
					window_in_server(scene.fixture, "untrusted"));
		} else {
			focus_set_hold(scene.fixture->server, &hold);
		}
		fixture_settle(scene.fixture);
		assert_int_equal(scene.heard[0].cancels, i + 1);
		finger_move(&scene, 1, scene.areas[1].x + 30, scene.areas[1].y + 30);
		finger_up(&scene, 1);
		finger_up(&scene, 2);
		assert_int_equal(scene.heard[0].motions, 0);
		assert_int_equal(scene.heard[0].ups, 0);
		assert_int_equal(scene.heard[1].downs, 0);
		focus_set_hold(scene.fixture->server, NULL);
	}
	scene_finish(&scene);
}

static void a_client_without_touch_is_clicked(void **state) {
	static struct scene scene;
	scene_init(&scene, state, false);
	touch_middle(&scene, 1, 1);
	assert_int_equal(scene.clients[1]->buttons, 1);
	finger_move(&scene, 1, scene.areas[1].x + 120, scene.areas[1].y + 100);
	finger_up(&scene, 1);
	assert_int_equal(scene.clients[1]->buttons, 2);
	assert_int_equal(scene.clients[0]->buttons, 0);
	scene_finish(&scene);
}

static void a_finger_moves_a_window_by_its_bar(void **state) {
	static struct scene scene;
	scene_init(&scene, state, true);
	struct window *window = window_in_server(scene.fixture, "banking");
	struct wlr_box before = window->area;
	int x = before.x + 20, y = before.y - 10; /* the tab */
	finger_down(&scene, 1, x, y);
	finger_move(&scene, 1, x + 50, y + 70);
	finger_move(&scene, 1, x + 60, y + 80);
	finger_up(&scene, 1);
	assert_int_equal(window->area.x, before.x + 60);
	assert_int_equal(window->area.y, before.y + 80);
	assert_int_equal(scene.heard[0].downs, 0);
	assert_int_equal(scene.clients[0]->buttons, 0);
	scene_finish(&scene);
}

static void a_screen_that_goes_and_a_client_that_goes(void **state) {
	static struct scene scene;
	scene_init(&scene, state, true);
	touch_middle(&scene, 1, 0);
	finger_down(&scene, 2, scene.areas[0].x + 30, scene.areas[0].y + 30);
	close(scene.dials[0]);
	assert_true(client_is_ended(scene.clients[0]));
	finger_move(&scene, 1, scene.areas[0].x + 30, scene.areas[0].y + 40);
	finger_up(&scene, 1);
	finger_up(&scene, 2);
	touch_middle(&scene, 3, 1);
	assert_int_equal(scene.heard[1].downs, 1);
	wlr_touch_finish(&scene.device);
	fixture_settle(scene.fixture);
	assert_int_equal(scene.heard[1].cancels, 1);
	assert_false(touch_is_there(scene.fixture->server));
	wlr_touch_init(&scene.device, &impl, "another");
	touch_add(scene.fixture->server, &scene.device.base);
	assert_true(touch_is_there(scene.fixture->server));
	scene.dials[0] = -1;
	scene_finish(&scene);
}

static void count_drag(void *data, struct wl_data_device *device, uint32_t serial,
		struct wl_surface *surface, wl_fixed_t x, wl_fixed_t y,
		struct wl_data_offer *offer) {
	struct heard *heard = data;
	heard->drag_enters++;
}

static void ignore_offer(void *data, struct wl_data_device *device, struct wl_data_offer *offer) {
}

static void ignore_device(void *data, struct wl_data_device *device) {
}

static void ignore_drag(void *data, struct wl_data_device *device, uint32_t time, wl_fixed_t x,
		wl_fixed_t y) {
}

static void ignore_selection(void *data, struct wl_data_device *device,
		struct wl_data_offer *offer) {
}

static const struct wl_data_device_listener device_listener = {
		.data_offer = ignore_offer,
		.enter = count_drag,
		.leave = ignore_device,
		.motion = ignore_drag,
		.drop = ignore_device,
		.selection = ignore_selection,
};

struct drag {
	struct wl_data_device_manager *managers[2];
	struct wl_data_device *devices[2];
	struct wl_data_source *source;
};

static void drag_init(struct drag *drag, struct scene *scene) {
	for (int i = 0; i < 2; i++) {
		drag->managers[i] = client_bind(scene->clients[i],
				&wl_data_device_manager_interface, 3);
		drag->devices[i] = wl_data_device_manager_get_data_device(drag->managers[i],
				scene->clients[i]->seat);
		wl_data_device_add_listener(drag->devices[i], &device_listener, &scene->heard[i]);
	}
	drag->source = wl_data_device_manager_create_data_source(drag->managers[0]);
	wl_data_source_offer(drag->source, "text/plain");
	wl_data_source_set_actions(drag->source, WL_DATA_DEVICE_MANAGER_DND_ACTION_COPY);
}

static void drag_finish(struct drag *drag) {
	wl_data_source_destroy(drag->source);
	for (int i = 0; i < 2; i++) {
		wl_data_device_destroy(drag->devices[i]);
		wl_data_device_manager_destroy(drag->managers[i]);
	}
}

static void drag_start(struct scene *scene, struct drag *drag, struct wl_data_source *source,
		uint32_t serial) {
	wl_data_device_start_drag(drag->devices[0], source, scene->windows[0].surface, NULL,
			serial);
	fixture_settle(scene->fixture);
}

static void a_fingers_drag_stays_in_its_domain(void **state) {
	static struct scene scene;
	scene_init(&scene, state, true);
	struct wlr_seat *seat = scene.domains[0]->seat->wlr_seat;
	struct drag drag;
	drag_init(&drag, &scene);
	touch_middle(&scene, 1, 0);
	/* Only with the number that it came with. */
	drag_start(&scene, &drag, NULL, scene.heard[0].serial + 1);
	assert_null(seat->drag);
	drag_start(&scene, &drag, drag.source, scene.heard[0].serial);
	assert_non_null(seat->drag);
	assert_int_equal(scene.heard[0].cancels, 1);
	assert_int_equal(scene.heard[0].drag_enters, 1);
	finger_move(&scene, 1, scene.areas[1].x + 50, scene.areas[1].y + 50);
	finger_move(&scene, 1, scene.areas[1].x + 60, scene.areas[1].y + 50);
	assert_int_equal(scene.heard[1].drag_enters, 0);
	assert_int_equal(scene.clients[1]->pointer_enters, 0);
	assert_int_equal(scene.heard[0].motions + scene.heard[1].downs, 0);
	finger_move(&scene, 1, scene.areas[0].x + 60, scene.areas[0].y + 50);
	assert_int_equal(scene.heard[0].drag_enters, 2);
	finger_up(&scene, 1);
	assert_null(seat->drag);
	assert_int_equal(scene.heard[0].ups, 0);
	assert_int_equal(scene.clients[0]->buttons + scene.clients[1]->buttons, 0);
	/* And then all is as before. */
	touch_middle(&scene, 2, 0);
	assert_int_equal(scene.heard[0].downs, 2);
	finger_up(&scene, 2);
	drag_finish(&drag);
	scene_finish(&scene);
}

static void what_ends_a_fingers_drag(void **state) {
	static struct scene scene;
	scene_init(&scene, state, true);
	struct wlr_seat *seat = scene.domains[0]->seat->wlr_seat;
	struct drag drag;
	drag_init(&drag, &scene);
	/* One without a source, which wlroots' own drags by touch read. */
	touch_middle(&scene, 1, 0);
	drag_start(&scene, &drag, NULL, scene.heard[0].serial);
	assert_non_null(seat->drag);
	finger_up(&scene, 1);
	assert_null(seat->drag);
	/* The keyboard goes. */
	touch_middle(&scene, 1, 0);
	drag_start(&scene, &drag, NULL, scene.heard[0].serial);
	focus_set(scene.fixture->server, window_in_server(scene.fixture, "untrusted"));
	fixture_settle(scene.fixture);
	assert_null(seat->drag);
	finger_move(&scene, 1, scene.areas[1].x + 50, scene.areas[1].y + 50);
	finger_up(&scene, 1);
	assert_int_equal(scene.clients[1]->buttons + scene.heard[1].downs, 0);
	/* The finger is lost, which drops nothing; and the domain goes. */
	touch_middle(&scene, 1, 0);
	drag_start(&scene, &drag, drag.source, scene.heard[0].serial);
	struct wlr_touch_cancel_event event = {.touch = &scene.device, .touch_id = 1};
	wl_signal_emit_mutable(&scene.device.events.cancel, &event);
	fixture_settle(scene.fixture);
	assert_null(seat->drag);
	touch_middle(&scene, 1, 0);
	drag_start(&scene, &drag, NULL, scene.heard[0].serial);
	close(scene.dials[0]);
	assert_true(client_is_ended(scene.clients[0]));
	finger_move(&scene, 1, scene.areas[1].x + 50, scene.areas[1].y + 50);
	finger_up(&scene, 1);
	touch_middle(&scene, 2, 1);
	assert_int_equal(scene.heard[1].downs, 1);
	finger_up(&scene, 2);
	scene.dials[0] = -1;
	drag_finish(&drag);
	scene_finish(&scene);
}

static void handle_swipe_begin(void *data, struct zwp_pointer_gesture_swipe_v1 *swipe,
		uint32_t serial, uint32_t time, struct wl_surface *surface, uint32_t fingers) {
	struct heard *heard = data;
	heard->gestures++;
}

static void handle_swipe_update(void *data, struct zwp_pointer_gesture_swipe_v1 *swipe,
		uint32_t time, wl_fixed_t dx, wl_fixed_t dy) {
	struct heard *heard = data;
	heard->gestures++;
}

static void handle_swipe_end(void *data, struct zwp_pointer_gesture_swipe_v1 *swipe,
		uint32_t serial, uint32_t time, int32_t cancelled) {
	struct heard *heard = data;
	heard->ends++;
	heard->cancelled += cancelled;
}

static const struct zwp_pointer_gesture_swipe_v1_listener swipe_listener = {
		.begin = handle_swipe_begin,
		.update = handle_swipe_update,
		.end = handle_swipe_end,
};

static void swipe(struct fixture *fixture, bool is_begin) {
	if (is_begin) {
		struct wlr_pointer_swipe_begin_event event = {
				.pointer = &fixture->pointer, .fingers = 3};
		wl_signal_emit_mutable(&fixture->pointer.events.swipe_begin, &event);
	}
	struct wlr_pointer_swipe_update_event event = {
			.pointer = &fixture->pointer, .fingers = 3, .dx = 4, .dy = 2};
	wl_signal_emit_mutable(&fixture->pointer.events.swipe_update, &event);
	fixture_settle(fixture);
}

static void gestures_are_for_the_domain_with_the_keyboard(void **state) {
	static struct scene scene;
	scene_init(&scene, state, false);
	struct zwp_pointer_gestures_v1 *managers[2];
	struct zwp_pointer_gesture_swipe_v1 *swipes[2];
	for (int i = 0; i < 2; i++) {
		managers[i] = client_bind(scene.clients[i], &zwp_pointer_gestures_v1_interface, 3);
		swipes[i] = zwp_pointer_gestures_v1_get_swipe_gesture(managers[i],
				scene.clients[i]->pointer);
		zwp_pointer_gesture_swipe_v1_add_listener(swipes[i], &swipe_listener,
				&scene.heard[i]);
	}
	user_click(scene.fixture, scene.areas[0].x + 50, scene.areas[0].y + 50);
	user_move(scene.fixture, scene.areas[1].x + 50, scene.areas[1].y + 50);
	swipe(scene.fixture, true);
	assert_int_equal(scene.heard[0].gestures + scene.heard[1].gestures, 0);
	user_click(scene.fixture, scene.areas[1].x + 50, scene.areas[1].y + 50);
	swipe(scene.fixture, true);
	assert_int_equal(scene.heard[1].gestures, 2);
	focus_set(scene.fixture->server, window_in_server(scene.fixture, "banking"));
	swipe(scene.fixture, false);
	assert_int_equal(scene.heard[1].gestures, 2);
	assert_int_equal(scene.heard[1].ends, 1);
	assert_int_equal(scene.heard[1].cancelled, 1);
	assert_int_equal(scene.heard[0].gestures, 0);
	for (int i = 0; i < 2; i++) {
		zwp_pointer_gesture_swipe_v1_destroy(swipes[i]);
		zwp_pointer_gestures_v1_release(managers[i]);
	}
	scene_finish(&scene);
}

static void handle_enter(void *data, struct zwp_text_input_v3 *input, struct wl_surface *surface) {
	struct heard *heard = data;
	heard->enters++;
}

static void handle_leave(void *data, struct zwp_text_input_v3 *input, struct wl_surface *surface) {
	struct heard *heard = data;
	heard->leaves++;
}

static void ignore_preedit(void *data, struct zwp_text_input_v3 *input, const char *text,
		int32_t begin, int32_t end) {
}

static void ignore_commit(void *data, struct zwp_text_input_v3 *input, const char *text) {
}

static void ignore_delete(void *data, struct zwp_text_input_v3 *input, uint32_t before,
		uint32_t after) {
}

static void ignore_done(void *data, struct zwp_text_input_v3 *input, uint32_t serial) {
}

static const struct zwp_text_input_v3_listener text_listener = {
		.enter = handle_enter,
		.leave = handle_leave,
		.preedit_string = ignore_preedit,
		.commit_string = ignore_commit,
		.delete_surrounding_text = ignore_delete,
		.done = ignore_done,
};

static void text_inputs_follow_the_keyboard(void **state) {
	static struct scene scene;
	scene_init(&scene, state, false);
	struct zwp_text_input_manager_v3 *managers[2];
	struct zwp_text_input_v3 *inputs[2];
	user_click(scene.fixture, scene.areas[0].x + 50, scene.areas[0].y + 50);
	for (int i = 0; i < 2; i++) {
		managers[i] = client_bind(scene.clients[i], &zwp_text_input_manager_v3_interface,
				1);
		inputs[i] = zwp_text_input_manager_v3_get_text_input(managers[i],
				scene.clients[i]->seat);
		zwp_text_input_v3_add_listener(inputs[i], &text_listener, &scene.heard[i]);
	}
	fixture_settle(scene.fixture);
	assert_int_equal(scene.heard[0].enters, 1);
	assert_int_equal(scene.heard[1].enters, 0);
	zwp_text_input_v3_enable(inputs[1]);
	zwp_text_input_v3_set_surrounding_text(inputs[1], "secret", 0, 3);
	zwp_text_input_v3_commit(inputs[1]);
	user_click(scene.fixture, scene.areas[1].x + 50, scene.areas[1].y + 50);
	assert_int_equal(scene.heard[0].leaves, 1);
	assert_int_equal(scene.heard[1].enters, 1);
	zwp_text_input_v3_enable(inputs[1]);
	zwp_text_input_v3_commit(inputs[1]);
	window_finish(&scene.windows[1]);
	assert_int_equal(scene.heard[1].leaves, 1);
	for (int i = 0; i < 2; i++) {
		zwp_text_input_v3_destroy(inputs[i]);
		zwp_text_input_manager_v3_destroy(managers[i]);
	}
	window_map(&scene.windows[1], scene.clients[1], 300, 200, 0xffff0000);
	scene_finish(&scene);
}

static void too_many_text_inputs_end_their_client(void **state) {
	static struct scene scene;
	scene_init(&scene, state, false);
	struct zwp_text_input_v3 *inputs[TEXT_INPUTS_PER_DOMAIN_MAX + 1];
	struct zwp_text_input_manager_v3 *manager =
			client_bind(scene.clients[1], &zwp_text_input_manager_v3_interface, 1);
	for (int i = 0; i <= TEXT_INPUTS_PER_DOMAIN_MAX; i++) {
		inputs[i] = zwp_text_input_manager_v3_get_text_input(manager,
				scene.clients[1]->seat);
	}
	assert_true(client_is_ended(scene.clients[1]));
	assert_false(client_is_ended(scene.clients[0]));
	for (int i = 0; i <= TEXT_INPUTS_PER_DOMAIN_MAX; i++) {
		zwp_text_input_v3_destroy(inputs[i]);
	}
	zwp_text_input_manager_v3_destroy(manager);
	scene_finish(&scene);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(a_touch_is_a_click),
			TEST(fingers_are_one_domains),
			TEST(touches_are_cancelled_with_the_keyboard),
			TEST(a_client_without_touch_is_clicked),
			TEST(a_finger_moves_a_window_by_its_bar),
			TEST(a_fingers_drag_stays_in_its_domain),
			TEST(what_ends_a_fingers_drag),
			TEST(a_screen_that_goes_and_a_client_that_goes),
			TEST(gestures_are_for_the_domain_with_the_keyboard),
			TEST(text_inputs_follow_the_keyboard),
			TEST(too_many_text_inputs_end_their_client),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
