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
	/* With five: a connection to the vsock device, standard input, output, error, signals. A
	 * RUN frame follows the struct. */
	ORDER_RUN,
	/* The caller is gone: hang up. */
	ORDER_CANCEL,
	ORDER_SHUTDOWN,
};

struct order {
	uint32_t type;
	uint32_t id; /* of the command: RUN, CANCEL */
};

/* Child → supervisor. */
enum report_type {
	/* text is the boot id. */
	REPORT_HELLO = 1,
	/* The control connection is gone. text says why, if the guest broke the rules. */
	REPORT_GONE,
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
	uint32_t id; /* EXIT, ERROR */
	uint32_t status, signal;
	union {
		char text[AGENT_ERROR_MAX + 1];
		struct agent_application application;
	};
};

#endif
