/* SPDX-License-Identifier: MIT
 *
 * The clipboard between domains, with sources and readers that behave in every way but well. What is
 * told of it is looked at each time. usage: test-clipboard SILO-ASK
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/input-event-codes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wlr/interfaces/wlr_keyboard.h>
#include <wlr/types/wlr_keyboard.h>

#include "base/clock.h"
#include "base/fd.h"
#include "compositor/input/keyboard.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/ask.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/shell/programs.h"
#include "ext-data-control-v1-client-protocol.h"
#include "tests/compositor/copy_scene.h"

#define QUIET_MS (ASK_DEAD_MS + 150)

static char directory[] = "/tmp/silo-test-XXXXXX";
static char config_path[64];
static const char *ask_path;

static const char settings[] = "clipboard {\n"
			       "	limit 1K\n"
			       "	deadline 300ms\n"
			       "	timeout 1s\n"
			       "	rule untrusted banking deny\n"
			       "	rule work untrusted ask\n"
			       "}\n";

/* ---- what it does ---- */

static void two_chords_move_it(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct source source = text_source("Grüße");
	copy(&scene, WORK, &source, "text/plain;charset=utf-8");
	expect_notice(&scene, "Copied from work", "Text, 5 characters");
	assert_int_equal(source.sends, 1);
	focus(&scene, BANKING);
	int others = scene.peers[UNTRUSTED].offers + scene.peers[WORK].selections;
	chord(&scene, KEY_V);
	expect_notice(&scene, "Pasted into banking", "Text, 5 characters");
	expect_paste(&scene, BANKING, "Grüße");
	expect_paste(&scene, BANKING, "Grüße");
	/* Nobody else noticed, nor is the source asked again. */
	assert_int_equal(source.sends, 1);
	assert_int_equal(source.cancels, 0);
	assert_int_equal(scene.peers[UNTRUSTED].offers + scene.peers[WORK].selections, others);
	assert_int_equal(state_of(&scene), CLIPBOARD_EMPTY);
	/* It moved: there is nothing to paste a second time. */
	focus(&scene, UNTRUSTED);
	chord(&scene, KEY_V);
	expect_notice(&scene, "Not pasted: nothing is copied", "Nothing");
	assert_null(scene.peers[UNTRUSTED].offer);
	scene_finish(&scene);
}

static void nothing_selected(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	focus(&scene, WORK);
	chord(&scene, KEY_C);
	expect_notice(&scene, "Not copied: nothing is selected", "Nothing");
	struct source source = text_source("file:///etc/passwd");
	copy(&scene, WORK, &source, "text/uri-list");
	expect_notice(&scene, "Not copied: it is of no allowed type", "Nothing");
	copy(&scene, WORK, &source, "image/png");
	expect_notice(&scene, "Not copied: it is of no allowed type", "Nothing");
	assert_int_equal(source.sends, 0);
	scene_finish(&scene);
}

static void a_failed_copy_leaves_nothing_older(void **state) {
	static char large[LIMIT + 1];
	struct scene scene;
	scene_init(&scene, state);
	memset(large, 'x', sizeof(large));
	struct source good = text_source("good"), none = text_source("");
	struct source most = {.bytes = large, .len = LIMIT},
		      more = {.bytes = large, .len = LIMIT + 1};
	struct source flood = {.floods = true}, silent = {0};
	struct source binary = {.bytes = "a\0b", .len = 3}, latin = text_source("Gr\xfc\xdf");
	const struct {
		struct source *source;
		const char *title;
	} bad[] = {
			{&none, "Not copied: it is empty"},
			{&more, "Not copied: larger than 1 KiB"},
			{&flood, "Not copied: larger than 1 KiB"},
			{&silent, "Not copied: work did not give it within 0.3 s"},
			{&binary, "Not copied: what work gave is no text"},
			{&latin, "Not copied: what work gave is no text"},
	};
	copy(&scene, WORK, &most, "text/plain");
	expect_notice(&scene, "Copied from work", "Text, 1024 characters");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		copy(&scene, WORK, &good, "text/plain");
		expect_notice(&scene, "Copied from work", "Text, 4 characters");
		int64_t before_ms = clock_now_ms();
		copy(&scene, WORK, bad[i].source, "text/plain");
		expect_notice(&scene, bad[i].title, NULL);
		assert_true(clock_now_ms() - before_ms < 3000);
		assert_int_equal(state_of(&scene), CLIPBOARD_EMPTY);
		focus(&scene, BANKING);
		chord(&scene, KEY_V);
		expect_notice(&scene, "Not pasted: nothing is copied", NULL);
		assert_null(scene.peers[BANKING].offer);
	}
	scene_finish(&scene);
}

static void what_comes_late_is_dropped(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct source late = {0}, good = text_source("second");
	offer(&scene, WORK, &late, "text/plain");
	chord(&scene, KEY_C);
	assert_int_equal(state_of(&scene), CLIPBOARD_COPYING);
	assert_int_equal(late.fds_len, 1);
	/* Not before it is there. */
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	expect_notice(&scene, "Not pasted: it is still being copied", NULL);
	copy(&scene, WORK, &good, "text/plain");
	assert_int_equal(write(late.fds[0], "first", 5), -1);
	assert_int_equal(errno, EPIPE);
	close(late.fds[0]);
	fixture_settle(scene.fixture);
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	expect_paste(&scene, BANKING, "second");
	scene_finish(&scene);
}

static void terminals_are_not_talked_to(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct source source = text_source("a\x1b[201~\nb\x07\x7f\xc2\x9b\tc\r");
	copy(&scene, WORK, &source, "UTF8_STRING");
	expect_notice(&scene, "Copied from work", "Text, 11 characters");
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	expect_paste(&scene, BANKING, "a[201~\nb\tc\r");
	scene_finish(&scene);
}

static void markup_is_text(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct source source = text_source("<img src=http://x/>");
	copy(&scene, WORK, &source, "text/html");
	expect_notice(&scene, "Copied from work", "HTML, 19 characters");
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	expect_paste(&scene, BANKING, "<img src=http://x/>");
	scene_finish(&scene);
}

static void pictures_by_policy(void **state) {
	static const char png[] = "\x89PNG\r\n\x1a\n0123456789";
	struct scene scene;
	scene_init(&scene, state);
	scene.server->settings->clipboard.takes_png = true;
	struct source fake = text_source("GIF89a..........");
	copy(&scene, WORK, &fake, "image/png");
	expect_notice(&scene, "Not copied: what work gave is no PNG picture", NULL);
	struct source source = {.bytes = png, .len = sizeof(png) - 1};
	copy(&scene, WORK, &source, "image/png");
	expect_notice(&scene, "Copied from work", "PNG picture, 18 bytes");
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	char bytes[64];
	assert_int_equal(paste(&scene, BANKING, "image/png", bytes, sizeof(bytes)), 18);
	assert_memory_equal(bytes, png, 18);
	scene_finish(&scene);
}

static void denied(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct source source = text_source("poison");
	copy(&scene, UNTRUSTED, &source, "text/plain");
	focus(&scene, BANKING);
	int selections = scene.peers[BANKING].selections;
	chord(&scene, KEY_V);
	expect_notice(&scene, "Not pasted: your policy forbids it", "Text, 6 characters");
	assert_int_equal(state_of(&scene), CLIPBOARD_EMPTY);
	assert_int_equal(scene.peers[BANKING].selections, selections);
	/* Gone, also for others. */
	focus(&scene, WORK);
	chord(&scene, KEY_V);
	expect_notice(&scene, "Not pasted: nothing is copied", NULL);
	/* The manifest has its say: the strictest wins. */
	scene.peers[BANKING].domain->clipboard_in = VERDICT_DENY;
	struct source other = text_source("other");
	copy(&scene, WORK, &other, "text/plain");
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	expect_notice(&scene, "Not pasted: your policy forbids it", NULL);
	scene.peers[WORK].domain->clipboard_out = VERDICT_DENY;
	copy(&scene, WORK, &other, "text/plain");
	expect_notice(&scene, "Not copied: your policy forbids it", NULL);
	assert_int_equal(other.sends, 1);
	scene_finish(&scene);
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

static void dispatch_until(struct scene *scene, bool (*is_so)(struct server *server)) {
	int64_t deadline_ms = clock_now_ms() + DEADLINE_MS;
	while (!is_so(scene->server)) {
		int64_t left_ms = deadline_ms - clock_now_ms();
		assert_true(left_ms > 0);
		server_dispatch(scene->server, (int)left_ms);
	}
	fixture_settle(scene->fixture);
}

static void tap(struct scene *scene, uint32_t key) {
	user_key(scene->fixture, key, true);
	user_key(scene->fixture, key, false);
}

static void keep_quiet(struct scene *scene) {
	int64_t until_ms = clock_now_ms() + QUIET_MS;
	while (clock_now_ms() < until_ms) {
		server_dispatch(scene->server, (int)(until_ms - clock_now_ms()));
	}
}

static void copy_and_ask(struct scene *scene, struct source *source) {
	copy(scene, WORK, source, "text/plain");
	focus(scene, UNTRUSTED);
	chord(scene, KEY_V);
	assert_int_equal(state_of(scene), CLIPBOARD_ASKING);
	expect_notice(scene, "Copied from work", "Text, 5 characters");
}

static void asked(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct source source = text_source("plans");
	/* Nobody can be asked. */
	copy(&scene, WORK, &source, "text/plain");
	focus(&scene, UNTRUSTED);
	chord(&scene, KEY_V);
	expect_notice(&scene, "Not pasted: you cannot be asked", NULL);
	programs_destroy(scene.server);
	scene.fixture->options.ask = ask_path;
	scene.server->settings->clipboard.timeout_ms = 20000;
	assert_true(programs_create(scene.server));
	dispatch_until(&scene, is_up);
	/* No, by Enter. */
	copy_and_ask(&scene, &source);
	dispatch_until(&scene, is_shown);
	keep_quiet(&scene);
	tap(&scene, KEY_ENTER);
	dispatch_while(&scene, CLIPBOARD_ASKING, NULL);
	expect_notice(&scene, "Not pasted: you said no", NULL);
	assert_int_equal(state_of(&scene), CLIPBOARD_EMPTY);
	assert_null(scene.peers[UNTRUSTED].offer);
	dispatch_until(&scene, is_hidden);
	/* Yes, from now on; the paste keys come when the window has the keyboard again. */
	scene.server->settings->clipboard.paste_symbol = XKB_KEY_v;
	scene.server->settings->clipboard.paste_modifiers = WLR_MODIFIER_CTRL;
	int presses = scene.peers[UNTRUSTED].client->key_presses;
	copy_and_ask(&scene, &source);
	dispatch_until(&scene, is_shown);
	keep_quiet(&scene);
	tap(&scene, KEY_TAB);
	tap(&scene, KEY_SPACE);
	tap(&scene, KEY_TAB);
	tap(&scene, KEY_SPACE);
	dispatch_while(&scene, CLIPBOARD_ASKING, NULL);
	expect_notice(&scene, "Pasted into untrusted", NULL);
	dispatch_until(&scene, is_hidden);
	assert_int_equal(scene.peers[UNTRUSTED].client->key_presses, presses + 1);
	assert_int_equal(scene.peers[UNTRUSTED].client->last_key, KEY_V);
	scene.server->settings->clipboard.paste_symbol = XKB_KEY_NoSymbol;
	expect_paste(&scene, UNTRUSTED, "plans");
	copy(&scene, WORK, &source, "text/plain");
	focus(&scene, UNTRUSTED);
	chord(&scene, KEY_V);
	expect_notice(&scene, "Pasted into untrusted", NULL);
	policy_forget_all(scene.server);
	/* A lock, a new copy, the target's end: the question is over, and its answer is no. */
	copy_and_ask(&scene, &source);
	dispatch_until(&scene, is_shown);
	clipboard_wipe(scene.server, "Wiped: the screen was locked");
	expect_notice(&scene, "Wiped: the screen was locked", "Empty");
	dispatch_until(&scene, is_hidden);
	assert_null(scene.peers[UNTRUSTED].offer);
	copy_and_ask(&scene, &source);
	dispatch_until(&scene, is_shown);
	close(scene.peers[UNTRUSTED].dial);
	scene.peers[UNTRUSTED].dial = -1;
	dispatch_while(&scene, CLIPBOARD_ASKING, NULL);
	expect_notice(&scene, "Not pasted: untrusted has ended", NULL);
	dispatch_until(&scene, is_hidden);
	scene_finish(&scene);
}

static void time_runs_out(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct source source = text_source("secret");
	copy(&scene, WORK, &source, "text/plain");
	struct clipboard_status status;
	clipboard_get_status(scene.server, &status);
	assert_int_equal(status.bytes, 6);
	assert_true(status.left_ms > 0 && status.left_ms <= 1000);
	dispatch_while(&scene, CLIPBOARD_FULL, NULL);
	expect_notice(&scene, "Wiped after 1 s", "Empty");
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	expect_notice(&scene, "Not pasted: nothing is copied", NULL);
	scene_finish(&scene);
}

static void a_lock_wipes_all(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct source source = text_source("secret"), silent = {0};
	copy(&scene, WORK, &source, "text/plain");
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	assert_non_null(scene.peers[BANKING].offer);
	copy(&scene, WORK, &source, "text/plain");
	clipboard_wipe(scene.server, NULL);
	assert_int_equal(state_of(&scene), CLIPBOARD_EMPTY);
	focus(&scene, BANKING);
	assert_null(scene.peers[BANKING].offer);
	offer(&scene, WORK, &silent, "text/plain");
	chord(&scene, KEY_C);
	clipboard_wipe(scene.server, NULL);
	assert_int_equal(write(silent.fds[0], "x", 1), -1);
	close(silent.fds[0]);
	scene_finish(&scene);
}

/* Readers that are no pipes, that never read, and that make their descriptor wait. */
static void readers_are_not_waited_for(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	static char large[200000];
	memset(large, 'y', sizeof(large));
	scene.server->settings->clipboard.limit_bytes = sizeof(large);
	struct source source = {.bytes = NULL};
	offer(&scene, WORK, &source, "text/plain");
	chord(&scene, KEY_C);
	for (size_t at = 0; at < sizeof(large);) {
		ssize_t n = write(source.fds[0], large + at, sizeof(large) - at);
		at += n > 0 ? (size_t)n : 0;
		fixture_settle(scene.fixture);
	}
	close(source.fds[0]);
	dispatch_while(&scene, CLIPBOARD_COPYING, NULL);
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	struct wl_data_offer *to = scene.peers[BANKING].offer;
	assert_non_null(to);
	int file = open(config_path, O_RDWR | O_CLOEXEC);
	int folder = open(directory, O_RDONLY | O_CLOEXEC);
	int zero = open("/dev/zero", O_RDWR | O_CLOEXEC);
	int pair[2], pipes[24][2];
	assert_int_equal(fd_socketpair(SOCK_STREAM, pair), 0);
	const int bad[] = {file, folder, zero, pair[0]};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		wl_data_offer_receive(to, "text/plain", bad[i]);
		close(bad[i]);
	}
	char byte;
	fixture_settle(scene.fixture);
	assert_int_equal(read(pair[1], &byte, 1), 0);
	close(pair[1]);
	/* More of them than may be at once; each could make its end wait. */
	for (size_t i = 0; i < 24; i++) {
		assert_int_equal(pipe2(pipes[i], O_CLOEXEC), 0);
		wl_data_offer_receive(to, "text/plain", pipes[i][1]);
		fixture_settle(scene.fixture);
		fcntl(pipes[i][1], F_SETFL, 0);
	}
	int64_t before_ms = clock_now_ms();
	fixture_settle(scene.fixture);
	assert_true(clock_now_ms() - before_ms < 1000);
	for (size_t i = 0; i < 24; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	fixture_settle(scene.fixture);
	static char bytes[sizeof(large) + 1];
	assert_int_equal(paste(&scene, BANKING, "text/plain", bytes, sizeof(bytes)), sizeof(large));
	assert_memory_equal(bytes, large, sizeof(large));
	scene_finish(&scene);
}

static void virtual_keyboards_copy_nothing(void **state) {
	static const struct wlr_keyboard_impl impl = {.name = "virtual"};
	static const uint32_t keys[] = {KEY_LEFTMETA, KEY_LEFTSHIFT, KEY_C};
	struct scene scene;
	scene_init(&scene, state);
	struct source source = text_source("secret");
	offer(&scene, WORK, &source, "text/plain");
	static struct wlr_keyboard virtual;
	wlr_keyboard_init(&virtual, &impl, "virtual");
	keyboards_add(scene.server, &virtual, true);
	wlr_keyboard_set_keymap(&virtual, keyboards_main(scene.server)->keymap);
	for (int is_press = 1; is_press >= 0; is_press--) {
		for (size_t i = 0; i < 3; i++) {
			struct wlr_keyboard_key_event event = {.keycode = keys[i],
					.update_state = true,
					.state = is_press ? WL_KEYBOARD_KEY_STATE_PRESSED
							  : WL_KEYBOARD_KEY_STATE_RELEASED};
			wlr_keyboard_notify_key(&virtual, &event);
		}
	}
	fixture_settle(scene.fixture);
	assert_int_equal(source.sends, 0);
	assert_int_equal(state_of(&scene), CLIPBOARD_EMPTY);
	wlr_keyboard_finish(&virtual);
	scene_finish(&scene);
}

static void who_ends_takes_its_copy_along(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct source silent = {0}, source = text_source("stays");
	offer(&scene, WORK, &silent, "text/plain");
	chord(&scene, KEY_C);
	close(scene.peers[WORK].dial);
	scene.peers[WORK].dial = -1;
	dispatch_while(&scene, CLIPBOARD_COPYING, NULL);
	expect_notice(&scene, "Not copied: work has ended", NULL);
	close(silent.fds[0]);
	/* What was copied whole stays, and so does what was pasted. */
	copy(&scene, BANKING, &source, "text/plain");
	focus(&scene, UNTRUSTED);
	chord(&scene, KEY_V);
	close(scene.peers[BANKING].dial);
	scene.peers[BANKING].dial = -1;
	fixture_settle(scene.fixture);
	expect_paste(&scene, UNTRUSTED, "stays");
	close(scene.peers[UNTRUSTED].dial);
	scene.peers[UNTRUSTED].dial = -1;
	fixture_settle(scene.fixture);
	scene_finish(&scene);
}

static void one_gesture_types_the_keys(void **state) {
	struct scene scene;
	scene_init(&scene, state);
	struct source source = text_source("typed");
	scene.server->settings->clipboard.paste_symbol = XKB_KEY_v;
	scene.server->settings->clipboard.paste_modifiers = WLR_MODIFIER_CTRL;
	copy(&scene, WORK, &source, "text/plain");
	focus(&scene, BANKING);
	struct test_client *client = scene.peers[BANKING].client;
	int presses = client->key_presses, releases = client->key_releases;
	chord(&scene, KEY_V);
	/* And nothing of the user's chord. */
	assert_int_equal(client->key_presses, presses + 1);
	assert_int_equal(client->key_releases, releases + 1);
	assert_int_equal(client->last_key, KEY_V);
	expect_paste(&scene, BANKING, "typed");
	/* Not when nothing was pasted. */
	presses = client->key_presses;
	chord(&scene, KEY_V);
	assert_int_equal(client->key_presses, presses);
	scene_finish(&scene);
}

static int control_offers;

static void handle_control_offer(void *data, struct ext_data_control_device_v1 *device,
		struct ext_data_control_offer_v1 *control_offer) {
	control_offers++;
}

static void handle_control_selection(void *data, struct ext_data_control_device_v1 *device,
		struct ext_data_control_offer_v1 *control_offer) {
}

static void handle_control_finished(void *data, struct ext_data_control_device_v1 *device) {
}

/* A clipboard manager in a VM sees that VM's clipboard and no other. */
static void managers_see_their_own(void **state) {
	static const struct ext_data_control_device_v1_listener listener = {
			.data_offer = handle_control_offer,
			.selection = handle_control_selection,
			.finished = handle_control_finished,
			.primary_selection = handle_control_selection,
	};
	struct scene scene;
	scene_init(&scene, state);
	struct test_client *client = scene.peers[BANKING].client;
	struct ext_data_control_manager_v1 *manager =
			client_bind(client, &ext_data_control_manager_v1_interface, 1);
	struct ext_data_control_device_v1 *device =
			ext_data_control_manager_v1_get_data_device(manager, client->seat);
	ext_data_control_device_v1_add_listener(device, &listener, NULL);
	struct source source = text_source("plans"), own = text_source("own");
	copy(&scene, WORK, &source, "text/plain");
	assert_int_equal(control_offers, 0);
	offer(&scene, BANKING, &own, "text/plain");
	assert_int_equal(control_offers, 1);
	focus(&scene, BANKING);
	chord(&scene, KEY_V);
	assert_int_equal(control_offers, 2);
	/* Who may not is not even offered it. */
	struct domain *third = scene.peers[UNTRUSTED].domain;
	third->has_data_control = false;
	struct test_client *other = fixture_client(scene.fixture, scene.peers[UNTRUSTED].dial);
	assert_false(client_is_offered(other, "ext_data_control_manager_v1"));
	assert_true(client_is_offered(client, "ext_data_control_manager_v1"));
	scene_finish(&scene);
}

int main(int argc, char *argv[]) {
	if (argc != 2 || mkdtemp(directory) == NULL) {
		return 1;
	}
	ask_path = argv[1];
	snprintf(config_path, sizeof(config_path), "%s/config", directory);
	FILE *file = fopen(config_path, "w");
	if (file == NULL || fputs(settings, file) < 0 || fclose(file) != 0) {
		return 1;
	}
	fixture_config = config_path;
	fixture_varlink = true;
	setenv("XDG_RUNTIME_DIR", directory, 1);
	signal(SIGPIPE, SIG_IGN);
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
			TEST(two_chords_move_it),
			TEST(nothing_selected),
			TEST(a_failed_copy_leaves_nothing_older),
			TEST(what_comes_late_is_dropped),
			TEST(terminals_are_not_talked_to),
			TEST(markup_is_text),
			TEST(pictures_by_policy),
			TEST(denied),
			TEST(asked),
			TEST(time_runs_out),
			TEST(a_lock_wipes_all),
			TEST(readers_are_not_waited_for),
			TEST(virtual_keyboards_copy_nothing),
			TEST(who_ends_takes_its_copy_along),
			TEST(one_gesture_types_the_keys),
			TEST(managers_see_their_own),
	};
	int ret = cmocka_run_group_tests(tests, NULL, NULL);
	char path[64];
	snprintf(path, sizeof(path), "%s/silo", directory);
	rmdir(path);
	unlink(config_path);
	rmdir(directory);
	return ret;
}
