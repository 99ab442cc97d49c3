/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include "vmctl/supervisor/agent_child.h"

int main(int argc, char **argv) {
	static const struct option options[] = {
			{"control-fd", required_argument, NULL, 'c'},
			{"vm", required_argument, NULL, 'v'},
			{"help", no_argument, NULL, 'h'},
			{"version", no_argument, NULL, 'V'},
			{0},
	};
	int fd = -1, option;
	const char *vm = NULL;
	while ((option = getopt_long(argc, argv, "hV", options, NULL)) >= 0) {
		switch (option) {
		case 'c':
			fd = fd_parse(optarg);
			break;
		case 'v':
			vm = optarg;
			break;
		case 'h':
			puts("silo-agent-child --vm NAME --control-fd N: started by silo-vmd, in a "
			     "box");
			return 0;
		case 'V':
			puts("silo-agent-child " SILO_VERSION);
			return 0;
		default:
			return 2;
		}
	}
	log_init("silo-agent-child", vm, LOG_LEVEL_INFO);
	if (fd < 0 || vm == NULL || optind != argc) {
		log_error("is started by silo-vmd, with --vm NAME --control-fd N");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	fd_set_nonblock(fd, false);
	if (!lockdown_enter(&agent_child_calls)) {
		return 1;
	}
	return agent_child_run(fd);
}
