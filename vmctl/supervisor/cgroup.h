/* SPDX-License-Identifier: MIT
 *
 * What the kernel really holds this VM's processes to: the unit and the limits of the control group in
 * which the supervisor finds itself. Read back, not believed: systemd takes limits whose controllers
 * it does not have.
 */
#ifndef SILO_VMCTL_SUPERVISOR_CGROUP_H
#define SILO_VMCTL_SUPERVISOR_CGROUP_H

#include "vmctl/manifest/manifest.h"
#include "vmctl/supervisor/record.h"

/*
 * Sets record's unit, limits and unlimited from the group that self names (/proc/self/cgroup) below
 * mount (/sys/fs/cgroup, or hybrid machines' unified folder in it) and from what vm asks for.
 */
void cgroup_describe(struct record *record, const struct vm *vm, const char *self,
		const char *mount);

#endif
