/* SPDX-License-Identifier: MIT
 *
 * One command connection: reads RUN, starts the command, carries its standard descriptors and
 * signals, and ends with EXIT or ERROR. A host that hangs up before ends the command's process
 * group as a closed terminal would (SIGHUP, SIGCONT).
 *
 *     the socket is always read: input waits in `input` (the protocol's window bounds it), so
 * signals and hang-ups are never stuck behind it output is read only while `out` is empty: at most
 * one frame waits for the host at the command's end what lies in its pipes is still sent, not what
 * others go on writing there
 */
#ifndef SILO_GUEST_AGENT_COMMAND_H
#define SILO_GUEST_AGENT_COMMAND_H

#include <signal.h>
#include <sys/types.h>

#include "guest/agent/loop.h"
#include "guest/agent/user.h"

struct command;

/* What all commands share; outlives them. */
struct command_context {
	struct loop *loop;
	const struct user *user;   /* the VM's user */
	const char *defaults_path; /* environment file, may be NULL */
	void *owner;
	/* The command is over and about to be freed. */
	void (*ended)(void *owner, struct command *command);
};

/*
 * Serves the connection fd (taken over, non-blocking). With refusal not NULL, only says so.
 * Returns NULL if there is no memory. The command destroys itself when it is over.
 */
struct command *command_create(const struct command_context *context, int fd, const char *refusal);

/* The command's process, 0 if there is none now. */
pid_t command_pid(const struct command *command);

/* The command's process ended and was reaped with this result. May destroy the command. */
void command_exited(struct command *command, const siginfo_t *info);

/* Ends the command at once; ended() is not called. NULL is allowed. */
void command_destroy(struct command *command);

#endif
