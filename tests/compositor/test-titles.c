/* SPDX-License-Identifier: MIT
 *
 * Titles come from a process that is not trusted: whatever it says or does not say, frames show their
 * VM's name, and the desktop goes on. The arguments are silo-text and the programs in its place.
 */
#include "tests/compositor/fixture.h"

#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "compositor/window/frame_view.h"
#include "decorations/title.h"

#define RED 0xffff0000
#define LIES 8

static const char *programs[1 + LIES]; /* silo-text, and then by enum lie of fake-text.c */

struct scene {
	struct fixture *fixture;
	int dial;
	struct test_client *client;
	struct test_window test;
	struct window *window;
};

static void scene_init(struct scene *scene, void **state) {
	scene->fixture = *state;
	fixture_domain(scene->fixture, "work", &scene->dial);
	scene->client = fixture_client(scene->fixture, scene->dial);
	window_map(&scene->test, scene->client, 500, 200, RED);
	scene->window = window_in_server(scene->fixture, "work");
}

static void scene_finish(struct scene *scene) {
	window_finish(&scene->test);
	close(scene->dial);
}

static const struct title_picture *shown(const struct scene *scene) {
	return frame_view_frame(scene->window->frame)->spec.title;
}

/* Lets both go on until a title is shown, or for so long. Returns whether one is. */
static bool wait_title(struct scene *scene, int time_ms) {
	int64_t end_ms = clock_now_ms() + time_ms;
	while (shown(scene) == NULL && clock_now_ms() < end_ms) {
		server_dispatch(scene->fixture->server, 10);
		fixture_settle(scene->fixture);
	}
	return shown(scene) != NULL;
}

static void set_title(struct scene *scene, const char *title) {
	xdg_toplevel_set_title(scene->test.toplevel, title);
	fixture_settle(scene->fixture);
}

static int with_program(void **state, int program) {
	fixture_text = programs[program];
	return fixture_setup(state);
}

static int with_silo_text(void **state) {
	return with_program(state, 0);
}

static int with_nothing(void **state) {
	fixture_text = NULL;
	return fixture_setup(state);
}

static int with_no_program(void **state) {
	fixture_text = "/nonexistent/silo-text";
	return fixture_setup(state);
}

#define PATIENT_MS 8000
#define SHORT_MS 400

static void a_title_comes(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	assert_null(shown(&scene));
	set_title(&scene, "A title");
	/* Nothing waits for it: the frame is there. */
	assert_int_equal(fixture_pixel(scene.fixture, scene.window->area.x + 50,
					 scene.window->area.y + 50),
			RED & 0xffffff);
	assert_true(wait_title(&scene, PATIENT_MS));
	int width = shown(&scene)->width;
	assert_true(width > 20 && width < 120);
	/* Another, and what cannot be shown at all. */
	set_title(&scene, "A much longer title than that");
	int64_t end_ms = clock_now_ms() + PATIENT_MS;
	while (shown(&scene)->width == width && clock_now_ms() < end_ms) {
		server_dispatch(scene.fixture->server, 10);
		fixture_settle(scene.fixture);
	}
	assert_true(shown(&scene)->width > width);
	set_title(&scene, "");
	assert_null(shown(&scene));
	scene_finish(&scene);
}

/* As many as a proxy lets pass in a second; more would end the client. */
#define CHANGES 18

/* However often it is changed, it is asked for ten times a second, and the last one is shown. */
static void a_flood_of_titles_is_held_back(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	int64_t begin_ms = clock_now_ms();
	const struct title_picture *last = NULL;
	int pictures = 0, changes = 0;
	while (clock_now_ms() - begin_ms < 1000) {
		char title[64];
		/* Each alone, so that each would be shown if nobody held it back. */
		if (changes < CHANGES && clock_now_ms() - begin_ms >= changes * 50) {
			snprintf(title, sizeof(title), "title %d", changes++);
			set_title(&scene, title);
		} else {
			server_dispatch(scene.fixture->server, 10);
		}
		if (shown(&scene) != last) {
			last = shown(&scene);
			pictures++;
		}
	}
	assert_int_equal(changes, CHANGES);
	assert_true(pictures <= 12);
	set_title(&scene, "i");
	int64_t end_ms = clock_now_ms() + PATIENT_MS;
	while ((shown(&scene) == NULL || shown(&scene)->width > 10) && clock_now_ms() < end_ms) {
		server_dispatch(scene.fixture->server, 10);
		fixture_settle(scene.fixture);
	}
	assert_non_null(shown(&scene));
	assert_true(shown(&scene)->width <= 10);
	scene_finish(&scene);
}

static void hostile_titles(void **state) {
	static const char *const titles[] = {"\xe2\x80\xae desrever", "\xff\xfe\xc0\x80",
			"Z\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5", "\xed\xa0\x80",
			"\xf0\x9f\x98\x80\xf0\x9f\x98\x80", "%s%n", "[banking] x"};
	struct scene scene;
	scene_init(&scene, state);
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
		struct test_client *client = fixture_client(scene.fixture, scene.dial);
		struct test_window test;
		window_map(&test, client, 300, 100, RED);
		xdg_toplevel_set_title(test.toplevel, titles[i]);
		fixture_settle(scene.fixture);
		window_finish(&test);
		client_free(client);
	}
	set_title(&scene, "still there");
	assert_true(wait_title(&scene, PATIENT_MS));
	scene_finish(&scene);
}

static void without_it_the_name_stands_alone(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	set_title(&scene, "A title");
	assert_false(wait_title(&scene, SHORT_MS));
	scene_finish(&scene);
}

static void an_honest_one_is_shown(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	set_title(&scene, "A title");
	assert_true(wait_title(&scene, PATIENT_MS));
	assert_int_equal(shown(&scene)->width, 40);
	scene_finish(&scene);
}

/* It is ended and started again, less and less often; meanwhile the user clicks and types. */
static void a_liar_is_not_believed(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	set_title(&scene, "A title");
	assert_false(wait_title(&scene, SHORT_MS));
	int presses = scene.client->key_presses;
	user_click(scene.fixture, scene.window->area.x + 20, scene.window->area.y + 20);
	user_key(scene.fixture, KEY_A, true);
	user_key(scene.fixture, KEY_A, false);
	assert_int_equal(scene.client->key_presses, presses + 1);
	set_title(&scene, "Another");
	assert_false(wait_title(&scene, SHORT_MS));
	scene_finish(&scene);
}

/* What comes behind an answer is not read as one. */
static void a_flood_of_answers(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	for (int i = 0; i < 5; i++) {
		char title[16];
		snprintf(title, sizeof(title), "title %d", i);
		set_title(&scene, title);
		wait_title(&scene, 100);
	}
	user_click(scene.fixture, scene.window->area.x + 20, scene.window->area.y + 20);
	assert_int_equal(scene.client->buttons, 2);
	scene_finish(&scene);
}

#define LIE(number, name)                                                                          \
	static int with_##name(void **state) {                                                     \
		return with_program(state, 1 + number);                                            \
	}
LIE(0, honest)
LIE(1, id)
LIE(2, width)
LIE(3, height)
LIE(4, baseline)
LIE(5, short)
LIE(6, flood)
LIE(7, silence)

#define CASE(name, with) cmocka_unit_test_setup_teardown(name, with, fixture_teardown)

int main(int argc, char *argv[]) {
	if (argc != 2 + LIES) {
		fprintf(stderr, "usage: %s SILO-TEXT FAKE...\n", argv[0]);
		return 2;
	}
	memcpy(programs, argv + 1, sizeof(programs));
	const struct CMUnitTest tests[] = {
			CASE(a_title_comes, with_silo_text),
			CASE(a_flood_of_titles_is_held_back, with_silo_text),
			CASE(hostile_titles, with_silo_text),
			CASE(without_it_the_name_stands_alone, with_nothing),
			CASE(without_it_the_name_stands_alone, with_no_program),
			CASE(an_honest_one_is_shown, with_honest),
			CASE(a_liar_is_not_believed, with_id),
			CASE(a_liar_is_not_believed, with_width),
			CASE(a_liar_is_not_believed, with_height),
			CASE(a_liar_is_not_believed, with_baseline),
			CASE(a_liar_is_not_believed, with_short),
			CASE(a_flood_of_answers, with_flood),
			CASE(a_liar_is_not_believed, with_silence),
	};
	return cmocka_run_group_tests_name("titles", tests, NULL, NULL);
}
