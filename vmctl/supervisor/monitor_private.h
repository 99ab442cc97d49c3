/* SPDX-License-Identifier: MIT
 *
 * What monitor.c shares with the protocols of the VMMs, qmp.c and crosvm_control.c. Only they
 * include this.
 */
#ifndef SILO_VMCTL_SUPERVISOR_MONITOR_PRIVATE_H
#define SILO_VMCTL_SUPERVISOR_MONITOR_PRIVATE_H

#include <stddef.h>

#include "vmctl/supervisor/monitor.h"

/* The longest thing that a VMM has to say to us, QEMU's greeting, stays below 1 KiB. */
#define MONITOR_BYTES_MAX (16u << 10)

/* Requests of which no answer has come yet. */
#define MONITOR_WAITING_MAX 16

enum monitor_input {
	MONITOR_INPUT_TAKEN,
	MONITOR_INPUT_END, /* the VMM has hung up */
	MONITOR_INPUT_BAD,
};

struct monitor_protocol {
	/* Reads what is there and calls the handler for it. */
	enum monitor_input (*read)(struct monitor *monitor);
	void (*ask)(struct monitor *monitor, enum monitor_request request);
};

extern const struct monitor_protocol monitor_qmp, monitor_crosvm;

struct monitor {
	const struct monitor_protocol *protocol;
	int fd;
	sd_event_source *source;
	monitor_handler_t handler;
	void *data;
	char bytes[MONITOR_BYTES_MAX];
	size_t len; /* of the beginning of a line in bytes (QMP) */
	/* The oldest first (crosvm, which answers in order and does not say what). */
	enum monitor_request waiting[MONITOR_WAITING_MAX];
	size_t waiting_len;
};

#endif
