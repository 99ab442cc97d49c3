/* SPDX-License-Identifier: MIT
 *
 * The shell's own programs, as real processes (shell-program.c under several names): the launcher
 * and its key, the panel that comes back, and what happens when they show nothing or die.
 */
#include <linux/input-event-codes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wlr/interfaces/wlr_keyboard.h>
#include <wlr/types/wlr_layer_shell_v1.h>

#include "base/clock.h"
#include "compositor/input/focus.h"
#include "compositor/input/keyboard.h"
#include "compositor/output/output.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/shell/programs.h"
#include "tests/compositor/layer_client.h"

#define RED 0xffff0000
#define DEADLINE_MS 10000

static char directory[] = "/tmp/silo-test-XXXXXX";
static char launcher_path[64], panel_path[64], silent_path[64], broken_path[64];

struct scene {
	struct fixture *fixture;
	struct server *server;
	int dial;
	struct test_client *vm;
	struct test_window window;
};

static void scene_init(struct scene *scene, void **state) {
	scene->fixture = *state;
	scene->server = scene->fixture->server;
	fixture_domain(scene->fixture, "banking", &scene->dial);
	scene->vm = fixture_client(scene->fixture, scene->dial);
	window_map(&scene->window, scene->vm, 300, 200, RED);
	scene->fixture->options.launcher = launcher_path;
}

static void scene_finish(struct scene *scene) {
	window_finish(&scene->window);
	close(scene->dial);
}

static struct layer_surface *find(struct server *server, const char *name) {
	struct layer_surface *layer;
	wl_list_for_each(layer, layer_shell_surfaces(server), link) {
		if (strcmp(layer->wlr_layer->namespace, name) == 0) {
			return layer;
		}
	}
	return NULL;
}

static bool launcher_is_open(struct server *server) {
	return find(server, "silo-launcher") != NULL && !layer_shell_awaits(server) &&
			layer_shell_is_modal(server);
}

static bool launcher_is_closed(struct server *server) {
	return !layer_shell_is_modal(server);
}

static bool panel_stands(struct server *server) {
	const struct output *output = wl_container_of(server->outputs->list.next, output, link);
	return output->reserved.bottom == 44;
}

static bool panel_is_gone(struct server *server) {
	return !panel_stands(server);
}

static void await(struct fixture *fixture, bool (*is_so)(struct server *server)) {
	int64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	while (!is_so(fixture->server)) {
		int64_t left_ms = deadline_ms - clock_now_ms();
		assert_true(left_ms > 0);
		server_dispatch(fixture->server, (int)left_ms);
	}
	fixture_settle(fixture);
}

static void chord(struct fixture *fixture) {
	user_key(fixture, KEY_LEFTMETA, true);
	user_key(fixture, KEY_SPACE, true);
	user_key(fixture, KEY_SPACE, false);
	user_key(fixture, KEY_LEFTMETA, false);
}

static void the_key_opens_and_closes_the_launcher(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	chord(scene.fixture);
	/* At once, before it has shown itself. */
	assert_true(layer_shell_is_modal(scene.server));
	assert_string_equal(focus_held(scene.server)->label, "Silo: launcher");
	assert_false(scene.window.is_activated);
	int presses = scene.vm->key_presses;
	await(scene.fixture, launcher_is_open);
	assert_string_equal(focus_held(scene.server)->label, "Silo: launcher");
	user_tap(scene.fixture, KEY_A);
	assert_int_equal(scene.vm->key_presses, presses);
	assert_int_equal(scene.vm->last_key, 0);
	chord(scene.fixture);
	assert_true(launcher_is_closed(scene.server));
	assert_true(scene.window.is_activated);
	/* And again. */
	chord(scene.fixture);
	await(scene.fixture, launcher_is_open);
	user_tap(scene.fixture, KEY_ESC);
	await(scene.fixture, launcher_is_closed);
	assert_true(scene.window.is_activated);
	scene_finish(&scene);
}

static void what_is_typed_early_is_the_launchers(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	chord(scene.fixture);
	int presses = scene.vm->key_presses;
	user_tap(scene.fixture, KEY_ESC);
	assert_true(layer_shell_awaits(scene.server));
	await(scene.fixture, launcher_is_closed);
	assert_int_equal(scene.vm->key_presses, presses);
	scene_finish(&scene);
}

static void a_second_press_before_it_shows_itself(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	scene.fixture->options.launcher = silent_path;
	for (int i = 0; i < 3; i++) {
		chord(scene.fixture);
		assert_true(layer_shell_awaits(scene.server));
		chord(scene.fixture);
		assert_false(layer_shell_is_modal(scene.server));
		assert_true(scene.window.is_activated);
	}
	scene_finish(&scene);
}

static void one_that_dies_or_is_missing_holds_nothing(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	scene.fixture->options.launcher = broken_path;
	chord(scene.fixture);
	await(scene.fixture, launcher_is_closed);
	assert_true(scene.window.is_activated);
	scene.fixture->options.launcher = "/nonexistent/silo-launcher";
	chord(scene.fixture);
	assert_false(layer_shell_is_modal(scene.server));
	assert_false(programs_toggle_launcher(scene.server));
	scene_finish(&scene);
}

static void super_alone_is_the_launchers_key(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	user_tap(scene.fixture, KEY_LEFTMETA);
	assert_true(layer_shell_awaits(scene.server));
	await(scene.fixture, launcher_is_open);
	user_tap(scene.fixture, KEY_LEFTMETA);
	assert_true(launcher_is_closed(scene.server));
	/* Not with another key, a button, or after a long time. */
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_tap(scene.fixture, KEY_X);
	user_key(scene.fixture, KEY_LEFTMETA, false);
	assert_false(layer_shell_is_modal(scene.server));
	user_key(scene.fixture, KEY_LEFTMETA, true);
	user_click(scene.fixture, 700, 700);
	user_key(scene.fixture, KEY_LEFTMETA, false);
	assert_false(layer_shell_is_modal(scene.server));
	user_key(scene.fixture, KEY_LEFTMETA, true);
	scene.fixture->time_ms += 1000;
	user_key(scene.fixture, KEY_LEFTMETA, false);
	assert_false(layer_shell_is_modal(scene.server));
	user_key(scene.fixture, KEY_A, true);
	user_tap(scene.fixture, KEY_LEFTMETA);
	user_key(scene.fixture, KEY_A, false);
	assert_false(layer_shell_is_modal(scene.server));
	scene_finish(&scene);
}

static void virtual_keyboards_do_not_open_it(void **state) {
	static const struct wlr_keyboard_impl impl = {.name = "virtual"};
	static const uint32_t keys[] = {KEY_LEFTMETA, KEY_SPACE};
	struct scene scene;
	scene_init(&scene, state);
	static struct wlr_keyboard virtual;
	wlr_keyboard_init(&virtual, &impl, "virtual");
	keyboards_add(scene.server, &virtual, true);
	wlr_keyboard_set_keymap(&virtual, keyboards_main(scene.server)->keymap);
	for (size_t len = 1; len <= 2; len++) {
		for (int is_press = 1; is_press >= 0; is_press--) {
			for (size_t i = 0; i < len; i++) {
				struct wlr_keyboard_key_event event = {.keycode = keys[i],
						.update_state = true,
						.state = is_press ? WL_KEYBOARD_KEY_STATE_PRESSED
								  : WL_KEYBOARD_KEY_STATE_RELEASED};
				wlr_keyboard_notify_key(&virtual, &event);
			}
		}
		fixture_settle(scene.fixture);
		assert_false(layer_shell_is_modal(scene.server));
	}
	wlr_keyboard_finish(&virtual);
	scene_finish(&scene);
}

static int setup_with_panel(void **state) {
	fixture_setup(state);
	struct fixture *fixture = *state;
	programs_destroy(fixture->server);
	fixture->options.panel = panel_path;
	return programs_create(fixture->server) ? 0 : 1;
}

static void the_panel_comes_back_when_it_is_killed(void **state) {
	struct fixture *fixture = *state;
	await(fixture, panel_stands);
	for (int i = 0; i < 2; i++) {
		kill(programs_panel(fixture->server), SIGKILL);
		await(fixture, panel_is_gone);
		await(fixture, panel_stands);
	}
}

int main(int argc, char *argv[]) {
	char *const paths[] = {launcher_path, panel_path, silent_path, broken_path};
	static const char *const names[] = {"silo-launcher", "silo-panel", "silent", "broken"};
	char *program = argc == 2 ? realpath(argv[1], NULL) : NULL;
	if (program == NULL || mkdtemp(directory) == NULL) {
		return 1;
	}
	for (size_t i = 0; i < 4; i++) {
		snprintf(paths[i], sizeof(launcher_path), "%s/%s", directory, names[i]);
		if (symlink(program, paths[i]) < 0) {
			return 1;
		}
	}
	/* As silo does: a library's thread must not swallow it. */
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(the_key_opens_and_closes_the_launcher),
			TEST(what_is_typed_early_is_the_launchers),
			TEST(a_second_press_before_it_shows_itself),
			TEST(one_that_dies_or_is_missing_holds_nothing),
			TEST(super_alone_is_the_launchers_key),
			TEST(virtual_keyboards_do_not_open_it),
			cmocka_unit_test_setup_teardown(the_panel_comes_back_when_it_is_killed,
					setup_with_panel, fixture_teardown),
	};
	int ret = cmocka_run_group_tests(tests, NULL, NULL);
	for (size_t i = 0; i < 4; i++) {
		unlink(paths[i]);
	}
	rmdir(directory);
	free(program);
	return ret;
}
