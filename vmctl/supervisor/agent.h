/* SPDX-License-Identifier: MIT
 *
 * The supervisor's side of the guest's agent: accepts the guest's control connection, connects for
 * commands, passes every descriptor on to the agent child and reads nothing but the child's
 * reports.
 */
#ifndef SILO_VMCTL_SUPERVISOR_AGENT_H
#define SILO_VMCTL_SUPERVISOR_AGENT_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "vmctl/supervisor/agent_wire.h"
#include "vmctl/supervisor/applications.h"
#include "vmctl/supervisor/interface.h"

struct agent;

/*
 * report has passed the checks: a known type, text that may be shown. NULL: the child is broken. Of
 * a list of applications only its end is told; agent_applications() then has it.
 */
typedef void (*agent_handler_t)(const struct agent_report *report, void *data);

/*
 * Listens in vsock_dir for the guest and speaks to the child over fd, which becomes the agent's.
 * NULL on failure.
 */
struct agent *agent_create(sd_event *event, const char *vsock_dir, int fd, agent_handler_t handler,
		void *data);
void agent_destroy(struct agent *agent);

/* Takes what the child has said and nobody has read, as if the loop had; of a child that says too much, a part. */
void agent_catch_up(struct agent *agent);

/* The child is gone: until another comes, the guest's connections wait. */
void agent_lose(struct agent *agent);

/* Speaks to a new child over fd, which becomes the agent's. */
bool agent_renew(struct agent *agent, int fd);

/*
 * Runs a command: streams are its standard ones and its signals' (they stay the caller's). Its
 * end comes as a report with id. Returns 0 or a negative errno, with a reason in error (cap bytes);
 * -EPIPE: the child has just died, and the command can be run when there is another.
 */
int agent_run(struct agent *agent, uint32_t id, const struct agent_run *run,
		const int streams[RUN_STREAMS], char *error, size_t cap);

/* The last whole list of applications; the agent's. */
const struct applications *agent_applications(const struct agent *agent);

/* Hangs the command up. */
void agent_cancel(struct agent *agent, uint32_t id);

/* Asks the guest to power off. */
void agent_shut_down(struct agent *agent);

#endif
