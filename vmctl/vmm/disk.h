/* SPDX-License-Identifier: MIT
 *
 * A VM's own disk: a raw file that the guest writes and that outlives its boots. Every byte of it is the
 * guest's. VMMs that look at a disk's beginning for its format would take a guest's word for
 * it, and open whatever files such a header names; so would tools of the user's. So it is looked at before each boot, and one that
 * bears the mark of another format is not opened.
 */
#ifndef SILO_VMCTL_VMM_DISK_H
#define SILO_VMCTL_VMM_DISK_H

#include <stdbool.h>
#include <stddef.h>

#include "vmctl/manifest/manifest.h"

/*
 * The image format whose mark stands at bytes, the first len of a file: one that crosvm looks for, or a QEMU (or its
 * tools, by the user's hand) that is not told the format. NULL: none, a raw one. LUKS is none of them: it
 * names no files, and a guest may well encrypt its disk.
 */
const char *disk_format(const void *bytes, size_t len);

/*
 * Writes the path of vm's disk, $XDG_DATA_HOME/silo/homes/NAME/disk.raw, into out. False if it has
 * none (out is "" then), or if it does not fit.
 */
bool disk_path(const struct vm *vm, char *out, size_t cap);

/*
 * Makes the file at path, sparse, or lets it grow, to what the definition says, and checks it. Never
 * shrinks nor repairs one. False with one line in error (cap bytes): what is wrong, what to do.
 */
bool disk_prepare(const struct vm *vm, const char *path, char *error, size_t cap);

#endif
