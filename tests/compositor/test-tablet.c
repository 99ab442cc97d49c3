/* SPDX-License-Identifier: MIT
 *
 * A pen and its pad reach the domain that they are meant for, and no other, and tell nothing of their maker.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <string.h>
#include <unistd.h>
#include <wlr/interfaces/wlr_tablet_pad.h>
#include <wlr/interfaces/wlr_tablet_tool.h>
#include <wlr/types/wlr_seat.h>

#include "base/limits.h"
#include "compositor/input/cursor.h"
#include "compositor/input/deadtime.h"
#include "compositor/input/focus.h"
#include "compositor/input/seat.h"
#include "compositor/input/tablet.h"
#include "compositor/lock/lock.h"
#include "compositor/settings/settings.h"
#include "tablet-v2-client-protocol.h"
#include "tests/compositor/tablet_client.h"

static const struct wlr_tablet_impl impl = {.name = "tablet"};
static const struct wlr_tablet_pad_impl pad_impl = {.name = "pad"};

struct scene {
	struct fixture *fixture;
	struct domain *domains[2];
	int dials[2];
	struct test_client *clients[2];
	struct test_window windows[2];
	struct wlr_box areas[2];
	struct heard heard[2];
	struct wlr_tablet device;
	struct wlr_tablet_tool pen, eraser;
	struct wlr_tablet_pad pad;
};

/* It outlives a test that fails: the compositor still listens to its devices. */
static struct scene scene;

static void listen_to(int i) {
	heard_listen(&scene.heard[i], scene.clients[i]);
	fixture_settle(scene.fixture);
}

/* A tablet as a kernel and a maker describe it. */
static void plug_in(void) {
	wlr_tablet_init(&scene.device, &impl, "Tablet of a maker");
	scene.device.usb_vendor_id = 0x56a;
	scene.device.usb_product_id = 0x357;
	char **path = wl_array_add(&scene.device.paths, sizeof(*path));
	*path = strdup("/sys/devices/pci0000:00/usb1/1-4");
	scene.pen = (struct wlr_tablet_tool){.type = WLR_TABLET_TOOL_TYPE_PEN,
			.hardware_serial = 0x1234567890,
			.hardware_wacom = 0x802,
			.pressure = true};
	wl_signal_init(&scene.pen.events.destroy);
	scene.eraser = scene.pen;
	scene.eraser.type = WLR_TABLET_TOOL_TYPE_ERASER;
	wl_signal_init(&scene.eraser.events.destroy);
	wlr_tablet_pad_init(&scene.pad, &pad_impl, "Pad of a maker");
	tablets_add(scene.fixture->server, &scene.device.base);
	tablets_add_pad(scene.fixture->server, &scene.pad.base);
}

static void unplug(void) {
	wl_signal_emit_mutable(&scene.pen.events.destroy, &scene.pen);
	wlr_tablet_finish(&scene.device);
	wlr_tablet_pad_finish(&scene.pad);
	fixture_settle(scene.fixture);
}

static void scene_init(void **state, bool is_listening) {
	static const char *const names[2] = {"banking", "untrusted"};
	scene = (struct scene){.fixture = *state};
	plug_in();
	for (int i = 0; i < 2; i++) {
		scene.domains[i] = fixture_domain(scene.fixture, names[i], &scene.dials[i]);
		scene.clients[i] = fixture_client(scene.fixture, scene.dials[i]);
		if (is_listening) {
			listen_to(i);
		}
		window_map(&scene.windows[i], scene.clients[i], 300, 200, 0xffff0000);
		scene.areas[i] = window_in_server(scene.fixture, names[i])->area;
	}
	fixture_settle(scene.fixture);
}

static void scene_finish(bool is_plugged_in) {
	for (int i = 0; i < 2; i++) {
		heard_forget(&scene.heard[i]);
		window_finish(&scene.windows[i]);
		close(scene.dials[i]);
	}
	fixture_settle(scene.fixture);
	if (is_plugged_in) {
		unplug();
	}
}

static double share(int value, int all) {
	return (value + 0.5) / all;
}

static double share_x(int x) {
	return share(x, scene.fixture->options.outputs[0].width_px);
}

static double share_y(int y) {
	return share(y, scene.fixture->options.outputs[0].height_px);
}

static void pen_near(struct wlr_tablet_tool *tool, bool is_in, int x, int y) {
	struct wlr_tablet_tool_proximity_event event = {.tablet = &scene.device,
			.tool = tool,
			.time_msec = ++scene.fixture->time_ms,
			.x = share_x(x),
			.y = share_y(y),
			.state = is_in ? WLR_TABLET_TOOL_PROXIMITY_IN
				       : WLR_TABLET_TOOL_PROXIMITY_OUT};
	wl_signal_emit_mutable(&scene.device.events.proximity, &event);
	fixture_settle(scene.fixture);
}

static void pen_axes(struct wlr_tablet_tool_axis_event event) {
	event.tablet = &scene.device;
	event.tool = &scene.pen;
	event.time_msec = ++scene.fixture->time_ms;
	wl_signal_emit_mutable(&scene.device.events.axis, &event);
	fixture_settle(scene.fixture);
}

static void pen_move(int x, int y) {
	pen_axes((struct wlr_tablet_tool_axis_event){
			.updated_axes = WLR_TABLET_TOOL_AXIS_X | WLR_TABLET_TOOL_AXIS_Y,
			.x = share_x(x),
			.y = share_y(y)});
}

static void pen_tip(bool is_down) {
	struct wlr_tablet_tool_tip_event event = {.tablet = &scene.device,
			.tool = &scene.pen,
			.time_msec = ++scene.fixture->time_ms,
			.state = is_down ? WLR_TABLET_TOOL_TIP_DOWN : WLR_TABLET_TOOL_TIP_UP};
	wl_signal_emit_mutable(&scene.device.events.tip, &event);
	fixture_settle(scene.fixture);
}

static void pen_button(uint32_t button, bool is_press) {
	struct wlr_tablet_tool_button_event event = {.tablet = &scene.device,
			.tool = &scene.pen,
			.time_msec = ++scene.fixture->time_ms,
			.button = button,
			.state = is_press ? WLR_BUTTON_PRESSED : WLR_BUTTON_RELEASED};
	wl_signal_emit_mutable(&scene.device.events.button, &event);
	fixture_settle(scene.fixture);
}

static void pad_button(uint32_t button, bool is_press) {
	struct wlr_tablet_pad_button_event event = {.button = button,
			.state = is_press ? WLR_BUTTON_PRESSED : WLR_BUTTON_RELEASED};
	wl_signal_emit_mutable(&scene.pad.events.button, &event);
	fixture_settle(scene.fixture);
}

/* In window i, at that place of it. */
static void pen_in(int i, int x, int y) {
	pen_near(&scene.pen, true, scene.areas[i].x + x, scene.areas[i].y + y);
}

static void pen_over(int i, int x, int y) {
	pen_move(scene.areas[i].x + x, scene.areas[i].y + y);
}

static void pen_away(void) {
	pen_near(&scene.pen, false, 0, 0);
}

static void a_pen_that_comes_down_is_a_click(void **state) {
	scene_init(state, true);
	for (int i = 1; i >= 0; i--) {
		struct domain *before = focus_domain(scene.fixture->server);
		pen_in(i, 100, 90);
		assert_int_equal(scene.heard[i].ins, 1);
		assert_int_equal((int)scene.heard[i].x, 100);
		assert_int_equal((int)scene.heard[i].y, 90);
		assert_ptr_equal(focus_domain(scene.fixture->server), before);
		pen_tip(true);
		assert_ptr_equal(focus_domain(scene.fixture->server), scene.domains[i]);
		assert_int_equal(scene.heard[i].downs, 1);
		pen_axes((struct wlr_tablet_tool_axis_event){
				.updated_axes = WLR_TABLET_TOOL_AXIS_PRESSURE |
						WLR_TABLET_TOOL_AXIS_TILT_X,
				.pressure = 0.5,
				.tilt_x = 10});
		pen_axes((struct wlr_tablet_tool_axis_event){
				.updated_axes = WLR_TABLET_TOOL_AXIS_TILT_Y, .tilt_y = 20});
		assert_int_equal(scene.heard[i].pressures, 1);
		assert_int_equal((int)scene.heard[i].tilt_x, 10);
		assert_int_equal((int)scene.heard[i].tilt_y, 20);
		pen_button(BTN_STYLUS, true);
		pen_button(BTN_STYLUS, false);
		assert_int_equal(scene.heard[i].buttons, 2);
		assert_int_equal(scene.heard[i].last_button, BTN_STYLUS);
		pen_tip(false);
		assert_int_equal(scene.heard[i].ups, 1);
		pen_away();
		assert_int_equal(scene.heard[i].outs, 1);
		/* It is no pointer besides. */
		assert_int_equal(scene.clients[i]->buttons, 0);
	}
	assert_int_equal(scene.heard[1].ins, 1);
	scene_finish(true);
}

static void a_pen_that_is_down_stays_its_domains(void **state) {
	scene_init(state, true);
	pen_in(0, 100, 100);
	pen_tip(true);
	int motions = scene.heard[0].motions;
	pen_over(1, 50, 50);
	assert_int_equal(scene.heard[0].motions, motions + 1);
	assert_int_equal(scene.heard[1].ins + scene.heard[1].motions, 0);
	assert_ptr_equal(focus_domain(scene.fixture->server), scene.domains[0]);
	pen_tip(false);
	assert_int_equal(scene.heard[0].ups, 1);
	assert_int_equal(scene.heard[0].outs, 1);
	/* It is over the neighbour now, which hears nothing of what was held. */
	assert_int_equal(scene.heard[1].ins, 1);
	assert_int_equal(scene.heard[1].downs + scene.heard[1].ups, 0);
	/* A button that is held does the same as the tip. */
	pen_button(BTN_STYLUS, true);
	assert_ptr_equal(focus_domain(scene.fixture->server), scene.domains[1]);
	pen_over(0, 50, 50);
	assert_int_equal(scene.heard[0].ins, 1);
	pen_button(BTN_STYLUS, false);
	assert_int_equal(scene.heard[0].ins, 2);
	pen_away();
	scene_finish(true);
}

static void a_pen_leaves_with_the_keyboard(void **state) {
	const struct focus_hold hold = {.label = "Silo: launcher"};
	scene_init(state, true);
	for (int i = 0; i < 3; i++) {
		pen_in(0, 100, 100);
		pen_tip(true);
		pen_button(BTN_STYLUS2, true);
		assert_int_equal(scene.heard[0].downs, i + 1);
		if (i == 0) {
			focus_set(scene.fixture->server,
					window_in_server(scene.fixture, "untrusted"));
		} else if (i == 1) {
			focus_set_hold(scene.fixture->server, &hold);
		} else {
			window_set_minimized(window_in_server(scene.fixture, "banking"), true);
		}
		fixture_settle(scene.fixture);
		assert_int_equal(scene.heard[0].ups, i + 1);
		assert_int_equal(scene.heard[0].buttons, 2 * (i + 1));
		assert_int_equal(scene.heard[0].outs, i + 1);
		int motions = scene.heard[0].motions;
		pen_over(0, 30, 30);
		pen_over(1, 30, 30);
		pen_button(BTN_STYLUS2, false);
		assert_int_equal(scene.heard[0].motions, motions);
		assert_int_equal(scene.heard[1].ins + scene.heard[1].motions, i);
		pen_away();
		focus_set_hold(scene.fixture->server, NULL);
		scene.heard[1].ins = i + 1;
		scene.heard[1].motions = 0;
	}
	scene_finish(true);
}

static void nothing_of_the_maker_is_told(void **state) {
	scene_init(state, true);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(scene.heard[i].name, "Tablet");
		assert_int_equal(scene.heard[i].tells, 0);
		assert_int_equal(scene.heard[i].tools_len, 2);
		assert_int_equal(scene.heard[i].types, 3);
		assert_int_equal(scene.heard[i].rings_len, 2);
		assert_int_equal(scene.heard[i].strips_len, 2);
	}
	assert_int_equal(scene.heard[0].capabilities, scene.heard[1].capabilities);
	/* The two ends of a pen are two tools, of all makers'. */
	pen_in(0, 50, 50);
	struct zwp_tablet_tool_v2 *pen = scene.heard[0].near;
	/* Another one waits for the first to go. */
	pen_near(&scene.eraser, true, scene.areas[1].x + 50, scene.areas[1].y + 50);
	assert_int_equal(scene.heard[1].ins, 0);
	pen_near(&scene.eraser, false, 0, 0);
	assert_int_equal(scene.heard[0].outs, 0);
	pen_away();
	pen_near(&scene.eraser, true, scene.areas[0].x + 50, scene.areas[0].y + 50);
	assert_int_equal(scene.heard[0].ins, 2);
	assert_ptr_not_equal(scene.heard[0].near, pen);
	pen_near(&scene.eraser, false, 0, 0);
	scene_finish(true);
}

static void a_client_without_tablets_is_clicked(void **state) {
	scene_init(state, false);
	pen_in(1, 50, 50);
	assert_int_equal(scene.clients[1]->pointer_enters, 1);
	pen_tip(true);
	pen_over(1, 70, 70);
	pen_tip(false);
	assert_int_equal(scene.clients[1]->buttons, 2);
	assert_ptr_equal(focus_domain(scene.fixture->server), scene.domains[1]);
	/* One that goes away while it is down lets go. */
	pen_tip(true);
	pen_button(BTN_STYLUS, true);
	pen_away();
	assert_int_equal(scene.clients[1]->buttons, 6);
	assert_int_equal(scene.clients[0]->buttons, 0);
	scene_finish(true);
}

static void a_pen_moves_a_window_by_its_bar(void **state) {
	scene_init(state, true);
	struct window *window = window_in_server(scene.fixture, "banking");
	struct wlr_box before = window->area;
	pen_near(&scene.pen, true, before.x + 20, before.y - 10); /* the tab */
	pen_tip(true);
	pen_move(before.x + 70, before.y + 60);
	pen_move(before.x + 80, before.y + 70);
	pen_tip(false);
	assert_int_equal(window->area.x, before.x + 60);
	assert_int_equal(window->area.y, before.y + 80);
	pen_away();
	/* And anywhere in it, with the key that does the same with a mouse. */
	user_key(scene.fixture, KEY_LEFTMETA, true);
	pen_near(&scene.pen, true, window->area.x + 50, window->area.y + 50);
	pen_tip(true);
	pen_move(window->area.x + 90, window->area.y + 90);
	pen_tip(false);
	user_key(scene.fixture, KEY_LEFTMETA, false);
	assert_int_equal(window->area.x, before.x + 100);
	assert_int_equal(scene.heard[0].downs, 0);
	scene_finish(true);
}

static void a_pen_waits_for_what_has_just_appeared(void **state) {
	scene_init(state, true);
	user_click(scene.fixture, scene.areas[0].x + 50, scene.areas[0].y + 50);
	struct window *window = window_in_server(scene.fixture, "untrusted");
	window_move(window, scene.areas[0].x, scene.areas[0].y);
	window_raise(window);
	deadtime_appeared(window);
	pen_in(0, 100, 100);
	pen_tip(true);
	assert_ptr_equal(focus_domain(scene.fixture->server), scene.domains[0]);
	pen_over(0, 120, 120);
	pen_tip(false);
	assert_int_equal(scene.heard[1].downs + scene.heard[1].ups, 0);
	assert_int_equal(scene.clients[1]->buttons, 0);
	pen_away();
	scene_finish(true);
}

static void the_pad_is_whose_the_keyboard_is(void **state) {
	scene_init(state, true);
	user_click(scene.fixture, scene.areas[0].x + 50, scene.areas[0].y + 50);
	assert_int_equal(scene.heard[0].pad_enters, 1);
	scene.heard[1].pad_enters = scene.heard[1].pad_leaves = 0;
	pad_button(3, true);
	pad_button(99, true); /* that the pad which is shown does not have */
	assert_int_equal(scene.heard[0].pad_buttons, 1);
	struct wlr_tablet_pad_ring_event ring = {.ring = 1, .position = 90};
	wl_signal_emit_mutable(&scene.pad.events.ring, &ring);
	ring.ring = 7;
	wl_signal_emit_mutable(&scene.pad.events.ring, &ring);
	struct wlr_tablet_pad_strip_event strip = {.strip = 0, .position = 0.5};
	wl_signal_emit_mutable(&scene.pad.events.strip, &strip);
	strip.strip = 9;
	wl_signal_emit_mutable(&scene.pad.events.strip, &strip);
	fixture_settle(scene.fixture);
	assert_int_equal(scene.heard[0].turns, 1);
	assert_int_equal(scene.heard[0].slides, 1);
	/* What was pressed for one is not released for another. */
	focus_set(scene.fixture->server, window_in_server(scene.fixture, "untrusted"));
	fixture_settle(scene.fixture);
	assert_int_equal(scene.heard[0].pad_leaves, 1);
	assert_int_equal(scene.heard[1].pad_enters, 1);
	pad_button(3, false);
	assert_int_equal(scene.heard[0].pad_buttons, 1);
	assert_int_equal(scene.heard[1].pad_buttons, 0);
	/* Nor for the same one, when it has been away. */
	pad_button(5, true);
	focus_set(scene.fixture->server, window_in_server(scene.fixture, "banking"));
	focus_set(scene.fixture->server, window_in_server(scene.fixture, "untrusted"));
	pad_button(5, false);
	assert_int_equal(scene.heard[1].pad_buttons, 1);
	scene.heard[1].pad_buttons = scene.heard[1].pad_leaves = 0;
	const struct focus_hold hold = {.label = "Silo: launcher"};
	focus_set_hold(scene.fixture->server, &hold);
	pad_button(2, true);
	assert_int_equal(scene.heard[1].pad_leaves, 1);
	assert_int_equal(scene.heard[1].pad_buttons + scene.heard[0].pad_buttons, 1);
	focus_set_hold(scene.fixture->server, NULL);
	scene_finish(true);
}

static void set_cursor(int i, int size) {
	struct wl_surface *surface = wl_compositor_create_surface(scene.clients[i]->compositor);
	struct wl_buffer *buffer = buffer_create(scene.clients[i], size, size, 0xff00ff00);
	wl_surface_attach(surface, buffer, 0, 0);
	wl_surface_commit(surface);
	zwp_tablet_tool_v2_set_cursor(scene.heard[i].near, scene.heard[i].serial, surface, 0, 0);
	fixture_settle(scene.fixture);
}

static void a_pens_image_is_of_whom_it_is_over(void **state) {
	struct server *server = ((struct fixture *)*state)->server;
	scene_init(state, true);
	pen_in(1, 50, 50);
	set_cursor(1, CURSOR_SIZE_MAX + 1);
	assert_false(cursor_shows_surface(server));
	set_cursor(1, 16);
	assert_true(cursor_shows_surface(server));
	pen_over(0, 50, 50);
	assert_false(cursor_shows_surface(server));
	set_cursor(1, 16);
	assert_false(cursor_shows_surface(server));
	set_cursor(0, 16);
	assert_true(cursor_shows_surface(server));
	pen_away();
	assert_false(cursor_shows_surface(server));
	scene_finish(true);
}

static void what_goes_while_the_pen_is_down(void **state) {
	scene_init(state, true);
	/* A tool that its client throws away, and a window. */
	pen_in(1, 50, 50);
	pen_tip(true);
	for (int i = 0; i < scene.heard[1].tools_len; i++) {
		zwp_tablet_tool_v2_destroy(scene.heard[1].tools[i]);
	}
	scene.heard[1].tools_len = 0;
	fixture_settle(scene.fixture);
	pen_over(1, 60, 60);
	window_finish(&scene.windows[1]);
	fixture_settle(scene.fixture);
	pen_over(1, 70, 70);
	pen_tip(false);
	pen_away();
	/* A client. */
	pen_in(0, 50, 50);
	pen_tip(true);
	close(scene.dials[0]);
	assert_true(client_is_ended(scene.clients[0]));
	pen_over(0, 60, 60);
	pen_tip(false);
	pen_tip(true);
	/* The tablet; and the next one is shown to those who are there. */
	int removals = scene.heard[1].removals;
	unplug();
	assert_int_equal(scene.heard[1].removals, removals + 2); /* tablet and pad */
	heard_forget(&scene.heard[1]);
	fixture_settle(scene.fixture);
	plug_in();
	listen_to(1);
	assert_int_equal(scene.heard[1].tools_len, 2);
	window_map(&scene.windows[1], scene.clients[1], 300, 200, 0xffff0000);
	scene.areas[1] = window_in_server(scene.fixture, "untrusted")->area;
	pen_in(1, 50, 50);
	assert_int_equal(scene.heard[1].ins, 1);
	scene.dials[0] = -1;
	scene_finish(true);
}

/* One that is down when it locks, and one that comes, presses and goes meanwhile; the pad as well. */
static void behind_the_lock_it_is_nobodys(void **state) {
	static char program[] = "/bin/sleep", time[] = "600";
	static char *locker[] = {program, time, NULL};
	scene_init(state, true);
	struct server *server = scene.fixture->server;
	char **configured = server->settings->locker;
	pen_in(0, 100, 100);
	pen_tip(true);
	assert_int_equal(scene.heard[0].downs, 1);
	server->settings->locker = locker;
	enum lock_result result = lock_now(server, "test");
	server->settings->locker = configured;
	assert_int_equal(result, LOCK_DONE);
	fixture_settle(scene.fixture);
	assert_int_equal(scene.heard[0].ups, 1);
	assert_int_equal(scene.heard[0].outs, 1);
	const struct heard told[2] = {scene.heard[0], scene.heard[1]};
	for (int i = 0; i < 2; i++) {
		pen_over(i, 50, 50);
		pen_button(BTN_STYLUS2, true);
		pen_button(BTN_STYLUS2, false);
		pen_tip(i == 1);
		pad_button(0, true);
		pad_button(0, false);
	}
	pen_tip(false);
	pen_away();
	pen_in(1, 100, 100);
	pen_tip(true);
	assert_memory_equal(told, scene.heard, sizeof(told));
	assert_int_equal(scene.clients[0]->buttons + scene.clients[1]->buttons, 0);
	assert_null(focus_window(server));
	lock_end(server, LOCK_END_LOGIND);
	pen_tip(false);
	pen_away();
	assert_int_equal(scene.heard[1].downs + scene.heard[1].ups, 0);
	scene_finish(true);
}

static void a_pens_drag_stays_in_its_domain(void **state) {
	scene_init(state, true);
	struct wlr_seat *seat = scene.domains[0]->seat->wlr_seat;
	struct wl_data_device_manager *manager =
			client_bind(scene.clients[0], &wl_data_device_manager_interface, 3);
	struct wl_data_device *device =
			wl_data_device_manager_get_data_device(manager, scene.clients[0]->seat);
	pen_in(0, 50, 50);
	/* It is not down yet. */
	wl_data_device_start_drag(device, NULL, scene.windows[0].surface, NULL,
			scene.heard[0].serial);
	fixture_settle(scene.fixture);
	assert_null(seat->drag);
	pen_tip(true);
	wl_data_device_start_drag(device, NULL, scene.windows[0].surface, NULL,
			scene.heard[0].serial + 1);
	fixture_settle(scene.fixture);
	assert_null(seat->drag);
	wl_data_device_start_drag(device, NULL, scene.windows[0].surface, NULL,
			scene.heard[0].serial);
	fixture_settle(scene.fixture);
	assert_non_null(seat->drag);
	assert_int_equal(scene.heard[0].ups, 1);
	pen_over(1, 50, 50);
	assert_int_equal(scene.heard[1].ins, 0);
	assert_int_equal(scene.clients[1]->pointer_enters, 0);
	pen_tip(false);
	assert_null(seat->drag);
	assert_int_equal(scene.heard[1].ins, 1);
	assert_int_equal(scene.clients[0]->buttons + scene.clients[1]->buttons, 0);
	pen_away();
	wl_data_device_destroy(device);
	wl_data_device_manager_destroy(manager);
	scene_finish(true);
}

static void too_many_tablet_seats_end_their_client(void **state) {
	scene_init(state, false);
	struct zwp_tablet_seat_v2 *seats[CLIENT_TABLET_SEATS_MAX + 1];
	struct zwp_tablet_manager_v2 *manager =
			client_bind(scene.clients[1], &zwp_tablet_manager_v2_interface, 1);
	for (int i = 0; i <= CLIENT_TABLET_SEATS_MAX; i++) {
		seats[i] = zwp_tablet_manager_v2_get_tablet_seat(manager, scene.clients[1]->seat);
	}
	assert_true(client_is_ended(scene.clients[1]));
	assert_false(client_is_ended(scene.clients[0]));
	for (int i = 0; i <= CLIENT_TABLET_SEATS_MAX; i++) {
		zwp_tablet_seat_v2_destroy(seats[i]);
	}
	zwp_tablet_manager_v2_destroy(manager);
	scene_finish(true);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(a_pen_that_comes_down_is_a_click),
			TEST(a_pen_that_is_down_stays_its_domains),
			TEST(a_pen_leaves_with_the_keyboard),
			TEST(nothing_of_the_maker_is_told),
			TEST(a_client_without_tablets_is_clicked),
			TEST(a_pen_moves_a_window_by_its_bar),
			TEST(a_pen_waits_for_what_has_just_appeared),
			TEST(the_pad_is_whose_the_keyboard_is),
			TEST(a_pens_image_is_of_whom_it_is_over),
			TEST(what_goes_while_the_pen_is_down),
			TEST(behind_the_lock_it_is_nobodys),
			TEST(a_pens_drag_stays_in_its_domain),
			TEST(too_many_tablet_seats_end_their_client),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
