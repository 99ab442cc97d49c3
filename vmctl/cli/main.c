/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "vmctl/cli/grammar.h"

/* A standard descriptor that is closed would become a pipe to a guest. */
static void open_standard(void) {
	int fd;
	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

int main(int argc, char **argv) {
	struct cli_call call;
	open_standard();
	log_init("vmctl", NULL, LOG_LEVEL_INFO);
	int status = grammar_read(argc, argv, &call);
	if (status < 0) {
		status = call.run(&call.options, call.argc, call.argv);
	}
	/* What could not be written was not said. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fputs("vmctl: not everything could be written to standard output\n", stderr);
		status = 1;
	}
	return status;
}
