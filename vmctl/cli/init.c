/* SPDX-License-Identifier: MIT
 *
 * `vmctl init`: a manifest for somebody who has none, and the image that its VMs boot. It asks on a
 * terminal, takes names and colours as words, and overwrites nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "config/suggest.h"
#include "config/value.h"
#include "vmctl/cli/cli.h"
#include "vmctl/manifest/manifest.h"
#include "vmctl/supervisor/interface.h"
#include "vmctl/supervisor/places.h"
#include "vmctl/vmm/image.h"
#include "vmctl/vmm/kvm.h"

#define VMS_MAX 12
#define ANSWER_MAX 512
#define USUAL "banking:green work:blue untrusted:red"

struct planned {
	char name[VM_NAME_MAX + 1];
	char color[16]; /* as it was written; "" until one is given */
	uint32_t value;
};

struct plan {
	struct planned vms[VMS_MAX];
	size_t len;
	bool allows_emulation;
	bool has_apps;
	enum kvm_state kvm;
};

/* One VM as NAME or NAME:COLOUR. False, and said why, if it cannot be one. */
static bool add_vm(struct plan *plan, const char *word) {
	const char *colon = strchr(word, ':');
	size_t len = colon != NULL ? (size_t)(colon - word) : strlen(word);
	struct planned planned = {0};
	if (plan->len == VMS_MAX) {
		fprintf(stderr, "vmctl: init makes at most %d VMs; add more to the manifest\n",
				VMS_MAX);
		return false;
	}
	if (len <= VM_NAME_MAX) {
		memcpy(planned.name, word, len);
	}
	if (!text_is_vm_name(planned.name)) {
		fprintf(stderr,
				"vmctl: \"%.*s\" is no name for a VM; 1-%d of a-z, 0-9, \"-\", "
				"starting with a letter, and not host, dom0, silo, all, none or "
				"self\n",
				(int)(len < 64 ? len : 64), word, VM_NAME_MAX);
		return false;
	}
	if (colon != NULL &&
			(strlen(colon + 1) >= sizeof(planned.color) ||
					!value_color(colon + 1, &planned.value))) {
		const char *meant = suggest_word(colon + 1, value_color_names, value_colors_len);
		fprintf(stderr, "vmctl: unknown colour \"%.32s\"; did you mean \"%s\"?\n",
				colon + 1, meant != NULL ? meant : "green");
		return false;
	}
	for (size_t i = 0; i < plan->len; i++) {
		bool is_same_color = colon != NULL && plan->vms[i].color[0] != '\0' &&
				plan->vms[i].value == planned.value;
		if (strcmp(plan->vms[i].name, planned.name) == 0 || is_same_color) {
			fprintf(stderr, "vmctl: two VMs with the %s \"%s\"; give each its own\n",
					is_same_color ? "colour" : "name",
					is_same_color ? colon + 1 : planned.name);
			return false;
		}
	}
	snprintf(planned.color, sizeof(planned.color), "%s", colon != NULL ? colon + 1 : "");
	plan->vms[plan->len++] = planned;
	return true;
}

/* Each VM without a colour gets the first of the palette that no other has. */
static void give_colors(struct plan *plan) {
	for (size_t i = 0; i < plan->len; i++) {
		for (size_t color = 0; plan->vms[i].color[0] == '\0'; color++) {
			bool is_used = false;
			for (size_t other = 0; other < plan->len; other++) {
				is_used = is_used ||
						(plan->vms[other].color[0] != '\0' &&
								plan->vms[other].value ==
										value_palette_color(
												color));
			}
			if (!is_used || color >= value_colors_len) {
				plan->vms[i].value = value_palette_color(color);
				snprintf(plan->vms[i].color, sizeof(plan->vms[i].color), "%s",
						value_color_names[color % value_colors_len]);
			}
		}
	}
}

/* Asks and reads one line. False at the end of input. */
static bool ask(const char *question, char answer[ANSWER_MAX]) {
	printf("%s ", question);
	fflush(stdout);
	if (fgets(answer, ANSWER_MAX, stdin) == NULL) {
		putchar('\n');
		return false;
	}
	answer[strcspn(answer, "\n")] = '\0';
	return true;
}

static bool ask_yes(const char *question, bool is_default) {
	char answer[ANSWER_MAX];
	if (!ask(question, answer)) {
		return false;
	}
	return answer[0] == '\0' ? is_default : answer[0] == 'y' || answer[0] == 'Y';
}

static bool add_words(struct plan *plan, char *words) {
	char *rest = NULL;
	plan->len = 0;
	for (char *word = strtok_r(words, " \t,", &rest); word != NULL;
			word = strtok_r(NULL, " \t,", &rest)) {
		if (!add_vm(plan, word)) {
			return false;
		}
	}
	return plan->len > 0;
}

/* The names: words of the command, the usual ones, or answers. */
static bool plan_vms(struct plan *plan, char **words, int len, bool is_asked) {
	for (int i = 0; i < len; i++) {
		if (!add_vm(plan, words[i])) {
			return false;
		}
	}
	char answer[ANSWER_MAX] = USUAL;
	if (len == 0 && !is_asked) {
		return add_words(plan, answer);
	}
	bool is_planned = len > 0;
	if (!is_planned) {
		puts("Each VM is a security domain with a colour of its own. Name some, with or "
		     "without colours,\nas in: shop:orange mail friends. Colours:");
		for (size_t i = 0; i < value_colors_len; i++) {
			printf(" %s", value_color_names[i]);
		}
		putchar('\n');
	}
	while (!is_planned) {
		if (!ask("VMs [" USUAL "]:", answer)) {
			return false;
		}
		if (answer[strspn(answer, " \t")] == '\0') {
			snprintf(answer, sizeof(answer), "%s", USUAL);
		}
		is_planned = add_words(plan, answer);
	}
	return true;
}

static void plan_emulation(struct plan *plan, bool is_asked, bool says_yes) {
	plan->kvm = kvm_probe(kvm_device, KVM_PROBE_MS);
	if (plan->kvm == KVM_WORKS) {
		return;
	}
	printf("There is no usable KVM here: %s.\n", kvm_advice(plan->kvm));
	plan->allows_emulation = says_yes;
	if (is_asked && !says_yes) {
		plan->allows_emulation = ask_yes("Software emulation is slow and isolates nothing; "
						 "it is for trying "
						 "Silo. Allow it? [y/N]",
				false);
	}
}

static void plan_apps(struct plan *plan, bool is_asked, bool says_yes) {
	plan->has_apps = says_yes ||
			(is_asked &&
					ask_yes("Everyday applications in the VMs too: browsers, "
						"editors, a player "
						"(about 460 MB more)? [y/N]",
							false));
}

static void write_vm(FILE *file, const struct plan *plan, const struct planned *vm) {
	fprintf(file,
			"\nvm %s {\n"
			"\tcolor %s%s%s\n"
			"\tmemory %s\n"
			"\tcpus 2\n",
			vm->name, vm->color[0] == '#' ? "\"" : "", vm->color,
			vm->color[0] == '#' ? "\"" : "", plan->has_apps ? "2G" : "1G");
	if (plan->has_apps) {
		fputs("\timage apps\n", file);
	}
	/* What else it can start is known when it has run once; the image always has these. */
	if (plan->has_apps) {
		fputs("\tapplication browser {\n"
		      "\t\tname Firefox\n"
		      "\t\tcommand firefox-esr\n"
		      "\t}\n",
				file);
	}
	fputs("\tapplication terminal {\n"
	      "\t\tname Terminal\n"
	      "\t\tcommand foot\n"
	      "\t}\n",
			file);
	if (plan->allows_emulation) {
		fputs("\t# Software emulation isolates nothing: remove this line when there is "
		      "KVM.\n"
		      "\temulation allow\n",
				file);
	} else if (plan->kvm != KVM_WORKS) {
		fputs("\t# There was no usable KVM when this was written. Software emulation "
		      "isolates\n"
		      "\t# nothing; to try Silo with it all the same, take away the \"#\":\n"
		      "\t# emulation allow\n",
				file);
	}
	fputs("}\n", file);
}

static void write_manifest(FILE *file, const struct plan *plan) {
	fputs("# Silo's VMs, written by vmctl init. silo-vms(5) tells of every word; vmctl check "
	      "reads\n"
	      "# this file and says what is wrong with it. silo-vmd reads it when it starts,\n"
	      "# and again with vmctl reload.\n"
	      "#\n"
	      "# What else a VM can have:\n"
	      "#\tlabel \"Shown on its frames\"\n"
	      "#\tglyph star                     beside the colour; each VM has one of its own\n"
	      "#\timage NAME                     another one, built with silo-guest-image --name "
	      "NAME\n"
	      "#\troot allow                     lets vmctl run --root run commands as root\n"
	      "#\tapplication editor {           an entry of the menu, beside those of the guest\n"
	      "#\t\tname \"Editor\"\n"
	      "#\t\tcommand foot nano\n"
	      "#\t}\n"
	      "version 1\n",
			file);
	for (size_t i = 0; i < plan->len; i++) {
		write_vm(file, plan, &plan->vms[i]);
	}
}

/* Writes the manifest whole, or not at all where there is one. Returns 0 or a negative errno. */
static int save(const struct plan *plan, char path[PLACE_MAX]) {
	char partial[PLACE_MAX + 8];
	snprintf(partial, sizeof(partial), "%s.new", path);
	if (!place_make_parents(path)) {
		return -errno;
	}
	int fd = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (file == NULL) {
		int err = -errno;
		fd_close(&fd);
		return err;
	}
	write_manifest(file, plan);
	bool is_written = fflush(file) == 0 && fsync(fileno(file)) == 0;
	int err = is_written ? 0 : -errno;
	fclose(file);
	/* A link, unlike a rename, replaces nothing. */
	if (err == 0 && link(partial, path) < 0) {
		err = -errno;
	}
	unlink(partial);
	return err;
}

/* Where the manifest goes: --manifest, else the user's place. */
static bool find_place(const struct cli_options *options, char path[PLACE_MAX]) {
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n = -1;
	if (options->manifest != NULL) {
		n = snprintf(path, PLACE_MAX, "%s", options->manifest);
	} else if (config != NULL && config[0] == '/') {
		n = snprintf(path, PLACE_MAX, "%s/silo/vms.scfg", config);
	} else if (home != NULL && home[0] == '/') {
		n = snprintf(path, PLACE_MAX, "%s/.config/silo/vms.scfg", home);
	}
	if (n < 0 || n >= PLACE_MAX) {
		fputs("vmctl: no place for a manifest; set HOME, or say --manifest FILE\n", stderr);
		return false;
	}
	return true;
}

/* Runs the builder of images, which tells of its progress itself. Returns the exit status. */
static int build_image(const struct cli_options *options, bool has_apps) {
	char program[PLACE_MAX];
	if (!program_find("silo-guest-image", options->libexec, program, sizeof(program)) &&
			!program_find("guest-image", options->libexec, program, sizeof(program))) {
		fputs("vmctl: silo-guest-image is not installed; in a checkout, build the image "
		      "with: "
		      "tools/guest-image\n",
				stderr);
		return 1;
	}
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		execl(program, program, has_apps ? "--apps" : NULL, NULL);
		_exit(127);
	}
	int status = -1;
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
	}
	if (pid < 0 || status != 0) {
		fprintf(stderr, "vmctl: the image was not built; try again with: %s%s\n", program,
				has_apps ? " --apps" : "");
		return 1;
	}
	return 0;
}

static int provide_image(const struct cli_options *options, bool has_apps, bool is_asked) {
	char dir[PLACE_MAX], missing[ERROR_MAX], question[160];
	char plain[] = "default", apps[] = "apps";
	struct vm vm = {.image = has_apps ? apps : plain};
	if (!image_dir(&vm, dir, sizeof(dir)) || image_check(&vm, dir, missing, sizeof(missing))) {
		return 0;
	}
	snprintf(question, sizeof(question),
			"Build the guest's system now, from Debian packages (about %d MB the first "
			"time)? [Y/n]",
			has_apps ? 710 : 250);
	if (!options->yes && !(is_asked && ask_yes(question, true))) {
		printf("Before a VM can start, build its system with: %s%s\n",
				image_builder(options->libexec), has_apps ? " --apps" : "");
		return 0;
	}
	return build_image(options, has_apps);
}

/* A silo-vmd that runs does not know of them yet. */
static bool tell_manager(const struct cli_options *options) {
	char runtime[PLACE_MAX], error[ERROR_MAX];
	char word[] = "reload", *words[] = {word, NULL};
	sd_varlink *link = NULL;
	bool is_served = options->manifest == NULL && place_runtime_path(runtime, error) &&
			interface_connect(runtime, "io.silo.Manager", &link) >= 0;
	sd_varlink_unref(link);
	return !is_served || cli_reload(options, 1, words) == 0;
}

int cli_init(const struct cli_options *options, int argc, char **argv) {
	struct plan plan = {0};
	char path[PLACE_MAX], *report = NULL;
	bool is_asked = !options->yes && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (argc == 1 && !is_asked && !options->yes) {
		fputs("vmctl: name the VMs, as in: vmctl init " USUAL "; --yes makes these three\n",
				stderr);
		return 2;
	}
	if (!find_place(options, path)) {
		return 1;
	}
	if (access(path, F_OK) == 0) {
		fprintf(stderr,
				"vmctl: %s is there already and stays as it is; edit it "
				"(silo-vms(5)), or move it away and try again\n",
				path);
		return 1;
	}
	if (!plan_vms(&plan, argv + 1, argc - 1, is_asked)) {
		fputs("vmctl: nothing was written\n", stderr);
		return 1;
	}
	give_colors(&plan);
	plan_apps(&plan, is_asked, options->apps);
	plan_emulation(&plan, is_asked, options->yes);
	int err = save(&plan, path);
	if (err < 0) {
		fprintf(stderr, "vmctl: %s: %s\n", path, strerror(-err));
		return 1;
	}
	struct manifest *manifest = manifest_load((const char *const[]){path}, 1, true, &report);
	fputs(report != NULL ? report : "", stderr);
	free(report);
	bool is_good = manifest != NULL;
	manifest_destroy(manifest);
	printf("Written: %s\n", path);
	int status = is_good ? provide_image(options, plan.has_apps, is_asked) : 1;
	if (is_good && !tell_manager(options)) {
		status = 1;
	}
	if (status == 0) {
		printf("Next: log in to Silo, or start silo; then for example: vmctl run %s foot\n",
				plan.vms[0].name);
	}
	return status;
}
