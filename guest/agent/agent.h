/* SPDX-License-Identifier: MIT
 *
 * silo-agent: tells the host that the VM is ready, runs its commands, shuts the VM down.
 *
 *     waiting ──▶ connecting ──▶ connected (HELLO sent)
 *                  ▲      │          │
 *                  └── resting ◀─────┘ hung up, or refused: a timer, doubling up to a bound
 *
 * Waiting: for the Wayland socket to appear, so that "ready" means that a graphical program can be
 * started; with a deadline. Commands are served in every state. Only resting wakes by time.
 */
#ifndef SILO_GUEST_AGENT_AGENT_H
#define SILO_GUEST_AGENT_AGENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/limits.h"
#include "guest/agent/applications.h"
#include "guest/agent/command.h"
#include "guest/agent/loop.h"
#include "guest/agent/user.h"
#include "parse/agent.h"

struct agent_options {
	const char *user;          /* NULL: "user" for root, else the caller */
	const char *defaults_path; /* environment file */
	const char *wait_path;     /* NULL: ready at once */
	const char *listen_path;   /* NULL: vsock */
	const char *connect_path;  /* NULL: vsock */
};

struct agent {
	const struct agent_options *options;
	struct loop loop;
	struct user user;
	struct source listener, control, timer, signals, appearance;
	bool connected;
	int64_t connected_ms; /* since when */
	unsigned rest_ms;
	struct agent_decoder decoder;
	uint8_t in[AGENT_HEADER_SIZE]; /* SHUTDOWN has no body */
	size_t in_len;
	/* Applications on their way to the host: a copy, as the list may change meanwhile. */
	struct applications applications;
	uint8_t *out;
	size_t out_len, out_at;
	bool list_is_due;
	struct command_context context;
	struct command *commands[AGENT_COMMANDS_MAX];
};

/* Prepares; options must outlive agent. Logs and returns false on failure. */
bool agent_init(struct agent *agent, const struct agent_options *options);

/* Serves until SIGTERM, or until the host's SHUTDOWN with the test transport. */
bool agent_run(struct agent *agent);

void agent_finish(struct agent *agent);

#endif
