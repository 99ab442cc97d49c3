/* SPDX-License-Identifier: MIT
 *
 * When nobody is there: the session locks, the screens go off, whose windows may keep both away; what tools are
 * told of it; and logind's lock-session, unlock-session and sleep.
 */
#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wlr/types/wlr_output.h>

#include "base/clock.h"
#include "compositor/lock/idle.h"
#include "compositor/lock/lock.h"
#include "compositor/output/output.h"
#include "compositor/window/window.h"
#include "ext-idle-notify-v1-client-protocol.h"
#include "idle-inhibit-unstable-v1-client-protocol.h"
#include "tests/compositor/lock_client.h"
#include "tests/compositor/logind.h"

#define RED 0xffff0000
#define DEADLINE_MS 10000

static char directory[] = "/tmp/silo-test-XXXXXX";
static char config_path[64], bus_path[64];
static struct logind logind;

struct scene {
	struct fixture *fixture;
	struct server *server;
	int dial;
	struct test_client *vm;
	struct test_window window;
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

/* Dispatches until is_so(server) is wanted, or for wait_ms; returns it. */
static bool await(struct scene *scene, bool (*is_so)(struct server *server), bool is_wanted,
		int wait_ms) {
	int64_t deadline_ms = clock_now_ms() + wait_ms;
	fixture_settle(scene->fixture);
	while (is_so(scene->server) != is_wanted) {
		int64_t left_ms = deadline_ms - clock_now_ms();
		if (left_ms <= 0) {
			break;
		}
		server_dispatch(scene->server, left_ms < 50 ? (int)left_ms : 50);
		fixture_settle(scene->fixture);
	}
	return is_so(scene->server);
}

static bool is_dark(struct server *server) {
	const struct output *output = wl_container_of(server->outputs->list.next, output, link);
	return !output->wlr_output->enabled;
}

static void unlock(struct scene *scene) {
	struct test_locker locker;
	locker_init(&locker, scene->fixture);
	fixture_await(scene->fixture, &locker.is_locked);
	locker_unlock(&locker);
	locker_finish(&locker);
}

static void it_locks_and_goes_dark(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	int64_t began_ms = clock_now_ms();
	user_tap(scene.fixture, KEY_A);
	int presses = scene.vm->key_presses;
	assert_true(await(&scene, lock_is_on, true, DEADLINE_MS));
	assert_true(clock_now_ms() - began_ms >= 1000);
	assert_true(idle_is_on(scene.server));
	assert_true(await(&scene, is_dark, true, DEADLINE_MS));
	/* Windows stay where they are, and the key that wakes the screens does only that. */
	assert_true(window_is_shown(window_in_server(scene.fixture, "banking")));
	user_tap(scene.fixture, KEY_B);
	assert_false(await(&scene, is_dark, false, 0));
	assert_false(idle_is_on(scene.server));
	assert_true(lock_is_on(scene.server));
	assert_int_equal(scene.vm->key_presses, presses);
	unlock(&scene);
	/* The same with the screens dark but nothing locked. */
	assert_true(await(&scene, lock_is_on, true, DEADLINE_MS));
	assert_true(await(&scene, is_dark, true, DEADLINE_MS));
	user_button(scene.fixture, BTN_LEFT, true);
	assert_false(is_dark(scene.server));
	user_button(scene.fixture, BTN_LEFT, false);
	assert_int_equal(scene.vm->buttons, 0);
	unlock(&scene);
	scene_finish(&scene);
}

static struct zwp_idle_inhibitor_v1 *inhibit(struct test_client *client,
		struct wl_surface *surface) {
	struct zwp_idle_inhibit_manager_v1 *manager =
			client_bind(client, &zwp_idle_inhibit_manager_v1_interface, 1);
	struct zwp_idle_inhibitor_v1 *inhibitor =
			zwp_idle_inhibit_manager_v1_create_inhibitor(manager, surface);
	zwp_idle_inhibit_manager_v1_destroy(manager);
	fixture_settle(client->fixture);
	return inhibitor;
}

static void only_a_window_in_sight_keeps_it_awake(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct domain *domain = domains_find(scene.server, "banking");
	assert_null(idle_inhibitor(scene.server));
	struct zwp_idle_inhibitor_v1 *inhibitor = inhibit(scene.vm, scene.window.surface);
	assert_true(idle_inhibitor(scene.server) == domain);
	assert_false(await(&scene, lock_is_on, true, 1500));
	/* Covered by another window; then a part of it looks out. */
	struct test_window cover;
	int fd;
	fixture_domain(scene.fixture, "work", &fd);
	struct test_client *other = fixture_client(scene.fixture, fd);
	window_map(&cover, other, 1000, 600, RED);
	window_raise(window_in_server(scene.fixture, "work"));
	struct window *ours = window_in_server(scene.fixture, "banking");
	window_move(window_in_server(scene.fixture, "work"), 100, 100);
	window_move(ours, 300, 300);
	assert_null(idle_inhibitor(scene.server));
	window_move(ours, 970, 300);
	assert_true(idle_inhibitor(scene.server) == domain);
	/* Minimised, and without a picture. */
	window_set_minimized(ours, true);
	assert_null(idle_inhibitor(scene.server));
	window_set_minimized(ours, false);
	window_raise(ours);
	assert_true(idle_inhibitor(scene.server) == domain);
	struct wl_surface *bare = wl_compositor_create_surface(scene.vm->compositor);
	zwp_idle_inhibitor_v1_destroy(inhibitor);
	inhibitor = inhibit(scene.vm, bare);
	assert_null(idle_inhibitor(scene.server));
	zwp_idle_inhibitor_v1_destroy(inhibitor);
	/* Behind the lock. */
	inhibitor = inhibit(scene.vm, scene.window.surface);
	assert_true(idle_inhibitor(scene.server) == domain);
	assert_int_equal(lock_now(scene.server, "test"), LOCK_DONE);
	assert_null(idle_inhibitor(scene.server));
	assert_true(await(&scene, is_dark, true, DEADLINE_MS));
	unlock(&scene);
	zwp_idle_inhibitor_v1_destroy(inhibitor);
	wl_surface_destroy(bare);
	window_finish(&cover);
	close(fd);
	scene_finish(&scene);
}

static void too_many_requests_end_their_client(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct zwp_idle_inhibitor_v1 *inhibitors[IDLE_INHIBITORS_MAX + 1];
	for (size_t i = 0; i < IDLE_INHIBITORS_MAX; i++) {
		inhibitors[i] = inhibit(scene.vm, scene.window.surface);
	}
	assert_false(client_is_ended(scene.vm));
	inhibitors[IDLE_INHIBITORS_MAX] = inhibit(scene.vm, scene.window.surface);
	assert_true(client_is_ended(scene.vm));
	assert_null(idle_inhibitor(scene.server));
	for (size_t i = 0; i <= IDLE_INHIBITORS_MAX; i++) {
		zwp_idle_inhibitor_v1_destroy(inhibitors[i]);
	}
	scene_finish(&scene);
}

static void the_settings_say_who_may(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct zwp_idle_inhibitor_v1 *inhibitor = inhibit(scene.vm, scene.window.surface);
	assert_null(idle_inhibitor(scene.server));
	int fd;
	fixture_domain(scene.fixture, "media", &fd);
	struct test_client *media = fixture_client(scene.fixture, fd);
	struct test_window window;
	window_map(&window, media, 300, 200, RED);
	struct zwp_idle_inhibitor_v1 *second = inhibit(media, window.surface);
	assert_true(idle_inhibitor(scene.server) == domains_find(scene.server, "media"));
	zwp_idle_inhibitor_v1_destroy(second);
	zwp_idle_inhibitor_v1_destroy(inhibitor);
	window_finish(&window);
	close(fd);
	scene_finish(&scene);
}

static void handle_idled(void *data, struct ext_idle_notification_v1 *notification) {
	bool *is_idle = data;
	*is_idle = true;
}

static void handle_resumed(void *data, struct ext_idle_notification_v1 *notification) {
	bool *is_idle = data;
	*is_idle = false;
}

static void tools_hear_of_it_and_machines_do_not(void **state) {
	static const struct ext_idle_notification_v1_listener listener = {
			.idled = handle_idled, .resumed = handle_resumed};
	struct scene scene;
	scene_init(&scene, state);
	assert_false(client_is_offered(scene.vm, "ext_idle_notifier_v1"));
	struct test_client *tools = fixture_host_client(scene.fixture, CLIENT_HOST_TOOLS);
	struct ext_idle_notifier_v1 *notifier =
			client_bind(tools, &ext_idle_notifier_v1_interface, 1);
	struct ext_idle_notification_v1 *notification =
			ext_idle_notifier_v1_get_idle_notification(notifier, 100, tools->seat);
	bool is_idle = false;
	ext_idle_notification_v1_add_listener(notification, &listener, &is_idle);
	fixture_await(scene.fixture, &is_idle);
	user_tap(scene.fixture, KEY_A);
	assert_false(is_idle);
	fixture_await(scene.fixture, &is_idle);
	ext_idle_notification_v1_destroy(notification);
	ext_idle_notifier_v1_destroy(notifier);
	fixture_settle(scene.fixture);
	scene_finish(&scene);
}

/* ---- logind ---- */

static bool has_session(struct server *server) {
	return logind.has_session && logind_is_delayed(&logind);
}

static bool is_hinted(struct server *server) {
	return logind.is_locked_hint;
}

static bool is_idle_hinted(struct server *server) {
	return logind.idle_hint;
}

static bool is_delayed(struct server *server) {
	return logind_is_delayed(&logind);
}

static void logind_locks_and_unlocks(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	logind_serve(&logind, scene.server);
	assert_true(await(&scene, has_session, true, DEADLINE_MS));
	logind_signal(&logind, "Lock");
	assert_true(await(&scene, lock_is_on, true, DEADLINE_MS));
	assert_true(await(&scene, is_hinted, true, DEADLINE_MS));
	/* One that is there is told that it is over. */
	struct test_locker locker;
	locker_init(&locker, scene.fixture);
	fixture_await(scene.fixture, &locker.is_locked);
	logind_signal(&logind, "Unlock");
	assert_false(await(&scene, lock_is_on, false, DEADLINE_MS));
	assert_false(await(&scene, is_hinted, false, DEADLINE_MS));
	fixture_settle(scene.fixture);
	assert_true(locker.is_finished);
	user_tap(scene.fixture, KEY_A);
	assert_int_equal(scene.vm->last_key, KEY_A);
	locker_finish(&locker);
	logind_finish(&logind);
	scene_finish(&scene);
}

static void the_machine_sleeps_when_it_is_locked(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	logind_serve(&logind, scene.server);
	assert_true(await(&scene, has_session, true, DEADLINE_MS));
	logind_prepare_for_sleep(&logind, true);
	while (!lock_is_on(scene.server)) {
		server_dispatch(scene.server, 10);
		/* Not a moment in which it might sleep with the windows on its screens. */
		assert_true(lock_is_blank(scene.server) || logind_is_delayed(&logind));
	}
	assert_false(await(&scene, is_delayed, false, DEADLINE_MS));
	assert_true(lock_is_blank(scene.server));
	logind_prepare_for_sleep(&logind, false);
	assert_true(await(&scene, is_delayed, true, DEADLINE_MS));
	assert_int_equal(logind.delays, 2);
	assert_true(lock_is_on(scene.server));
	/* Locked already: at once. */
	logind_prepare_for_sleep(&logind, true);
	assert_false(await(&scene, is_delayed, false, DEADLINE_MS));
	/* And it hears when nobody is there. */
	assert_true(await(&scene, is_idle_hinted, true, DEADLINE_MS));
	user_tap(scene.fixture, KEY_A);
	assert_false(await(&scene, is_idle_hinted, false, DEADLINE_MS));
	unlock(&scene);
	logind_finish(&logind);
	scene_finish(&scene);
}

static int setup_with(void **state, const char *idle) {
	FILE *file = fopen(config_path, "w");
	assert_non_null(file);
	fprintf(file, "locker /bin/sleep 600\nidle {\n%s}\n", idle);
	fclose(file);
	return fixture_setup(state);
}

static int setup(void **state) {
	return setup_with(state, "lock 1s\nscreen-off 2s\n");
}

static int setup_awake(void **state) {
	return setup_with(state, "lock never\nscreen-off never\nawake media\n");
}

static int setup_logind(void **state) {
	logind_listen(&logind, bus_path);
	fixture_logind = true;
	int ret = setup_with(state, "lock never\nscreen-off 1s\n");
	fixture_logind = false;
	return ret;
}

int main(void) {
	if (mkdtemp(directory) == NULL) {
		return 1;
	}
	snprintf(config_path, sizeof(config_path), "%s/config", directory);
	snprintf(bus_path, sizeof(bus_path), "%s/bus", directory);
	fixture_config = config_path;
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(it_locks_and_goes_dark, setup),
			TEST(only_a_window_in_sight_keeps_it_awake, setup),
			TEST(too_many_requests_end_their_client, setup),
			TEST(the_settings_say_who_may, setup_awake),
			TEST(tools_hear_of_it_and_machines_do_not, setup_awake),
			TEST(logind_locks_and_unlocks, setup_logind),
			TEST(the_machine_sleeps_when_it_is_locked, setup_logind),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(config_path);
	unlink(bus_path);
	rmdir(directory);
	return failed;
}
