/* SPDX-License-Identifier: MIT
 *
 * silo-launcher: lists the applications of all VMs and starts one.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/log.h"
#include "launcher/menu/launcher.h"

static const char usage[] =
		"Usage: silo-launcher [OPTION]…\n"
		"\n"
		"Shows the VMs and their applications; starts the one that is chosen. In a\n"
		"terminal it asks Silo to open or close the launcher.\n"
		"\n"
		"  -l, --light    light colours\n"
		"  -h, --help     print this and exit\n"
		"  -V, --version  print the version and exit\n";

static const struct option options[] = {
		{"light", no_argument, NULL, 'l'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{0},
};

int main(int argc, char *argv[]) {
	bool is_light = false;
	int option;
	while ((option = getopt_long(argc, argv, "lhV", options, NULL)) != -1) {
		switch (option) {
		case 'l':
			is_light = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'V':
			puts("silo-launcher " SILO_VERSION);
			return 0;
		default:
			fputs("silo-launcher: see silo-launcher --help\n", stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "silo-launcher: takes no \"%s\"; see silo-launcher --help\n",
				argv[optind]);
		return 2;
	}
	log_init("silo-launcher", NULL, LOG_LEVEL_INFO);
	return launcher_run(is_light);
}
