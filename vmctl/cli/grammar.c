/* SPDX-License-Identifier: MIT */
#include "vmctl/cli/grammar.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "config/suggest.h"

#define MANY 1000000
/* Where the summaries begin. */
#define INDENT 30
#define WIDTH 98

/* One way to use a command. */
struct usage {
	const char *words, *summary;
};

static const struct command {
	const char *name;
	int (*run)(const struct cli_options *options, int argc, char **argv);
	int words_min, words_max;
	const char *options; /* letters of those that it takes */
	struct usage usages[2];
} commands[] = {
		{"init", cli_init, 0, MANY, "ypml",
				{{"[NAME[:COLOR]…]",
						"writes a manifest, builds the guest's system"}}},
		{"check", cli_check, 0, 0, "jm", {{"", "is the manifest right?"}}},
		{"reload", cli_reload, 0, 0, "j", {{"", "silo-vmd reads the manifest again"}}},
		{"images", cli_images, 0, 0, "jm", {{"", "the guest systems that VMs can boot"}}},
		{"list", cli_list, 0, 0, "j", {{"", "all VMs and their states"}}},
		{"status", cli_status, 0, 1, "j", {{"[VM]", "one VM in detail, or all"}}},
		{"applications", cli_applications, 0, 1, "j",
				{{"[VM]", "what can be started in it, or in all VMs"}}},
		{"start", cli_start, 1, 1, "", {{"VM", "boots it and waits until it runs"}}},
		{"stop", cli_stop, 0, 1, "FA",
				{{"[--force] VM", "shuts it down; --force: at once"},
						{"[--force] --all",
								"shuts down every VM that runs"}}},
		{"restart", cli_restart, 1, 1, "F", {{"[--force] VM", "stop, then start"}}},
		{"pause", cli_pause, 1, 1, "", {{"VM", "lets it stand still"}}},
		{"resume", cli_resume, 1, 1, "", {{"VM", "lets it go on"}}},
		{"run", cli_run, 1, MANY, "arR",
				{{"VM COMMAND ARGUMENT…",
						 "runs a command in it (boots it if it must)"},
						{"--application ID VM", "runs an application"}}},
		{"shell", cli_shell, 1, MANY, "rR",
				{{"VM [COMMAND…]", "a shell, or a command, on a terminal in it"}}},
		{"console", cli_console, 1, 1, "r", {{"VM", "its serial console; Ctrl+] leaves"}}},
		{"log", cli_log, 1, 1, "fr",
				{{"[-f] VM", "what it and its host processes said; -f: go on"}}},
		{"clipboard", cli_clipboard, 1, 1, "jO",
				{{"status|clear", "what is in the clipboard between VMs; wipes it"},
						{"[--forget] policy", "what may be pasted where"}}},
		{"argv", cli_argv, 1, 1, "jmvl", {{"VM", "the VMM's command line"}}},
};

#define COMMANDS_LEN (sizeof(commands) / sizeof(commands[0]))

static const struct {
	char letter;
	const char *name, *value, *summary;
} options_known[] = {
		{'j', "json", NULL, "for programs"},
		{'y', "yes", NULL, "does not ask"},
		{'p', "apps", NULL, "with browsers, editors, a player"},
		{'r', "raw", NULL, "the guest's bytes as they are"},
		{'R', "root", NULL, "as root, where the manifest says \"root allow\""},
		{'a', "application", "ID", "one of those that \"vmctl applications\" lists"},
		{'F', "force", NULL, "at once"},
		{'A', "all", NULL, "every VM that runs"},
		{'O', "forget", NULL, "first, what questions were answered with for good"},
		{'f', "follow", NULL, "goes on (-f)"},
		{'m', "manifest", "FILE", "this manifest"},
		{'v', "vmm", "crosvm|qemu", "this VMM's, not that of the VMM in use"},
		{'l', "libexec", "DIRS", "where helper programs are"},
		{'h', "help", NULL, "tells of a command, or of all"},
		{'V', "version", NULL, "says which this is"},
};

#define OPTIONS_LEN (sizeof(options_known) / sizeof(options_known[0]))

static const struct command *find_command(const char *name) {
	for (size_t i = 0; i < COMMANDS_LEN; i++) {
		if (strcmp(commands[i].name, name) == 0) {
			return &commands[i];
		}
	}
	return NULL;
}

/* Columns of a text whose only characters beyond ASCII are "…". */
static int columns(const char *text) {
	int width = 0;
	for (; *text != '\0'; text++) {
		width += ((unsigned char)*text & 0xc0) != 0x80;
	}
	return width;
}

/* "  left" and, further right or on the next line, what it means. */
static void print_row(FILE *out, const char *left, const char *summary) {
	int width = columns(left) + 2;
	if (width >= INDENT) {
		fprintf(out, "  %s\n%*s%s\n", left, INDENT, "", summary);
	} else {
		fprintf(out, "  %s%*s%s\n", left, INDENT - width, "", summary);
	}
}

static void option_text(size_t option, char *out, size_t cap) {
	const char *value = options_known[option].value;
	snprintf(out, cap, "--%s%s%s", options_known[option].name, value != NULL ? " " : "",
			value != NULL ? value : "");
}

/* The option with the commands that take it in front of its meaning. */
static void print_option(FILE *out, size_t option) {
	char left[64], meaning[256] = "";
	option_text(option, left, sizeof(left));
	size_t len = 0;
	for (size_t i = 0; i < COMMANDS_LEN; i++) {
		if (strchr(commands[i].options, options_known[option].letter) != NULL) {
			len += (size_t)snprintf(meaning + len, sizeof(meaning) - len, "%s%s",
					len > 0 ? ", " : "", commands[i].name);
		}
	}
	/* What does not fit stands below. */
	const char *summary = options_known[option].summary;
	bool is_long = INDENT + len + 2 + strlen(summary) > WIDTH;
	snprintf(meaning + len, sizeof(meaning) - len, "%s%*s%s",
			len == 0                  ? ""
					: is_long ? ":\n"
						  : ": ",
			is_long ? INDENT : 0, "", summary);
	print_row(out, left, meaning);
}

static void print_help(FILE *out) {
	fputs("vmctl COMMAND: steers Silo's VMs\n", out);
	for (size_t i = 0; i < COMMANDS_LEN; i++) {
		for (size_t j = 0; j < 2 && commands[i].usages[j].words != NULL; j++) {
			char left[64];
			snprintf(left, sizeof(left), "%s %s", commands[i].name,
					commands[i].usages[j].words);
			print_row(out, left, commands[i].usages[j].summary);
		}
	}
	fputs("Options:\n", out);
	for (size_t i = 0; i < OPTIONS_LEN; i++) {
		print_option(out, i);
	}
}

static void print_command_help(const struct command *command) {
	for (size_t i = 0; i < 2 && command->usages[i].words != NULL; i++) {
		const struct usage *usage = &command->usages[i];
		printf("%svmctl %s%s%s: %s\n", i == 0 ? "usage: " : "       ", command->name,
				usage->words[0] != '\0' ? " " : "", usage->words, usage->summary);
	}
	for (size_t i = 0; i < OPTIONS_LEN; i++) {
		if (strchr(command->options, options_known[i].letter) != NULL) {
			char left[64];
			option_text(i, left, sizeof(left));
			print_row(stdout, left, options_known[i].summary);
		}
	}
	puts("More: man vmctl");
}

int cli_usage(const char *name) {
	const struct command *command = find_command(name);
	fputs("vmctl: usage:", stderr);
	for (size_t i = 0; i < 2 && command->usages[i].words != NULL; i++) {
		const char *words = command->usages[i].words;
		fprintf(stderr, "%s vmctl %s%s%s", i > 0 ? ", or" : "", name,
				words[0] != '\0' ? " " : "", words);
	}
	fprintf(stderr, "; see: vmctl %s --help\n", name);
	return 2;
}

/* What was said so far, and which options, to be compared with what the command takes. */
struct reading {
	struct cli_options options;
	char given[OPTIONS_LEN + 1]; /* letters */
	size_t given_len;
};

static void set_option(struct cli_options *options, int letter) {
	switch (letter) {
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
	case 'O':
		options->forget = true;
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
	}
}

static int complain_option(int what, char **argv, const char *command) {
	char letter[3] = {'-', (char)optopt, '\0'};
	/* A long one stands whole in the word before; a letter may be one of several there. */
	const char *word = strncmp(argv[optind - 1], "--", 2) == 0 ? argv[optind - 1] : letter;
	const char *end = what == ':' ? " needs a value" : "\"";
	fprintf(stderr, "vmctl: %s%.64s%s; see: vmctl%s%s --help\n",
			what == ':' ? "" : "unknown option \"", word, end,
			command != NULL ? " " : "", command != NULL ? command : "");
	return 2;
}

/* Reads options until the first other word, or all of them. Returns -1, or 2 if one is wrong. */
static int read_options(struct reading *reading, int argc, char **argv, bool stops,
		const char *command) {
	struct option known[OPTIONS_LEN + 1] = {0};
	for (size_t i = 0; i < OPTIONS_LEN; i++) {
		known[i] = (struct option){
				.name = options_known[i].name,
				.has_arg = options_known[i].value != NULL ? required_argument
									  : no_argument,
				.val = options_known[i].letter,
		};
	}
	int letter;
	optind = 0;
	opterr = 0;
	while ((letter = getopt_long(argc, argv, stops ? "+:fhy" : ":fhy", known, NULL)) >= 0) {
		if (letter == '?' || letter == ':') {
			return complain_option(letter, argv, command);
		}
		set_option(&reading->options, letter);
		if (strchr(reading->given, letter) == NULL) {
			reading->given[reading->given_len++] = (char)letter;
		}
	}
	return -1;
}

static int complain_command(const char *name) {
	if (strcmp(name, "help") == 0) {
		print_help(stdout);
		return 0;
	}
	const char *names[COMMANDS_LEN];
	for (size_t i = 0; i < COMMANDS_LEN; i++) {
		names[i] = commands[i].name;
	}
	const char *meant = suggest_word(name, names, COMMANDS_LEN);
	fprintf(stderr, "vmctl: unknown command \"%.64s\"; ", name);
	if (meant != NULL) {
		fprintf(stderr, "did you mean \"%s\"?\n", meant);
	} else {
		fputs("vmctl --help lists all\n", stderr);
	}
	return 2;
}

/* Help and version, and options that are not the command's. */
static int judge(const struct reading *reading, const struct command *command) {
	if (strchr(reading->given, 'V') != NULL) {
		puts("vmctl " SILO_VERSION);
		return 0;
	}
	if (strchr(reading->given, 'h') != NULL) {
		if (command != NULL) {
			print_command_help(command);
		} else {
			print_help(stdout);
		}
		return 0;
	}
	for (size_t i = 0; command != NULL && i < OPTIONS_LEN; i++) {
		char letter = options_known[i].letter;
		if (strchr(reading->given, letter) != NULL &&
				strchr(command->options, letter) == NULL) {
			fprintf(stderr, "vmctl: %s takes no --%s; see: vmctl %s --help\n",
					command->name, options_known[i].name, command->name);
			return 2;
		}
	}
	return -1;
}

int grammar_read(int argc, char **argv, struct cli_call *ret_call) {
	struct reading reading = {0};
	int status = read_options(&reading, argc, argv, true, NULL);
	argc -= optind;
	argv += optind;
	if (status < 0 && argc == 0) {
		status = judge(&reading, NULL);
		if (status < 0) {
			print_help(stderr);
			status = 2;
		}
	}
	if (status >= 0) {
		return status;
	}
	const struct command *command = find_command(argv[0]);
	if (command == NULL) {
		return complain_command(argv[0]);
	}
	/* After the VM of run and shell everything is the guest's. */
	bool is_guests = command->run == cli_run || command->run == cli_shell;
	status = read_options(&reading, argc, argv, is_guests, command->name);
	if (status < 0) {
		status = judge(&reading, command);
	}
	if (status >= 0) {
		return status;
	}
	char *name = argv[0];
	argc -= optind - 1;
	argv += optind - 1;
	argv[0] = name;
	/* `run VM -- COMMAND` is the same as `run VM COMMAND`. */
	if (is_guests && argc > 2 && strcmp(argv[2], "--") == 0) {
		argv[2] = argv[1];
		argv[1] = name;
		argv++;
		argc--;
	}
	if (argc - 1 < command->words_min || argc - 1 > command->words_max) {
		return cli_usage(name);
	}
	*ret_call = (struct cli_call){reading.options, command->run, argc, argv};
	return -1;
}
