/* SPDX-License-Identifier: MIT
 *
 * The commands of silo-probe; each answers with one JSON object.
 */
#ifndef SILO_TESTS_PROBE_COMMANDS_H
#define SILO_TESTS_PROBE_COMMANDS_H

#include <stdbool.h>
#include <stdio.h>

struct probe;

/* Prints the list of commands. */
void commands_help(FILE *file);

/*
 * Runs one command and prints its answer, {"ok": true, …} or {"ok": false, "error": "…"}, as one
 * line on standard output. Returns true for ok.
 */
bool commands_run(struct probe *probe, int argc, char *argv[]);

/*
 * Reads commands from standard input, one a line (words, "quoted words"; the text of `type` is
 * the rest of its line), until its end or the compositor's. Returns false for the latter.
 */
bool commands_serve(struct probe *probe);

#endif
