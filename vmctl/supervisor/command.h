/* SPDX-License-Identifier: MIT
 *
 * In the agent child: one command in the guest. Relays its standard streams between the guest's
 * connection and the caller's pipes, and learns how it ended. The guest's bytes are decoded by
 * parse/agent.h; any mistake of the guest's ends the command.
 */
#ifndef SILO_VMCTL_SUPERVISOR_COMMAND_H
#define SILO_VMCTL_SUPERVISOR_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct command;
struct agent_report;

/* Called with REPORT_CONNECTED when the vsock device has answered, and once more with EXIT or ERROR,
 * when the command has ended or failed; it is to be retired then. */
typedef void (*command_report_t)(struct command *command, const struct agent_report *report,
		void *data);

/*
 * Starts to relay: fds are the connection to the vsock device, standard input, output, error and
 * signals (RUN_STREAMS + 1 in all), and become the command's. run is an encoded RUN frame, sent when
 * the device has said OK. NULL on failure; what was not taken is
 * left in fds, the connection at least.
 */
struct command *command_create(sd_event *event, uint32_t id, int fds[], const uint8_t *run,
		size_t run_len, command_report_t handler, void *data);

/* Takes the connection out of a command that has ended or is not wanted; it can only be destroyed or
 * retired then. Says whether the device has answered. */
int command_release(struct command *command, bool *ret_is_answered);

void command_destroy(struct command *command);

/* As command_destroy() for a command whose own code is still running: takes effect at the loop's
 * turn. */
void command_retire(struct command *command);

uint32_t command_id(const struct command *command);

#endif
