/* SPDX-License-Identifier: MIT
 *
 * Asks the VM manager to start an application of a VM. Never waits: the manager's answer, or its
 * absence, comes through the event loop; an error is logged and told in a notice. Host strings only.
 */
#ifndef SILO_COMPOSITOR_SHELL_LAUNCH_H
#define SILO_COMPOSITOR_SHELL_LAUNCH_H

#include <stdbool.h>

struct server;

bool launch_create(struct server *server);
void launch_destroy(struct server *server);

/* Starts the application of that id in the VM; both are the host's own words. */
void launch_application(struct server *server, const char *vm, const char *application);

#endif
