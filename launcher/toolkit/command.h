/* SPDX-License-Identifier: MIT
 *
 * The command line of the shell's own programs, which have the same options.
 */
#ifndef SILO_LAUNCHER_TOOLKIT_COMMAND_H
#define SILO_LAUNCHER_TOOLKIT_COMMAND_H

#include <stdbool.h>

/* What differs; about: what --help says between the usage line and the options, lines without a last end. */
struct command {
	const char *name, *about;
	int (*run)(bool is_light); /* returns the exit status */
};

/* What a main() returns: run's status; 0 after --help and --version; 2, after a line that says why, for wrong words. */
int command_main(const struct command *command, int argc, char *argv[]);

#endif
