/* SPDX-License-Identifier: MIT
 *
 * Gives up what the proxy does not need once it is set up: privileges, files, most system calls,
 * core files. It adds to the supervisor's box, and is all there is where the proxy was started by
 * hand.
 */
#ifndef SILO_PROXY_SANDBOX_H
#define SILO_PROXY_SANDBOX_H

#include "base/lockdown.h"

/* Raises the soft limit on descriptors: one a blob, one or more a client. To be called first. */
void sandbox_raise_limits(void);

/* For lockdown_enter(): from then on no file can be opened, no socket made, no program run. */
extern const struct lockdown_calls sandbox_calls;

#endif
