/* SPDX-License-Identifier: MIT
 *
 * Starts one command as a given user, in a session of its own, with pipes for its standard
 * descriptors or on a terminal of its own.
 */
#ifndef SILO_GUEST_AGENT_SPAWN_H
#define SILO_GUEST_AGENT_SPAWN_H

#include <stdbool.h>
#include <sys/types.h>

#include "guest/agent/user.h"
#include "parse/agent.h"

struct spawn_request {
	const struct user *user;
	char *const *environment;
	/* One of three: words, the first found in PATH of environment; the id of an application; or
	 * neither, for the user's shell as at a login. */
	char *const *argv;
	const char *application;
	const struct agent_window *window; /* of its terminal; NULL: pipes */
};

/* Why a command does not run. */
struct spawn_failure {
	int err;          /* an errno */
	const char *step; /* what failed, as in "Cannot STEP …" */
	int status;       /* what a shell would end with: 127, 126, else 1 */
};

struct child {
	pid_t pid; /* also its process group and session */
	/* Our ends, non-blocking: write standard input, read standard output and error. Those of a
	 * terminal are two descriptors of its master, and -1. */
	int stdin_fd, stdout_fd, stderr_fd;
};

/*
 * Runs what request says as its user, with the user's groups if this process is root. Returns true
 * and fills *ret_child (descriptors are the caller's, the caller reaps the process), or false and
 * fills *ret_failure.
 */
bool spawn(const struct spawn_request *request, struct child *ret_child,
		struct spawn_failure *ret_failure);

#endif
