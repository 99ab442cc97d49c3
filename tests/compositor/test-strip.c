/* SPDX-License-Identifier: MIT
 *
 * What the strip says of the session: which host's tool looks at the screens, as long as it does and a while
 * longer, and whose window keeps the session awake.
 */
#include "tests/compositor/fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "compositor/output/output.h"
#include "compositor/shell/capture.h"
#include "ext-image-capture-source-v1-client-protocol.h"
#include "ext-image-copy-capture-v1-client-protocol.h"
#include "idle-inhibit-unstable-v1-client-protocol.h"
#include "wlr-screencopy-unstable-v1-client-protocol.h"

#define DEADLINE_MS 10000
#define STRIP_ROWS 25 /* without the line at its foot */

/* A picture of the strip's right half, as a number. */
static uint64_t right_half(struct fixture *fixture, size_t index) {
	static const int widths[] = {1280, 800};
	uint64_t sum = 0;
	for (int x = widths[index] / 2; x < widths[index]; x += 8) {
		sum = sum * 31 + fixture_pixel_on(fixture, index, x, STRIP_ROWS / 2);
	}
	return sum;
}

static void await_nobody(struct fixture *fixture) {
	int64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	while (captures_words(fixture->server) != NULL) {
		assert_true(clock_now_ms() < deadline_ms);
		server_dispatch(fixture->server, (int)(deadline_ms - clock_now_ms()));
	}
	fixture_settle(fixture);
}

/* As the kernel calls this program. */
static void own_name(char *out, size_t size) {
	FILE *file = fopen("/proc/self/comm", "re");
	assert_non_null(file);
	assert_non_null(fgets(out, (int)size, file));
	out[strcspn(out, "\n")] = '\0';
	fclose(file);
}

struct scene {
	struct fixture *fixture;
	struct test_client *tools;
	struct wl_output *output;
	char name[32];
	uint64_t calm[2];
};

static void scene_init(struct scene *scene, void **state) {
	*scene = (struct scene){.fixture = *state};
	scene->tools = fixture_host_client(scene->fixture, CLIENT_HOST_TOOLS);
	scene->output = client_bind(scene->tools, &wl_output_interface, 1);
	own_name(scene->name, sizeof(scene->name));
	for (size_t i = 0; i < 2; i++) {
		scene->calm[i] = right_half(scene->fixture, i);
	}
}

static void scene_finish(struct scene *scene) {
	wl_output_destroy(scene->output);
}

/* Some are looking, and both screens say so; or none is, and they are as they were. */
static void check(const struct scene *scene, bool is_captured) {
	const char *words = captures_words(scene->fixture->server);
	if (is_captured) {
		assert_non_null(words);
		assert_string_equal(words, scene->name);
	} else {
		assert_null(words);
	}
	for (size_t i = 0; i < 2; i++) {
		assert_true((right_half(scene->fixture, i) != scene->calm[i]) == is_captured);
	}
}

static void a_session_is_shown_while_it_is_there(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct ext_output_image_capture_source_manager_v1 *sources = client_bind(scene.tools,
			&ext_output_image_capture_source_manager_v1_interface, 1);
	struct ext_image_copy_capture_manager_v1 *manager =
			client_bind(scene.tools, &ext_image_copy_capture_manager_v1_interface, 1);
	fixture_settle(scene.fixture);
	check(&scene, false);
	struct ext_image_capture_source_v1 *source =
			ext_output_image_capture_source_manager_v1_create_source(sources,
					scene.output);
	struct ext_image_copy_capture_session_v1 *session =
			ext_image_copy_capture_manager_v1_create_session(manager, source, 0);
	fixture_settle(scene.fixture);
	check(&scene, true);
	/* Longer than a single picture's time. */
	int64_t until_ms = clock_now_ms() + CAPTURE_SHOWN_MS + 200;
	while (clock_now_ms() < until_ms) {
		server_dispatch(scene.fixture->server, (int)(until_ms - clock_now_ms()));
	}
	check(&scene, true);
	int64_t ended_ms = clock_now_ms();
	ext_image_copy_capture_session_v1_destroy(session);
	fixture_settle(scene.fixture);
	check(&scene, true);
	await_nobody(scene.fixture);
	assert_true(clock_now_ms() - ended_ms >= CAPTURE_SHOWN_MS);
	check(&scene, false);
	ext_image_capture_source_v1_destroy(source);
	ext_image_copy_capture_manager_v1_destroy(manager);
	ext_output_image_capture_source_manager_v1_destroy(sources);
	scene_finish(&scene);
}

static void a_single_picture_is_shown_for_a_while(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct zwlr_screencopy_manager_v1 *manager =
			client_bind(scene.tools, &zwlr_screencopy_manager_v1_interface, 1);
	for (int i = 0; i < 3; i++) {
		struct zwlr_screencopy_frame_v1 *frame =
				zwlr_screencopy_manager_v1_capture_output(manager, 0, scene.output);
		zwlr_screencopy_frame_v1_destroy(frame);
	}
	fixture_settle(scene.fixture);
	check(&scene, true);
	/* A second program of that name is not told twice; and one that is gone is still told. */
	client_free(scene.tools);
	check(&scene, true);
	await_nobody(scene.fixture);
	check(&scene, false);
}

static void who_keeps_it_awake_is_shown(void **state) {
	struct fixture *fixture = *state;
	int dial;
	struct domain *domain = fixture_domain(fixture, "media", &dial);
	struct test_client *client = fixture_client(fixture, dial);
	struct test_window window;
	window_map(&window, client, 300, 200, 0xff00ff00);
	const struct color fill = domain->colors.fill;
	uint32_t color = (uint32_t)fill.r << 16 | (uint32_t)fill.g << 8 | fill.b;
	uint64_t calm = right_half(fixture, 0);
	size_t pixels = fixture_count(fixture, color);
	struct zwp_idle_inhibit_manager_v1 *manager =
			client_bind(client, &zwp_idle_inhibit_manager_v1_interface, 1);
	struct zwp_idle_inhibitor_v1 *inhibitor =
			zwp_idle_inhibit_manager_v1_create_inhibitor(manager, window.surface);
	fixture_settle(fixture);
	assert_true(right_half(fixture, 0) != calm);
	/* Its tile is 16 by 16 with a glyph on it. */
	assert_true(fixture_count(fixture, color) > pixels + 100);
	struct window *seen = window_in_server(fixture, "media");
	window_set_minimized(seen, true);
	fixture_settle(fixture);
	/* One picture later: what is in sight is known when it is drawn. */
	right_half(fixture, 0);
	assert_int_equal(fixture_count(fixture, color), 0);
	window_set_minimized(seen, false);
	fixture_settle(fixture);
	zwp_idle_inhibitor_v1_destroy(inhibitor);
	fixture_settle(fixture);
	assert_true(right_half(fixture, 0) == calm);
	zwp_idle_inhibit_manager_v1_destroy(manager);
	window_finish(&window);
	close(dial);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	fixture_outputs = 2;
	const struct CMUnitTest tests[] = {
			TEST(a_session_is_shown_while_it_is_there),
			TEST(a_single_picture_is_shown_for_a_while),
			TEST(who_keeps_it_awake_is_shown),
	};
	return cmocka_run_group_tests_name("strip", tests, NULL, NULL);
}
