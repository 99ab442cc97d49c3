/* SPDX-License-Identifier: MIT
 *
 * The applications of this VM's user: the entries in the folders applications/ of XDG_DATA_HOME and
 * XDG_DATA_DIRS. Runs in a child that has become the user, with the user's environment: whatever
 * stands in these folders, the agent itself opens none of it.
 */
#ifndef SILO_GUEST_AGENT_SCAN_H
#define SILO_GUEST_AGENT_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "guest/agent/desktop.h"
#include "parse/agent.h"

/* Folders that are looked at: the user's own and the system's. */
#define SCAN_FOLDERS_MAX 16
/* Files that are looked at in all. */
#define SCAN_FILES_MAX 2000

struct scan_folders {
	char paths[SCAN_FOLDERS_MAX][512];
	size_t len;
};

struct scanned {
	struct agent_application *applications; /* sorted by name, then id; each id once */
	size_t len;
};

/* The folders applications/ according to environment (NAME=value strings), the user's own first. */
void scan_folders(char *const *environment, struct scan_folders *ret_folders);

/* Reads all entries that are shown. Without memory, fewer. */
void scan_all(const struct scan_folders *folders, struct scanned *ret_scanned);
void scan_finish(struct scanned *scanned);

/*
 * Finds the command of the application id, behind the words of a terminal emulator if it wants one.
 * Returns false if there is no such application, or it cannot be run. The words live as long as the
 * result, which is the caller's to free.
 */
struct desktop_command *scan_find(const struct scan_folders *folders, const char *id);

#endif
