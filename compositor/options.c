/* SPDX-License-Identifier: MIT */
#include "compositor/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"

/* Sizes in pixels: below, no frame fits; above, pixman's 16-bit coordinates end. */
#define OUTPUT_SIZE_MIN 320
#define OUTPUT_SIZE_MAX 16384

static const char usage[] =
		"Usage: silo [OPTION]… [-- COMMAND [ARGUMENT]…]\n"
		"\n"
		"Starts the Silo compositor. COMMAND, if given, is started when it is ready.\n"
		"\n"
		"  -o, --outputs WxH[@SCALE],…  outputs of the headless backend (1920x1080)\n"
		"  -c, --config FILE            the session's settings (~/.config/silo/config)\n"
		"  -C, --check-config           say what is wrong with them and exit\n"
		"  -t, --tools-socket PATH      also listen there for host tools (capture, virtual "
		"input)\n"
		"  -m, --vmd PROGRAM            the VM manager to start, or none (silo-vmd)\n"
		"      --launcher PROGRAM       the menu on the launcher key, or none "
		"(silo-launcher)\n"
		"      --text PROGRAM           what sets windows' titles, or none (silo-text)\n"
		"      --panel PROGRAM          the panel, or none (silo-panel)\n"
		"      --ask PROGRAM            what asks the user, or none: no to everything "
		"(silo-ask)\n"
		"      --lock                   lock the session of the silo that runs, and exit\n"
		"  -r, --ready-fd N             write the display's name and a newline there when "
		"ready\n"
		"  -l, --light                  light colours\n"
		"  -v, --verbose                say more\n"
		"  -h, --help                   print this and exit\n"
		"  -V, --version                print the version and exit\n";

/* Options without a letter. */
enum {
	OPTION_LAUNCHER = 256,
	OPTION_PANEL,
	OPTION_TEXT,
	OPTION_LOCK,
	OPTION_ASK,
};

static const struct option long_options[] = {
		{"outputs", required_argument, NULL, 'o'},
		{"config", required_argument, NULL, 'c'},
		{"check-config", no_argument, NULL, 'C'},
		{"tools-socket", required_argument, NULL, 't'},
		{"vmd", required_argument, NULL, 'm'},
		{"launcher", required_argument, NULL, OPTION_LAUNCHER},
		{"panel", required_argument, NULL, OPTION_PANEL},
		{"text", required_argument, NULL, OPTION_TEXT},
		{"ask", required_argument, NULL, OPTION_ASK},
		{"lock", no_argument, NULL, OPTION_LOCK},
		{"ready-fd", required_argument, NULL, 'r'},
		{"light", no_argument, NULL, 'l'},
		{"verbose", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{0},
};

void options_init(struct options *options) {
	*options = (struct options){
			.ready_fd = -1,
			.outputs = {{.width_px = 1920, .height_px = 1080, .scale = 1}},
			.outputs_len = 1,
			.varlink = true,
			.host_socket = true,
			.log_level = LOG_LEVEL_INFO,
	};
}

static bool parse_length(const char *text, char **end, int *ret_length) {
	errno = 0;
	long value = strtol(text, end, 10);
	if (errno != 0 || *end == text || value < OUTPUT_SIZE_MIN || value > OUTPUT_SIZE_MAX) {
		return false;
	}
	*ret_length = (int)value;
	return true;
}

bool output_size_parse(const char *text, struct output_size *ret_size) {
	struct output_size size = {.scale = 1};
	char *end;
	if (!parse_length(text, &end, &size.width_px) || *end != 'x' ||
			!parse_length(end + 1, &end, &size.height_px)) {
		return false;
	}
	if (*end == '@') {
		const char *scale = end + 1;
		size.scale = strtof(scale, &end);
		if (end == scale || !(size.scale >= 0.5f && size.scale <= 4)) {
			return false;
		}
	}
	if (*end != '\0') {
		return false;
	}
	*ret_size = size;
	return true;
}

static bool parse_outputs(struct options *options, char *list) {
	options->outputs_len = 0;
	char *save;
	for (char *item = strtok_r(list, ",", &save); item != NULL;
			item = strtok_r(NULL, ",", &save)) {
		if (options->outputs_len == OPTIONS_OUTPUTS_MAX ||
				!output_size_parse(item, &options->outputs[options->outputs_len])) {
			return false;
		}
		options->outputs_len++;
	}
	return options->outputs_len > 0;
}

static const char *program_of(const char *argument) {
	return strcmp(argument, "none") == 0 ? NULL : argument;
}

static enum options_result parse_one(struct options *options, int option) {
	switch (option) {
	case 'o':
		if (!parse_outputs(options, optarg)) {
			fprintf(stderr,
					"silo: --outputs: give at most %d sizes between %d and %d "
					"such as "
					"1920x1080 or 2560x1440@1.5\n",
					OPTIONS_OUTPUTS_MAX, OUTPUT_SIZE_MIN, OUTPUT_SIZE_MAX);
			return OPTIONS_USAGE;
		}
		return OPTIONS_RUN;
	case 'c':
		options->config = optarg;
		return OPTIONS_RUN;
	case 't':
		options->tools_socket = optarg;
		return OPTIONS_RUN;
	case 'm':
		options->vmd = program_of(optarg);
		return OPTIONS_RUN;
	case OPTION_LAUNCHER:
		options->launcher = program_of(optarg);
		return OPTIONS_RUN;
	case OPTION_PANEL:
		options->panel = program_of(optarg);
		return OPTIONS_RUN;
	case OPTION_TEXT:
		options->text = program_of(optarg);
		return OPTIONS_RUN;
	case OPTION_ASK:
		options->ask = program_of(optarg);
		return OPTIONS_RUN;
	case OPTION_LOCK:
		return OPTIONS_LOCK;
	case 'r':
		options->ready_fd = fd_parse(optarg);
		if (options->ready_fd < 0) {
			fprintf(stderr,
					"silo: --ready-fd: give the number of an open "
					"descriptor\n");
			return OPTIONS_USAGE;
		}
		fd_set_cloexec(options->ready_fd, true);
		return OPTIONS_RUN;
	case 'l':
		options->light = true;
		return OPTIONS_RUN;
	case 'v':
		options->log_level = LOG_LEVEL_DEBUG;
		return OPTIONS_RUN;
	case 'h':
		fputs(usage, stdout);
		return OPTIONS_DONE;
	case 'V':
		puts("silo " SILO_VERSION);
		return OPTIONS_DONE;
	}
	/* getopt_long() has printed what is wrong. */
	return OPTIONS_USAGE;
}

enum options_result options_parse(struct options *options, int argc, char *argv[]) {
	int option;
	bool is_check = false;
	options->vmd = "silo-vmd";
	options->launcher = "silo-launcher";
	options->panel = "silo-panel";
	options->text = "silo-text";
	options->ask = "silo-ask";
	options->default_config = true;
	while ((option = getopt_long(argc, argv, "+o:c:Ct:m:r:lvhV", long_options, NULL)) != -1) {
		if (option == 'C') {
			is_check = true;
			continue;
		}
		enum options_result result = parse_one(options, option);
		if (result != OPTIONS_RUN) {
			return result;
		}
	}
	if (is_check) {
		return OPTIONS_CHECK;
	}
	if (optind < argc) {
		options->command = &argv[optind];
	}
	return OPTIONS_RUN;
}
