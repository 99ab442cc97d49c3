/* SPDX-License-Identifier: MIT
 *
 * Keeps the list of this VM's applications up to date: watches their folders, lets a child that has
 * become the user read them, and holds what the host is to be told.
 *
 *     changed ──(a moment later, and not too often)──▶ child scans ──▶ list ready, if it differs
 */
#ifndef SILO_GUEST_AGENT_APPLICATIONS_H
#define SILO_GUEST_AGENT_APPLICATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/agent/loop.h"
#include "guest/agent/scan.h"
#include "guest/agent/user.h"

/* All frames of the longest list. */
#define APPLICATIONS_BYTES_MAX                                                                     \
	(AGENT_APPS_MAX * (size_t)AGENT_APP_SIZE_MAX + 16 * (AGENT_HEADER_SIZE + 8))

/* A watched folder; one above a folder that is not there yet waits for name alone. */
struct application_watch {
	int wd;
	const char *name;
};

struct applications {
	struct loop *loop;
	const struct user *user;
	const char *defaults_path;
	struct scan_folders folders, watched; /* watched: cut to what is there */
	struct application_watch watches[SCAN_FOLDERS_MAX];
	size_t watches_len;
	struct source changes, timer, result;
	bool changed_meanwhile; /* while the child reads */
	uint8_t *incoming;      /* what the child has written so far */
	size_t incoming_len;
	uint8_t *frames; /* the list as the host is to get it, NULL before the first */
	size_t frames_len;
	void *owner;
	void (*ready)(void *owner); /* frames are new */
};

/*
 * Begins: the first list comes soon. loop, user and defaults_path (as for environment_create())
 * must outlive applications. Returns 0 or a negative errno.
 */
int applications_init(struct applications *applications, struct loop *loop, const struct user *user,
		const char *defaults_path, void (*ready)(void *owner), void *owner);
void applications_finish(struct applications *applications);

#endif
