/* SPDX-License-Identifier: MIT */
#include "guest/agent/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "guest/agent/scan.h"

/* What the child tells when it cannot run the command. */
struct failure {
	int err;
	int step; /* index in steps */
};

enum {
	START,
	BECOME,
	FIND,
	RUN,
};

static const char *const steps[] = {
		"start", "change to the user for", "find the application", "run"};

/* A login shell is one whose name begins with '-'. */
static void exec_shell(const struct user *user) {
	char name[256];
	const char *slash = strrchr(user->shell, '/');
	snprintf(name, sizeof(name), "-%s", slash != NULL ? slash + 1 : user->shell);
	execl(user->shell, name, NULL);
}

static struct failure exec_application(const struct spawn_request *request) {
	struct scan_folders folders;
	scan_folders(request->environment, &folders);
	const struct desktop_command *command = scan_find(&folders, request->application);
	if (command == NULL) {
		return (struct failure){ENOENT, FIND};
	}
	execvp(command->words[0], (char *const *)command->words);
	return (struct failure){errno, RUN};
}

static struct failure child_exec(const struct spawn_request *request, const int fds[3]) {
	setsid();
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Ours are not the command's: it must hear of a hang-up even where whoever started us did not. */
	for (int i = 1; i < NSIG; i++) {
		signal(i, SIG_DFL);
	}
	umask(022);
	for (int i = 0; i < 3; i++) {
		if (dup2(fds[i], i) < 0) {
			return (struct failure){errno, START};
		}
	}
	if (request->window != NULL && ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0) {
		return (struct failure){errno, START};
	}
	int err = user_become(request->user);
	if (err < 0) {
		return (struct failure){-err, BECOME};
	}
	if (chdir(request->user->home) < 0 && chdir("/") < 0) {
		return (struct failure){errno, START};
	}
	environ = (char **)request->environment;
	if (request->application != NULL) {
		return exec_application(request);
	}
	if (request->argv != NULL) {
		execvp(request->argv[0], request->argv);
	} else {
		exec_shell(request->user);
	}
	return (struct failure){errno, RUN};
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

/* A terminal that belongs to the user. */
static int make_terminal(const struct spawn_request *request, int ours[3], int theirs[3]) {
	struct winsize size = {.ws_col = (unsigned short)request->window->columns,
			.ws_row = (unsigned short)request->window->rows};
	ours[1] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (ours[1] < 0 || grantpt(ours[1]) < 0 || unlockpt(ours[1]) < 0) {
		return -errno;
	}
	ours[0] = fcntl(ours[1], F_DUPFD_CLOEXEC, 3);
	theirs[0] = ioctl(ours[1], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	theirs[1] = theirs[0] < 0 ? -1 : fcntl(theirs[0], F_DUPFD_CLOEXEC, 3);
	theirs[2] = theirs[0] < 0 ? -1 : fcntl(theirs[0], F_DUPFD_CLOEXEC, 3);
	if (ours[0] < 0 || theirs[1] < 0 || theirs[2] < 0 ||
			ioctl(theirs[0], TIOCSWINSZ, &size) < 0) {
		return -errno;
	}
	struct termios settings;
	if (tcgetattr(theirs[0], &settings) == 0) {
		settings.c_iflag |= IUTF8;
		tcsetattr(theirs[0], TCSANOW, &settings);
	}
	if (getuid() == 0 && fchown(theirs[0], request->user->uid, (gid_t)-1) < 0) {
		return -errno;
	}
	return fd_set_nonblock(ours[1], true);
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

static struct failure fork_child(const struct spawn_request *request, const int theirs[3],
		struct child *child) {
	cleanup_fd int status_read = -1;
	cleanup_fd int status_write = -1;
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0) {
		return (struct failure){errno, START};
	}
	status_read = ends[0];
	status_write = ends[1];
	child->pid = fork();
	if (child->pid < 0) {
		return (struct failure){errno, START};
	}
	if (child->pid == 0) {
		struct failure failure = child_exec(request, theirs);
		/* A failed write leaves the parent with an exit status of 127. */
		ssize_t n = write(status_write, &failure, sizeof(failure));
		_exit(n > 0 ? 0 : 127);
	}
	fd_close(&status_write);
	struct failure failure = await_exec(status_read);
	if (failure.err != 0) {
		waitpid(child->pid, NULL, 0);
	}
	return failure;
}

/* As a shell would end. */
static int status_of(const struct failure *failure) {
	if (failure->step == FIND) {
		return 127;
	}
	return failure->step != RUN ? 1 : failure->err == ENOENT ? 127 : 126;
}

bool spawn(const struct spawn_request *request, struct child *ret_child,
		struct spawn_failure *ret_failure) {
	int ours[3] = {-1, -1, -1}, theirs[3] = {-1, -1, -1};
	struct child child = {0};
	int err = request->window != NULL ? make_terminal(request, ours, theirs)
					  : make_pipes(ours, theirs);
	struct failure failure = {-err, START};
	if (err == 0) {
		failure = fork_child(request, theirs, &child);
	}
	for (int i = 0; i < 3; i++) {
		fd_close(&theirs[i]);
		if (failure.err != 0) {
			fd_close(&ours[i]);
		}
	}
	if (failure.err != 0) {
		*ret_failure = (struct spawn_failure){
				failure.err, steps[failure.step], status_of(&failure)};
		return false;
	}
	child.stdin_fd = ours[0];
	child.stdout_fd = ours[1];
	child.stderr_fd = ours[2];
	*ret_child = child;
	return true;
}
