/* SPDX-License-Identifier: MIT
 *
 * io.silo.Supervisor: what the manager may ask a supervisor. Callers are the user's own processes.
 */
#ifndef SILO_VMCTL_SUPERVISOR_SERVICE_H
#define SILO_VMCTL_SUPERVISOR_SERVICE_H

#include <stdbool.h>

#include "vmctl/supervisor/agent_wire.h"

struct supervisor;

/* Listens at supervisor->socket_path. Negative errno on failure. */
int service_create(struct supervisor *supervisor);

/* Answers what still waits (the record says how it ended) and hangs up. */
void service_destroy(struct supervisor *supervisor);

/* Tells the monitors the record; the followers new log lines; a caller its command's end. */
void service_status_changed(struct supervisor *supervisor);
void service_logged(struct supervisor *supervisor);
void service_command_ended(struct supervisor *supervisor, const struct agent_report *report);

/* Commands that came while the guest booted run now. */
void service_agent_ready(struct supervisor *supervisor);

/* The VM has paused or resumed: who asked for it is answered. */
void service_paused(struct supervisor *supervisor);

/* The VMM refused to pause or resume it. */
void service_pause_refused(struct supervisor *supervisor);

/* The commands that ran are lost with their boot; those that wait for the next, if waiting_too. */
void service_commands_lost(struct supervisor *supervisor, const char *reason, bool waiting_too);

#endif
