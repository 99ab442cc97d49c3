/* SPDX-License-Identifier: MIT
 *
 * The command line of silo. Host input only.
 */
#ifndef SILO_COMPOSITOR_OPTIONS_H
#define SILO_COMPOSITOR_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"

#define OPTIONS_OUTPUTS_MAX 8

/* One output of the headless backend. */
struct output_size {
	int width_px, height_px;
	float scale;
};

struct options {
	const char *config;       /* settings; NULL: the default file, if default_config */
	bool default_config;      /* tests have none */
	const char *tools_socket; /* NULL: none */
	const char *vmd;      /* VM manager to start, a path or a name to look for; NULL: none */
	const char *launcher; /* likewise: the menu, started by its key */
	const char *text;     /* likewise: sets windows' titles, in a box */
	const char *panel;    /* likewise: started with silo */
	const char *ask;      /* likewise: what asks the user */
	char **command;       /* NULL-terminated, started when silo is ready; NULL: none */
	int ready_fd;         /* a line with the display's name is written to it; -1: none */
	struct output_size outputs[OPTIONS_OUTPUTS_MAX];
	size_t outputs_len;
	bool light;
	bool logind;  /* asked also without a console; for tests */
	bool varlink; /* tests that run several compositors switch these two off */
	bool host_socket;
	enum log_level log_level;
};

enum options_result {
	OPTIONS_RUN,
	OPTIONS_DONE,  /* --help or --version was printed */
	OPTIONS_CHECK, /* the settings are to be checked, and that is all */
	OPTIONS_LOCK,  /* the silo that runs is to be locked, and that is all */
	OPTIONS_USAGE, /* one line was printed */
};

/* What silo does without any option, but for the programs that it starts, which tests do without. */
void options_init(struct options *options);

/* Reads argv, whose strings must outlive options. */
enum options_result options_parse(struct options *options, int argc, char *argv[]);

/* Parses WxH or WxH@SCALE. Returns false for anything else or out of bounds. */
bool output_size_parse(const char *text, struct output_size *ret_size);

#endif
