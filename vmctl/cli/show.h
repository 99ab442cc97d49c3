/* SPDX-License-Identifier: MIT
 *
 * How vmctl shows VMs to people: aligned columns, in colour on a terminal that wants it. What it
 * shows was written by silo-vmd and the manifest; an application's name may be a guest's, sanitised.
 */
#ifndef SILO_VMCTL_CLI_SHOW_H
#define SILO_VMCTL_CLI_SHOW_H

#include <systemd/sd-json.h>

/* The string at key of json, "" if there is none. */
const char *show_string(sd_json_variant *json, const char *key);

/* All VMs, a line each, with a heading on a terminal. */
void show_list(sd_json_variant *vms);

/* Applications, a line each. */
void show_applications(sd_json_variant *applications);

/* One VM in detail. */
void show_status(sd_json_variant *json);

#endif
