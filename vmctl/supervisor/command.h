/* SPDX-License-Identifier: MIT
 *
 * In the agent child: one command in the guest. Relays its standard streams between the guest's
 * connection and the caller's pipes, and learns how it ended. The guest's bytes are decoded by
 * parse/agent.h; any mistake of the guest's ends the command.
 */
#ifndef SILO_VMCTL_SUPERVISOR_COMMAND_H
#define SILO_VMCTL_SUPERVISOR_COMMAND_H

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct command;
struct agent_report;

/* Called once, when the command has ended or failed; it is to be retired then. */
typedef void (*command_done_t)(struct command *command, const struct agent_report *report,
		void *data);

/*
 * Starts to relay: fds are the connection to the vsock device, standard input, output, error and
 * signals (RUN_STREAMS + 1 in all), and become the command's. run is an encoded RUN frame. NULL on failure (the descriptors are
 * closed).
 */
struct command *command_create(sd_event *event, uint32_t id, int fds[], const uint8_t *run,
		size_t run_len, command_done_t done, void *data);

void command_destroy(struct command *command);

/* As command_destroy() for a command whose own code is still running: takes effect at the loop's
 * turn. */
void command_retire(struct command *command);

uint32_t command_id(const struct command *command);

#endif
