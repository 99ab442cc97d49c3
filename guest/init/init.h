/* SPDX-License-Identifier: MIT
 *
 * PID 1's life after the boot: services, zombies, the end.
 */
#ifndef SILO_GUEST_INIT_INIT_H
#define SILO_GUEST_INIT_INIT_H

#include <stddef.h>

#include "guest/init/service.h"
#include "guest/init/settings.h"

enum init_end {
	INIT_POWER_OFF,
	INIT_REBOOT,
};

/* Blocks the signals that init_run() waits for. To be called before anything is started. */
void init_block_signals(void);

/* Keeps services running and reaps until a signal asks for the end. */
enum init_end init_run(struct service *services, size_t n, const struct settings *settings);

/* Ends every process (SIGTERM, 2 s later SIGKILL), writes caches out and ends the machine. */
_Noreturn void init_end(enum init_end end);

#endif
