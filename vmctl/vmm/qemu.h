/* SPDX-License-Identifier: MIT
 *
 * QEMU's command line.
 */
#ifndef SILO_VMCTL_VMM_QEMU_H
#define SILO_VMCTL_VMM_QEMU_H

#include "vmctl/vmm/vmm.h"

/* As vmm_argv() for VMM_QEMU. */
char **qemu_argv(const struct vmm_setup *setup);

#endif
