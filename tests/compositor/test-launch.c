/* SPDX-License-Identifier: MIT
 *
 * The terminal's key asks the VM manager, and no answer of it, or none, holds anything up.
 */
#include "tests/compositor/fixture.h"

#include <fcntl.h>
#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "compositor/shell/notices.h"
#include "compositor/shell/runtime.h"

static void press_return(struct fixture *fixture) {
	user_key(fixture, KEY_LEFTMETA, true);
	user_key(fixture, KEY_ENTER, true);
	user_key(fixture, KEY_ENTER, false);
	user_key(fixture, KEY_LEFTMETA, false);
}

/* The next question, as text. */
static int accept_call(int listener, char *text, size_t size) {
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(fd >= 0);
	ssize_t len = read(fd, text, size - 1);
	assert_true(len > 0);
	text[len] = '\0';
	return fd;
}

static void the_manager_is_asked(void **state) {
	struct fixture *fixture = *state;
	int dial;
	fixture_domain(fixture, "work", &dial);
	struct test_client *client = fixture_client(fixture, dial);
	struct test_window window;
	window_map(&window, client, 300, 200, 0xffff0000);
	/* Nobody there. */
	press_return(fixture);
	char *path = runtime_path(fixture->server, "io.silo.Manager");
	int listener = fd_listen(path, SOCK_STREAM);
	assert_true(listener >= 0);
	static const char *const answers[] = {
			"{\"parameters\":{}}",
			"{\"error\":\"io.silo.Manager.Failed\",\"parameters\":{\"reason\":\"there "
			"is "
			"no application terminal\"}}",
			"{\"error\":\"io.silo.Manager.Failed\",\"parameters\":{\"reason\":7}}",
			"}{",
			"",
	};
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		press_return(fixture);
		char text[512];
		int fd = accept_call(listener, text, sizeof(text));
		assert_non_null(strstr(text, "io.silo.Manager.Launch"));
		assert_non_null(strstr(text, "\"work\""));
		assert_non_null(strstr(text, "\"terminal\""));
		assert_true(write(fd, answers[i], strlen(answers[i]) + 1) > 0);
		fixture_settle(fixture);
		close(fd);
		fixture_settle(fixture);
	}
	/* What went wrong is told on the screen; a part of it, since it went wrong that often. */
	sd_json_variant *notices = NULL;
	assert_true(notices_describe(fixture->server, &notices) >= 0);
	assert_int_equal(sd_json_variant_elements(notices), NOTICES_PER_VM_MAX);
	sd_json_variant_unref(notices);
	/* One that never answers is asked a few times, and holds nothing up. */
	for (int i = 0; i < 20; i++) {
		press_return(fixture);
	}
	int asked = 0;
	fcntl(listener, F_SETFL, O_NONBLOCK);
	int fds[20];
	while ((fds[asked] = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		asked++;
	}
	assert_int_equal(asked, 4);
	int presses = client->key_presses;
	user_key(fixture, KEY_A, true);
	user_key(fixture, KEY_A, false);
	assert_int_equal(client->key_presses, presses + 1);
	while (asked > 0) {
		close(fds[--asked]);
	}
	fixture_settle(fixture);
	unlink(path);
	free(path);
	close(listener);
	window_finish(&window);
	close(dial);
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test_setup_teardown(the_manager_is_asked, fixture_setup,
					fixture_teardown),
	};
	return cmocka_run_group_tests_name("launch", tests, fixture_runtime_setup,
			fixture_runtime_teardown);
}
