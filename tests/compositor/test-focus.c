/* SPDX-License-Identifier: MIT
 *
 * Who gets the keyboard, and a click, when windows come and go.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <unistd.h>

#include "base/clock.h"
#include "compositor/input/deadtime.h"
#include "compositor/input/focus.h"

struct scene {
	struct fixture *fixture;
	struct domain *domains[2];
	int dials[2];
	struct test_client *clients[2];
	int64_t now_ns;
};

enum { GOOD, EVIL };

static void pass(struct scene *scene, int64_t ms) {
	scene->now_ns += ms * 1000000;
	clock_set_for_test(scene->now_ns);
}

static void scene_init(struct scene *scene, void **state) {
	static const char *const names[2] = {"banking", "untrusted"};
	*scene = (struct scene){.fixture = *state, .now_ns = clock_now_ns()};
	pass(scene, 0);
	for (int i = 0; i < 2; i++) {
		scene->domains[i] = fixture_domain(scene->fixture, names[i], &scene->dials[i]);
		scene->clients[i] = fixture_client(scene->fixture, scene->dials[i]);
	}
}

static void scene_finish(struct scene *scene) {
	for (int i = 0; i < 2; i++) {
		close(scene->dials[i]);
	}
	fixture_settle(scene->fixture);
	clock_set_for_test(-1);
}

static struct wlr_box area_of(struct scene *scene, int domain) {
	return window_in_server(scene->fixture, scene->domains[domain]->name)->area;
}

/* Points at the middle of what domain has on top. */
static void point_at(struct scene *scene, int domain) {
	struct wlr_box area = area_of(scene, domain);
	user_move(scene->fixture, area.x + area.width / 2, area.y + area.height / 2);
}

static void press(struct scene *scene) {
	user_button(scene->fixture, BTN_LEFT, true);
	user_button(scene->fixture, BTN_LEFT, false);
}

static void type(struct scene *scene, uint32_t key) {
	user_key(scene->fixture, key, true);
	user_key(scene->fixture, key, false);
}

static bool has_focus(struct scene *scene, int domain) {
	return focus_domain(scene->fixture->server) == scene->domains[domain];
}

/* A window that covers nearly all of the output. */
static void map_large(struct test_window *window, struct test_client *client, uint32_t color) {
	window_map(window, client, 1200, 640, color);
}

static void a_window_that_appears_over_another_is_not_clicked_at_once(void **state) {
	struct scene scene;
	struct test_window good, evil, evil_first;
	scene_init(&scene, state);
	window_map(&evil_first, scene.clients[EVIL], 100, 80, 0xffff00ff);
	map_large(&good, scene.clients[GOOD], 0xff00ff00);
	/* The user works with the attacker's window, which may open others on top. */
	point_at(&scene, EVIL);
	pass(&scene, 2000);
	press(&scene);
	assert_true(has_focus(&scene, EVIL));
	user_move(scene.fixture, 1000, 600);
	pass(&scene, 2000);
	int before = scene.clients[EVIL]->buttons;
	map_large(&evil, scene.clients[EVIL], 0xffff00ff);
	pass(&scene, DEADTIME_MS - 50);
	press(&scene);
	assert_int_equal(scene.clients[EVIL]->buttons, before);
	assert_int_equal(scene.clients[GOOD]->buttons, 0);
	/* Later it is there for all to see. */
	pass(&scene, 2 * DEADTIME_MS);
	press(&scene);
	assert_int_equal(scene.clients[EVIL]->buttons, before + 2);
	window_finish(&evil);
	window_finish(&good);
	window_finish(&evil_first);
	scene_finish(&scene);
}

static void what_a_window_uncovers_is_not_clicked_at_once(void **state) {
	struct scene scene;
	struct test_window good, evil;
	scene_init(&scene, state);
	map_large(&good, scene.clients[GOOD], 0xff00ff00);
	map_large(&evil, scene.clients[EVIL], 0xffff00ff);
	focus_show(scene.fixture->server, window_in_server(scene.fixture, "untrusted"));
	pass(&scene, 2000);
	user_move(scene.fixture, 640, 400);
	window_finish(&evil);
	press(&scene);
	assert_int_equal(scene.clients[GOOD]->buttons, 0);
	assert_false(has_focus(&scene, GOOD));
	pass(&scene, 2 * DEADTIME_MS);
	press(&scene);
	assert_int_equal(scene.clients[GOOD]->buttons, 2);
	assert_true(has_focus(&scene, GOOD));
	window_finish(&good);
	scene_finish(&scene);
}

static void a_window_that_shrinks_uncovers_too(void **state) {
	struct scene scene;
	struct test_window good, evil;
	scene_init(&scene, state);
	map_large(&good, scene.clients[GOOD], 0xff00ff00);
	map_large(&evil, scene.clients[EVIL], 0xffff00ff);
	focus_show(scene.fixture->server, window_in_server(scene.fixture, "untrusted"));
	pass(&scene, 2000);
	user_move(scene.fixture, 1000, 600);
	window_attach(&evil, 200, 200, 0xffff00ff);
	press(&scene);
	assert_int_equal(scene.clients[GOOD]->buttons, 0);
	/* And one that grows covers. */
	pass(&scene, 2000);
	window_attach(&evil, 1200, 640, 0xffff00ff);
	press(&scene);
	assert_int_equal(scene.clients[EVIL]->buttons, 0);
	window_finish(&evil);
	window_finish(&good);
	scene_finish(&scene);
}

/* A hostile window that comes and goes behind another takes no click from it. */
static void what_nobody_saw_costs_nobody_a_click(void **state) {
	struct scene scene;
	struct test_window good, evil;
	scene_init(&scene, state);
	map_large(&good, scene.clients[GOOD], 0xff00ff00);
	user_move(scene.fixture, 640, 400);
	pass(&scene, 2000);
	press(&scene);
	for (int i = 0; i < 4; i++) {
		map_large(&evil, scene.clients[EVIL], 0xffff00ff);
		window_finish(&evil);
		press(&scene);
		assert_int_equal(scene.clients[GOOD]->buttons, 4 + 2 * i);
	}
	window_finish(&good);
	scene_finish(&scene);
}

static void within_a_domain_every_click_counts(void **state) {
	struct scene scene;
	struct test_window first, second;
	scene_init(&scene, state);
	map_large(&first, scene.clients[GOOD], 0xff00ff00);
	user_move(scene.fixture, 640, 400);
	pass(&scene, 2000);
	map_large(&second, scene.clients[GOOD], 0xff00ff00);
	press(&scene);
	assert_int_equal(scene.clients[GOOD]->buttons, 2);
	window_finish(&second);
	press(&scene);
	assert_int_equal(scene.clients[GOOD]->buttons, 4);
	window_finish(&first);
	scene_finish(&scene);
}

static void what_a_window_leaves_is_not_taken_by_another_domain(void **state) {
	struct scene scene;
	struct test_window good, again, evil;
	scene_init(&scene, state);
	window_map(&good, scene.clients[GOOD], 300, 200, 0xff00ff00);
	assert_true(has_focus(&scene, GOOD));
	window_finish(&good);
	pass(&scene, 5000);
	window_map(&evil, scene.clients[EVIL], 300, 200, 0xffff00ff);
	assert_null(focus_window(scene.fixture->server));
	type(&scene, KEY_A);
	assert_int_equal(scene.clients[EVIL]->key_presses, 0);
	/* The domain that had it may go on. */
	window_map(&again, scene.clients[GOOD], 300, 200, 0xff00ff00);
	assert_true(has_focus(&scene, GOOD));
	window_finish(&again);
	point_at(&scene, EVIL);
	press(&scene);
	assert_true(has_focus(&scene, EVIL));
	window_finish(&evil);
	scene_finish(&scene);
}

static void a_window_that_appears_while_nobody_is_typed_at_waits(void **state) {
	struct scene scene;
	struct test_window evil, good;
	scene_init(&scene, state);
	type(&scene, KEY_A);
	pass(&scene, DEADTIME_MS - 50);
	window_map(&evil, scene.clients[EVIL], 300, 200, 0xffff00ff);
	assert_null(focus_window(scene.fixture->server));
	pass(&scene, 100);
	window_map(&good, scene.clients[GOOD], 300, 200, 0xff00ff00);
	assert_true(has_focus(&scene, GOOD));
	window_finish(&good);
	window_finish(&evil);
	scene_finish(&scene);
}

static void a_started_window_does_not_come_over_typing(void **state) {
	struct scene scene;
	struct test_window good, evil;
	scene_init(&scene, state);
	window_map(&good, scene.clients[GOOD], 300, 200, 0xff00ff00);
	focus_expect(scene.fixture->server, "untrusted");
	type(&scene, KEY_A);
	window_map(&evil, scene.clients[EVIL], 300, 200, 0xffff00ff);
	assert_true(has_focus(&scene, GOOD));
	focus_expect(scene.fixture->server, "untrusted");
	window_finish(&evil);
	window_map(&evil, scene.clients[EVIL], 300, 200, 0xffff00ff);
	assert_true(has_focus(&scene, EVIL));
	window_finish(&good);
	window_finish(&evil);
	scene_finish(&scene);
}

static void a_closed_window_is_followed_by_the_last_one_used(void **state) {
	struct scene scene;
	struct test_window first, second, third;
	scene_init(&scene, state);
	window_map(&first, scene.clients[GOOD], 200, 100, 0xff00ff00);
	window_map(&second, scene.clients[EVIL], 200, 100, 0xffff00ff);
	window_map(&third, scene.clients[GOOD], 200, 100, 0xff00ff00);
	assert_true(has_focus(&scene, GOOD));
	pass(&scene, 2000);
	point_at(&scene, EVIL);
	press(&scene);
	focus_show(scene.fixture->server, window_in_server(scene.fixture, "banking"));
	/* By itself: to its own domain. */
	window_finish(&third);
	assert_true(has_focus(&scene, GOOD));
	/* By the user: to whoever was used last. */
	window_close(focus_window(scene.fixture->server));
	window_finish(&first);
	assert_true(has_focus(&scene, EVIL));
	window_finish(&second);
	scene_finish(&scene);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(a_window_that_appears_over_another_is_not_clicked_at_once),
			TEST(what_a_window_uncovers_is_not_clicked_at_once),
			TEST(a_window_that_shrinks_uncovers_too),
			TEST(what_nobody_saw_costs_nobody_a_click),
			TEST(within_a_domain_every_click_counts),
			TEST(what_a_window_leaves_is_not_taken_by_another_domain),
			TEST(a_window_that_appears_while_nobody_is_typed_at_waits),
			TEST(a_started_window_does_not_come_over_typing),
			TEST(a_closed_window_is_followed_by_the_last_one_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
