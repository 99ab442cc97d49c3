/* SPDX-License-Identifier: MIT
 *
 * A VM's definition written down again: what silo-vmd hands to a supervisor, so that a VM starts as
 * silo-vmd knows it whatever stands in the manifest by then, and how two definitions are compared.
 */
#ifndef SILO_VMCTL_MANIFEST_WRITE_H
#define SILO_VMCTL_MANIFEST_WRITE_H

#include <stdbool.h>

#include "vmctl/manifest/manifest.h"

/*
 * A manifest with this VM alone, every directive said, in which it reads as vm (but for where it was
 * defined). with_applications: else without its menu, which a VM that runs does not need.
 * The caller's to free.
 */
char *vm_to_text(const struct vm *vm, bool with_applications);

/* A manifest with a copy of vm alone. The caller's to destroy. */
struct manifest *vm_copy(const struct vm *vm);

#endif
