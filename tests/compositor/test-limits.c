/* SPDX-License-Identifier: MIT
 *
 * The compositor's own limits, behind those of the proxy: guests that have taken their proxy over
 * speak to it as they like. Each ends its client with the right blame; nobody else notices.
 */
#include "tests/compositor/fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "compositor/domain/meter.h"

struct scene {
	struct fixture *fixture;
	int dial, other_dial;
	struct domain *evil, *good;
	struct test_client *client, *other;
};

static void scene_init(struct scene *scene, void **state) {
	*scene = (struct scene){.fixture = *state};
	scene->evil = fixture_domain(scene->fixture, "evil", &scene->dial);
	scene->good = fixture_domain(scene->fixture, "good", &scene->other_dial);
	scene->client = fixture_client(scene->fixture, scene->dial);
	scene->other = fixture_client(scene->fixture, scene->other_dial);
}

/* The client has ended for that, and only it. */
static void scene_check(struct scene *scene, enum offence offence) {
	assert_true(client_is_ended(scene->client));
	assert_false(client_is_ended(scene->other));
	assert_int_equal(scene->evil->blame.count, 1);
	assert_string_equal(offence_text(scene->evil->blame.offence), offence_text(offence));
	assert_int_equal(scene->good->blame.count, 0);
	/* Another client of the same domain may come. */
	assert_false(client_is_ended(fixture_client(scene->fixture, scene->dial)));
	close(scene->dial);
	close(scene->other_dial);
	fixture_settle(scene->fixture);
}

static void rectangles_of_a_region(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct wl_region *region = wl_compositor_create_region(scene.client->compositor);
	for (int i = 0; i < REGION_RECTS_MAX; i++) {
		wl_region_add(region, i * 3, i * 3, 1, 1);
	}
	assert_false(client_is_ended(scene.client));
	wl_region_subtract(region, 1, 1, 1, 1);
	scene_check(&scene, OFFENCE_REGION);
}

static void types_of_an_offer(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct wl_data_device_manager *devices =
			client_bind(scene.client, &wl_data_device_manager_interface, 3);
	struct wl_data_source *source = wl_data_device_manager_create_data_source(devices);
	for (int i = 0; i <= MIME_TYPES_MAX; i++) {
		char type[16];
		snprintf(type, sizeof(type), "text/%d", i);
		wl_data_source_offer(source, type);
	}
	scene_check(&scene, OFFENCE_TYPES);
}

static void a_type_that_is_too_long(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct wl_data_device_manager *devices =
			client_bind(scene.client, &wl_data_device_manager_interface, 3);
	struct wl_data_source *source = wl_data_device_manager_create_data_source(devices);
	char type[MIME_TYPE_LEN_MAX + 2];
	memset(type, 'x', sizeof(type) - 1);
	type[sizeof(type) - 1] = '\0';
	wl_data_source_offer(source, type);
	scene_check(&scene, OFFENCE_TYPES);
}

static void titles(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window window;
	window_map(&window, scene.client, 200, 200, 0xffff0000);
	for (int i = 0; i < 5 * TITLES_PER_SECOND_MAX; i++) {
		char title[16];
		snprintf(title, sizeof(title), "%d", i);
		xdg_toplevel_set_title(window.toplevel, title);
	}
	scene_check(&scene, OFFENCE_TITLES);
	window_finish(&window);
}

static void surfaces_of_a_tree(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct wl_subcompositor *subcompositor = scene.client->subcompositor;
	struct wl_surface *root = wl_compositor_create_surface(scene.client->compositor);
	for (int i = 0; i <= SUBSURFACES_PER_TREE_MAX; i++) {
		struct wl_surface *child = wl_compositor_create_surface(scene.client->compositor);
		assert_false(client_is_ended(scene.client));
		wl_subcompositor_get_subsurface(subcompositor, child, root);
	}
	wl_surface_commit(root);
	scene_check(&scene, OFFENCE_SUBSURFACES);
}

static void pixels(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct test_window window;
	clock_set_for_test(clock_now_ns());
	window_map(&window, scene.client, 1000, 1000, 0xffff0000);
	/* In no time: what is allowed at once, and as much again. */
	for (int i = 0; i < 8 * 2 * 60 * 3 && scene.evil->blame.count == 0; i++) {
		wl_surface_damage_buffer(window.surface, 0, 0, INT32_MAX, INT32_MAX);
		wl_surface_commit(window.surface);
		if (i % 50 == 49) {
			fixture_settle(scene.fixture);
		}
	}
	scene_check(&scene, OFFENCE_PIXELS);
	clock_set_for_test(-1);
	window_finish(&window);
}

static void a_broken_rule(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct wl_surface *surface = wl_compositor_create_surface(scene.client->compositor);
	wl_surface_set_buffer_scale(surface, 0);
	scene_check(&scene, OFFENCE_PROTOCOL);
}

/* All of the time, though others want some and it was told to be silent. */
static void time_of_the_compositor(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct share *share = &scene.evil->share;
	for (int i = 0; i < 100000 && scene.evil->blame.count == 0; i++) {
		wl_compositor_create_region(scene.client->compositor);
		wl_display_sync(scene.other->display);
		/* As if it had used much. */
		bucket_take(&share->time, 20 * 1000 * 1000);
		fixture_settle(scene.fixture);
	}
	unsigned char order[2];
	size_t n = 0;
	assert_int_equal(fd_recv(scene.dial, order, sizeof(order), NULL, &n), 2);
	assert_int_equal(order[0], 's');
	assert_true(order[1] >= 1 && order[1] <= 100);
	fd_set_nonblock(scene.dial, true);
	while (fd_recv(scene.dial, order, sizeof(order), NULL, &n) == 2) {
		n = 0;
	}
	fd_set_nonblock(scene.dial, false);
	share_init(share);
	scene_check(&scene, OFFENCE_TIME);
}

/* As if something else had the processor: time passes, and this thread does not run. */
static void handle_preempted(int number) {
	const struct timespec time = {.tv_nsec = 300 * 1000 * 1000};
	nanosleep(&time, NULL);
}

/* On a machine that is busy with something else a request takes long, and its client is not to blame. */
static void a_busy_machine_ends_nobody(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	const struct sigaction action = {.sa_handler = handle_preempted, .sa_flags = SA_RESTART};
	const struct itimerval often = {.it_value.tv_usec = 4000, .it_interval.tv_usec = 4000};
	assert_int_equal(sigaction(SIGPROF, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_PROF, &often, NULL), 0);
	for (int i = 0; i < 6000; i++) {
		struct wl_region *region = wl_compositor_create_region(scene.client->compositor);
		wl_region_add(region, 0, 0, 1, 1);
		wl_region_destroy(region);
		if (i % 300 == 299) {
			fixture_settle(scene.fixture);
		}
	}
	const struct itimerval never = {0};
	assert_int_equal(setitimer(ITIMER_PROF, &never, NULL), 0);
	assert_int_equal(scene.evil->blame.count, 0);
	assert_false(client_is_ended(scene.client));
	close(scene.dial);
	close(scene.other_dial);
	fixture_settle(scene.fixture);
}

static void a_proxy_that_keeps_no_limit(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	for (int i = 0; i <= DOMAIN_STRIKES_MAX; i++) {
		struct test_client *client = fixture_client(scene.fixture, scene.dial);
		struct wl_region *region = wl_compositor_create_region(client->compositor);
		for (int k = 0; k <= REGION_RECTS_MAX; k++) {
			wl_region_add(region, k, k, 1, 1);
		}
		assert_true(client_is_ended(client));
		client_free(client);
	}
	assert_true(client_is_ended(scene.client));
	assert_false(client_is_ended(scene.other));
	/* But for orders to be silent that were on their way, it has ended. */
	char end = 0;
	ssize_t n;
	do {
		n = read(scene.dial, &end, 1);
	} while (n == 1 && end == 's');
	assert_true(n <= 0);
	close(scene.dial);
	close(scene.other_dial);
	fixture_settle(scene.fixture);
}

/* No proxy can know of it: the client ends, but its machine has broken no limit. */
static void a_popup_of_nothing(void **state) {
	struct scene scene;
	struct test_window popup;
	scene_init(&scene, state);
	popup_init(&popup, scene.client, NULL, 0, 0, 10, 10);
	fixture_settle(scene.fixture);
	assert_int_equal(scene.evil->strikes, 0);
	scene_check(&scene, OFFENCE_PROTOCOL);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(rectangles_of_a_region),
			TEST(types_of_an_offer),
			TEST(a_type_that_is_too_long),
			TEST(titles),
			TEST(surfaces_of_a_tree),
			TEST(pixels),
			TEST(a_broken_rule),
			TEST(a_popup_of_nothing),
			TEST(time_of_the_compositor),
			TEST(a_busy_machine_ends_nobody),
			TEST(a_proxy_that_keeps_no_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
