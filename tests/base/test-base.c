/* SPDX-License-Identifier: MIT
 *
 * base/: text that came from a guest, descriptors, log budgets.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"

static void utf8_is_strict(void **state) {
	static const char *const bad[] = {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
			"\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3", "\xe2\x82", "\xff"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(text_is_utf8(bad[i], strlen(bad[i])));
	}
	assert_true(text_is_utf8("", 0));
	for (uint32_t code = 1; code <= 0x10ffff; code += code < 0x3000 ? 1 : 97) {
		if (code >= 0xd800 && code <= 0xdfff) {
			continue;
		}
		char encoded[4];
		uint32_t decoded;
		size_t size = text_utf8_encode(code, encoded);
		assert_int_equal(text_utf8_decode(encoded, size, &decoded), size);
		assert_int_equal(decoded, code);
		/* One byte less is never enough. */
		assert_true(size == 1 || text_utf8_decode(encoded, size - 1, &decoded) == 0);
	}
}

static void titles_are_sanitised(void **state) {
	static const struct {
		const char *title, *shown;
	} rows[] = {
			{"plain", "plain"},
			{"  two   words \t\n", "two words"},
			{"\xe2\x80\xae"
			 "evil",
					"evil"}, /* right-to-left override */
			{"a\xe2\x81\xa6"
			 "b\xe2\x81\xa9"
			 "c",
					"abc"}, /* isolates */
			{"ban\xe2\x80\x8b"
			 "king",
					"banking"}, /* zero width space */
			{"soft\xc2\xad"
			 "hyphen",
					"softhyphen"},
			{"esc\x1b]0;x\x07", "esc]0;x"},
			{"bad\xff"
			 "byte",
					"bad\xef\xbf\xbd"
					"byte"},
			{"\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7",
					"\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7"},
			{"e\xcc\x81\xcc\x81\xcc\x81\xcc\x81",
					"e\xcc\x81\xcc\x81"}, /* piled marks */
			{"\xef\xb8\x8f\xf3\xa0\x81\xa2", ""}, /* selectors, tags */
	};
	char out[TITLE_LEN_MAX + 1];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		text_sanitise(rows[i].title, strlen(rows[i].title), 80, out, sizeof(out));
		assert_string_equal(out, rows[i].shown);
		assert_true(text_is_sanitised(out, 80));
		assert_true(strcmp(rows[i].title, rows[i].shown) == 0 ||
				!text_is_sanitised(rows[i].title, 80));
	}
}

static void a_title_fits_wherever_it_is_put(void **state) {
	unsigned seed = 7;
	for (int round = 0; round < 20000; round++) {
		char bytes[64], out[40];
		size_t len = (size_t)rand_r(&seed) % sizeof(bytes);
		for (size_t i = 0; i < len; i++) {
			bytes[i] = (char)rand_r(&seed);
		}
		size_t cap = 1 + (size_t)rand_r(&seed) % sizeof(out);
		size_t codes_max = (size_t)rand_r(&seed) % 20;
		memset(out, 'x', sizeof(out));
		size_t used = text_sanitise(bytes, len, codes_max, out, cap);
		assert_true(used < cap && out[used] == '\0' && strlen(out) == used);
		assert_true(text_is_utf8(out, used));
		/* What is shown is shown the same again. */
		assert_true(text_is_sanitised(out, codes_max));
	}
}

static void escapes_are_harmless_and_bounded(void **state) {
	char out[300];
	assert_string_equal(text_escape("a\"\\\x1b\n\xc3\xa9", 7, out, sizeof(out)),
			"\"a\\x22\\x5c\\x1b\\x0a\\xc3\\xa9\"");
	char long_text[1000];
	memset(long_text, '\x07', sizeof(long_text));
	for (size_t cap = 1; cap < sizeof(out); cap++) {
		assert_true(strlen(text_escape(long_text, sizeof(long_text), out, cap)) < cap);
	}
}

static void vm_names_are_what_paths_and_units_bear(void **state) {
	static const char *const good[] = {
			"a", "banking", "work-2", "a234567890123456789012345678901"};
	static const char *const bad[] = {"", "A", "2a", "-a", "a-", "a--b", "a.b", "a/b", "host",
			"all", "self", "none", "silo", "dom0", "\xc3\xa9", "a b",
			"a23456789012345678901234567890123"};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(text_is_vm_name(good[i]));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(text_is_vm_name(bad[i]));
	}
}

static void descriptors_travel_and_surplus_is_closed(void **state) {
	int pair[2], sent[3], got[2];
	assert_int_equal(fd_socketpair(SOCK_SEQPACKET, pair), 0);
	for (int i = 0; i < 3; i++) {
		sent[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	size_t n = 2;
	char byte;
	assert_int_equal(fd_send(pair[0], "x", 1, sent, 2), 1);
	assert_int_equal(fd_recv(pair[1], &byte, 1, got, &n), 1);
	assert_int_equal(n, 2);
	assert_true((fcntl(got[0], F_GETFD) & FD_CLOEXEC) != 0);
	int next = got[0];
	fd_close(&got[0]);
	fd_close(&got[1]);
	/* One more than there is room for: none is kept, the next number is free again. */
	n = 2;
	assert_int_equal(fd_send(pair[0], "x", 1, sent, 3), 1);
	assert_int_equal(fd_recv(pair[1], &byte, 1, got, &n), -EMSGSIZE);
	assert_int_equal(n, 0);
	int probe = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(probe, next);
	fd_close(&probe);
	/* A datagram longer than the room is refused, not cut. */
	n = 0;
	assert_int_equal(fd_send(pair[0], "xy", 2, NULL, 0), 2);
	assert_int_equal(fd_recv(pair[1], &byte, 1, got, &n), -EMSGSIZE);
	assert_int_equal(fd_send(pair[0], "x", 1, sent, FD_MESSAGE_MAX + 1), -EINVAL);
	for (int i = 0; i < 3; i++) {
		fd_close(&sent[i]);
	}
	fd_close(&pair[0]);
	fd_close(&pair[1]);
}

/* Who listens may be hostile: it cannot pass the caller on, nor have it wait. */
static void a_hostile_listener_gets_nothing(void **state) {
	char dir[] = "/tmp/silo-base-XXXXXX", path[64], other[64];
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	snprintf(other, sizeof(other), "%s/link", dir);
	int listener = fd_listen(path, SOCK_STREAM);
	assert_true(listener >= 0);
	int client = fd_connect_own(path, SOCK_STREAM);
	assert_true(client >= 0);
	assert_int_equal(fcntl(client, F_GETFL) & O_NONBLOCK, 0);
	fd_close(&client);
	assert_int_equal(symlink(path, other), 0);
	client = fd_connect(other, SOCK_STREAM);
	assert_true(client >= 0);
	fd_close(&client);
	assert_int_equal(fd_connect_own(other, SOCK_STREAM), -ENOTSOCK);
	unlink(other);
	int file = open(other, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	fd_close(&file);
	assert_int_equal(fd_connect_own(other, SOCK_STREAM), -ENOTSOCK);
	unlink(other);
	assert_int_equal(fd_connect_own(other, SOCK_STREAM), -ENOENT);
	/* Its queue takes one more than that and is full. */
	assert_int_equal(listen(listener, 0), 0);
	int first = fd_connect_own(path, SOCK_STREAM);
	int second = fd_connect_own(path, SOCK_STREAM);
	assert_int_equal(second < 0 ? second : fd_connect_own(path, SOCK_STREAM), -EAGAIN);
	fd_close(&first);
	fd_close(&second);
	fd_close(&listener);
	unlink(path);
	rmdir(dir);
}

static void a_listening_name_takes_connections(void **state) {
	char dir[] = "/tmp/silo-base-XXXXXX", path[64], other[64];
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	snprintf(other, sizeof(other), "%s/socket.new", dir);
	int first = fd_listen(path, SOCK_STREAM);
	assert_true(first >= 0);
	assert_int_equal(access(other, F_OK), -1);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* A second one takes the name over; connections go to it. */
	int second = fd_listen(path, SOCK_STREAM);
	assert_true(second >= 0);
	int client = fd_connect(path, SOCK_STREAM);
	assert_true(client >= 0);
	int accepted = accept(second, NULL, NULL);
	assert_true(accepted >= 0);
	fd_close(&accepted);
	fd_close(&client);
	fd_close(&first);
	fd_close(&second);
	unlink(path);
	/* What is no socket is left alone. */
	int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	fd_close(&file);
	assert_int_equal(fd_listen(path, SOCK_STREAM), -EADDRINUSE);
	unlink(path);
	char long_path[200];
	memset(long_path, 'a', sizeof(long_path));
	long_path[sizeof(long_path) - 1] = '\0';
	assert_int_equal(fd_listen(long_path, SOCK_STREAM), -ENAMETOOLONG);
	assert_int_equal(fd_connect(long_path, SOCK_STREAM), -ENAMETOOLONG);
	rmdir(dir);
}

static void private_directories_are_private(void **state) {
	char dir[] = "/tmp/silo-base-XXXXXX", path[64];
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/own", dir);
	assert_int_equal(dir_ensure_private(path), 0);
	assert_int_equal(dir_ensure_private(path), 0);
	chmod(path, 0750);
	assert_int_equal(dir_ensure_private(path), -EPERM);
	rmdir(path);
	assert_int_equal(symlink(dir, path), 0);
	assert_int_equal(dir_ensure_private(path), -EPERM);
	unlink(path);
	rmdir(dir);
}

static void a_guest_cannot_flood_the_log(void **state) {
	int pipe_fds[2], saved = dup(STDERR_FILENO);
	assert_int_equal(pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK), 0);
	dup2(pipe_fds[1], STDERR_FILENO);
	struct log_limit limit = {.burst = 3};
	clock_set_for_test(1000000000);
	for (int i = 0; i < 100; i++) {
		log_limited(&limit, LOG_LEVEL_WARN, "line");
	}
	clock_set_for_test(3000000000);
	log_limited(&limit, LOG_LEVEL_WARN, "later");
	clock_set_for_test(-1);
	dup2(saved, STDERR_FILENO);
	close(saved);
	char text[4096];
	ssize_t len = read(pipe_fds[0], text, sizeof(text) - 1);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	assert_true(len > 0);
	text[len] = '\0';
	int lines = 0;
	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++) {
		lines++;
	}
	assert_int_equal(lines, 3 + 2);
	assert_non_null(strstr(text, "(97 similar lines were left out)"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(utf8_is_strict),
			cmocka_unit_test(titles_are_sanitised),
			cmocka_unit_test(a_title_fits_wherever_it_is_put),
			cmocka_unit_test(escapes_are_harmless_and_bounded),
			cmocka_unit_test(vm_names_are_what_paths_and_units_bear),
			cmocka_unit_test(descriptors_travel_and_surplus_is_closed),
			cmocka_unit_test(a_listening_name_takes_connections),
			cmocka_unit_test(a_hostile_listener_gets_nothing),
			cmocka_unit_test(private_directories_are_private),
			cmocka_unit_test(a_guest_cannot_flood_the_log),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
