/* SPDX-License-Identifier: MIT
 *
 * Registers running VMs as domains with the compositor, again whenever a new compositor appears,
 * and hands each dial channel to the VM's proxy through its supervisor. VMs do not need a
 * compositor: without one they run without windows.
 */
#ifndef SILO_VMCTL_DAEMON_DOMAINS_H
#define SILO_VMCTL_DAEMON_DOMAINS_H

struct domains;
struct instance;
struct manager;

/* Watches the runtime directory. NULL on failure. */
struct domains *domains_create(struct manager *manager);
void domains_destroy(struct domains *domains);

/* Registers instance if it runs, has no domain yet and there is a compositor. */
void domains_update(struct domains *domains, struct instance *instance);

#endif
