/* SPDX-License-Identifier: MIT
 *
 * The stages of a box's child between clone and exec. Each returns 0 or a negative errno, in a
 * process that is about to be thrown away. Only base/box*.c include this.
 */
#ifndef SILO_BASE_BOX_PRIVATE_H
#define SILO_BASE_BOX_PRIVATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/box.h"

/* What every program needs: directories and files of the host; some are missing on some hosts. */
extern const char *const box_system_paths[];
/* Device nodes that every box has. */
extern const char *const box_device_paths[];

/*
 * Builds the read-only root from spec and moves into it; needs a fresh user and mount namespace.
 * *ret_what is the path or step that failed.
 */
int box_root_enter(const struct box_spec *spec, const char **ret_what);

/* Gives up every capability, for ever: bounding set, secure bits, no_new_privs. */
int box_rights_drop(void);

/* Landlock on what spec names. in_root: the root is the box's own and may be read as a whole. */
int box_rights_landlock(const struct box_spec *spec, bool in_root);

/*
 * Refuses the system calls with which a program makes namespaces, mounts, traces, loads code, or
 * makes sockets that spec does not speak of. in_root: it ends with its box's first process; if not,
 * any process that it makes, which its end would leave behind.
 */
int box_rights_seccomp(const struct box_spec *spec, bool in_root);

/* Leaves nothing to a box's first process but to wait for the others and to end; with sanitizers, all. */
int box_rights_wait_only(void);

/* The kernel's Landlock version, or 0. */
int box_landlock_abi(void);

#endif
