/* SPDX-License-Identifier: MIT
 *
 * Tells the user through the compositor what became of a program that was launched without anybody
 * waiting for it, and that a VM has failed. The words are Silo's own; of a guest's only the program's name
 * is told, in quotes.
 */
#ifndef SILO_VMCTL_DAEMON_NOTICES_H
#define SILO_VMCTL_DAEMON_NOTICES_H

#include <stddef.h>
#include <stdint.h>

struct instance;
struct manager;

/* Bytes of a program's name, with its terminator. */
#define NOTICE_PROGRAM_MAX 160

/* The VM boots for program. */
void notices_starting(struct instance *instance, const char *program);

/* program was not started: reason is Silo's own, "what; what to do" if it knows. */
void notices_not_started(struct instance *instance, const char *program, const char *reason);

/* The guest could not run program: status is what a shell would end with. */
void notices_not_run(struct instance *instance, const char *program, uint64_t status);

/* program has ended as soon as it was started, with that status or by that signal (0: none). */
void notices_ended_at_once(struct instance *instance, const char *program, uint64_t status,
		uint64_t signal);

/* The state in the VM's record may have changed. */
void notices_state_changed(struct instance *instance);

/* Tells the compositor whether the VM stands still, as is_marked says. */
void notices_mark(struct instance *instance);

/* What is wrong with the manifest that was read last is told, or, if it was taken, no longer. */
void notices_manifest(struct manager *manager);

/* Forgets what is under way. */
void notices_destroy(struct manager *manager);

#endif
