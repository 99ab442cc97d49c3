/* SPDX-License-Identifier: MIT
 *
 * The agent child: the only process of the host that reads what a guest's agent says. It lives in a
 * box, takes orders and connections from the supervisor, and answers with small fixed structs.
 */
#ifndef SILO_VMCTL_SUPERVISOR_AGENT_CHILD_H
#define SILO_VMCTL_SUPERVISOR_AGENT_CHILD_H

#include "base/lockdown.h"

/* For lockdown_enter(), before it serves. */
extern const struct lockdown_calls agent_child_calls;

/* Serves the supervisor at the other end of fd until it hangs up. Returns the exit status. */
int agent_child_run(int fd);

#endif
