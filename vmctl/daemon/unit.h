/* SPDX-License-Identifier: MIT
 *
 * Asks the user's service manager (systemd) to run a VM's supervisor in a transient unit of its own,
 * silo-vm-NAME.service, with the limits of the VM's definition. The manager is the one of this
 * runtime directory, asked over its bus, and nothing else is trusted to be one. Everything is an
 * event; whoever asks goes on without a unit when the answer is no.
 */
#ifndef SILO_VMCTL_DAEMON_UNIT_H
#define SILO_VMCTL_DAEMON_UNIT_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "vmctl/manifest/manifest.h"

struct unit_start;

/* What became of it: NULL, the unit exists; else why there is none. Destroys nothing. */
typedef void (*unit_started_t)(const char *refusal, void *data);

/*
 * Has a unit made for vm that runs argv (absolute program first, copied) with the descriptor ready
 * (stays the caller's) as its standard input. Calls started once, later, unless it is destroyed
 * before. Returns NULL if there is no service manager to ask, or no memory.
 */
struct unit_start *unit_start_create(sd_event *event, const struct vm *vm, const char *const *argv,
		int ready, unit_started_t started, void *data);
void unit_start_destroy(struct unit_start *start);

/*
 * The caller's root directory in words that another process can compare with its own: a service
 * manager may live outside the tree of files in which we run.
 */
#define UNIT_ROOT_MAX 48
bool unit_root_text(char out[UNIT_ROOT_MAX]);

#endif
