/* SPDX-License-Identifier: MIT
 *
 * What may be said to vmctl: its commands, the words and options of each, and the help that tells of
 * them. Reads the user's own command line only.
 */
#ifndef SILO_VMCTL_CLI_GRAMMAR_H
#define SILO_VMCTL_CLI_GRAMMAR_H

#include "vmctl/cli/cli.h"

/* What a command line says. */
struct cli_call {
	struct cli_options options;
	int (*run)(const struct cli_options *options, int argc, char **argv);
	/* The command's name, then its words; NULL behind them. They point into the command line. */
	int argc;
	char **argv;
};

/*
 * Reads the command line, which is put into another order. Returns -1 if there is a command to run,
 * else the exit status: help or version have been printed, or what is wrong on standard error.
 */
int grammar_read(int argc, char **argv, struct cli_call *ret_call);

#endif
