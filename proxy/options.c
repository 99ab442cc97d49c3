/* SPDX-License-Identifier: MIT */
#include "proxy/options.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/text.h"

#define EXIT_USAGE 2

enum option_id {
	OPTION_DOMAIN = 'd',
	OPTION_LABEL = 'n',
	OPTION_COLOR = 'c',
	OPTION_VHOST_PATH = 'u',
	OPTION_LISTEN = 'l',
	OPTION_VHOST_FD = 'U',
	OPTION_DIAL_FD = 'D',
	OPTION_CONTROL_FD = 'C',
	OPTION_LOG_LEVEL = 'L',
	OPTION_HELP = 'h',
	OPTION_VERSION = 'v',
};

static const struct option table[] = {
		{"domain", required_argument, NULL, OPTION_DOMAIN},
		{"label", required_argument, NULL, OPTION_LABEL},
		{"color", required_argument, NULL, OPTION_COLOR},
		{"vhost-user", required_argument, NULL, OPTION_VHOST_PATH},
		{"vhost-user-fd", required_argument, NULL, OPTION_VHOST_FD},
		{"listen", required_argument, NULL, OPTION_LISTEN},
		{"dial-fd", required_argument, NULL, OPTION_DIAL_FD},
		{"control-fd", required_argument, NULL, OPTION_CONTROL_FD},
		{"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
		{"help", no_argument, NULL, OPTION_HELP},
		{"version", no_argument, NULL, OPTION_VERSION},
		{0},
};

static void usage(FILE *out) {
	fputs("Usage: silo-proxy --domain NAME [OPTION…]\n"
	      "The GPU device of one VM, and the check on everything its applications tell the\n"
	      "compositor. Needs at least one of --vhost-user, --vhost-user-fd and --listen.\n\n"
	      "  --domain NAME       the VM's name\n"
	      "  --vhost-user PATH   wait at this socket for the VMM's vhost-user front end\n"
	      "  --vhost-user-fd N   the same, already connected\n"
	      "  --listen PATH       listen for Wayland clients\n"
	      "  --dial-fd N         dial channel of the domain; without it and --control-fd the\n"
	      "                      domain is registered at the running compositor\n"
	      "  --control-fd N      channel to the supervisor, which sends dial channels\n"
	      "  --color #RRGGBB     colour of the frames, when registering\n"
	      "  --label TEXT        label on the frames, when registering\n"
	      "  --log-level LEVEL   error, warn, info or debug (default info)\n"
	      "  --help, --version\n",
			out);
}

static void complain(const char *value, const char *text) {
	fprintf(stderr, "silo-proxy: %s: %s (see --help)\n", value, text);
}

static bool is_color(const char *text) {
	return strlen(text) == 7 && text[0] == '#' &&
			strspn(text + 1, "0123456789abcdefABCDEF") == 6;
}

static bool take_fd(const char *value, int *ret_fd) {
	int fd = fd_parse(value);
	if (fd < 0 || fd_set_cloexec(fd, true) < 0) {
		complain(value, "not an open descriptor");
		return false;
	}
	*ret_fd = fd;
	return true;
}

/* Takes one option with a value; false after a complaint. */
static bool take(struct options *options, int option, const char *value) {
	switch ((enum option_id)option) {
	case OPTION_DOMAIN:
		options->domain = value;
		if (!text_is_vm_name(value)) {
			complain(value, "not a VM's name: lower-case letters, digits and dashes");
			return false;
		}
		return true;
	case OPTION_LABEL:
		options->label = value;
		if (value[0] == '\0' || strlen(value) > VM_LABEL_MAX ||
				!text_is_sanitised(value, VM_LABEL_MAX)) {
			complain("--label", "must be 1 to 63 bytes of printable text");
			return false;
		}
		return true;
	case OPTION_COLOR:
		options->color = value;
		if (!is_color(value)) {
			complain(value, "not a colour of the form #rrggbb");
			return false;
		}
		return true;
	case OPTION_VHOST_PATH:
		options->vhost_path = value;
		return true;
	case OPTION_LISTEN:
		options->listen_path = value;
		return true;
	case OPTION_VHOST_FD:
		return take_fd(value, &options->vhost_fd);
	case OPTION_DIAL_FD:
		return take_fd(value, &options->dial_fd);
	case OPTION_CONTROL_FD:
		return take_fd(value, &options->control_fd);
	case OPTION_LOG_LEVEL:
		if (!log_level_parse(value, &options->level)) {
			complain(value, "not a log level: error, warn, info or debug");
			return false;
		}
		return true;
	case OPTION_HELP:
	case OPTION_VERSION:
		break;
	}
	return false;
}

/* What getopt cannot see: options that need or exclude each other. */
static bool is_complete(const struct options *options) {
	bool vhost = options->vhost_path != NULL || options->vhost_fd >= 0;
	if (options->domain == NULL) {
		complain("--domain", "is missing");
	} else if (options->vhost_path != NULL && options->vhost_fd >= 0) {
		complain("--vhost-user", "not together with --vhost-user-fd");
	} else if (!vhost && options->listen_path == NULL) {
		complain("--vhost-user, --vhost-user-fd or --listen", "one of them is needed");
	} else {
		return true;
	}
	return false;
}

int options_parse(int argc, char **argv, struct options *ret_options) {
	struct options options = {
			.vhost_fd = -1, .dial_fd = -1, .control_fd = -1, .level = LOG_LEVEL_INFO};
	int option;
	while ((option = getopt_long(argc, argv, "", table, NULL)) >= 0) {
		if (option == OPTION_HELP) {
			usage(stdout);
			return 0;
		}
		if (option == OPTION_VERSION) {
			puts("silo-proxy " SILO_VERSION);
			return 0;
		}
		if (option == '?' || !take(&options, option, optarg)) {
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		complain(argv[optind], "unexpected argument");
		return EXIT_USAGE;
	}
	if (!is_complete(&options)) {
		return EXIT_USAGE;
	}
	*ret_options = options;
	return -1;
}
