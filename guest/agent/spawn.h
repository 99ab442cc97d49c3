/* SPDX-License-Identifier: MIT
 *
 * Starts one command as a given user, in a session of its own, with pipes for its standard
 * descriptors.
 */
#ifndef SILO_GUEST_AGENT_SPAWN_H
#define SILO_GUEST_AGENT_SPAWN_H

#include <sys/types.h>

#include "guest/agent/user.h"

struct child {
	pid_t pid; /* also its process group and session */
	/* Our ends, non-blocking: write standard input, read standard output and error. */
	int stdin_fd, stdout_fd, stderr_fd;
};

/*
 * Runs argv (found in PATH of environment) as user, with its groups if this process is root.
 * Returns 0 and fills *ret_child (descriptors are the caller's, the caller reaps the process), or a
 * negative errno; *ret_step then says what failed ("start", "run", "change to user").
 */
int spawn(const struct user *user, char *const *argv, char *const *environment,
		struct child *ret_child, const char **ret_step);

#endif
