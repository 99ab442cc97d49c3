/* SPDX-License-Identifier: MIT
 *
 * An argument vector under construction. Every word is its own allocation; running out of memory
 * ends the program, as half a command line must never be executed.
 */
#ifndef SILO_VMCTL_VMM_ARGV_H
#define SILO_VMCTL_VMM_ARGV_H

#include <stddef.h>

/* Starts as {0}. */
struct argv {
	char **words; /* ended by NULL as soon as there is one */
	size_t len;
};

/* Appends flag and, if value is not NULL, value. Both are copied. */
void argv_add(struct argv *argv, const char *flag, const char *value);

/* Appends flag and the formatted value. */
__attribute__((format(printf, 3, 4))) void argv_addf(struct argv *argv, const char *flag,
		const char *format, ...);

/* Frees words, ended by NULL. NULL is allowed. */
void argv_free(char **words);

#endif
