/* SPDX-License-Identifier: MIT */
#include "guest/agent/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"

/* What the child tells when it cannot run the command. */
struct failure {
	int err;
	int step; /* index in steps */
};

static const char *const steps[] = {"start", "change to the user for", "run"};

static int become(const struct user *user) {
	if (getuid() != 0) {
		return 0;
	}
	if (initgroups(user->name, user->gid) < 0 || setgid(user->gid) < 0 ||
			setuid(user->uid) < 0) {
		return -errno;
	}
	return 0;
}

static struct failure child_exec(const struct user *user, char *const *argv,
		char *const *environment, const int fds[3]) {
	setsid();
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	umask(022);
	for (int i = 0; i < 3; i++) {
		if (dup2(fds[i], i) < 0) {
			return (struct failure){errno, 0};
		}
	}
	int err = become(user);
	if (err < 0) {
		return (struct failure){-err, 1};
	}
	if (chdir(user->home) < 0 && chdir("/") < 0) {
		return (struct failure){errno, 0};
	}
	environ = (char **)environment;
	execvp(argv[0], argv);
	return (struct failure){errno, 2};
}

/* Pipes for the three standard descriptors; ours[] are non-blocking. All above 2. */
static int make_pipes(int ours[3], int theirs[3]) {
	for (int i = 0; i < 3; i++) {
		int ends[2];
		if (pipe2(ends, O_CLOEXEC) < 0) {
			return -errno;
		}
		ours[i] = ends[i == 0 ? 1 : 0];
		theirs[i] = ends[i == 0 ? 0 : 1];
		int err = fd_set_nonblock(ours[i], true);
		if (err < 0) {
			return err;
		}
	}
	return 0;
}

/* Waits until the command runs, or says why it does not. */
static struct failure await_exec(int status_fd) {
	struct failure failure = {0};
	ssize_t n;
	do {
		n = read(status_fd, &failure, sizeof(failure));
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(failure) ? failure : (struct failure){0};
}

static int fork_child(const struct user *user, char *const *argv, char *const *environment,
		const int theirs[3], struct child *child, const char **ret_step) {
	cleanup_fd int status_read = -1;
	cleanup_fd int status_write = -1;
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0) {
		return -errno;
	}
	status_read = ends[0];
	status_write = ends[1];
	child->pid = fork();
	if (child->pid < 0) {
		return -errno;
	}
	if (child->pid == 0) {
		struct failure failure = child_exec(user, argv, environment, theirs);
		/* A failed write leaves the parent with an exit status of 127. */
		ssize_t n = write(status_write, &failure, sizeof(failure));
		_exit(n > 0 ? 0 : 127);
	}
	fd_close(&status_write);
	struct failure failure = await_exec(status_read);
	if (failure.err != 0) {
		*ret_step = steps[failure.step];
		waitpid(child->pid, NULL, 0);
	}
	return -failure.err;
}

int spawn(const struct user *user, char *const *argv, char *const *environment,
		struct child *ret_child, const char **ret_step) {
	int ours[3] = {-1, -1, -1}, theirs[3] = {-1, -1, -1};
	*ret_step = steps[0];
	struct child child = {0};
	int err = make_pipes(ours, theirs);
	if (err == 0) {
		err = fork_child(user, argv, environment, theirs, &child, ret_step);
	}
	for (int i = 0; i < 3; i++) {
		fd_close(&theirs[i]);
		if (err < 0) {
			fd_close(&ours[i]);
		}
	}
	if (err < 0) {
		return err;
	}
	child.stdin_fd = ours[0];
	child.stdout_fd = ours[1];
	child.stderr_fd = ours[2];
	*ret_child = child;
	return 0;
}
