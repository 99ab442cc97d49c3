/* SPDX-License-Identifier: MIT
 *
 * What the supervisor and its agent child say to each other over a SOCK_SEQPACKET pair: small fixed
 * structs of the same build. The child reads a guest's bytes and may be taken over by them, so the
 * supervisor checks its reports like a stranger's.
 */
#ifndef SILO_VMCTL_SUPERVISOR_AGENT_WIRE_H
#define SILO_VMCTL_SUPERVISOR_AGENT_WIRE_H

#include <stdint.h>

#include "parse/agent.h"

/* Supervisor → child. */
enum order_type {
	/* With one descriptor: the guest's control connection. */
	ORDER_CONTROL = 1,
	/* With five: a connection to the vsock device, which has been told where to, standard input,
	 * output, error, signals. A RUN frame follows the struct. */
	ORDER_RUN,
	/* The caller is gone: hang up. */
	ORDER_CANCEL,
	ORDER_SHUTDOWN,
	/* With one: a connection that another child left; let it end. */
	ORDER_LINGER,
};

struct order {
	uint32_t type;
	uint32_t id;          /* of the command: RUN, CANCEL, LINGER (0: a control connection) */
	uint32_t is_answered; /* LINGER: the device has said OK */
};

/* Child → supervisor. */
enum report_type {
	/* text is the boot id. */
	REPORT_HELLO = 1,
	/* The control connection is gone. text says why, if the guest broke the rules; status is 1 if
	 * its agent is of another version. */
	REPORT_GONE,
	/* The vsock device has said OK to command id; told before the child takes the last of it. */
	REPORT_CONNECTED,
	/* The connection of command id is closed; id 0: a control connection. */
	REPORT_CLOSED,
	REPORT_EXIT,
	/* text says why the command could not be run, or was lost; status is what to end with. */
	REPORT_ERROR,
	/* The list of applications: it begins, an entry of it, it is complete. */
	REPORT_LIST_BEGIN,
	REPORT_LIST_ENTRY,
	REPORT_LIST_END,
};

struct agent_report {
	uint32_t type;
	uint32_t id; /* CONNECTED, CLOSED, EXIT, ERROR */
	uint32_t status, signal;
	union {
		char text[AGENT_ERROR_MAX + 1];
		struct agent_application application;
	};
};

#endif
