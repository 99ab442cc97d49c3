/* SPDX-License-Identifier: MIT
 *
 * The program that takes a boxed program's place: what it tries. A try is true when it succeeded, and
 * so when the box has failed; false leaves the reason in errno. Each runs in a process of its own.
 */
#ifndef SILO_TESTS_HOSTILE_BOXES_TAKER_H
#define SILO_TESTS_HOSTILE_BOXES_TAKER_H

#include <stdbool.h>
#include <stddef.h>

struct taker_try {
	const char *kind;
	bool (*run)(const char *argument); /* "" where the line names none */
};

/* Files, sockets, devices: what a path, a name or an address leads to. Ends with kind NULL. */
extern const struct taker_try taker_reaches[];
/* Processes, namespaces, rights, and the kernel's far corners. Ends with kind NULL. */
extern const struct taker_try taker_powers[];

/* Prints a line for each open descriptor: `fd NUMBER WHAT`. */
void taker_list_descriptors(void);

#endif
