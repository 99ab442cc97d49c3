/* SPDX-License-Identifier: MIT
 *
 * What a person can start in each VM: the manifest's applications first, then those that the VM's
 * agent told of. The latter are a guest's text, checked and bounded before it came here; neither
 * carries a command line.
 */
#ifndef SILO_VMCTL_DAEMON_APPLICATIONS_H
#define SILO_VMCTL_DAEMON_APPLICATIONS_H

#include <stddef.h>
#include <systemd/sd-varlink.h>

struct instance;

/* Answers io.silo.Manager.ListApplications; data is the manager. */
int applications_handle_list(sd_varlink *link, sd_json_variant *json,
		sd_varlink_method_flags_t flags, void *data);

/* What the application is called for people, or its id; at most cap bytes with the terminator. */
void applications_name(const struct instance *instance, const char *id, char *out, size_t cap);

#endif
