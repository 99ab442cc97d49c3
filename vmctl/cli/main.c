/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "vmctl/cli/cli.h"

static const struct {
	const char *name;
	int (*run)(const struct cli_options *options, int argc, char **argv);
} commands[] = {
		{"applications", cli_applications},
		{"argv", cli_argv},
		{"check", cli_check},
		{"console", cli_console},
		{"images", cli_images},
		{"init", cli_init},
		{"list", cli_list},
		{"log", cli_log},
		{"pause", cli_pause},
		{"reload", cli_reload},
		{"restart", cli_restart},
		{"resume", cli_resume},
		{"run", cli_run},
		{"shell", cli_shell},
		{"start", cli_start},
		{"status", cli_status},
		{"stop", cli_stop},
};

static void print_help(void) {
	puts("vmctl COMMAND: steers Silo's VMs\n"
	     "  init [NAME[:COLOR]…]        writes a manifest, builds the guest's system\n"
	     "  check                       is the manifest right?\n"
	     "  reload                      silo-vmd reads the manifest again\n"
	     "  images                      the guest systems that VMs can boot\n"
	     "  list                        all VMs and their states\n"
	     "  status [VM]                 one VM in detail\n"
	     "  applications [VM]           what can be started in it, or in all VMs\n"
	     "  start VM                    boots it and waits until it runs\n"
	     "  stop [--force] VM           shuts it down; --force: at once\n"
	     "  stop --all                  shuts down every VM that runs\n"
	     "  restart [--force] VM        stop, then start\n"
	     "  pause VM, resume VM         lets it stand still, and go on\n"
	     "  run VM COMMAND ARGUMENT…    runs a command in it (boots it if it must)\n"
	     "  run --application ID VM     runs an application\n"
	     "  shell VM [COMMAND…]         a shell, or a command, on a terminal in it\n"
	     "  console VM                  its serial console; Ctrl+] leaves\n"
	     "  log [-f] VM                 what it and its host processes said; -f: go on\n"
	     "  argv VM                     the VMM's command line\n"
	     "Options:\n"
	     "  --json                      for programs (every command that lists)\n"
	     "  --yes                       init: does not ask\n"
	     "  --apps                      init: with browsers, editors, a player\n"
	     "  --raw                       run, shell, console, log: the guest's bytes as they "
	     "are\n"
	     "  --root                      run, shell: as root, where the manifest says \"root "
	     "allow\"\n"
	     "  --manifest FILE             check, argv, init: this manifest\n"
	     "  --vmm crosvm|qemu           argv: this VMM's, not that of the VMM in use\n"
	     "  --libexec DIRS              argv, init: where helper programs are\n"
	     "  --help, --version");
}

/* What getopt has just refused, in our own words. */
static int refuse_option(int result, char **argv) {
	const char *word = argv[optind - 1];
	/* A letter among several is told by optopt alone. */
	char letter[] = {'-', (char)optopt, '\0'};
	bool is_word = strncmp(word, "--", 2) == 0 &&
			(result == ':' || optopt == 0 || strchr(word, '=') != NULL);
	fprintf(stderr,
			result == ':' ? "vmctl: %s needs a value; see: vmctl --help\n"
				      : "vmctl: unknown option %s; vmctl --help lists all\n",
			is_word ? word : letter);
	return 2;
}

/* Takes options out of argv, as short_options says how. Returns -1 to go on, or the exit status. */
static int read_options(struct cli_options *options, int argc, char **argv,
		const char *short_options) {
	static const struct option known[] = {
			{"all", no_argument, NULL, 'A'},
			{"application", required_argument, NULL, 'a'},
			{"apps", no_argument, NULL, 'p'},
			{"follow", no_argument, NULL, 'f'},
			{"force", no_argument, NULL, 'F'},
			{"json", no_argument, NULL, 'j'},
			{"libexec", required_argument, NULL, 'l'},
			{"manifest", required_argument, NULL, 'm'},
			{"raw", no_argument, NULL, 'r'},
			{"root", no_argument, NULL, 'R'},
			{"vmm", required_argument, NULL, 'v'},
			{"help", no_argument, NULL, 'h'},
			{"yes", no_argument, NULL, 'y'},
			{"version", no_argument, NULL, 'V'},
			{0},
	};
	int option;
	while ((option = getopt_long(argc, argv, short_options, known, NULL)) >= 0) {
		switch (option) {
		case 'A':
			options->all = true;
			break;
		case 'a':
			options->application = optarg;
			break;
		case 'f':
			options->follow = true;
			break;
		case 'F':
			options->force = true;
			break;
		case 'j':
			options->json = true;
			break;
		case 'l':
			options->libexec = optarg;
			break;
		case 'm':
			options->manifest = optarg;
			break;
		case 'p':
			options->apps = true;
			break;
		case 'r':
			options->raw = true;
			break;
		case 'R':
			options->root = true;
			break;
		case 'v':
			options->vmm = optarg;
			break;
		case 'y':
			options->yes = true;
			break;
		case 'h':
			print_help();
			return 0;
		case 'V':
			puts("vmctl " SILO_VERSION);
			return 0;
		default:
			return refuse_option(option, argv);
		}
	}
	return -1;
}

/* A standard descriptor that is closed would become a pipe to a guest. */
static void open_standard(void) {
	int fd;
	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

int main(int argc, char **argv) {
	struct cli_options options = {0};
	open_standard();
	log_init("vmctl", NULL, LOG_LEVEL_INFO);
	/* Options may stand before the command and after it; '+': up to the first word that is none. */
	int status = read_options(&options, argc, argv, "+:fhy");
	if (status >= 0) {
		return status;
	}
	argc -= optind;
	argv += optind;
	if (argc == 0) {
		print_help();
		return 2;
	}
	char *name = argv[0];
	/* After `run VM`, everything is the guest's; for the others options may come last. */
	bool is_run = strcmp(name, "run") == 0 || strcmp(name, "shell") == 0;
	optind = 0;
	status = read_options(&options, argc, argv, is_run ? "+:fhy" : ":fhy");
	if (status >= 0) {
		return status;
	}
	/* The command's words: its name, and what is no option. */
	argc -= optind - 1;
	argv += optind - 1;
	argv[0] = name;
	/* `run VM -- COMMAND` is the same as `run VM COMMAND`. */
	if (is_run && argc > 2 && strcmp(argv[2], "--") == 0) {
		memmove(&argv[2], &argv[3], (size_t)(argc - 2) * sizeof(argv[0]));
		argc--;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) == 0) {
			return commands[i].run(&options, argc, argv);
		}
	}
	fprintf(stderr, "vmctl: unknown command \"%s\"; vmctl --help lists all\n", name);
	return 2;
}
