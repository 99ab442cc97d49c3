/* SPDX-License-Identifier: MIT
 *
 * From the kernel's hands to the real root: API file systems, modules, root file system, devices.
 * Every function logs what failed.
 */
#ifndef SILO_GUEST_INIT_BOOT_H
#define SILO_GUEST_INIT_BOOT_H

#include <stdbool.h>

#include "guest/init/settings.h"

/* Mounts /proc, /sys, /dev, /dev/pts and /dev/shm, and opens the console as 0, 1 and 2. */
bool boot_mount_api(void);

/* Loads the modules that the file folder/order lists (names of files in folder), then deletes them.
 */
void boot_load_modules(const char *folder);

/*
 * Mounts the read-only disk /dev/vda (erofs) with Silo's own programs (folder programs of the
 * initrd) and a tmpfs on top, and makes it the root. The disk may take 10 seconds to appear.
 */
bool boot_enter_root(const char *programs);

/* Host name, loopback, /run, /tmp, the user's directories, access to the GPU's render node. */
bool boot_prepare_system(const struct settings *settings);

/* Prints a step with the time since the kernel started. */
void boot_step(const char *text);

#endif
