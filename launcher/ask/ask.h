/* SPDX-License-Identifier: MIT
 *
 * silo-ask: waits for questions of silo, shows one at a time over everything but the strip and the
 * notices, and says what was answered. silo's own words only.
 */
#ifndef SILO_LAUNCHER_ASK_ASK_H
#define SILO_LAUNCHER_ASK_ASK_H

#include <stdbool.h>

/* Returns an exit status; what is wrong has been said then. */
int ask_run(bool is_light);

#endif
