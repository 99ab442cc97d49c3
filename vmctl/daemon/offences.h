/* SPDX-License-Identifier: MIT
 *
 * What VMs did wrong, as the compositor tells it: kept for vmctl and the panel until the VM's next
 * boot, also when it has ended. The words are the compositor's, never a guest's.
 */
#ifndef SILO_VMCTL_DAEMON_OFFENCES_H
#define SILO_VMCTL_DAEMON_OFFENCES_H

#include <stdint.h>
#include <systemd/sd-json.h>
#include <systemd/sd-varlink.h>

struct instance;
struct manager;

#define OFFENCE_REASON_MAX 95

/* Part of an instance. */
struct offences {
	uint64_t count;                      /* since the VM was shown; 0: nothing */
	uint64_t at_ms;                      /* Unix time of the last one */
	char reason[OFFENCE_REASON_MAX + 1]; /* and what it was */
};

/*
 * Asks the compositor to tell them. Returns the connection, which is the caller's to close and ends
 * with the compositor, or NULL.
 */
sd_varlink *offences_watch(struct manager *manager);

/* The VM is shown anew. */
void offences_forget(struct instance *instance);

/* Adds what there is to the VM's status. Returns 0 or a negative errno. */
int offences_add(const struct offences *offences, sd_json_variant **status);

#endif
