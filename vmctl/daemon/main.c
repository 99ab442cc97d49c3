/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/text.h"
#include "vmctl/daemon/manager.h"
#include "vmctl/daemon/unit.h"
#include "vmctl/supervisor/supervisor.h"

static void print_help(void) {
	puts("silo-vmd [OPTION]…: Silo's VM manager. vmctl(1) talks to it.\n"
	     "  --manifest FILE    read FILE instead of /etc/silo/vms.scfg and the user's\n"
	     "  --libexec DIRS     look for helper programs in DIRS (separated by ':') first\n"
	     "  --crosvm PROGRAM   start PROGRAM instead of crosvm\n"
	     "  --qemu PROGRAM     start PROGRAM instead of qemu-system-x86_64\n"
	     "  --no-units         ask systemd for no units: VMs run without limits\n"
	     "  --log-level LEVEL  error, warn, info or debug\n"
	     "  --vm NAME          supervise this one VM (silo-vmd starts itself so)\n"
	     "  --ready-fd N       with --vm: where to tell that it has started\n"
	     "  --root-id ID       with --vm: end at once where / is another directory\n"
	     "  --defined-in FILE  with --vm: the manifest whose copy is read\n"
	     "  --help, --version");
}

/* In a unit it comes as standard input, whose number must not be used for anything else. */
static int take_ready_fd(const char *text) {
	int given = fd_parse(text);
	if (given < 0 || given > STDERR_FILENO) {
		fd_set_cloexec(given, true);
		return given;
	}
	int fd = fcntl(given, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	cleanup_fd int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd < 0 || null < 0 || dup2(null, given) < 0) {
		fd_close(&fd);
	}
	return fd;
}

static bool is_root(const char *id) {
	char root[UNIT_ROOT_MAX];
	return unit_root_text(root) && strcmp(id, root) == 0;
}

struct said {
	struct manager_options manager;
	struct supervisor_options supervisor;
	enum log_level level;
};

/* Returns -1 to go on, or the exit status. */
static int read_options(struct said *said, int argc, char **argv) {
	static const struct option options[] = {
			{"manifest", required_argument, NULL, 'm'},
			{"libexec", required_argument, NULL, 'l'},
			{"defined-in", required_argument, NULL, 'd'},
			{"crosvm", required_argument, NULL, 'c'},
			{"qemu", required_argument, NULL, 'q'},
			{"log-level", required_argument, NULL, 'L'},
			{"vm", required_argument, NULL, 'v'},
			{"ready-fd", required_argument, NULL, 'r'},
			{"root-id", required_argument, NULL, 'i'},
			{"no-units", no_argument, NULL, 'n'},
			{"help", no_argument, NULL, 'h'},
			{"version", no_argument, NULL, 'V'},
			{0},
	};
	int option;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
		switch (option) {
		case 'm':
			said->manager.manifest = said->supervisor.manifest = optarg;
			break;
		case 'l':
			said->manager.programs.libexec = said->supervisor.programs.libexec = optarg;
			break;
		case 'c':
			said->manager.programs.crosvm = said->supervisor.programs.crosvm = optarg;
			break;
		case 'd':
			said->supervisor.defined_in = optarg;
			break;
		case 'q':
			said->manager.programs.qemu = said->supervisor.programs.qemu = optarg;
			break;
		case 'L':
			if (!log_level_parse(optarg, &said->level)) {
				fprintf(stderr, "silo-vmd: \"%s\" is no log level\n", optarg);
				return 2;
			}
			break;
		case 'v':
			said->supervisor.vm = optarg;
			break;
		case 'r':
			said->supervisor.ready_fd = take_ready_fd(optarg);
			break;
		case 'i':
			if (!is_root(optarg)) {
				return 1;
			}
			break;
		case 'n':
			said->manager.no_units = true;
			break;
		case 'h':
			print_help();
			return 0;
		case 'V':
			puts("silo-vmd " SILO_VERSION);
			return 0;
		default:
			return 2;
		}
	}
	return -1;
}

int main(int argc, char **argv) {
	struct said said = {.supervisor = {.ready_fd = -1}, .level = LOG_LEVEL_INFO};
	int status = read_options(&said, argc, argv);
	if (status >= 0) {
		return status;
	}
	/* A supervisor may start in another directory. */
	static char manifest[PATH_MAX];
	if (said.manager.manifest != NULL && realpath(said.manager.manifest, manifest) != NULL) {
		said.manager.manifest = said.supervisor.manifest = manifest;
	}
	if (optind != argc ||
			(said.supervisor.vm != NULL && !text_is_vm_name(said.supervisor.vm))) {
		fputs("silo-vmd: takes options only; see silo-vmd --help\n", stderr);
		return 2;
	}
	/* A supervisor was executed as /proc/self/exe. */
	prctl(PR_SET_NAME, "silo-vmd", 0, 0, 0);
	log_init("silo-vmd", said.supervisor.vm, said.level);
	return said.supervisor.vm != NULL ? supervisor_run(&said.supervisor)
					  : manager_run(&said.manager);
}
