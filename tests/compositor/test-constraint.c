/* SPDX-License-Identifier: MIT
 *
 * Clients that hold the pointer: when they may, for how long, and what they hear of it.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <unistd.h>
#include <wlr/types/wlr_cursor.h>

#include "compositor/input/constraint.h"
#include "compositor/input/cursor.h"
#include "compositor/input/focus.h"
#include "pointer-constraints-unstable-v1-client-protocol.h"
#include "relative-pointer-unstable-v1-client-protocol.h"

struct scene {
	struct fixture *fixture;
	struct domain *domains[2];
	int dials[2];
	struct test_client *clients[2];
	struct test_window windows[2];
	struct wlr_box areas[2];
	struct zwp_pointer_constraints_v1 *managers[2];
	struct zwp_relative_pointer_manager_v1 *relatives[2];
	struct zwp_relative_pointer_v1 *pointers[2];
	int locked, unlocked, motions[2];
};

static void handle_locked(void *data, struct zwp_locked_pointer_v1 *lock) {
	struct scene *scene = data;
	scene->locked++;
}

static void handle_unlocked(void *data, struct zwp_locked_pointer_v1 *lock) {
	struct scene *scene = data;
	scene->unlocked++;
}

static const struct zwp_locked_pointer_v1_listener lock_listener = {
		.locked = handle_locked, .unlocked = handle_unlocked};

static void handle_confined(void *data, struct zwp_confined_pointer_v1 *confinement) {
	struct scene *scene = data;
	scene->locked++;
}

static void handle_unconfined(void *data, struct zwp_confined_pointer_v1 *confinement) {
	struct scene *scene = data;
	scene->unlocked++;
}

static const struct zwp_confined_pointer_v1_listener confine_listener = {
		.confined = handle_confined, .unconfined = handle_unconfined};

static void handle_relative(void *data, struct zwp_relative_pointer_v1 *pointer, uint32_t time_high,
		uint32_t time_low, wl_fixed_t dx, wl_fixed_t dy, wl_fixed_t raw_dx,
		wl_fixed_t raw_dy) {
	int *count = data;
	(*count)++;
}

static const struct zwp_relative_pointer_v1_listener relative_listener = {
		.relative_motion = handle_relative};

static void scene_init(struct scene *scene, void **state) {
	static const char *const names[2] = {"banking", "untrusted"};
	*scene = (struct scene){.fixture = *state};
	for (int i = 0; i < 2; i++) {
		scene->domains[i] = fixture_domain(scene->fixture, names[i], &scene->dials[i]);
		scene->clients[i] = fixture_client(scene->fixture, scene->dials[i]);
		window_map(&scene->windows[i], scene->clients[i], 300, 200, 0xffff0000);
		scene->areas[i] = window_in_server(scene->fixture, names[i])->area;
		scene->managers[i] = client_bind(scene->clients[i],
				&zwp_pointer_constraints_v1_interface, 1);
		scene->relatives[i] = client_bind(scene->clients[i],
				&zwp_relative_pointer_manager_v1_interface, 1);
		scene->pointers[i] = zwp_relative_pointer_manager_v1_get_relative_pointer(
				scene->relatives[i], scene->clients[i]->pointer);
		zwp_relative_pointer_v1_add_listener(scene->pointers[i], &relative_listener,
				&scene->motions[i]);
	}
	fixture_settle(scene->fixture);
}

static void scene_finish(struct scene *scene) {
	for (int i = 0; i < 2; i++) {
		zwp_relative_pointer_v1_destroy(scene->pointers[i]);
		zwp_relative_pointer_manager_v1_destroy(scene->relatives[i]);
		zwp_pointer_constraints_v1_destroy(scene->managers[i]);
		window_finish(&scene->windows[i]);
		close(scene->dials[i]);
	}
}

static void click_on(struct scene *scene, int i) {
	user_click(scene->fixture, scene->areas[i].x + 100, scene->areas[i].y + 100);
}

static struct zwp_locked_pointer_v1 *lock(struct scene *scene, int i) {
	struct zwp_locked_pointer_v1 *locked =
			zwp_pointer_constraints_v1_lock_pointer(scene->managers[i],
					scene->windows[i].surface, scene->clients[i]->pointer, NULL,
					ZWP_POINTER_CONSTRAINTS_V1_LIFETIME_PERSISTENT);
	zwp_locked_pointer_v1_add_listener(locked, &lock_listener, scene);
	fixture_settle(scene->fixture);
	return locked;
}

static void move_by(struct scene *scene, double dx, double dy) {
	struct fixture *fixture = scene->fixture;
	struct wlr_pointer_motion_event event = {.pointer = &fixture->pointer,
			.time_msec = ++fixture->time_ms,
			.delta_x = dx,
			.delta_y = dy,
			.unaccel_dx = dx,
			.unaccel_dy = dy};
	wl_signal_emit_mutable(&fixture->pointer.events.motion, &event);
	wl_signal_emit_mutable(&fixture->pointer.events.frame, &fixture->pointer);
	fixture_settle(fixture);
}

static bool pointer_is_at(struct scene *scene, int x, int y) {
	struct wlr_cursor *cursor = cursor_wlr(scene->fixture->server);
	return (int)cursor->x == x && (int)cursor->y == y;
}

static enum constraint_state state_of(struct scene *scene) {
	return constraints_state(scene->fixture->server);
}

static void a_lock_needs_the_keyboard_and_a_click(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	click_on(&scene, 0);
	/* The pointer is over a window without the keyboard. */
	struct zwp_locked_pointer_v1 *evil = lock(&scene, 1);
	user_move(scene.fixture, scene.areas[1].x + 50, scene.areas[1].y + 50);
	assert_int_equal(state_of(&scene), CONSTRAINT_NONE);
	/* It has the keyboard, but by keys only. */
	focus_set(scene.fixture->server, window_in_server(scene.fixture, "untrusted"));
	move_by(&scene, 1, 1);
	assert_int_equal(state_of(&scene), CONSTRAINT_NONE);
	click_on(&scene, 1);
	assert_int_equal(state_of(&scene), CONSTRAINT_LOCKED);
	assert_int_equal(scene.locked, 1);
	/* Locked: it hears how the mouse moves, and the pointer does not. */
	int x = scene.areas[1].x + 100, y = scene.areas[1].y + 100;
	int motions = scene.motions[1];
	move_by(&scene, 40, 30);
	user_move(scene.fixture, 10, 400);
	assert_true(pointer_is_at(&scene, x, y));
	assert_true(scene.motions[1] >= motions + 2);
	zwp_locked_pointer_v1_destroy(evil);
	fixture_settle(scene.fixture);
	assert_int_equal(state_of(&scene), CONSTRAINT_NONE);
	move_by(&scene, 4, 3);
	assert_true(pointer_is_at(&scene, x + 4, y + 3));
	scene_finish(&scene);
}

static void the_trusted_key_breaks_a_lock(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct zwp_locked_pointer_v1 *evil = lock(&scene, 1);
	click_on(&scene, 1);
	assert_int_equal(state_of(&scene), CONSTRAINT_LOCKED);
	int presses = scene.clients[1]->key_presses;
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_key(scene.fixture, KEY_ESC, true);
	assert_int_equal(state_of(&scene), CONSTRAINT_NONE);
	user_key(scene.fixture, KEY_ESC, false);
	user_key(scene.fixture, KEY_LEFTMETA, false);
	assert_int_equal(scene.clients[1]->key_presses, presses);
	assert_int_equal(scene.unlocked, 1);
	/* Whatever it asks for, until the user clicks. */
	zwp_locked_pointer_v1_destroy(evil);
	evil = lock(&scene, 1);
	move_by(&scene, 1, 1);
	assert_int_equal(state_of(&scene), CONSTRAINT_NONE);
	click_on(&scene, 1);
	assert_int_equal(state_of(&scene), CONSTRAINT_LOCKED);
	zwp_locked_pointer_v1_destroy(evil);
	scene_finish(&scene);
}

static void a_lock_ends_with_the_keyboard(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct server *server = scene.fixture->server;
	struct zwp_locked_pointer_v1 *evil = lock(&scene, 1);
	const struct focus_hold hold = {.label = "Silo: launcher"};
	for (int i = 0; i < 3; i++) {
		click_on(&scene, 1);
		assert_int_equal(state_of(&scene), CONSTRAINT_LOCKED);
		if (i == 0) {
			focus_set(server, window_in_server(scene.fixture, "banking"));
		} else if (i == 1) {
			focus_set_hold(server, &hold);
			assert_int_equal(state_of(&scene), CONSTRAINT_NONE);
			focus_set_hold(server, NULL);
		} else {
			window_set_minimized(window_in_server(scene.fixture, "untrusted"), true);
		}
		fixture_settle(scene.fixture);
		assert_int_equal(state_of(&scene), CONSTRAINT_NONE);
		assert_int_equal(scene.unlocked, i + 1);
	}
	zwp_locked_pointer_v1_destroy(evil);
	scene_finish(&scene);
}

static void a_hint_puts_the_pointer_into_the_window_only(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	static const struct {
		double x, y;
		bool is_followed;
	} rows[] = {{50, 60, true}, {-20, 10, false}, {10, 5000, false}, {299, 199, true},
			{8388607, -8388608, false}};
	int at_x = scene.areas[1].x + 100, at_y = scene.areas[1].y + 100;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		click_on(&scene, 1);
		struct zwp_locked_pointer_v1 *evil = lock(&scene, 1);
		assert_int_equal(state_of(&scene), CONSTRAINT_LOCKED);
		zwp_locked_pointer_v1_set_cursor_position_hint(evil,
				wl_fixed_from_double(rows[i].x), wl_fixed_from_double(rows[i].y));
		wl_surface_commit(scene.windows[1].surface);
		zwp_locked_pointer_v1_destroy(evil);
		fixture_settle(scene.fixture);
		assert_true(pointer_is_at(&scene,
				rows[i].is_followed ? scene.areas[1].x + (int)rows[i].x : at_x,
				rows[i].is_followed ? scene.areas[1].y + (int)rows[i].y : at_y));
	}
	scene_finish(&scene);
}

static void a_confined_pointer_stays_in_sight_of_its_window(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct wl_region *region = wl_compositor_create_region(scene.clients[1]->compositor);
	wl_region_add(region, -5000, -5000, 10000, 10000);
	struct zwp_confined_pointer_v1 *evil =
			zwp_pointer_constraints_v1_confine_pointer(scene.managers[1],
					scene.windows[1].surface, scene.clients[1]->pointer, region,
					ZWP_POINTER_CONSTRAINTS_V1_LIFETIME_PERSISTENT);
	zwp_confined_pointer_v1_add_listener(evil, &confine_listener, &scene);
	wl_region_destroy(region);
	click_on(&scene, 1);
	assert_int_equal(state_of(&scene), CONSTRAINT_CONFINED);
	struct wlr_cursor *cursor = cursor_wlr(scene.fixture->server);
	static const double ways[][2] = {{5000, 5000}, {-5000, 10}, {3, -5000}, {700, 0}};
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		move_by(&scene, ways[i][0], ways[i][1]);
		assert_true(wlr_box_contains_point(&scene.areas[1], cursor->x, cursor->y));
	}
	user_move(scene.fixture, 5, 790);
	assert_true(wlr_box_contains_point(&scene.areas[1], cursor->x, cursor->y));
	assert_true(constraints_break(scene.fixture->server));
	user_move(scene.fixture, 5, 790);
	assert_true(pointer_is_at(&scene, 5, 790));
	zwp_confined_pointer_v1_destroy(evil);
	scene_finish(&scene);
}

static void relative_motion_is_for_the_window_with_the_keyboard(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	click_on(&scene, 0);
	user_move(scene.fixture, scene.areas[1].x + 50, scene.areas[1].y + 50);
	int before[2] = {scene.motions[0], scene.motions[1]};
	move_by(&scene, 5, 5);
	assert_int_equal(scene.motions[0], before[0]);
	assert_int_equal(scene.motions[1], before[1]);
	click_on(&scene, 1);
	before[1] = scene.motions[1];
	move_by(&scene, 5, 5);
	assert_int_equal(scene.motions[1], before[1] + 1);
	scene_finish(&scene);
}

static void too_many_constraints_end_their_client(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct zwp_locked_pointer_v1 *locks[CONSTRAINTS_PER_DOMAIN_MAX + 1];
	struct wl_surface *surfaces[CONSTRAINTS_PER_DOMAIN_MAX + 1];
	for (int i = 0; i <= CONSTRAINTS_PER_DOMAIN_MAX; i++) {
		surfaces[i] = wl_compositor_create_surface(scene.clients[1]->compositor);
		locks[i] = zwp_pointer_constraints_v1_lock_pointer(scene.managers[1], surfaces[i],
				scene.clients[1]->pointer, NULL,
				ZWP_POINTER_CONSTRAINTS_V1_LIFETIME_ONESHOT);
	}
	assert_true(client_is_ended(scene.clients[1]));
	assert_false(client_is_ended(scene.clients[0]));
	for (int i = 0; i <= CONSTRAINTS_PER_DOMAIN_MAX; i++) {
		zwp_locked_pointer_v1_destroy(locks[i]);
		wl_surface_destroy(surfaces[i]);
	}
	scene_finish(&scene);
}

static void a_client_that_goes_takes_its_lock_with_it(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct zwp_locked_pointer_v1 *evil = lock(&scene, 1);
	click_on(&scene, 1);
	assert_int_equal(state_of(&scene), CONSTRAINT_LOCKED);
	close(scene.dials[1]);
	assert_true(client_is_ended(scene.clients[1]));
	assert_int_equal(state_of(&scene), CONSTRAINT_NONE);
	user_move(scene.fixture, 700, 700);
	assert_true(pointer_is_at(&scene, 700, 700));
	zwp_locked_pointer_v1_destroy(evil);
	scene.dials[1] = -1;
	scene_finish(&scene);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(a_lock_needs_the_keyboard_and_a_click),
			TEST(the_trusted_key_breaks_a_lock),
			TEST(a_lock_ends_with_the_keyboard),
			TEST(a_hint_puts_the_pointer_into_the_window_only),
			TEST(a_confined_pointer_stays_in_sight_of_its_window),
			TEST(relative_motion_is_for_the_window_with_the_keyboard),
			TEST(too_many_constraints_end_their_client),
			TEST(a_client_that_goes_takes_its_lock_with_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
