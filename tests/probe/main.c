/* SPDX-License-Identifier: MIT
 *
 * silo-probe: drives and watches a compositor for tests, over its tools socket. Not installed.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/probe/commands.h"
#include "tests/probe/probe.h"

static void help(FILE *file) {
	fputs("usage: silo-probe [--display PATH] [--varlink PATH|none] COMMAND [ARGUMENT…]\n"
	      "Each command answers with one line of JSON. `serve` reads commands, one a line, "
	      "from\n"
	      "standard input and keeps one keyboard and one pointer for all of them.\n",
			file);
	commands_help(file);
}

/* The service's usual place if it is there, else NULL. */
static const char *default_address(void) {
	static char address[256];
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	if (runtime == NULL) {
		return NULL;
	}
	snprintf(address, sizeof(address), "%s/silo/io.silo.Compositor", runtime);
	return access(address, F_OK) == 0 ? address : NULL;
}

int main(int argc, char *argv[]) {
	static const struct option options[] = {
			{"display", required_argument, NULL, 'd'},
			{"varlink", required_argument, NULL, 'v'},
			{"help", no_argument, NULL, 'h'},
			{"version", no_argument, NULL, 'V'},
			{0},
	};
	const char *display = NULL, *address = default_address();
	int option;
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (option) {
		case 'd':
			display = optarg;
			break;
		case 'v':
			address = strcmp(optarg, "none") != 0 ? optarg : NULL;
			break;
		case 'h':
			help(stdout);
			return 0;
		case 'V':
			puts("silo-probe " SILO_VERSION);
			return 0;
		default:
			return 2;
		}
	}
	if (optind == argc) {
		help(stderr);
		return 2;
	}
	struct probe probe;
	if (!probe_connect(&probe, display, address)) {
		return 1;
	}
	bool ok;
	if (strcmp(argv[optind], "serve") == 0) {
		ok = commands_serve(&probe);
	} else {
		ok = commands_run(&probe, argc - optind, argv + optind);
	}
	probe_finish(&probe);
	return ok ? 0 : 1;
}
