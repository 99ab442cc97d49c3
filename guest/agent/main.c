/* SPDX-License-Identifier: MIT
 *
 * silo-agent: runs inside the VM, as root, and does what the host asks for over vsock.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "guest/agent/agent.h"

static const char usage[] =
		"Usage: silo-agent [OPTION]...\n"
		"Runs in a Silo VM: tells the host that the VM is ready, runs its commands, shuts "
		"down.\n"
		"\n"
		"  --user NAME          whom commands run as (default: user; not root: the "
		"caller)\n"
		"  --environment FILE   NAME=value lines for every command (default: "
		"/etc/environment)\n"
		"  --wait-for PATH      be ready when PATH exists, after 5 seconds at the latest\n"
		"  --listen-unix PATH   take commands on a UNIX socket instead of vsock (for "
		"tests)\n"
		"  --connect-unix PATH  connect to a UNIX socket instead of vsock (for tests)\n"
		"  --log LEVEL          error, warn, info (default) or debug\n"
		"  --help, --version\n";

enum {
	OPTION_USER = 256,
	OPTION_ENVIRONMENT,
	OPTION_WAIT,
	OPTION_LISTEN,
	OPTION_CONNECT,
	OPTION_LOG,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct option options_table[] = {
		{"user", required_argument, NULL, OPTION_USER},
		{"environment", required_argument, NULL, OPTION_ENVIRONMENT},
		{"wait-for", required_argument, NULL, OPTION_WAIT},
		{"listen-unix", required_argument, NULL, OPTION_LISTEN},
		{"connect-unix", required_argument, NULL, OPTION_CONNECT},
		{"log", required_argument, NULL, OPTION_LOG},
		{"help", no_argument, NULL, OPTION_HELP},
		{"version", no_argument, NULL, OPTION_VERSION},
		{0},
};

/* Reads the command line; exits for --help, --version and mistakes. */
static void parse_options(int argc, char **argv, struct agent_options *options) {
	enum log_level level = LOG_LEVEL_INFO;
	for (int option; (option = getopt_long(argc, argv, "", options_table, NULL)) != -1;) {
		switch (option) {
		case OPTION_USER:
			options->user = optarg;
			break;
		case OPTION_ENVIRONMENT:
			options->defaults_path = optarg;
			break;
		case OPTION_WAIT:
			options->wait_path = optarg;
			break;
		case OPTION_LISTEN:
			options->listen_path = optarg;
			break;
		case OPTION_CONNECT:
			options->connect_path = optarg;
			break;
		case OPTION_LOG:
			if (!log_level_parse(optarg, &level)) {
				fprintf(stderr,
						"silo-agent: no log level '%s': use error, warn, "
						"info or debug\n",
						optarg);
				exit(2);
			}
			break;
		case OPTION_HELP:
			fputs(usage, stdout);
			exit(0);
		case OPTION_VERSION:
			puts("silo-agent " SILO_VERSION);
			exit(0);
		default:
			fputs("Try 'silo-agent --help'.\n", stderr);
			exit(2);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "silo-agent: unexpected argument '%s'; try --help\n", argv[optind]);
		exit(2);
	}
	log_init("silo-agent", NULL, level);
}

int main(int argc, char **argv) {
	struct agent_options options = {.defaults_path = "/etc/environment"};
	parse_options(argc, argv, &options);
	static struct agent agent;
	if (!agent_init(&agent, &options)) {
		return 1;
	}
	bool good = agent_run(&agent);
	agent_finish(&agent);
	return good ? 0 : 1;
}
