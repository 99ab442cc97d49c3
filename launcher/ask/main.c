/* SPDX-License-Identifier: MIT
 *
 * silo-ask: asks the user what only the user may decide.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/log.h"
#include "launcher/ask/ask.h"

static const char usage[] = "Usage: silo-ask [OPTION]…\n"
			    "\n"
			    "Asks the user what only the user may decide; silo starts it.\n"
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
			puts("silo-ask " SILO_VERSION);
			return 0;
		default:
			fputs("silo-ask: see silo-ask --help\n", stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "silo-ask: takes no \"%s\"; see silo-ask --help\n", argv[optind]);
		return 2;
	}
	log_init("silo-ask", NULL, LOG_LEVEL_INFO);
	return ask_run(is_light);
}
