/* SPDX-License-Identifier: MIT
 *
 * Where a VM's image lies, where programs are found, and what to tell the user if they are not.
 */
#ifndef SILO_VMCTL_VMM_IMAGE_H
#define SILO_VMCTL_VMM_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "vmctl/manifest/manifest.h"

/* Writes the absolute directory of vm's image into out. Returns false if it does not fit. */
bool image_dir(const struct vm *vm, char *out, size_t cap);

/* Is the image complete? If not, writes what is missing and which command helps into error. */
bool image_check(const struct vm *vm, const char *dir, char *error, size_t cap);

/* The command that builds images here: the installed program, looked for as by program_find(), or that
 * of a checkout. */
const char *image_builder(const char *libexec);

/* What that command must be told about vm's image, with a space in front: the one of everyday
 * applications has them again. */
const char *image_apps_option(const struct vm *vm);

/*
 * Finds the program name in libexec and $SILO_LIBEXEC (directories separated by ':', may be NULL),
 * then beside the running program (installation or build), where Silo is installed, and in PATH. An absolute name is taken as it is. Writes its
 * absolute path, links resolved, into out.
 */
bool program_find(const char *name, const char *libexec, char *out, size_t cap);

#endif
