/* SPDX-License-Identifier: MIT
 *
 * Answers of the VM manager as tests have them.
 */
#ifndef SILO_TESTS_LAUNCHER_DATA_H
#define SILO_TESTS_LAUNCHER_DATA_H

#include "launcher/data/model.h"

/* Takes answers in JSON into model, as the launcher does; NULL: leaves that out. */
void data_take(struct model *model, const char *vms, const char *applications, const char *windows);

/* A terminal, a program of the settings, the session's own. */
void data_take_host(struct model *model);

/* Seven VMs in every state and their applications. */
void data_take_desktop(struct model *model);

/* The time at which they are drawn, in Unix milliseconds. */
#define DATA_NOW_MS 1000000

#endif
