/* SPDX-License-Identifier: MIT
 *
 * Reading the manifest, at first and again (vmctl reload, SIGHUP). A wrong one changes nothing: the
 * manager goes on with what it has, at first with nothing but the VMs that run, and says what is wrong.
 */
#ifndef SILO_VMCTL_DAEMON_RELOAD_H
#define SILO_VMCTL_DAEMON_RELOAD_H

#include <systemd/sd-varlink.h>

#include "vmctl/daemon/manager.h"

/* Reads it for the first time and finds the VMs that run. False if there is no memory. */
bool reload_first(struct manager *manager);

/* Reads it again because of a signal; what became of it is logged. */
void reload_again(struct manager *manager);

/* Serves io.silo.Manager.Reload; data is the manager. */
int reload_handle(sd_varlink *link, sd_json_variant *json, sd_varlink_method_flags_t flags,
		void *data);

/* Whether a file of the manifest is another than the one that was read. */
bool reload_is_due(const struct manager *manager);

/* Answers with what is wrong with the manifest. */
int reload_complain(const struct manager *manager, sd_varlink *link);

/* A VM that the manifest has no more may have ended: it is forgotten, later, by the event loop. */
void reload_sweep(struct manager *manager);

#endif
