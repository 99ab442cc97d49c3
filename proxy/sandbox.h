/* SPDX-License-Identifier: MIT
 *
 * Gives up what the proxy does not need once it is set up: privileges, files, most system calls,
 * core files. It adds to the supervisor's box, and is all there is where the proxy was started by
 * hand.
 */
#ifndef SILO_PROXY_SANDBOX_H
#define SILO_PROXY_SANDBOX_H

#include <stdbool.h>

/* Raises the soft limit on descriptors: one a blob, one or more a client. To be called first. */
void sandbox_raise_limits(void);

/*
 * From now on no file can be opened, no socket made, no program run. Returns false after one line
 * in the log; then the process must not go on.
 */
bool sandbox_enter(void);

#endif
