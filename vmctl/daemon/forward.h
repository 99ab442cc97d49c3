/* SPDX-License-Identifier: MIT
 *
 * A call that the manager passes on to a supervisor, and whose answers it passes back.
 */
#ifndef SILO_VMCTL_DAEMON_FORWARD_H
#define SILO_VMCTL_DAEMON_FORWARD_H

#include <stddef.h>
#include <systemd/sd-varlink.h>

#include "vmctl/daemon/manager.h"

struct instance;

/*
 * Calls method of the supervisor in dir for caller (NULL: nobody waits for the answer), with
 * parameters and n descriptors, which stay the caller's. more: several answers may come. Negative
 * errno on failure; nothing has been answered then.
 */
int forward_call(struct manager *manager, const char *dir, const char *method,
		sd_json_variant *parameters, const int *fds, size_t n, bool more,
		sd_varlink *caller);

/*
 * Runs a program in the VM with parameters and RUN_STREAMS descriptors, which stay the caller's; program
 * is its name for people. Should it not start, the user is told so. Negative errno on failure.
 */
int forward_launch(struct instance *instance, sd_json_variant *parameters, const int *fds,
		const char *program);

/* The caller has hung up: so does the manager. */
void forward_forget(struct manager *manager, const sd_varlink *caller);

void forward_destroy_all(struct manager *manager);

#endif
