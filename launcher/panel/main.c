/* SPDX-License-Identifier: MIT
 *
 * silo-panel: the bar at the foot of the desktop.
 */
#include <getopt.h>
#include <stdio.h>

#include "base/log.h"
#include "launcher/panel/bar.h"

static const char usage[] = "Usage: silo-panel [OPTION]…\n"
			    "\n"
			    "The panel at the foot of Silo's desktop; silo starts it.\n"
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
			puts("silo-panel " SILO_VERSION);
			return 0;
		default:
			fputs("silo-panel: see silo-panel --help\n", stderr);
			return 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "silo-panel: takes no \"%s\"; see silo-panel --help\n",
				argv[optind]);
		return 2;
	}
	log_init("silo-panel", NULL, LOG_LEVEL_INFO);
	return bar_run(is_light);
}
