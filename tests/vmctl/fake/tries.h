/* SPDX-License-Identifier: MIT
 *
 * A VMM that has been taken over tries what the kernel's command line names, try.read=PATH and
 * try.unix=PATH, and says on standard error what came of it.
 */
#ifndef SILO_TESTS_VMCTL_FAKE_TRIES_H
#define SILO_TESTS_VMCTL_FAKE_TRIES_H

/* Cuts line into words. */
void try_everything(char *line);

#endif
