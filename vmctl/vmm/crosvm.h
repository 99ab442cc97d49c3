/* SPDX-License-Identifier: MIT
 *
 * crosvm's command line and exit statuses. Every flag and key in use stands in
 * tests/vmm/crosvm-flags.txt, which names the commit of crosvm's that it describes.
 */
#ifndef SILO_VMCTL_VMM_CROSVM_H
#define SILO_VMCTL_VMM_CROSVM_H

#include "vmctl/vmm/vmm.h"

/* As vmm_argv() for VMM_CROSVM. */
char **crosvm_argv(const struct vmm_setup *setup);

/* As vmm_exit_judge() for VMM_CROSVM and a code other than 0. */
enum vmm_exit crosvm_exit_judge(int code, char *reason, size_t cap);

#endif
