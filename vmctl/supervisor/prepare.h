/* SPDX-License-Identifier: MIT
 *
 * Everything that can be wrong before a VM starts, checked and told with the command that helps:
 * manifest, directories, a second instance, programs, image, VMM.
 */
#ifndef SILO_VMCTL_SUPERVISOR_PREPARE_H
#define SILO_VMCTL_SUPERVISOR_PREPARE_H

#include <stdbool.h>

#include "vmctl/supervisor/supervisor.h"

/* Fills in supervisor's manifest, paths, programs, lock and VMM, or says what is wrong. */
bool prepare(struct supervisor *supervisor, const struct supervisor_options *options,
		char error[ERROR_MAX]);

/* Gives the VM's runtime directory and its lock free: another supervisor may start. */
void prepare_release(struct supervisor *supervisor);

/* Frees what prepare() made, also after a failure, and removes the VM's runtime directory. */
void prepare_undo(struct supervisor *supervisor);

#endif
