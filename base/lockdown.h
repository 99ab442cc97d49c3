/* SPDX-License-Identifier: MIT
 *
 * What a boxed program of ours gives up itself once it is set up, on top of its box: every file,
 * connection and signal that this kernel's Landlock knows of, executable memory, core files, and all
 * system calls but those on its list. The lists are tables of the programs, and tests/hostile/boxes
 * holds them against what the programs really call: a call that is missing ends the program, one that no test
 * sees needs its reason in the table.
 */
#ifndef SILO_BASE_LOCKDOWN_H
#define SILO_BASE_LOCKDOWN_H

#include <stdbool.h>
#include <stddef.h>

struct lockdown_call {
	int number; /* SCMP_SYS(name) */
	/* Why no test may see it used; NULL: one does. */
	const char *unseen;
};

/*
 * Always allowed beside allowed: memory that is not executable, the status of an open descriptor, and
 * signals to the process itself, which are what abort() needs.
 */
struct lockdown_calls {
	const struct lockdown_call *allowed;
	size_t allowed_len;
	/* Answered with EPERM: what libraries try and can do without. All others end the process. */
	const int *refused;
	size_t refused_len;
	/* May open files to read them: those that its box shows. */
	bool reads_files;
};

/*
 * Enters it, for ever, the list with all threads. Returns false after one line in the log; then the process must not go on.
 * Before Linux 5.13 without Landlock; in a build with sanitizers, whose run-time needs more, without the list.
 */
bool lockdown_enter(const struct lockdown_calls *calls);

#endif
