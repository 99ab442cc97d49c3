/* SPDX-License-Identifier: MIT
 *
 * Who misbehaved: blamed by the compositor's own limits and by the proxy's word; nobody else is.
 */
#include "tests/compositor/fixture.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/limits.h"
#include "compositor/domain/blame.h"

struct scene {
	struct fixture *fixture;
	int dial, other_dial;
	struct domain *evil, *good;
	int told;
	struct wl_listener changed;
};

static void handle_changed(struct wl_listener *listener, void *data) {
	struct scene *scene = wl_container_of(listener, scene, changed);
	assert_ptr_equal(data, scene->evil);
	scene->told++;
}

static void scene_init(struct scene *scene, void **state) {
	*scene = (struct scene){.fixture = *state};
	scene->evil = fixture_domain(scene->fixture, "evil", &scene->dial);
	scene->good = fixture_domain(scene->fixture, "good", &scene->other_dial);
	assert_int_equal(scene->evil->blame.count, 0);
	scene->changed.notify = handle_changed;
	wl_signal_add(&scene->evil->blame.changed, &scene->changed);
}

static void scene_check(struct scene *scene, uint64_t count, enum offence offence) {
	assert_int_equal(scene->evil->blame.count, count);
	assert_int_equal(scene->evil->blame.offence, offence);
	assert_int_equal(scene->told, count);
	assert_true(scene->evil->blame.at_ms > 1600000000000);
	assert_int_equal(scene->good->blame.count, 0);
	wl_list_remove(&scene->changed.link);
	close(scene->dial);
	close(scene->other_dial);
	fixture_settle(scene->fixture);
}

static void by_a_limit_of_the_compositor(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_client *client = fixture_client(scene.fixture, scene.dial);
	for (int i = 0; i <= CLIENT_SURFACES_MAX; i++) {
		wl_compositor_create_surface(client->compositor);
	}
	assert_true(client_is_ended(client));
	scene_check(&scene, 1, OFFENCE_SURFACES);
}

static void by_the_word_of_its_proxy(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	const unsigned char reports[][2] = {{'o', OFFENCE_MALFORMED}, {'o', OFFENCE_MEMORY}};
	assert_int_equal(write(scene.dial, reports[0], 2), 2);
	assert_int_equal(write(scene.dial, reports[1], 2), 2);
	/* It still may connect. */
	struct test_client *client = fixture_client(scene.fixture, scene.dial);
	assert_false(client_is_ended(client));
	scene_check(&scene, 2, OFFENCE_MEMORY);
}

/* A proxy that was taken over can say what it likes, but of itself only, and at a bounded pace. */
static void a_flood_of_reports_waits(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	const unsigned char report[] = {'o', OFFENCE_OBJECTS};
	int sent = 0;
	for (int i = 0; i < 100; i++) {
		while (send(scene.dial, report, sizeof(report), MSG_DONTWAIT) == sizeof(report)) {
			sent++;
		}
		fixture_settle(scene.fixture);
	}
	assert_true(sent > VM_DIALS_BURST);
	assert_uint_in_range(scene.evil->blame.count, VM_DIALS_BURST, 2 * VM_DIALS_BURST);
	struct test_client *other = fixture_client(scene.fixture, scene.other_dial);
	assert_false(client_is_ended(other));
	scene_check(&scene, scene.evil->blame.count, OFFENCE_OBJECTS);
}

static void too_many_connections(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	int fds[VM_CLIENTS_MAX + 2];
	for (int i = 0; i < VM_CLIENTS_MAX + 2; i++) {
		char answer;
		size_t n = 1;
		assert_int_equal(write(scene.dial, "c", 1), 1);
		fixture_settle(scene.fixture);
		assert_int_equal(fd_recv(scene.dial, &answer, 1, &fds[i], &n), 1);
		assert_int_equal(answer, i < VM_CLIENTS_MAX ? '0' : '1');
		assert_int_equal(n, i < VM_CLIENTS_MAX ? 1 : 0);
	}
	for (int i = 0; i < VM_CLIENTS_MAX; i++) {
		close(fds[i]);
	}
	scene_check(&scene, 2, OFFENCE_CONNECTIONS);
}

static void no_such_report(void **state) {
	static const unsigned char reports[][3] = {{2, 'o', OFFENCE_NONE}, {2, 'o', OFFENCE_COUNT},
			{2, 'o', 255}, {1, 'o'}, {2, 'c', 1}};
	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		int dial;
		fixture_domain(*state, "evil", &dial);
		assert_int_equal(write(dial, &reports[i][1], reports[i][0]), reports[i][0]);
		fixture_settle(*state);
		/* The domain has ended. */
		char end;
		assert_true(read(dial, &end, 1) <= 0);
		close(dial);
	}
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(by_a_limit_of_the_compositor),
			TEST(by_the_word_of_its_proxy),
			TEST(a_flood_of_reports_waits),
			TEST(too_many_connections),
			TEST(no_such_report),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
