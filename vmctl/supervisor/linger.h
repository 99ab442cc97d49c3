/* SPDX-License-Identifier: MIT
 *
 * In the agent child: connections to the guest that nobody wants any more, until they have ended on
 * both sides. vhost-device-vsock tells the guest of an end only where it can read one: not before it
 * has said OK, and not where the host closes with bytes unread. So each is shut down once the OK is
 * there, and read, unseen, until the device closes it; one that does not end in time is closed.
 */
#ifndef SILO_VMCTL_SUPERVISOR_LINGER_H
#define SILO_VMCTL_SUPERVISOR_LINGER_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "vmctl/supervisor/holds.h"

struct lingers;

/* The connection of command id (0: a control connection) is closed. */
typedef void (*linger_closed_t)(uint32_t id, void *data);

struct lingering {
	struct lingers *lingers;
	int fd; /* -1: free */
	uint32_t id;
	bool is_answered;
	sd_event_source *source, *deadline;
};

struct lingers {
	sd_event *event;
	linger_closed_t closed;
	void *data;
	uint64_t patience_us; /* how long the guest has to close its end */
	struct lingering entries[HOLDS_MAX];
};

void lingers_init(struct lingers *lingers, sd_event *event, linger_closed_t closed, void *data);
void lingers_finish(struct lingers *lingers);

/* Lets fd end, which becomes lingers'. */
void lingers_add(struct lingers *lingers, int fd, uint32_t id, bool is_answered);

#endif
