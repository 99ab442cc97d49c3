/* SPDX-License-Identifier: MIT
 *
 * vmctl's commands. Each takes its own words (argv[0] is the command's name, and there are as many as
 * grammar.c says) and returns the exit status: 0, 1 for a failure, 2 for wrong usage.
 */
#ifndef SILO_VMCTL_CLI_CLI_H
#define SILO_VMCTL_CLI_CLI_H

#include <stdbool.h>
#include <systemd/sd-varlink.h>

struct manifest;

struct cli_options {
	const char *manifest;
	const char *libexec;
	bool json, force, forget, follow, raw, root, all, yes, apps;
	const char *application;
	const char *vmm;
};

int cli_applications(const struct cli_options *options, int argc, char **argv);
int cli_clipboard(const struct cli_options *options, int argc, char **argv);
int cli_console(const struct cli_options *options, int argc, char **argv);
int cli_check(const struct cli_options *options, int argc, char **argv);
int cli_argv(const struct cli_options *options, int argc, char **argv);
int cli_init(const struct cli_options *options, int argc, char **argv);
int cli_images(const struct cli_options *options, int argc, char **argv);
int cli_list(const struct cli_options *options, int argc, char **argv);
int cli_status(const struct cli_options *options, int argc, char **argv);
int cli_start(const struct cli_options *options, int argc, char **argv);
int cli_stop(const struct cli_options *options, int argc, char **argv);
int cli_restart(const struct cli_options *options, int argc, char **argv);
int cli_pause(const struct cli_options *options, int argc, char **argv);
int cli_resume(const struct cli_options *options, int argc, char **argv);
int cli_run(const struct cli_options *options, int argc, char **argv);
int cli_shell(const struct cli_options *options, int argc, char **argv);
int cli_reload(const struct cli_options *options, int argc, char **argv);
int cli_log(const struct cli_options *options, int argc, char **argv);

/* Says on standard error how the command of that name is used. Returns 2, the exit status. */
int cli_usage(const char *name);

/* The manifest that options name, or NULL; says on standard error what is wrong with it. */
struct manifest *cli_load(const struct cli_options *options);

/* Connects to silo-vmd, or says on standard error what is missing and returns false. */
bool cli_connect(sd_varlink **ret_link);

/* Says on standard error, if that is a terminal, that vm will have to boot first, if it must. */
void cli_tell_boot(const char *vm);

/* Says what an answer's error means. Returns 1, the exit status. */
int cli_complain(const char *error_id, sd_json_variant *parameters);

#endif
