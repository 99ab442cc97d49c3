/* SPDX-License-Identifier: MIT
 *
 * How a box ends: with its parent, by a signal, and all that a hostile program (hostile.c) started in it; and
 * what its first process, which sees to that, can still do itself.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/box.h"
#include "base/fd.h"

static char hostile[PATH_MAX];

/* Then it has no list of its own. */
#ifdef __SANITIZE_ADDRESS__
static const bool is_sanitized = true;
#else
static const bool is_sanitized = false;
#endif

static void read_all(int fd, char *out, size_t cap) {
	size_t len = 0;
	ssize_t n;
	while (len < cap - 1 && (n = read(fd, out + len, cap - 1 - len)) > 0) {
		len += (size_t)n;
	}
	out[len] = '\0';
}

/* What becomes of the parent of a box in these tests. */
enum parents_end {
	PARENT_DIES,
	PARENT_KILLS,
};

/* Starts "spawn" in a box that has fd; then it dies, when it is killed, or kills the box. */
static _Noreturn void be_parent(int fd, bool weak, enum parents_end end, int told) {
	const char *const argv[] = {hostile, "spawn", NULL};
	struct box_spec spec = {.argv = argv,
			.fds = &fd,
			.fds_len = 1,
			.output = -1,
			.no_namespaces = weak};
	struct box_child child;
	char error[256], byte;
	if (box_spawn(&spec, &child, error, sizeof(error)) < 0) {
		_exit(1);
	}
	close(fd);
	if (end == PARENT_KILLS && read(told, &byte, 1) == 1) {
		kill(child.pid, SIGKILL);
	}
	for (;;) {
		pause();
	}
}

/*
 * The parent is killed without a chance to clean up, or kills the box's process: all that was
 * started in the box ends all the same. The weaker box cannot do that, so there nothing is started.
 */
static void all_dies(bool weak, enum parents_end end) {
	int pair[2], tell[2];
	assert_int_equal(fd_socketpair(SOCK_STREAM, pair), 0);
	assert_int_equal(pipe2(tell, O_CLOEXEC), 0);
	pid_t parent = fork();
	if (parent == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(pair[0]);
		be_parent(pair[1], weak, end, tell[0]);
	}
	close(pair[1]);
	char byte;
	assert_int_equal(read(pair[0], &byte, 1), 1);
	assert_int_equal(byte, weak ? 'n' : 'y');
	if (end == PARENT_DIES) {
		kill(parent, SIGKILL);
	} else {
		assert_int_equal(write(tell[1], "", 1), 1);
	}
	/* End of file: the last holder of the other end is gone. */
	struct pollfd poll_fd = {.fd = pair[0], .events = POLLIN};
	assert_int_equal(poll(&poll_fd, 1, 5000), 1);
	assert_int_equal(read(pair[0], &byte, 1), 0);
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	close(pair[0]);
	close(tell[0]);
	close(tell[1]);
}

static void test_dies_with_parent(void **state) {
	all_dies(false, PARENT_DIES);
	all_dies(true, PARENT_DIES);
}

static void test_dies_when_killed(void **state) {
	all_dies(false, PARENT_KILLS);
	all_dies(true, PARENT_KILLS);
}

/* How many filters of system calls hold a process. */
static int filters_of(pid_t pid) {
	static const char key[] = "\nSeccomp_filters:";
	char path[64], text[4096];
	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	read_all(fd, text, sizeof(text));
	close(fd);
	const char *found = strstr(text, key);
	return found != NULL ? atoi(found + strlen(key)) : -1;
}

/* How many descriptors a process has; 0 if it may not be looked at. */
static int descriptors_of(pid_t pid) {
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	DIR *dir = opendir(path);
	int count = 0;
	struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		count += entry->d_name[0] != '.';
	}
	if (dir != NULL) {
		closedir(dir);
	}
	return count;
}

/* A copy of who made the box, in it: it may wait for the others, and nothing else. */
static void test_first_process(void **state) {
	const char *const argv[] = {hostile, "sleep", NULL};
	struct box_spec spec = {.argv = argv, .output = -1};
	struct box_child child;
	char error[256];
	assert_int_equal(box_spawn(&spec, &child, error, sizeof(error)), 0);
	assert_int_not_equal(child.program, child.pid);
	/* It comes to its list at about the time at which the program is executed. */
	for (int i = 0; !is_sanitized && i < 500 &&
			filters_of(child.pid) == filters_of(child.program);
			i++) {
		poll(NULL, 0, 10);
	}
	assert_true(filters_of(child.program) > 0);
	assert_int_equal(filters_of(child.pid), filters_of(child.program) + !is_sanitized);
	assert_int_equal(descriptors_of(child.pid), 0);
	kill(child.program, SIGTERM);
	int status;
	assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
	assert_int_equal(box_exit_signal(status), SIGTERM);
	close(child.pidfd);
}

/* abort() works in the box, and the caller is told of it. */
static void test_signal_is_told(void **state) {
	for (int weak = 0; weak < 2; weak++) {
		const char *const argv[] = {hostile, "abort", NULL};
		struct box_spec spec = {.argv = argv, .output = -1, .no_namespaces = weak};
		struct box_child child;
		char error[256];
		assert_int_equal(box_spawn(&spec, &child, error, sizeof(error)), 0);
		assert_true(child.program > 0);
		assert_true(weak == 1 ? child.program == child.pid : child.program != child.pid);
		int status;
		assert_int_equal(waitpid(child.pid, &status, 0), child.pid);
		assert_int_equal(box_exit_signal(status), SIGABRT);
		close(child.pidfd);
	}
}

int main(int argc, char **argv) {
	if (argc != 2 || realpath(argv[1], hostile) == NULL) {
		return 2;
	}
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_dies_with_parent),
			cmocka_unit_test(test_dies_when_killed),
			cmocka_unit_test(test_first_process),
			cmocka_unit_test(test_signal_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
