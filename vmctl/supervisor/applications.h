/* SPDX-License-Identifier: MIT
 *
 * The applications of which a VM's agent told: a guest's text, parsed by the agent child and checked
 * again here, entry by entry. Kept in the VM's state directory, so that they can be shown, and
 * started, when the VM does not run.
 */
#ifndef SILO_VMCTL_SUPERVISOR_APPLICATIONS_H
#define SILO_VMCTL_SUPERVISOR_APPLICATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-json.h>

#include "parse/agent.h"

struct applications {
	struct agent_application *entries; /* AGENT_APPS_MAX have room; NULL before the first */
	size_t len;
};

void applications_finish(struct applications *applications);

/*
 * Adds an entry. Returns false if it is not valid, one too many, or there is no memory. An id that
 * is there already is passed over.
 */
bool applications_add(struct applications *applications, const struct agent_application *entry);

bool applications_equal(const struct applications *a, const struct applications *b);

/* The entry called id, or NULL. */
const struct agent_application *applications_find(const struct applications *applications,
		const char *id);

/* As an array of objects (id, name, category). The caller's to unref. Negative errno on failure. */
int applications_to_json(const struct applications *applications, sd_json_variant **ret_json);

/* Writes them into a VM's state directory, whole or not at all. */
bool applications_write(const struct applications *applications, const char *state_dir);

/* Reads them; what is not valid is left out, and a file that is none is as an empty list. */
void applications_read(struct applications *applications, const char *state_dir);

#endif
