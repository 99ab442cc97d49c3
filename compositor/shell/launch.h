/* SPDX-License-Identifier: MIT
 *
 * Asks the VM manager for what the user wants of a VM: an application, or that it stands still. Never waits: the manager's answer, or its
 * absence, comes through the event loop; an error is logged and told in a notice. Host strings only.
 */
#ifndef SILO_COMPOSITOR_SHELL_LAUNCH_H
#define SILO_COMPOSITOR_SHELL_LAUNCH_H

#include <stdbool.h>
#include <systemd/sd-json.h>

struct server;

bool launch_create(struct server *server);
void launch_destroy(struct server *server);

/* Starts the application of that id in the VM; both are the host's own words. */
void launch_application(struct server *server, const char *vm, const char *application);

/*
 * Calls method of the manager for vm with parameters, which stay the caller's. If it fails, or there is no
 * manager, a notice with that title, static, tells why.
 */
void launch_ask(struct server *server, const char *vm, const char *title, const char *method,
		sd_json_variant *parameters);

#endif
