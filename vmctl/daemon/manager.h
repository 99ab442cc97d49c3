/* SPDX-License-Identifier: MIT
 *
 * silo-vmd, the VM manager: knows the manifest, starts supervisors, adopts those that already run,
 * registers their domains with the compositor and answers io.silo.Manager. It holds nothing that
 * cannot be found again: killed and restarted, it loses no VM.
 */
#ifndef SILO_VMCTL_DAEMON_MANAGER_H
#define SILO_VMCTL_DAEMON_MANAGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>
#include <systemd/sd-varlink.h>

#include "vmctl/manifest/manifest.h"
#include "vmctl/supervisor/places.h"
#include "vmctl/vmm/choose.h"

struct instance;
struct domains;
struct forward;
struct notices;

/* Launcher, panel, and what a person has open; each costs a message at every change. */
#define MANAGER_WATCHERS_MAX 16

struct manager_options {
	/* Passed on to the supervisors; may be NULL. */
	const char *manifest;
	struct vmm_programs programs;
	bool no_units; /* do not ask systemd for units */
};

/* Which state of a file was read. */
struct manager_stamp {
	uint64_t inode;
	int64_t size, seconds, nanoseconds;
};

struct manager {
	const struct manager_options *options;
	struct manifest *manifest; /* the newest that was right; empty if none was */
	char *fault;               /* what is wrong with the one that was read last, or NULL */
	struct manager_stamp stamps[MANIFEST_FILES_MAX];
	sd_event_source *sweep;
	sd_event *event;
	char runtime_dir[PLACE_MAX], socket_path[PLACE_MAX];
	int lock;
	/* A socket that a service manager listens on for us, until it is served; -1: none. */
	int passed_socket;
	bool units_are_useless; /* systemd was asked for one, and could not run us in it */
	bool socket_is_ours;    /* made by us, so that we remove it */
	sd_varlink_server *server;
	/* One for each VM of the manifest, in its order; then those that run, and it has no more. */
	struct instance **instances;
	size_t instances_len;
	struct forward *forwards; /* calls that wait for a supervisor */
	struct notices *notices;  /* that are being told; NULL: none */
	struct domains *domains;
	sd_varlink *watchers[MANAGER_WATCHERS_MAX];
};

/* Runs until SIGTERM or SIGINT, and reads the manifest again at SIGHUP. Returns the exit status. */
int manager_run(const struct manager_options *options);

/* The VM called name, or NULL. */
struct instance *manager_find(struct manager *manager, const char *name);

/*
 * Answers that there is no VM called name, and which may be meant; or what is wrong with the manifest,
 * where it may say more of it.
 */
int manager_no_such_vm(const struct manager *manager, sd_varlink *link, const char *name);

/* Serves io.silo.Manager. Negative errno on failure. */
int manager_serve(struct manager *manager);

#endif
