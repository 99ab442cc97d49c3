/* SPDX-License-Identifier: MIT */
#include "base/box.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/box_private.h"
#include "base/fd.h"

/* What the child says over the status pipe when it fails; nothing, if it was executed. */
struct box_failure {
	int error;
	bool refused; /* namespaces are refused here: the weaker box may work */
	char what[232];
};

/* Added to a signal's number in an exit status. */
#define EXIT_SIGNALLED 128

/* Below this, descriptors of the box; what the child needs itself is moved above it. */
#define FD_FLOOR (3 + BOX_FDS_MAX)

static _Noreturn void child_fail(int status, int error, bool refused, const char *what) {
	struct box_failure failure = {.error = error, .refused = refused};
	snprintf(failure.what, sizeof(failure.what), "%s", what);
	ssize_t written = fd_send(status, &failure, sizeof(failure), NULL, 0);
	(void)written;
	_exit(127);
}

static int write_file(const char *path, const char *text) {
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		return -errno;
	}
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/* The caller's own ids are the only ones in the box. */
static int map_ids(uid_t uid, gid_t gid) {
	char map[64];
	int result = write_file("/proc/self/setgroups", "deny");
	if (result < 0 && result != -ENOENT) {
		return result;
	}
	snprintf(map, sizeof(map), "%u %u 1", (unsigned)gid, (unsigned)gid);
	result = write_file("/proc/self/gid_map", map);
	if (result < 0) {
		return result;
	}
	snprintf(map, sizeof(map), "%u %u 1", (unsigned)uid, (unsigned)uid);
	return write_file("/proc/self/uid_map", map);
}

static void reset_signals(void) {
	for (int sig = 1; sig < NSIG; sig++) {
		signal(sig, SIG_DFL);
	}
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Moves the spec's descriptors to 3, 4, … and leaves nothing else open over exec. */
static int place_fds(const struct box_spec *spec) {
	int high[BOX_FDS_MAX];
	for (size_t i = 0; i < spec->fds_len; i++) {
		high[i] = fcntl(spec->fds[i], F_DUPFD_CLOEXEC, FD_FLOOR);
		if (high[i] < 0) {
			return -errno;
		}
	}
	/* Its first number may be one of those that are given away below. */
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int low = null_fd < 0 ? -1 : fcntl(null_fd, F_DUPFD_CLOEXEC, FD_FLOOR);
	fd_close(&null_fd);
	/* A terminal could be read, and what is said on it could be orders. */
	bool has_output = spec->output >= 0 && !isatty(spec->output);
	int output = has_output ? fcntl(spec->output, F_DUPFD_CLOEXEC, FD_FLOOR) : low;
	if (low < 0 || output < 0 || dup2(low, 0) < 0 || dup2(output, 1) < 0 ||
			dup2(output, 2) < 0) {
		return -errno;
	}
	for (size_t i = 0; i < spec->fds_len; i++) {
		if (dup2(high[i], 3 + (int)i) < 0) {
			return -errno;
		}
	}
	return close_range(3 + (unsigned)spec->fds_len, ~0u, CLOSE_RANGE_CLOEXEC) < 0 ? -errno : 0;
}

/*
 * The kernel forgets the parent-death signal when rights change, so this comes last; a parent that
 * died before is seen by the hang-up of the pipe that it holds.
 */
static bool bind_to_parent(int alive) {
	struct pollfd poll_fd = {.fd = alive, .events = POLLIN};
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && poll(&poll_fd, 1, 0) == 0;
}

static void settle(void) {
	reset_signals();
	setsid();
	umask(077);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* One byte, not none: a crash handler behind a pipe is only skipped for this value. */
	struct rlimit no_core = {.rlim_cur = 1, .rlim_max = 1};
	setrlimit(RLIMIT_CORE, &no_core);
}

static void enter_namespaces(const struct box_spec *spec, int status, uid_t uid, gid_t gid) {
	/* /proc/self is its owner's only while it can be dumped. */
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	int result = map_ids(uid, gid);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	static const char name[] = "box";
	if (result == 0 && sethostname(name, sizeof(name) - 1) < 0) {
		result = -errno;
	}
	if (result < 0) {
		child_fail(status, -result, true, "user namespace");
	}
	const char *what = "";
	result = box_root_enter(spec, &what);
	if (result < 0) {
		bool refused = strcmp(what, "private mounts") == 0 || strcmp(what, "tmpfs") == 0 ||
				strcmp(what, "pivot_root") == 0;
		child_fail(status, -result, refused, what);
	}
}

/*
 * A process namespace's first process is immune to signals that it does not handle, its own abort()
 * included. So the program becomes the second, and this one only waits for it and repeats its end.
 */
static void become_second(int status) {
	pid_t program = fork();
	if (program < 0) {
		child_fail(status, errno, false, "fork");
	}
	if (program == 0) {
		return;
	}
	close_range(0, ~0u, 0);
	prctl(PR_SET_NAME, "silo-box", 0, 0, 0);
	/* It is a copy of whoever made the box, with all that one knows. */
	if (box_rights_wait_only() < 0) {
		_exit(127);
	}
	int ended;
	for (;;) {
		pid_t pid = waitpid(-1, &ended, 0);
		if (pid == program) {
			_exit(WIFSIGNALED(ended) ? EXIT_SIGNALLED + WTERMSIG(ended)
						 : WEXITSTATUS(ended));
		}
		if (pid < 0 && errno != EINTR) {
			_exit(127);
		}
	}
}

static _Noreturn void child_main(const struct box_spec *spec, bool namespaces, int status,
		int alive, uid_t uid, gid_t gid) {
	status = fcntl(status, F_DUPFD_CLOEXEC, FD_FLOOR + BOX_FDS_MAX);
	alive = fcntl(alive, F_DUPFD_CLOEXEC, FD_FLOOR + BOX_FDS_MAX);
	if (status < 0 || alive < 0) {
		_exit(127);
	}
	settle();
	if (namespaces) {
		enter_namespaces(spec, status, uid, gid);
	}
	int result;
	if ((result = place_fds(spec)) < 0) {
		child_fail(status, -result, false, "descriptors");
	}
	if ((result = box_rights_drop()) < 0) {
		child_fail(status, -result, false, "capabilities");
	}
	if ((result = box_rights_landlock(spec, namespaces)) < 0) {
		child_fail(status, -result, false, "Landlock");
	}
	if ((result = box_rights_seccomp(spec, namespaces)) < 0) {
		child_fail(status, -result, false, "seccomp");
	}
	if (!bind_to_parent(alive)) {
		_exit(127);
	}
	if (namespaces) {
		become_second(status);
	}
	/* The receiver learns who speaks: a number in its own namespace. */
	if (fd_send(status, "", 1, NULL, 0) < 0) {
		_exit(127);
	}
	static const char *const default_env[] = {"LC_ALL=C.UTF-8", NULL};
	execve(spec->argv[0], (char *const *)spec->argv,
			(char *const *)(spec->env != NULL ? spec->env : default_env));
	child_fail(status, errno, false, spec->argv[0]);
}

static pid_t clone_now(bool namespaces, bool network) {
	/* Of the caller, not of the process that clones. */
	struct clone_args args = {.flags = CLONE_PARENT};
	if (namespaces) {
		args.flags |= CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
				CLONE_NEWUTS;
		args.flags |= network ? 0 : CLONE_NEWNET;
	}
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	return pid < 0 ? -errno : pid;
}

/*
 * The caller may have threads, and one of them a lock of the C library's: a bare clone would inherit it
 * locked, for ever. fork() sees to that, so a child of it clones, and ends.
 */
static pid_t clone_child(bool namespaces, bool network, int *ret_pidfd) {
	int told[2];
	if (pipe2(told, O_CLOEXEC) < 0) {
		return -errno;
	}
	pid_t pid = -EIO, cloner = fork();
	if (cloner == 0) {
		close(told[0]);
		pid = clone_now(namespaces, network);
		if (pid == 0) {
			close(told[1]);
			return 0;
		}
		_exit(write(told[1], &pid, sizeof(pid)) == (ssize_t)sizeof(pid) ? 0 : 1);
	}
	if (cloner < 0) {
		pid = -errno;
	}
	close(told[1]);
	if (cloner > 0) {
		ssize_t n;
		while ((n = read(told[0], &pid, sizeof(pid))) < 0 && errno == EINTR) {
		}
		pid = n == (ssize_t)sizeof(pid) ? pid : -EIO;
		while (waitpid(cloner, NULL, 0) < 0 && errno == EINTR) {
		}
	}
	close(told[0]);
	if (pid > 0) {
		*ret_pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
		if (*ret_pidfd < 0) {
			int error = errno;
			kill(pid, SIGKILL);
			while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
			}
			return -error;
		}
	}
	return pid;
}

/*
 * Reads the child's words up to its exec (end of file). Returns true and the program's id if it was
 * executed, else what failed.
 */
static bool read_status(int status, pid_t *ret_program, struct box_failure *ret_failure) {
	*ret_program = 0;
	for (;;) {
		union {
			struct cmsghdr align;
			char buf[CMSG_SPACE(sizeof(struct ucred))];
		} control;
		struct iovec iov = {.iov_base = ret_failure, .iov_len = sizeof(*ret_failure)};
		struct msghdr msg = {
				.msg_iov = &iov,
				.msg_iovlen = 1,
				.msg_control = control.buf,
				.msg_controllen = sizeof(control.buf),
		};
		ssize_t n = recvmsg(status, &msg, MSG_CMSG_CLOEXEC);
		if (n < 0 && errno == EINTR) {
			continue;
		}
		if (n <= 0) {
			*ret_failure = (struct box_failure){.error = EIO, .what = "the child died"};
			return *ret_program != 0;
		}
		if (n == (ssize_t)sizeof(*ret_failure)) {
			return false;
		}
		const struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
		if (cmsg != NULL && cmsg->cmsg_type == SCM_CREDENTIALS) {
			struct ucred cred;
			memcpy(&cred, CMSG_DATA(cmsg), sizeof(cred));
			*ret_program = cred.pid;
		}
	}
}

/* The pair over which the child tells how far it came; the first end tells who speaks. */
static int make_status_pair(int status[2]) {
	int result = fd_socketpair(SOCK_SEQPACKET, status);
	int on = 1;
	if (result == 0 && setsockopt(status[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0) {
		result = -errno;
		close(status[0]);
		close(status[1]);
	}
	return result;
}

/* One try. Returns 0, or a negative errno with *ret_failure set. */
static int spawn_once(const struct box_spec *spec, bool namespaces, struct box_child *ret_child,
		struct box_failure *ret_failure) {
	int status[2], alive[2];
	int result = make_status_pair(status);
	if (result < 0) {
		return result;
	}
	if (pipe2(alive, O_CLOEXEC) < 0) {
		int error = errno;
		close(status[0]);
		close(status[1]);
		return -error;
	}
	int pidfd = -1;
	uid_t uid = geteuid();
	gid_t gid = getegid();
	pid_t pid = clone_child(namespaces, spec->network, &pidfd);
	if (pid == 0) {
		close(status[0]);
		close(alive[1]);
		child_main(spec, namespaces, status[1], alive[0], uid, gid);
	}
	close(status[1]);
	close(alive[0]);
	if (pid < 0) {
		close(status[0]);
		close(alive[1]);
		*ret_failure = (struct box_failure){.error = -pid, .refused = namespaces};
		snprintf(ret_failure->what, sizeof(ret_failure->what), "new namespaces");
		return pid;
	}
	pid_t program;
	bool is_executed = read_status(status[0], &program, ret_failure);
	close(status[0]);
	close(alive[1]);
	if (is_executed) {
		*ret_child = (struct box_child){
				.pid = pid,
				.program = program,
				.pidfd = pidfd,
				.strength = namespaces ? BOX_FULL : BOX_WEAK,
		};
		return 0;
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
	}
	close(pidfd);
	return -ret_failure->error;
}

int box_exit_signal(int status) {
	if (WIFSIGNALED(status)) {
		return WTERMSIG(status);
	}
	return WEXITSTATUS(status) > EXIT_SIGNALLED ? WEXITSTATUS(status) - EXIT_SIGNALLED : 0;
}

void box_exit_text(char *out, size_t cap, const char *name, int status) {
	int signal = box_exit_signal(status);
	if (signal != 0) {
		snprintf(out, cap, "%s was killed by signal %d (%s)", name, signal,
				strsignal(signal));
	} else {
		snprintf(out, cap, "%s ended with status %d", name, WEXITSTATUS(status));
	}
}

int box_spawn(const struct box_spec *spec, struct box_child *ret_child, char *error, size_t cap) {
	if (spec->argv[0] == NULL || spec->argv[0][0] != '/' || spec->fds_len > BOX_FDS_MAX) {
		snprintf(error, cap, "box: bad specification");
		return -EINVAL;
	}
	struct box_failure failure = {.what = ""};
	int result = -EPERM;
	failure.refused = true;
	if (!spec->no_namespaces) {
		result = spawn_once(spec, true, ret_child, &failure);
	}
	if (result < 0 && failure.refused && !spec->inner_jails) {
		result = spawn_once(spec, false, ret_child, &failure);
	}
	if (result < 0) {
		snprintf(error, cap, "box: %.200s: %s", failure.what, strerror(-result));
	}
	return result;
}

enum box_strength box_strength_here(void) {
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len < 0) {
		return BOX_NONE;
	}
	self[len] = '\0';
	/* A program that must exist, run far enough to be executed, then killed. */
	const char *const argv[] = {self, "--version", NULL};
	struct box_spec spec = {.argv = argv, .output = -1};
	struct box_child child;
	char error[256];
	if (box_spawn(&spec, &child, error, sizeof(error)) < 0) {
		return BOX_NONE;
	}
	kill(child.pid, SIGKILL);
	while (waitpid(child.pid, NULL, 0) < 0 && errno == EINTR) {
	}
	close(child.pidfd);
	return child.strength;
}

const char *box_strength_text(enum box_strength strength) {
	switch (strength) {
	case BOX_FULL:
		return "full";
	case BOX_WEAK:
		return "weaker";
	case BOX_NONE:
		break;
	}
	return "none";
}
