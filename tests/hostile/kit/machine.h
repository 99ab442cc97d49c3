/* SPDX-License-Identifier: MIT
 *
 * Machines that an attack makes itself, with what their definition could say, and speaks for past any
 * proxy. On Silo only.
 */
#ifndef SILO_TESTS_HOSTILE_KIT_MACHINE_H
#define SILO_TESTS_HOSTILE_KIT_MACHINE_H

#include <stdbool.h>

struct machine {
	const char *name, *color;
	const char *glyph; /* NULL: the compositor's choice */
	bool may_be_frameless;
};

/* Returns the dial channel of a new machine, -1: there is no Silo, or it refuses. */
int machine_register(const struct machine *machine);

/* Asks for a connection. Returns it, -1: refused, or the machine is over. */
int machine_connect(int dial);

#endif
