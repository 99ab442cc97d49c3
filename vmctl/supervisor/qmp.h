/* SPDX-License-Identifier: MIT
 *
 * QEMU's control channel. QEMU may have been taken over by its guest: what it says is bounded,
 * parsed by sd-json and believed only as far as it concerns this VM.
 */
#ifndef SILO_VMCTL_SUPERVISOR_QMP_H
#define SILO_VMCTL_SUPERVISOR_QMP_H

#include <stdbool.h>
#include <systemd/sd-event.h>

enum qmp_event {
	QMP_GUEST_SHUTDOWN,
	QMP_GUEST_RESET,
	QMP_GUEST_PANIC,
	QMP_PAUSED,
	QMP_RESUMED,
	/* It sent what no QEMU sends. */
	QMP_BROKEN,
};

struct qmp;

typedef void (*qmp_handler_t)(enum qmp_event event, void *data);

/* Speaks over fd, which becomes the channel's. NULL on failure. */
struct qmp *qmp_create(sd_event *event, int fd, qmp_handler_t handler, void *data);
void qmp_destroy(struct qmp *qmp);

/* The power button; all processors stand still, or go on. Events tell what came of it. */
void qmp_power_down(struct qmp *qmp);
void qmp_pause(struct qmp *qmp);
void qmp_resume(struct qmp *qmp);

#endif
