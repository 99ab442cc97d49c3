/* SPDX-License-Identifier: MIT
 *
 * A VMM's control channel, whichever VMM it is. The VMM may have been taken over by its guest: what
 * it says is bounded, parsed by sd-json and believed only as far as it concerns this VM.
 */
#ifndef SILO_VMCTL_SUPERVISOR_MONITOR_H
#define SILO_VMCTL_SUPERVISOR_MONITOR_H

#include <systemd/sd-event.h>

#include "vmctl/vmm/vmm.h"

enum monitor_event {
	/* How the guest ends: QEMU says so before it exits; crosvm by its exit status alone. */
	MONITOR_GUEST_SHUTDOWN,
	MONITOR_GUEST_RESET,
	MONITOR_GUEST_PANIC,
	MONITOR_PAUSED,
	MONITOR_RESUMED,
	/* It does not let the guest stand still, or go on. */
	MONITOR_REFUSED,
	/* It said what no VMM says; the channel is silent from now on. */
	MONITOR_BROKEN,
};

enum monitor_request {
	MONITOR_POWER_DOWN, /* the power button */
	MONITOR_PAUSE,      /* all processors stand still */
	MONITOR_RESUME,
	MONITOR_QUIT, /* end at once, but in good order */
	MONITOR_REQUESTS,
};

struct monitor;

typedef void (*monitor_handler_t)(enum monitor_event event, void *data);

/* Speaks to a VMM of kind over fd, which becomes the monitor's. NULL on failure. */
struct monitor *monitor_create(sd_event *event, enum vmm_kind kind, int fd,
		monitor_handler_t handler, void *data);
void monitor_destroy(struct monitor *monitor);

/* Asks; events tell what came of it. */
void monitor_ask(struct monitor *monitor, enum monitor_request request);

#endif
