/* SPDX-License-Identifier: MIT
 *
 * Questions to the user with the real silo-ask: who may answer, what counts as yes, what comes when it
 * is not there. usage: test-ask SILO-ASK
 */
#include <linux/input-event-codes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-varlink.h>
#include <unistd.h>

#include "base/clock.h"
#include "compositor/input/focus.h"
#include "compositor/shell/ask.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/shell/programs.h"
#include "tests/compositor/fixture.h"

#define RED 0xffff0000
#define DEADLINE_MS 10000
/* Without any input, after which it listens for sure. */
#define QUIET_MS (ASK_DEAD_MS + 150)
#define FLOOD 100

static char runtime[] = "/tmp/silo-test-XXXXXX";
static const char *ask_path;

struct scene {
	struct fixture *fixture;
	struct server *server;
	int dials[2];
	struct domain *domains[2];
	struct test_client *vm;
	struct test_window window;
};

struct answered {
	bool is_told;
	int times;
	struct ask_result result;
};

static void note(void *data, const struct ask_result *result) {
	struct answered *answered = data;
	answered->is_told = true;
	answered->times++;
	answered->result = *result;
}

static void dispatch_until(struct scene *scene, bool (*is_so)(struct server *server)) {
	int64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	while (!is_so(scene->server)) {
		int64_t left_ms = deadline_ms - clock_now_ms();
		assert_true(left_ms > 0);
		server_dispatch(scene->server, (int)left_ms);
	}
	fixture_settle(scene->fixture);
}

static bool is_up(struct server *server) {
	return !ask_is_down(server);
}

static bool is_shown(struct server *server) {
	return layer_shell_asks(server);
}

static bool is_hidden(struct server *server) {
	return !layer_shell_asks(server);
}

/* What is drawn is seen, and then nothing is typed for so long. */
static void keep_quiet(struct scene *scene, int ms) {
	int64_t until_ms = clock_now_ms() + ms;
	while (clock_now_ms() < until_ms) {
		server_dispatch(scene->server, (int)(until_ms - clock_now_ms()));
	}
}

static void tap(struct scene *scene, uint32_t key) {
	user_key(scene->fixture, key, true);
	user_key(scene->fixture, key, false);
}

static void scene_init(struct scene *scene, void **state) {
	static const char *const names[] = {"banking", "work"};
	*scene = (struct scene){.fixture = *state};
	scene->server = scene->fixture->server;
	for (size_t i = 0; i < 2; i++) {
		scene->domains[i] = fixture_domain(scene->fixture, names[i], &scene->dials[i]);
	}
	scene->vm = fixture_client(scene->fixture, scene->dials[0]);
	window_map(&scene->window, scene->vm, 300, 200, RED);
	dispatch_until(scene, is_up);
}

static void scene_finish(struct scene *scene) {
	window_finish(&scene->window);
	close(scene->dials[0]);
	close(scene->dials[1]);
}

static uint32_t ask(struct scene *scene, struct answered *answered) {
	*answered = (struct answered){0};
	return ask_question(scene->server,
			&(struct ask_request){
					.source = scene->domains[1],
					.target = scene->domains[0],
					.about = scene->domains[1],
					.question = "Let banking paste from work?",
					.action = "Paste",
					.facts = {{"What", "Text, 3 characters"}},
					.remember = "Remember for work → banking, until I log out",
					.answered = note,
					.data = answered,
			});
}

static void await_answer(struct scene *scene, struct answered *answered) {
	fixture_await(scene->fixture, &answered->is_told);
	assert_int_equal(answered->times, 1);
}

static void yes_and_no(void **state) {
	struct scene scene;
	struct answered answered;
	scene_init(&scene, state);
	for (int is_yes = 0; is_yes < 2; is_yes++) {
		assert_int_not_equal(ask(&scene, &answered), 0);
		dispatch_until(&scene, is_shown);
		assert_string_equal(focus_held(scene.server)->label, "Silo asks");
		assert_false(scene.window.is_activated);
		keep_quiet(&scene, QUIET_MS);
		int presses = scene.vm->key_presses;
		if (is_yes) {
			/* No, the box, the action. */
			tap(&scene, KEY_TAB);
			tap(&scene, KEY_SPACE);
			tap(&scene, KEY_TAB);
			tap(&scene, KEY_SPACE);
		} else {
			tap(&scene, KEY_ENTER);
		}
		await_answer(&scene, &answered);
		assert_int_equal(answered.result.is_allowed, is_yes);
		assert_int_equal(answered.result.is_remembered, is_yes);
		assert_int_equal(answered.result.reason, ASK_ANSWERED);
		dispatch_until(&scene, is_hidden);
		assert_true(scene.window.is_activated);
		assert_int_equal(scene.vm->key_presses, presses);
	}
	scene_finish(&scene);
}

/* B11: keys pressed before it appears and while it does. */
static void keys_before_it_is_read_are_no_answer(void **state) {
	struct scene scene;
	struct answered answered;
	scene_init(&scene, state);
	user_key(scene.fixture, KEY_SPACE, true);
	ask(&scene, &answered);
	dispatch_until(&scene, is_shown);
	user_key(scene.fixture, KEY_SPACE, false);
	/* The whole of a yes, again and again, for longer than the dead time. */
	for (int i = 0; i < 12; i++) {
		tap(&scene, KEY_TAB);
		tap(&scene, KEY_TAB);
		tap(&scene, KEY_SPACE);
		tap(&scene, KEY_ENTER);
		keep_quiet(&scene, 60);
	}
	assert_int_equal(answered.times, 0);
	assert_true(is_shown(scene.server));
	keep_quiet(&scene, QUIET_MS);
	tap(&scene, KEY_ESC);
	await_answer(&scene, &answered);
	assert_false(answered.result.is_allowed);
	scene_finish(&scene);
}

static void a_press_beside_it_does_nothing(void **state) {
	struct scene scene;
	struct answered answered;
	scene_init(&scene, state);
	ask(&scene, &answered);
	dispatch_until(&scene, is_shown);
	keep_quiet(&scene, QUIET_MS);
	int buttons = scene.vm->buttons;
	user_click(scene.fixture, 30, 300);
	user_click(scene.fixture, 640, 790);
	assert_true(is_shown(scene.server));
	assert_int_equal(answered.times, 0);
	assert_int_equal(scene.vm->buttons, buttons);
	scene_finish(&scene);
}

static void one_at_a_time(void **state) {
	struct scene scene;
	struct answered answered[3];
	scene_init(&scene, state);
	for (size_t i = 0; i < 3; i++) {
		ask(&scene, &answered[i]);
	}
	uint32_t fourth = ask(&scene, &answered[0]);
	struct answered fifth;
	ask(&scene, &fifth);
	dispatch_until(&scene, is_shown);
	/* More than its share. */
	await_answer(&scene, &fifth);
	assert_int_equal(fifth.result.reason, ASK_TOO_MANY);
	ask_withdraw(scene.server, fourth);
	for (size_t i = 0; i < 3; i++) {
		keep_quiet(&scene, QUIET_MS);
		for (size_t j = i; j < 3; j++) {
			assert_int_equal(answered[j].times, 0);
		}
		tap(&scene, KEY_ESC);
		await_answer(&scene, &answered[i]);
	}
	dispatch_until(&scene, is_hidden);
	scene_finish(&scene);
}

/* E15. */
static void who_asks_too_much_is_muted(void **state) {
	struct scene scene;
	struct answered answered, more[2];
	scene_init(&scene, state);
	for (int i = 0; i < 3; i++) {
		ask(&scene, &answered);
		dispatch_until(&scene, is_shown);
		if (i < 2) {
			keep_quiet(&scene, QUIET_MS);
			tap(&scene, KEY_ESC);
			await_answer(&scene, &answered);
			dispatch_until(&scene, is_hidden);
		}
	}
	ask(&scene, &more[0]);
	keep_quiet(&scene, QUIET_MS);
	tap(&scene, KEY_TAB);
	tap(&scene, KEY_TAB);
	tap(&scene, KEY_SPACE);
	tap(&scene, KEY_ENTER);
	await_answer(&scene, &answered);
	assert_false(answered.result.is_allowed);
	await_answer(&scene, &more[0]);
	assert_int_equal(more[0].result.reason, ASK_MUTED);
	dispatch_until(&scene, is_hidden);
	assert_true(ask_is_muted(scene.server, "work"));
	ask(&scene, &more[1]);
	await_answer(&scene, &more[1]);
	assert_int_equal(more[1].result.reason, ASK_MUTED);
	assert_true(is_hidden(scene.server));
	ask_unmute_all(scene.server);
	ask(&scene, &answered);
	dispatch_until(&scene, is_shown);
	scene_finish(&scene);
}

/* E15. Its share waits, the rest is no at once, and what another one asks has its turn. */
static void a_flood_hides_nobody_elses_question(void **state) {
	struct scene scene;
	static struct answered flood[FLOOD];
	struct answered other = {0};
	scene_init(&scene, state);
	for (size_t i = 0; i < FLOOD; i++) {
		assert_int_not_equal(ask(&scene, &flood[i]), 0);
		fixture_settle(scene.fixture);
		assert_int_equal(flood[i].times, i < ASK_PER_VM_MAX ? 0 : 1);
	}
	assert_int_not_equal(ask_question(scene.server,
					     &(struct ask_request){
							     .about = scene.domains[0],
							     .question = "Something else?",
							     .action = "Do it",
							     .answered = note,
							     .data = &other,
					     }),
			0);
	dispatch_until(&scene, is_shown);
	for (size_t i = 0; i < ASK_PER_VM_MAX; i++) {
		keep_quiet(&scene, QUIET_MS);
		assert_int_equal(other.times, 0);
		tap(&scene, KEY_ESC);
		await_answer(&scene, &flood[i]);
	}
	keep_quiet(&scene, QUIET_MS);
	tap(&scene, KEY_TAB);
	tap(&scene, KEY_SPACE);
	await_answer(&scene, &other);
	assert_true(other.result.is_allowed);
	for (size_t i = 0; i < FLOOD; i++) {
		assert_int_equal(flood[i].times, 1);
		assert_false(flood[i].result.is_allowed);
		assert_int_equal(flood[i].result.reason,
				i < ASK_PER_VM_MAX ? ASK_ANSWERED : ASK_TOO_MANY);
	}
	dispatch_until(&scene, is_hidden);
	scene_finish(&scene);
}

static void without_it_everything_is_no(void **state) {
	struct scene scene;
	struct answered answered;
	scene_init(&scene, state);
	ask(&scene, &answered);
	dispatch_until(&scene, is_shown);
	kill(programs_ask(scene.server), SIGKILL);
	await_answer(&scene, &answered);
	assert_false(answered.result.is_allowed);
	assert_int_equal(answered.result.reason, ASK_DOWN);
	assert_true(ask_is_down(scene.server) && ask_is_lost(scene.server));
	dispatch_until(&scene, is_hidden);
	ask(&scene, &answered);
	assert_int_equal(answered.times, 0);
	await_answer(&scene, &answered);
	assert_int_equal(answered.result.reason, ASK_DOWN);
	/* It comes back. */
	dispatch_until(&scene, is_up);
	assert_false(ask_is_lost(scene.server));
	ask(&scene, &answered);
	dispatch_until(&scene, is_shown);
	/* What locks the screen does this. */
	ask_refuse_all(scene.server, ASK_REFUSED);
	await_answer(&scene, &answered);
	assert_int_equal(answered.result.reason, ASK_REFUSED);
	dispatch_until(&scene, is_hidden);
	scene_finish(&scene);
}

static int handle_reply(sd_varlink *link, sd_json_variant *parameters, const char *error,
		sd_varlink_reply_flags_t flags, void *data) {
	bool *is_refused = data;
	assert_string_equal(error, "io.silo.Compositor.NotAllowed");
	*is_refused = true;
	return 0;
}

static sd_varlink *dial(struct scene *scene, bool *is_refused) {
	char address[64];
	sd_varlink *link = NULL;
	snprintf(address, sizeof(address), "%s/silo/io.silo.Compositor", runtime);
	assert_true(sd_varlink_connect_address(&link, address) >= 0);
	sd_varlink_set_userdata(link, is_refused);
	assert_true(sd_varlink_bind_reply(link, handle_reply) >= 0);
	assert_true(sd_varlink_attach_event(link, scene->server->event, 0) >= 0);
	return link;
}

static void nobody_else_may_answer(void **state) {
	struct scene scene;
	struct answered answered;
	scene_init(&scene, state);
	uint32_t id = ask(&scene, &answered);
	dispatch_until(&scene, is_shown);
	keep_quiet(&scene, QUIET_MS);
	bool is_refused = false;
	sd_varlink *link = dial(&scene, &is_refused);
	sd_varlink_invokebo(link, "io.silo.Compositor.AnswerQuestion",
			SD_JSON_BUILD_PAIR_UNSIGNED("id", id),
			SD_JSON_BUILD_PAIR_BOOLEAN("allow", true));
	fixture_await(scene.fixture, &is_refused);
	sd_varlink_close_unref(link);
	is_refused = false;
	link = dial(&scene, &is_refused);
	sd_varlink_observe(link, "io.silo.Compositor.WatchQuestions", NULL);
	fixture_await(scene.fixture, &is_refused);
	sd_varlink_close_unref(link);
	assert_int_equal(answered.times, 0);
	assert_true(is_shown(scene.server));
	scene_finish(&scene);
}

/* Should silo-ask itself be hasty. */
static void a_yes_that_comes_too_soon_is_no(void **state) {
	struct scene scene;
	struct answered answered;
	scene_init(&scene, state);
	uint32_t id = ask(&scene, &answered);
	ask_answer(scene.server, id + 1, true, false, false);
	fixture_settle(scene.fixture);
	assert_int_equal(answered.times, 0);
	ask_answer(scene.server, id, true, true, false);
	await_answer(&scene, &answered);
	assert_false(answered.result.is_allowed || answered.result.is_remembered);
	ask_answer(scene.server, id, true, true, false);
	fixture_settle(scene.fixture);
	assert_int_equal(answered.times, 1);
	scene_finish(&scene);
}

static int setup(void **state) {
	fixture_setup(state);
	struct fixture *fixture = *state;
	programs_destroy(fixture->server);
	fixture->options.ask = ask_path;
	return programs_create(fixture->server) ? 0 : 1;
}

int main(int argc, char *argv[]) {
	if (argc != 2 || mkdtemp(runtime) == NULL) {
		return 1;
	}
	ask_path = argv[1];
	setenv("XDG_RUNTIME_DIR", runtime, 1);
	fixture_varlink = true;
	/* As silo does: a library's thread must not swallow it. */
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(yes_and_no),
			TEST(keys_before_it_is_read_are_no_answer),
			TEST(a_press_beside_it_does_nothing),
			TEST(one_at_a_time),
			TEST(who_asks_too_much_is_muted),
			TEST(a_flood_hides_nobody_elses_question),
			TEST(without_it_everything_is_no),
			TEST(nobody_else_may_answer),
			TEST(a_yes_that_comes_too_soon_is_no),
	};
	int ret = cmocka_run_group_tests(tests, NULL, NULL);
	char path[64];
	snprintf(path, sizeof(path), "%s/silo", runtime);
	rmdir(path);
	rmdir(runtime);
	return ret;
}
