/* SPDX-License-Identifier: MIT
 *
 * What is left of the system to silo-text inside its box: memory, its socket, and reading the fonts.
 */
#ifndef SILO_DECORATIONS_TEXT_JAIL_H
#define SILO_DECORATIONS_TEXT_JAIL_H

/* For good. Returns 0 or a negative errno. */
int jail_enter(void);

#endif
