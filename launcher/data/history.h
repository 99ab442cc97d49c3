/* SPDX-License-Identifier: MIT
 *
 * Which applications were started last: $XDG_STATE_HOME/silo/launcher.json (no VM's directory can
 * have a name with a dot), newest first, bounded, written whole or not at all.
 */
#ifndef SILO_LAUNCHER_DATA_HISTORY_H
#define SILO_LAUNCHER_DATA_HISTORY_H

#include "launcher/data/model.h"

#define HISTORY_MAX 200

struct history {
	struct history_entry {
		char vm[VM_NAME_MAX + 1];
		char id[APPLICATION_ID_MAX + 1];
	} entries[HISTORY_MAX]; /* newest first */
	size_t len;
};

/* A missing or broken file is an empty history. */
void history_load(struct history *history);

/* Notes a start, in memory and in the file. Returns false if that could not be written. */
bool history_note(struct history *history, const char *vm, const char *id);

/* Sets what the model says about last use. */
void history_apply(const struct history *history, struct model *model);

#endif
