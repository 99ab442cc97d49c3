/* SPDX-License-Identifier: MIT */
#include "launcher/toolkit/command.h"

#include <getopt.h>
#include <stdio.h>

#include "base/log.h"

static const struct option options[] = {
		{"light", no_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{0},
};

static void print_usage(const struct command *command) {
	printf("Usage: %s [OPTION]…\n"
	       "\n"
	       "%s\n"
	       "\n"
	       "  -l, --light    light colours\n"
	       "  -h, --help     print this and exit\n"
	       "  -V, --version  print the version and exit\n",
			command->name, command->about);
}

int command_main(const struct command *command, int argc, char *argv[]) {
	const char *name = command->name;
	bool is_light = false;
	int option;
	while ((option = getopt_long(argc, argv, "lhV", options, NULL)) != -1) {
		switch (option) {
		case 'l':
			is_light = true;
			break;
		case 'h':
			print_usage(command);
			return 0;
		case 'V':
			printf("%s %s\n", name, SILO_VERSION);
			return 0;
		default:
			fprintf(stderr, "%s: see %s --help\n", name, name);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "%s: takes no \"%s\"; see %s --help\n", name, argv[optind], name);
		return 2;
	}
	log_init(name, NULL, LOG_LEVEL_INFO);
	return command->run(is_light);
}
