/* SPDX-License-Identifier: MIT
 *
 * Copies from memory that a client may truncate at any time: what is not there any more reads as
 * zeros instead of ending the process.
 */
#ifndef SILO_GUEST_BRIDGE_GUARD_H
#define SILO_GUEST_BRIDGE_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/* Catches SIGBUS from now on. Returns 0 or a negative errno. */
int guard_init(void);

/*
 * From here to guard_end() a fault inside the mapping of len bytes at map replaces the whole of it
 * by zeros. One mapping at a time, one thread.
 */
void guard_begin(void *map, size_t len);
/* Returns false if there was a fault: the mapping is no longer the client's memory. */
bool guard_end(void);

#endif
