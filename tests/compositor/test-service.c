/* SPDX-License-Identifier: MIT
 *
 * io.silo.Compositor as panels and launchers use it: what they are told, what they may do, and who
 * is refused. Server and caller share one loop.
 */
#include <linux/input-event-codes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <systemd/sd-varlink.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/clock.h"
#include "compositor/input/focus.h"
#include "compositor/shell/notices.h"
#include "tests/compositor/fixture.h"

#define NAME "io.silo.Compositor."
#define RED 0xffff0000
#define DEADLINE_MS 10000

static char runtime[] = "/tmp/silo-test-XXXXXX";
static char address[64];

struct scene {
	struct fixture *fixture;
	int dials[2];
	struct test_client *clients[2];
	struct test_window windows[2];
	sd_varlink *link;
	sd_json_variant *told; /* the last answer */
	char error[64];
	int answers;
	bool is_answered;
};

static int handle_reply(sd_varlink *link, sd_json_variant *parameters, const char *error,
		sd_varlink_reply_flags_t flags, void *data) {
	struct scene *scene = data;
	sd_json_variant_unref(scene->told);
	scene->told = sd_json_variant_ref(parameters);
	snprintf(scene->error, sizeof(scene->error), "%s", error != NULL ? error : "");
	scene->answers++;
	scene->is_answered = true;
	return 0;
}

static sd_varlink *dial(struct scene *scene) {
	sd_varlink *link = NULL;
	assert_true(sd_varlink_connect_address(&link, address) >= 0);
	sd_varlink_set_userdata(link, scene);
	assert_true(sd_varlink_bind_reply(link, handle_reply) >= 0);
	assert_true(sd_varlink_attach_event(link, scene->fixture->server->event, 0) >= 0);
	return link;
}

static void scene_init(struct scene *scene, void **state) {
	static const char *const names[] = {"banking", "work"};
	*scene = (struct scene){.fixture = *state};
	for (size_t i = 0; i < 2; i++) {
		fixture_domain(scene->fixture, names[i], &scene->dials[i]);
		scene->clients[i] = fixture_client(scene->fixture, scene->dials[i]);
		window_map(&scene->windows[i], scene->clients[i], 300, 200, RED);
	}
	scene->link = dial(scene);
}

static void scene_finish(struct scene *scene) {
	sd_json_variant_unref(scene->told);
	sd_varlink_close_unref(scene->link);
	for (size_t i = 0; i < 2; i++) {
		window_finish(&scene->windows[i]);
		close(scene->dials[i]);
	}
}

static void await_answer(struct scene *scene) {
	scene->is_answered = false;
	fixture_await(scene->fixture, &scene->is_answered);
	fixture_settle(scene->fixture);
}

/* Calls a method with one parameter, or none, and returns its error, "" if it has none. */
static const char *call(struct scene *scene, const char *method, const char *parameters) {
	char full[64];
	snprintf(full, sizeof(full), "%s%s", NAME, method);
	sd_json_variant *variant = NULL;
	assert_true(sd_json_parse(parameters, 0, &variant, NULL, NULL) >= 0);
	sd_varlink *link = dial(scene);
	assert_true(sd_varlink_invoke(link, full, variant) >= 0);
	sd_json_variant_unref(variant);
	await_answer(scene);
	sd_varlink_close_unref(link);
	return scene->error;
}

static const char *call_on(struct scene *scene, const char *method, const struct window *window) {
	char parameters[32];
	snprintf(parameters, sizeof(parameters), "{\"id\":%u}", window->id);
	return call(scene, method, parameters);
}

static sd_json_variant *told_window(struct scene *scene, const char *domain) {
	sd_json_variant *windows = sd_json_variant_by_key(scene->told, "windows");
	for (size_t i = 0; i < sd_json_variant_elements(windows); i++) {
		sd_json_variant *window = sd_json_variant_by_index(windows, i);
		if (strcmp(sd_json_variant_string(sd_json_variant_by_key(window, "domain")),
				    domain) == 0) {
			return window;
		}
	}
	return NULL;
}

static void watchers_are_told_of_every_change(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	assert_true(sd_varlink_observe(scene.link, NAME "Watch", NULL) >= 0);
	await_answer(&scene);
	sd_json_variant *domains = sd_json_variant_by_key(scene.told, "domains");
	assert_int_equal(sd_json_variant_elements(domains), 2);
	assert_string_equal(sd_json_variant_string(sd_json_variant_by_key(scene.told, "keyboard")),
			"banking");
	assert_non_null(told_window(&scene, "work"));
	xdg_toplevel_set_title(scene.windows[1].toplevel, "Letter\n\x1b[31m to you");
	wl_surface_commit(scene.windows[1].surface);
	await_answer(&scene);
	assert_string_equal(sd_json_variant_string(sd_json_variant_by_key(told_window(&scene,
											  "work"),
					    "title")),
			"Letter [31m to you");
	focus_show(scene.fixture->server, window_in_server(scene.fixture, "work"));
	await_answer(&scene);
	assert_string_equal(sd_json_variant_string(sd_json_variant_by_key(scene.told, "keyboard")),
			"work");
	window_set_minimized(window_in_server(scene.fixture, "banking"), true);
	await_answer(&scene);
	assert_true(sd_json_variant_boolean(sd_json_variant_by_key(told_window(&scene, "banking"),
			"minimized")));
	/* However many titles: nothing is told at once, and then the last. */
	int answers = scene.answers;
	for (int i = 0; i < TITLES_PER_SECOND_MAX; i++) {
		char title[32];
		snprintf(title, sizeof(title), "title %d", i);
		xdg_toplevel_set_title(scene.windows[1].toplevel, title);
	}
	await_answer(&scene);
	assert_string_equal(sd_json_variant_string(sd_json_variant_by_key(told_window(&scene,
											  "work"),
					    "title")),
			"title 9");
	assert_int_in_range(scene.answers - answers, 1, 2);
	scene_finish(&scene);
}

static void windows_are_activated_minimised_closed(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct server *server = scene.fixture->server;
	struct window *work = window_in_server(scene.fixture, "work");
	assert_string_equal(call_on(&scene, "ActivateWindow", work), "");
	assert_true(focus_window(server) == work);
	assert_string_equal(call_on(&scene, "MinimizeWindow", work), "");
	assert_true(work->is_minimized);
	assert_string_equal(call_on(&scene, "ActivateWindow", work), "");
	assert_false(work->is_minimized);
	assert_string_equal(call_on(&scene, "CloseWindow", work), "");
	assert_true(scene.windows[1].is_closed);
	assert_string_equal(call(&scene, "CloseWindow", "{\"id\":99999}"), NAME "NoSuchWindow");
	assert_string_not_equal(call(&scene, "CloseWindow", "{\"id\":-1}"), "");
	assert_string_not_equal(call(&scene, "CloseWindow", "{}"), "");
	assert_string_equal(call(&scene, "ToggleLauncher", "{}"), NAME "NoLauncher");
	scene_finish(&scene);
}

static void an_expected_window_gets_the_keyboard_once(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct server *server = scene.fixture->server;
	struct window *banking = window_in_server(scene.fixture, "banking");
	struct test_window expected, other;
	assert_true(focus_window(server) == banking);
	assert_string_equal(call(&scene, "ExpectWindow", "{\"domain\":\"work\"}"), "");
	window_map(&expected, scene.clients[1], 200, 200, RED);
	assert_true(expected.is_activated);
	focus_show(server, banking);
	window_map(&other, scene.clients[1], 200, 200, RED);
	assert_false(other.is_activated);
	window_finish(&other);
	/* Not when the user has typed meanwhile, nor for another domain. */
	call(&scene, "ExpectWindow", "{\"domain\":\"work\"}");
	user_key(scene.fixture, KEY_A, true);
	user_key(scene.fixture, KEY_A, false);
	window_map(&other, scene.clients[1], 200, 200, RED);
	assert_false(other.is_activated);
	window_finish(&other);
	call(&scene, "ExpectWindow", "{\"domain\":\"untrusted\"}");
	window_map(&other, scene.clients[1], 200, 200, RED);
	assert_false(other.is_activated);
	window_finish(&other);
	assert_string_not_equal(call(&scene, "ExpectWindow", "{\"domain\":\"host\"}"), "");
	window_finish(&expected);
	scene_finish(&scene);
}

/* ---- notices ---- */

static size_t told_notices(struct scene *scene) {
	sd_json_variant *notices = sd_json_variant_by_key(scene->told, "notices");
	assert_non_null(notices);
	return sd_json_variant_elements(notices);
}

static sd_json_variant *told_notice(struct scene *scene, size_t index, const char *key) {
	return sd_json_variant_by_key(sd_json_variant_by_index(sd_json_variant_by_key(scene->told,
									       "notices"),
						      index),
			key);
}

static const char *told_text(struct scene *scene, size_t index, const char *key) {
	return sd_json_variant_string(told_notice(scene, index, key));
}

/* All that is told now, by a watcher of its own. */
static void look(struct scene *scene) {
	sd_varlink *link = dial(scene);
	assert_true(sd_varlink_observe(link, NAME "Watch", NULL) >= 0);
	await_answer(scene);
	sd_varlink_close_unref(link);
	fixture_settle(scene->fixture);
}

#define NOTICE(vm, tag, title)                                                                     \
	"{\"kind\":\"start\",\"source\":{\"name\":\"" vm "\"},\"tag\":\"" tag                      \
	"\",\"title\":\"" title "\"}"

static void notices_are_told_replaced_and_taken_back(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	assert_string_equal(call(&scene, "Notify",
					    "{\"kind\":\"start\",\"failure\":true,\"tag\":\"start:"
					    "evil\","
					    "\"source\":{\"name\":\"evil\",\"label\":\"Evil\","
					    "\"color\":"
					    "\"#ee7d1f\",\"glyph\":\"plus\"},\"detail\":"
					    "\"\\u202e“x”\","
					    "\"title\":\"Not started:\\nno kernel\",\"text\":\"Do "
					    "this\"}"),
			"");
	assert_string_equal(call(&scene, "Notify", NOTICE("work", "w", "Copied")), "");
	look(&scene);
	assert_int_equal(told_notices(&scene), 2);
	/* The newest first; a domain's colours are its own. */
	assert_string_equal(told_text(&scene, 0, "title"), "Copied");
	assert_int_equal(sd_json_variant_unsigned(told_notice(&scene, 0, "seconds")), 4);
	assert_non_null(sd_json_variant_by_key(told_notice(&scene, 0, "source"), "color"));
	assert_string_equal(told_text(&scene, 1, "title"), "Not started: no kernel");
	assert_string_equal(told_text(&scene, 1, "detail"), "“x”");
	assert_int_equal(sd_json_variant_unsigned(told_notice(&scene, 1, "seconds")), 8);
	assert_string_equal(sd_json_variant_string(sd_json_variant_by_key(told_notice(&scene, 1,
											  "source"),
					    "color")),
			"#ee7d1f");
	assert_string_equal(call(&scene, "Notify", NOTICE("evil", "start:evil", "Better")), "");
	look(&scene);
	assert_int_equal(told_notices(&scene), 2);
	assert_string_equal(told_text(&scene, 0, "title"), "Better");
	char parameters[32];
	snprintf(parameters, sizeof(parameters), "{\"id\":%u}",
			(unsigned)sd_json_variant_unsigned(told_notice(&scene, 0, "id")));
	assert_string_equal(call(&scene, "DismissNotice", parameters), "");
	assert_string_equal(call(&scene, "DismissNotice", parameters), "");
	assert_string_equal(call(&scene, "WithdrawNotice", "{\"tag\":\"w\"}"), "");
	look(&scene);
	assert_int_equal(told_notices(&scene), 0);
	scene_finish(&scene);
}

static void notices_that_are_wrong_are_refused(void **state) {
	static const char *const wrong[] = {"{}", "{\"kind\":\"start\"}",
			"{\"kind\":\"x\",\"title\":\"t\"}",
			"{\"kind\":\"start\",\"title\":\"\\u200b\"}",
			"{\"kind\":\"start\",\"title\":\"t\",\"source\":{\"name\":\"../x\"}}",
			"{\"kind\":\"start\",\"title\":\"t\",\"source\":{}}",
			"{\"kind\":\"start\",\"title\":\"t\",\"source\":{\"name\":\"a\",\"color\":"
			"\"#12345\"}}",
			"{\"kind\":\"start\",\"title\":\"t\",\"target\":{\"name\":\"a\",\"glyph\":"
			"\"skull\"}}",
			"{\"kind\":\"start\",\"title\":\"t\",\"seconds\":-1}"};
	struct scene scene;
	scene_init(&scene, state);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_string_not_equal(call(&scene, "Notify", wrong[i]), "");
	}
	look(&scene);
	assert_int_equal(told_notices(&scene), 0);
	scene_finish(&scene);
}

/* One that says a lot is cut short, and takes no other's place. */
static void a_flood_of_notices_is_bounded(void **state) {
	struct scene scene;
	char long_one[2048];
	int refused = 0;
	scene_init(&scene, state);
	assert_string_equal(call(&scene, "Notify", NOTICE("work", "", "Mine")), "");
	for (int i = 0; i < 50; i++) {
		refused += strcmp(call(&scene, "Notify", NOTICE("evil", "", "Look at me")),
					   NAME "TooManyNotices") == 0;
	}
	assert_int_equal(refused, 50 - NOTICES_BURST);
	look(&scene);
	assert_int_equal(told_notices(&scene), 1 + NOTICES_PER_VM_MAX);
	assert_string_equal(told_text(&scene, NOTICES_PER_VM_MAX, "title"), "Mine");
	/* After a while it may speak again. */
	struct notice notice = {.kind = NOTICE_MESSAGE, .seconds = 100000};
	memset(long_one, 'W', sizeof(long_one));
	memcpy(notice.title, long_one, sizeof(notice.title));
	memcpy(notice.text, long_one, sizeof(notice.text));
	for (int i = 0; i < 2 * NOTICES_MAX; i++) {
		snprintf(notice.source.name, sizeof(notice.source.name), "vm%d", i);
		assert_int_not_equal(notices_add(scene.fixture->server, &notice), 0);
	}
	look(&scene);
	assert_int_equal(told_notices(&scene), NOTICES_MAX);
	assert_int_equal(strlen(told_text(&scene, 0, "title")), NOTICE_TITLE_MAX);
	assert_int_equal(strlen(told_text(&scene, 0, "text")), NOTICE_TEXT_MAX);
	assert_int_equal(sd_json_variant_unsigned(told_notice(&scene, 0, "seconds")),
			NOTICE_SECONDS_MAX);
	clock_set_for_test(clock_now_ns() + (int64_t)(NOTICE_SECONDS_MAX + 61) * 1000000000);
	look(&scene);
	assert_int_equal(told_notices(&scene), 0);
	assert_string_equal(call(&scene, "Notify", NOTICE("evil", "", "Again")), "");
	clock_set_for_test(-1);
	scene_finish(&scene);
}

/* In a process of its own: whether a call is answered, or ends with the connection. */
static int call_from_a_box(void) {
	if (unshare(CLONE_NEWUSER) < 0) {
		return 77;
	}
	sd_varlink *link = NULL;
	if (sd_varlink_connect_address(&link, address) < 0) {
		return 2;
	}
	const char *error = NULL;
	int ret = sd_varlink_call(link, NAME "GetVersion", NULL, NULL, &error);
	return ret >= 0 && error == NULL ? 1 : 0;
}

static void a_caller_in_a_box_is_refused(void **state) {
	struct fixture *fixture = *state;
	pid_t pid = fork();
	if (pid == 0) {
		_exit(call_from_a_box());
	}
	int64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	int status;
	while (waitpid(pid, &status, WNOHANG) == 0) {
		assert_true(clock_now_ms() < deadline_ms);
		server_dispatch(fixture->server, 10);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		skip();
	}
	assert_int_equal(status, 0);
}

int main(void) {
	if (mkdtemp(runtime) == NULL) {
		return 1;
	}
	setenv("XDG_RUNTIME_DIR", runtime, 1);
	fixture_varlink = true;
	snprintf(address, sizeof(address), "%s/silo/io.silo.Compositor", runtime);
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(watchers_are_told_of_every_change),
			TEST(windows_are_activated_minimised_closed),
			TEST(an_expected_window_gets_the_keyboard_once),
			TEST(notices_are_told_replaced_and_taken_back),
			TEST(notices_that_are_wrong_are_refused),
			TEST(a_flood_of_notices_is_bounded),
			TEST(a_caller_in_a_box_is_refused),
	};
	int ret = cmocka_run_group_tests(tests, NULL, NULL);
	static const char *const left[] = {"silo/lock", "silo/io.silo.Compositor", "silo", ""};
	for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		char path[128];
		snprintf(path, sizeof(path), "%s/%s", runtime, left[i]);
		remove(path);
	}
	return ret;
}
