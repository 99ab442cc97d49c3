/* SPDX-License-Identifier: MIT
 *
 * What launcher and panel know: the VMs with their states, from io.silo.Manager, and their
 * applications. Names and ids of applications may be a guest's: they are bounded and sanitised
 * when they are taken in, and a VM's number of them is bounded per VM, so that none crowds out
 * another's.
 */
#ifndef SILO_LAUNCHER_DATA_MODEL_H
#define SILO_LAUNCHER_DATA_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-json.h>

#include "base/limits.h"
#include "decorations/palette.h"

#define MODEL_MACHINES_MAX 256
/* The agent's, and as many of the manifest's. */
#define MODEL_APPLICATIONS_MAX (2 * AGENT_APPS_MAX)
/* No VM can be called so. */
#define MODEL_HOST "host"
#define APPLICATION_ID_MAX 128
/* Code points; more does not fit in a row. */
#define APPLICATION_NAME_MAX 80
#define APPLICATION_CATEGORY_MAX 40
#define MACHINE_REASON_MAX 120

enum machine_state {
	MACHINE_STOPPED,
	MACHINE_STARTING,
	MACHINE_RUNNING,
	MACHINE_PAUSED,
	MACHINE_STOPPING,
	MACHINE_FAILED,
};

struct application {
	char id[APPLICATION_ID_MAX + 1];
	char name[4 * APPLICATION_NAME_MAX + 1];
	char category[4 * APPLICATION_CATEGORY_MAX + 1]; /* "" if unknown */
	uint32_t used; /* the greater the later it was used; 0: never */
};

struct machine {
	char name[VM_NAME_MAX + 1];
	char label[VM_LABEL_MAX + 1];
	struct vm_colors colors;
	enum glyph glyph;
	enum machine_state state;
	char reason[4 * MACHINE_REASON_MAX + 1];
	uint64_t since_ms, expected_ms; /* Unix time of the state; length of the last start */
	uint64_t memory;                /* bytes that it may use */
	unsigned int windows;
	uint32_t used; /* the latest of its applications' */
	struct application *applications;
	size_t applications_len;
};

struct model {
	struct machine *machines; /* in the manifest's order */
	size_t machines_len;
	struct machine *host; /* this computer, with what it offers; NULL: nothing */
	uint64_t host_memory; /* bytes of this computer */
};

void model_finish(struct model *model);

/*
 * Takes the statuses of an answer of io.silo.Manager: VMs that are known are changed, others
 * added. is_all: those that are missing are forgotten.
 */
void model_take_machines(struct model *model, sd_json_variant *statuses, bool is_all);

/* Takes the applications of all VMs, in place of those that were known. */
void model_take_applications(struct model *model, sd_json_variant *applications);

/* Takes what this computer itself offers; NULL or empty: nothing. */
void model_take_host(struct model *model, sd_json_variant *applications);

/* Counts the windows of each VM in an answer of io.silo.Compositor. */
void model_take_windows(struct model *model, sd_json_variant *windows);

/* The VM called name, this computer for MODEL_HOST, or NULL. */
struct machine *model_find(const struct model *model, const char *name);

/* The application id of machine, or NULL. */
struct application *machine_find_application(const struct machine *machine, const char *id);

/* How full its vessel is at the given Unix time, 0 to 1; a start is never told done before it is. */
double machine_level(const struct machine *machine, uint64_t now_ms);

bool machine_is_alive(const struct machine *machine);

#endif
