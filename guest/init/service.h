/* SPDX-License-Identifier: MIT
 *
 * The programs that silo-init keeps running.
 */
#ifndef SILO_GUEST_INIT_SERVICE_H
#define SILO_GUEST_INIT_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "guest/init/settings.h"

struct service {
	const char *const *argv; /* an absolute path first; one that is missing is left out */
	bool as_user;            /* else as root */
	bool on_console;         /* its terminal is the console; else it has none */
	pid_t pid;               /* 0: does not run */
	int64_t started_ms;
	int64_t start_ms; /* when to start it again, while it does not run */
	unsigned rest_ms; /* before that: doubles for one that keeps ending */
	bool missing;
};

/* Starts what is due. Returns the milliseconds until the next one is, or -1: none. */
int64_t services_start(struct service *services, size_t n, const struct settings *settings);

/* The process pid ended with a wait status; notes it if it was a service. */
void services_ended(struct service *services, size_t n, pid_t pid, int status);

#endif
