/* SPDX-License-Identifier: MIT
 *
 * The command line of silo-proxy.
 */
#ifndef SILO_PROXY_OPTIONS_H
#define SILO_PROXY_OPTIONS_H

#include "base/log.h"

/* Strings are those of the command line. */
struct options {
	const char *domain;                   // the VM's name
	const char *label;                    // or NULL: the name
	const char *color;                    // "#rrggbb", or NULL: the compositor chooses
	const char *vhost_path, *listen_path; // or NULL
	int vhost_fd, dial_fd, control_fd;    // or -1
	enum log_level level;
};

/*
 * Reads the command line. Returns -1 to go on, or the exit status after --help, --version or one
 * line about what is wrong.
 */
int options_parse(int argc, char **argv, struct options *ret_options);

#endif
