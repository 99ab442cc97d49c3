/* SPDX-License-Identifier: MIT
 *
 * Which definition a VM lives by: while it runs, the one with which it was started, whatever the
 * manifest says by now; else the manifest's. The one in force lies in the VM's state directory, from
 * where its supervisor reads it, and a silo-vmd that was started anew.
 */
#ifndef SILO_VMCTL_DAEMON_DEFINITION_H
#define SILO_VMCTL_DAEMON_DEFINITION_H

#include <stdbool.h>

#include "vmctl/daemon/instance.h"

/* Writes the definition for a supervisor that is about to start; its path goes to path. */
bool definition_write(const struct instance *instance, char path[PLACE_MAX], char error[ERROR_MAX]);

/*
 * The instance, created with the manifest's definition or with none (vm NULL), turns out to run:
 * takes what it was started with. False if there is neither.
 */
bool definition_adopt(struct instance *instance);

/*
 * The manifest was read anew and says vm about it, NULL: nothing any more. Until the next change vm
 * must live on. Returns whether that is something else than before.
 */
bool definition_change(struct instance *instance, const struct vm *vm);

/* The VM has stopped: from now on what the manifest says holds. */
void definition_settle(struct instance *instance);

/* NULL, or "changed" or "removed": what the manifest says about a VM that runs by another. */
const char *definition_pending(const struct instance *instance);

/* Whose menu is shown: the newest definition's; a menu takes no restart. */
const struct vm *definition_menu(const struct instance *instance);

#endif
