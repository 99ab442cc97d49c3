/* SPDX-License-Identifier: MIT
 *
 * The box against a hostile program (hostile.c): what it must not reach, with a control run without
 * the box that reaches it all, so that a test that cannot fail is noticed; and what it must still have.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/box.h"
#include "base/fd.h"
#include "base/peer.h"

#define ARGS_MAX 24

static char hostile[PATH_MAX];
static char place[64]; /* a directory with the host's secrets */
static char abstract_name[64];
static int abstract_fd, unix_fd, tcp_fd;
static int tcp_port;
static pid_t victim;

static const char *in_place(const char *name) {
	static char paths[8][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 8];
	snprintf(path, PATH_MAX, "%s/%s", place, name);
	return path;
}

static void make_file(const char *name) {
	int fd = open(in_place(name), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	close(fd);
}

static int listen_abstract(void) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(abstract_name, sizeof(abstract_name), "silo-test-box-%d", getpid());
	snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "%s", abstract_name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			strlen(abstract_name));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static int listen_tcp(void) {
	struct sockaddr_in address = {
			.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	tcp_port = ntohs(address.sin_port);
	return fd;
}

static int setup(void **state) {
	snprintf(place, sizeof(place), "/tmp/silo-test-box-XXXXXX");
	assert_non_null(mkdtemp(place));
	make_file("secret");
	make_file("disk");
	assert_int_equal(mkdir(in_place("sockets"), 0700), 0);
	unix_fd = fd_listen(in_place("bus"), SOCK_STREAM);
	assert_true(unix_fd >= 0);
	abstract_fd = listen_abstract();
	tcp_fd = listen_tcp();
	setenv("HOME", place, 1);
	victim = fork();
	if (victim == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
		for (;;) {
			pause();
		}
	}
	return 0;
}

static int teardown(void **state) {
	kill(victim, SIGKILL);
	waitpid(victim, NULL, 0);
	fd_close(&unix_fd);
	fd_close(&abstract_fd);
	fd_close(&tcp_fd);
	const char *const files[] = {"secret", "disk", "bus", "calls", "sockets/mine", "made"};
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		unlink(in_place(files[i]));
	}
	rmdir(in_place("sockets"));
	rmdir(place);
	return 0;
}

static void read_all(int fd, char *out, size_t cap) {
	size_t len = 0;
	ssize_t n;
	while (len < cap - 1 && (n = read(fd, out + len, cap - 1 - len)) > 0) {
		len += (size_t)n;
	}
	out[len] = '\0';
}

/* Runs hostile with args in the box, or without one (spec NULL), and collects what it says. */
static void run(const struct box_spec *spec, const char *const *args, char *out, size_t cap) {
	const char *argv[ARGS_MAX + 2] = {hostile};
	for (size_t i = 0; args[i] != NULL; i++) {
		assert_true(i < ARGS_MAX);
		argv[i + 1] = args[i];
	}
	int output[2];
	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	pid_t pid;
	if (spec != NULL) {
		struct box_spec boxed = *spec;
		boxed.argv = argv;
		boxed.output = output[1];
		struct box_child child;
		char error[256] = "";
		int result = box_spawn(&boxed, &child, error, sizeof(error));
		if (result < 0) {
			print_error("%s\n", error);
		}
		assert_int_equal(result, 0);
		assert_int_equal(child.strength, spec->no_namespaces ? BOX_WEAK : BOX_FULL);
		close(child.pidfd);
		pid = child.pid;
	} else {
		pid = fork();
		if (pid == 0) {
			dup2(output[1], 1);
			execv(hostile, (char *const *)argv);
			_exit(127);
		}
	}
	close(output[1]);
	read_all(output[0], out, cap);
	close(output[0]);
	int status;
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static bool says(const char *out, const char *attempt, const char *verdict) {
	char line[PATH_MAX + 64];
	snprintf(line, sizeof(line), "%s %s ", attempt, verdict);
	const char *found = strstr(out, line);
	return found != NULL && (found == out || found[-1] == '\n');
}

static size_t escapes(const char **args, char (*room)[PATH_MAX + 32]) {
	size_t n = 0;
	snprintf(room[n++], PATH_MAX + 32, "read=%s", in_place("secret"));
	snprintf(room[n++], PATH_MAX + 32, "write=%s", in_place("disk"));
	snprintf(room[n++], PATH_MAX + 32, "create=%s", in_place("made"));
	snprintf(room[n++], PATH_MAX + 32, "abstract=%s", abstract_name);
	snprintf(room[n++], PATH_MAX + 32, "tcp=%d", tcp_port);
	snprintf(room[n++], PATH_MAX + 32, "trace=%d", victim);
	snprintf(room[n++], PATH_MAX + 32, "kill=%d", victim);
	snprintf(room[n++], PATH_MAX + 32, "namespace");
	snprintf(room[n++], PATH_MAX + 32, "clone-namespace");
	snprintf(room[n++], PATH_MAX + 32, "environment=HOME");
	snprintf(room[n++], PATH_MAX + 32, "unix=%s", in_place("bus"));
	for (size_t i = 0; i < n; i++) {
		args[i] = room[i];
	}
	args[n] = NULL;
	return n;
}

static void refuse_all(bool weak) {
	static char room[ARGS_MAX][PATH_MAX + 32];
	const char *args[ARGS_MAX + 1];
	char out[8192];
	size_t n = escapes(args, room);
	run(NULL, args, out, sizeof(out));
	for (size_t i = 0; i < n; i++) {
		if (!says(out, args[i], "yes")) {
			print_error("without a box: %s fails\n%s", args[i], out);
		}
		assert_true(says(out, args[i], "yes"));
	}
	unlink(in_place("made"));
	struct box_bind disk = {.path = in_place("disk")};
	struct box_spec spec = {.binds = &disk, .binds_len = 1, .no_namespaces = weak};
	run(&spec, args, out, sizeof(out));
	for (size_t i = 0; i < n; i++) {
		if (!says(out, args[i], "no")) {
			print_error("in the box: %s succeeds\n%s", args[i], out);
		}
		assert_true(says(out, args[i], "no"));
	}
	const char *const always[] = {"mount", "capabilities", "read=/proc/1/environ",
			"read=/proc/self/environ", "read=/etc/passwd", "read=/dev/kvm",
			"read=/dev/mem", "descriptor=3", "descriptor=7", NULL};
	run(&spec, always, out, sizeof(out));
	for (size_t i = 0; always[i] != NULL; i++) {
		if (!says(out, always[i], "no")) {
			print_error("in the box: %s succeeds\n%s", always[i], out);
		}
		assert_true(says(out, always[i], "no"));
	}
}

static void test_refuses(void **state) {
	refuse_all(false);
}

static void test_weak_refuses(void **state) {
	refuse_all(true);
}

/* It may make namespaces, which lead further in; everything that leads out stays refused. */
static void test_inner_jails(void **state) {
	static char room[ARGS_MAX][PATH_MAX + 32];
	const char *args[ARGS_MAX + 1];
	char out[8192];
	size_t n = escapes(args, room);
	const char *const more[] = {"capabilities", "read=/etc/passwd", "read=/dev/kvm",
			"write=/proc/sys/kernel/core_pattern", "write=/proc/sysrq-trigger",
			"read=/proc/1/environ", "create=" BOX_EMPTY_DIR "/new", "create=/new",
			"descriptor=3", NULL};
	struct box_bind disk = {.path = in_place("disk")};
	struct box_spec spec = {.binds = &disk, .binds_len = 1, .inner_jails = true};
	run(&spec, args, out, sizeof(out));
	for (size_t i = 0; i < n; i++) {
		const char *verdict = strstr(args[i], "namespace") != NULL ? "yes" : "no";
		if (!says(out, args[i], verdict)) {
			print_error("in the box: %s is not \"%s\"\n%s", args[i], verdict, out);
		}
		assert_true(says(out, args[i], verdict));
	}
	run(&spec, more, out, sizeof(out));
	for (size_t i = 0; more[i] != NULL; i++) {
		if (!says(out, more[i], "no")) {
			print_error("in the box: %s succeeds\n%s", more[i], out);
		}
		assert_true(says(out, more[i], "no"));
	}
	const char *const given[] = {"read=/proc/self/status", "read=" BOX_EMPTY_DIR,
			"write=/proc/self/uid_map", NULL};
	run(&spec, given, out, sizeof(out));
	for (size_t i = 0; given[i] != NULL; i++) {
		assert_true(says(out, given[i], "yes"));
	}
	/* Half of it is nothing: the weaker box is refused. */
	struct box_child child;
	char error[256] = "";
	const char *const argv[] = {hostile, NULL};
	spec.argv = argv;
	spec.output = -1;
	spec.no_namespaces = true;
	assert_true(box_spawn(&spec, &child, error, sizeof(error)) < 0);
}

static void test_gives(void **state) {
	char disk[PATH_MAX + 8], sock[PATH_MAX + 8], unwritable[PATH_MAX + 8], file[PATH_MAX + 8];
	snprintf(file, sizeof(file), "create=%s", in_place("sockets/file"));
	snprintf(disk, sizeof(disk), "read=%s", in_place("disk"));
	snprintf(unwritable, sizeof(unwritable), "write=%s", in_place("disk"));
	snprintf(sock, sizeof(sock), "bind=%s", in_place("sockets/mine"));
	const char *const args[] = {disk, sock, "write=/dev/null", "read=/dev/urandom",
			"descriptor=3", "descriptor=4", "environment=SILO_TEST", NULL};
	const char *const env[] = {"SILO_TEST=1", NULL};
	const struct box_bind binds[] = {
			{.path = in_place("disk")},
			{.path = in_place("sockets"), .writable = true},
	};
	int pair[2];
	assert_int_equal(fd_socketpair(SOCK_STREAM, pair), 0);
	for (int weak = 0; weak < 2; weak++) {
		struct box_spec spec = {
				.binds = binds,
				.binds_len = 2,
				.fds = pair,
				.fds_len = 2,
				.env = env,
				.sockets = true,
				.no_namespaces = weak,
		};
		char out[8192];
		run(&spec, args, out, sizeof(out));
		for (size_t i = 0; args[i] != NULL; i++) {
			if (!says(out, args[i], "yes")) {
				print_error("in the box: %s fails\n%s", args[i], out);
			}
			assert_true(says(out, args[i], "yes"));
		}
		/* Sockets alone: files would fill the user's runtime directory. */
		const char *const refused[] = {unwritable, file, "descriptor=5", NULL};
		run(&spec, refused, out, sizeof(out));
		assert_true(says(out, file, "no"));
		assert_true(says(out, unwritable, "no"));
		assert_true(says(out, "descriptor=5", "no"));
		unlink(in_place("sockets/mine"));
	}
	close(pair[0]);
	close(pair[1]);
}

static void test_failures_are_told(void **state) {
	const char *const missing[] = {"/nonexistent/program", NULL};
	struct box_spec spec = {.argv = missing, .output = -1};
	struct box_child child;
	char error[256];
	assert_int_equal(box_spawn(&spec, &child, error, sizeof(error)), -ENOENT);
	assert_non_null(strstr(error, "/nonexistent/program"));
	const char *const argv[] = {hostile, NULL};
	struct box_bind bind = {.path = "/nonexistent/disk"};
	spec = (struct box_spec){.argv = argv, .binds = &bind, .binds_len = 1, .output = -1};
	assert_int_equal(box_spawn(&spec, &child, error, sizeof(error)), -ENOENT);
	assert_non_null(strstr(error, "/nonexistent/disk"));
}

static bool write_to(const char *path, const char *text) {
	FILE *file = fopen(path, "we");
	return file != NULL && fputs(text, file) >= 0 && fclose(file) == 0;
}

/* A user namespace in which we are who we were, so that it may make another. */
static bool enter_namespace(void) {
	char users[32], groups[32];
	snprintf(users, sizeof(users), "%u %u 1", getuid(), getuid());
	snprintf(groups, sizeof(groups), "%u %u 1", getgid(), getgid());
	return unshare(CLONE_NEWUSER) == 0 && write_to("/proc/self/setgroups", "deny") &&
			write_to("/proc/self/gid_map", groups) &&
			write_to("/proc/self/uid_map", users);
}

/* A process that has connected to in_place("calls") from so many user namespaces below ours. */
static pid_t start_caller(int depth) {
	int ready[2];
	char byte;
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; i < depth; i++) {
			if (!enter_namespace()) {
				_exit(1);
			}
		}
		int fd = fd_connect(in_place("calls"), SOCK_STREAM);
		if (fd < 0 || write(ready[1], "", 1) != 1) {
			_exit(1);
		}
		for (;;) {
			pause();
		}
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static bool kernel_knows_callers(void) {
	int pair[2], pidfd = -1;
	socklen_t len = sizeof(pidfd);
	assert_int_equal(fd_socketpair(SOCK_STREAM, pair), 0);
	bool knows = getsockopt(pair[0], SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len) == 0;
	fd_close(&pidfd);
	close(pair[0]);
	close(pair[1]);
	return knows;
}

/* Who lives in a box, however deep, may not call; nor may who ended before anybody looked. */
static void test_callers(void **state) {
	int listener = fd_listen(in_place("calls"), SOCK_STREAM);
	assert_true(listener >= 0);
	for (int depth = 0; depth < 3; depth++) {
		pid_t pid = start_caller(depth);
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		assert_true(fd >= 0);
		int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
		assert_true(pidfd >= 0);
		assert_int_equal(peer_may_call(fd), depth == 0);
		assert_int_equal(peer_is_outside_boxes(pid, pidfd), depth == 0);
		/* As before Linux 6.5. */
		assert_int_equal(peer_is_outside_boxes(pid, -1), depth == 0);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		if (kernel_knows_callers()) {
			assert_false(peer_may_call(fd));
		}
		/* Its number is somebody else's now. */
		assert_false(peer_is_outside_boxes(getpid(), pidfd));
		close(pidfd);
		close(fd);
	}
	close(listener);
	assert_false(peer_may_call(-1));
}

/* Whoever starts a box on a terminal does not hand it over: what is typed there could be read. */
static void test_terminal_stays_outside(void **state) {
	int terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
	int slave = open(ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(slave >= 0);
	const char *const argv[] = {hostile, "read=/etc/passwd", NULL};
	struct box_spec spec = {.argv = argv, .output = slave};
	struct box_child child;
	char error[256];
	assert_int_equal(box_spawn(&spec, &child, error, sizeof(error)), 0);
	assert_int_equal(waitpid(child.pid, NULL, 0), child.pid);
	close(child.pidfd);
	struct pollfd said = {.fd = terminal, .events = POLLIN};
	assert_int_equal(poll(&said, 1, 0), 0);
	close(slave);
	close(terminal);
}

static void test_strength(void **state) {
	assert_int_equal(box_strength_here(), BOX_FULL);
	assert_string_equal(box_strength_text(BOX_WEAK), "weaker");
}

int main(int argc, char **argv) {
	if (argc != 2 || realpath(argv[1], hostile) == NULL) {
		/* box_strength_here() starts this program again, with --version. */
		return argc == 2 ? 0 : 2;
	}
	const struct CMUnitTest tests[] = {
			cmocka_unit_test(test_refuses),
			cmocka_unit_test(test_weak_refuses),
			cmocka_unit_test(test_inner_jails),
			cmocka_unit_test(test_gives),
			cmocka_unit_test(test_failures_are_told),
			cmocka_unit_test(test_callers),
			cmocka_unit_test(test_terminal_stays_outside),
			cmocka_unit_test(test_strength),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
