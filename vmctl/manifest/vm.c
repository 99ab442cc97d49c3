/* SPDX-License-Identifier: MIT */
#include "vmctl/manifest/vm.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/canary.h"
#include "base/text.h"
#include "config/suggest.h"
#include "config/value.h"
#include "vmctl/vmm/vmm.h"

#define MEMORY_DEFAULT (1024ull << 20)
#define MEMORY_MIN (64ull << 20)
#define DISK_MAX (16ull << 40)
#define CPUS_DEFAULT 2
#define CPUS_MAX 64
#define AGENT_TIMEOUT_DEFAULT_MS 60000
/* Processes and threads of a VM: QEMU's workers (64), its processors, and the helpers' few. */
#define TASKS_LIMIT_DEFAULT 512
#define TASKS_LIMIT_MIN 32
#define TASKS_LIMIT_MAX 65536
/* What a VM's host processes use beside the guest's RAM and the buffers of its windows. */
#define HOST_MEMORY (512ull << 20)
#define HOST_MEMORY_MIN (256ull << 20)
#define CPU_WEIGHT_DEFAULT 100
#define CPU_WEIGHT_MAX 10000
/* The kernel's command line holds 2047 bytes; Silo's own part and the VMM's take the rest. */
#define KERNEL_PARAMS_BYTES_MAX 1700
#define ID_MAX 63

/* What a directive's reader works on. */
struct reading {
	struct vm *vm;
	const struct scfg_directive *directive;
	struct report *report;
	const char *where;
};

#define FAIL(reading, ...)                                                                         \
	report_error((reading)->report, (reading)->vm->file, (reading)->directive->lineno,         \
			(reading)->where, __VA_ARGS__)

struct directive_rule {
	const char *name;
	size_t params_min, params_max;
	bool has_block, repeats;
	const char *usage;
	void (*read)(struct reading *reading);
};

static char *copy(const char *text) {
	char *copied = strdup(text);
	if (copied == NULL) {
		abort();
	}
	return copied;
}

static void *grow(void *array, size_t len, size_t size) {
	void *grown = reallocarray(array, len + 1, size);
	if (grown == NULL) {
		abort();
	}
	return grown;
}

static void read_color(struct reading *reading) {
	const char *text = reading->directive->params[0];
	if (!value_color(text, &reading->vm->color)) {
		const char *meant = suggest_word(text, value_color_names, value_colors_len);
		if (meant != NULL && text[0] != '#') {
			FAIL(reading, "unknown colour \"%s\"; did you mean \"%s\"?", text, meant);
		} else {
			FAIL(reading,
					"unknown colour \"%s\"; write #rrggbb or a name such as "
					"\"green\"",
					text);
		}
	}
}

static void read_glyph(struct reading *reading) {
	const char *text = reading->directive->params[0];
	for (size_t i = 0; i < value_glyphs_len; i++) {
		if (strcmp(text, value_glyph_names[i]) == 0) {
			reading->vm->glyph = copy(text);
			return;
		}
	}
	const char *meant = suggest_word(text, value_glyph_names, value_glyphs_len);
	FAIL(reading, "unknown glyph \"%s\"; did you mean \"%s\"?", text,
			meant != NULL ? meant : "disc");
}

static void read_label(struct reading *reading) {
	const char *text = reading->directive->params[0];
	if (text[0] == '\0' || strlen(text) > VM_LABEL_MAX ||
			!text_is_sanitised(text, VM_LABEL_MAX)) {
		FAIL(reading, "label must be 1 to %d bytes of plain text; shorten or simplify it",
				VM_LABEL_MAX);
		return;
	}
	memcpy(reading->vm->label, text, strlen(text) + 1);
}

static void read_memory(struct reading *reading) {
	uint64_t bytes;
	const char *text = reading->directive->params[0];
	if (!value_size(text, &bytes)) {
		FAIL(reading, "\"%s\" is not a size; write for example 512M or 2G", text);
	} else if (bytes < MEMORY_MIN || bytes % (1u << 20) != 0) {
		FAIL(reading, "memory must be whole mebibytes, at least 64M");
	} else {
		reading->vm->memory_bytes = bytes;
	}
}

static void read_disk(struct reading *reading) {
	uint64_t bytes;
	const char *text = reading->directive->params[0];
	if (!value_size(text, &bytes)) {
		FAIL(reading, "\"%s\" is not a size; write for example 512M or 8G", text);
	} else if (bytes == 0 || bytes > DISK_MAX || bytes % (1u << 20) != 0) {
		FAIL(reading, "disk must be whole mebibytes, from 1M to 16T");
	} else {
		reading->vm->disk_bytes = bytes;
	}
}

static void read_cpus(struct reading *reading) {
	if (!value_number(reading->directive->params[0], 1, CPUS_MAX, &reading->vm->cpus)) {
		FAIL(reading, "cpus must be a number from 1 to %d", CPUS_MAX);
		return;
	}
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	if (online > 0 && reading->vm->cpus > (unsigned)online) {
		report_warning(reading->report, reading->vm->file, reading->directive->lineno,
				reading->where, "%u cpus, but this machine has %ld",
				reading->vm->cpus, online);
	}
}

static void read_cpu_limit(struct reading *reading) {
	if (!value_percent(reading->directive->params[0], 10, (CPUS_MAX + 1) * 100,
			    &reading->vm->cpu_limit_percent)) {
		FAIL(reading,
				"cpu-limit must be from 10%% to %d%%; 100%% is one whole "
				"processor",
				(CPUS_MAX + 1) * 100);
	}
}

static void read_cpu_weight(struct reading *reading) {
	if (!value_number(reading->directive->params[0], 1, CPU_WEIGHT_MAX,
			    &reading->vm->cpu_weight)) {
		FAIL(reading, "cpu-weight must be a number from 1 to %d; %d is usual",
				CPU_WEIGHT_MAX, CPU_WEIGHT_DEFAULT);
	}
}

static void read_memory_limit(struct reading *reading) {
	const char *text = reading->directive->params[0];
	if (!value_size(text, &reading->vm->memory_limit_bytes)) {
		FAIL(reading, "\"%s\" is not a size; write for example 3G", text);
	}
}

static void read_tasks_limit(struct reading *reading) {
	if (!value_number(reading->directive->params[0], TASKS_LIMIT_MIN, TASKS_LIMIT_MAX,
			    &reading->vm->tasks_limit)) {
		FAIL(reading, "tasks-limit must be a number from %d to %d", TASKS_LIMIT_MIN,
				TASKS_LIMIT_MAX);
	}
}

static bool is_file_name(const char *text) {
	size_t len = strlen(text);
	return len > 0 && len <= ID_MAX && text[0] != '.' &&
			strspn(text,
					"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
					"6789._-"
					"") == len;
}

static void read_image(struct reading *reading) {
	const char *text = reading->directive->params[0];
	bool is_path = text[0] == '/' && strlen(text) < 1024 && strstr(text, "/../") == NULL;
	if (!is_path && !is_file_name(text)) {
		FAIL(reading,
				"\"%s\" is neither an image's name nor an absolute path without "
				"\"..\"",
				text);
		return;
	}
	reading->vm->image = copy(text);
}

static void read_kernel_param(struct reading *reading) {
	struct vm *vm = reading->vm;
	for (size_t i = 0; i < reading->directive->params_len; i++) {
		const char *word = reading->directive->params[i];
		if (word[0] == '\0' || word[0] == '-' || strpbrk(word, " \t\"") != NULL) {
			FAIL(reading,
					"\"%s\" is not a kernel parameter; one word, no spaces or "
					"quotes",
					word);
		} else if (strncmp(word, "silo.", 5) == 0) {
			FAIL(reading, "\"%s\": parameters that begin with silo. are Silo's own",
					word);
		} else {
			vm->kernel_params = grow(vm->kernel_params, vm->kernel_params_len,
					sizeof(char *));
			vm->kernel_params[vm->kernel_params_len++] = copy(word);
		}
	}
	size_t total = 0;
	for (size_t i = 0; i < vm->kernel_params_len; i++) {
		total += strlen(vm->kernel_params[i]) + 1;
	}
	if (total > KERNEL_PARAMS_BYTES_MAX) {
		FAIL(reading, "kernel parameters of %zu bytes in all; at most %d fit", total,
				KERNEL_PARAMS_BYTES_MAX);
	}
}

static void read_allow(struct reading *reading, bool *ret_allowed) {
	const char *text = reading->directive->params[0];
	if (strcmp(text, "allow") != 0 && strcmp(text, "deny") != 0) {
		FAIL(reading, "\"%s %s\": write \"%s allow\" or \"%s deny\"",
				reading->directive->name, text, reading->directive->name,
				reading->directive->name);
		return;
	}
	*ret_allowed = strcmp(text, "allow") == 0;
}

static void read_fullscreen(struct reading *reading) {
	const char *text = reading->directive->params[0];
	if (strcmp(text, "frameless") == 0 || strcmp(text, "framed") == 0) {
		reading->vm->frameless_allowed = strcmp(text, "frameless") == 0;
	} else {
		FAIL(reading, "\"%s\": write \"fullscreen framed\" or \"fullscreen frameless\"",
				text);
	}
}

static void read_emulation(struct reading *reading) {
	read_allow(reading, &reading->vm->emulation_allowed);
}

static void read_root(struct reading *reading) {
	read_allow(reading, &reading->vm->root_allowed);
}

const char *const vm_clipboard_names[3] = {
		[VM_CLIPBOARD_ALLOW] = "allow",
		[VM_CLIPBOARD_ASK] = "ask",
		[VM_CLIPBOARD_DENY] = "deny",
};

static void read_clipboard(struct reading *reading, enum vm_clipboard *ret_clipboard) {
	const char *text = reading->directive->params[0];
	for (int i = VM_CLIPBOARD_ALLOW; i <= VM_CLIPBOARD_DENY; i++) {
		if (strcmp(text, vm_clipboard_names[i]) == 0) {
			*ret_clipboard = (enum vm_clipboard)i;
			return;
		}
	}
	FAIL(reading, "\"%s %s\": write allow, ask or deny", reading->directive->name, text);
}

static void read_clipboard_out(struct reading *reading) {
	read_clipboard(reading, &reading->vm->clipboard_out);
}

static void read_clipboard_in(struct reading *reading) {
	read_clipboard(reading, &reading->vm->clipboard_in);
}

static void read_data_control(struct reading *reading) {
	bool is_allowed = true;
	read_allow(reading, &is_allowed);
	reading->vm->data_control_denied = !is_allowed;
}

static void read_vmm(struct reading *reading) {
	const char *text = reading->directive->params[0];
	if (!vmm_kind_parse(text, &reading->vm->vmm)) {
		FAIL(reading, VMM_KIND_FAULT, text);
	}
}

static void read_agent_timeout(struct reading *reading) {
	const char *text = reading->directive->params[0];
	if (!value_duration(text, &reading->vm->agent_timeout_ms) ||
			reading->vm->agent_timeout_ms < 1000) {
		FAIL(reading, "\"%s\" is not a time of at least 1s; write for example 60s", text);
	}
}

static char **copy_words(char *const *words, size_t len) {
	char **copied = calloc(len + 1, sizeof(*copied));
	if (copied == NULL) {
		abort();
	}
	for (size_t i = 0; i < len; i++) {
		copied[i] = copy(words[i]);
	}
	return copied;
}

static void read_application_directive(struct reading *reading, struct vm_application *application,
		const struct scfg_directive *child, const char *where) {
	struct reading inner = {reading->vm, child, reading->report, where};
	static const char *const words[] = {"name", "command"};
	if (strcmp(child->name, "name") == 0) {
		if (child->params_len != 1 || application->name != NULL ||
				!text_is_sanitised(child->params[0], VM_LABEL_MAX)) {
			FAIL(&inner, "name takes one plain text of at most %d characters, once",
					VM_LABEL_MAX);
			return;
		}
		application->name = copy(child->params[0]);
	} else if (strcmp(child->name, "command") == 0) {
		if (child->params_len == 0 || application->command != NULL) {
			FAIL(&inner, "command takes the program and its arguments, once");
			return;
		}
		application->command = copy_words(child->params, child->params_len);
	} else {
		report_unknown(reading->report, reading->vm->file, child, where, words, 2);
	}
}

static void read_application(struct reading *reading) {
	struct vm *vm = reading->vm;
	const struct scfg_directive *directive = reading->directive;
	const char *id = directive->params[0];
	char where[192];
	snprintf(where, sizeof(where), "%s application \"%.64s\"", reading->where, id);
	struct reading inner = {vm, directive, reading->report, where};
	if (!is_file_name(id)) {
		FAIL(&inner, "an application's id is 1 to %d of a-z, A-Z, 0-9, \".\", \"_\", \"-\"",
				ID_MAX);
		return;
	}
	if (vm_application_find(vm, id) != NULL) {
		FAIL(&inner, "is there twice; remove one");
		return;
	}
	if (vm->applications_len == AGENT_APPS_MAX) {
		FAIL(&inner, "more than %d applications", AGENT_APPS_MAX);
		return;
	}
	vm->applications = grow(vm->applications, vm->applications_len, sizeof(*vm->applications));
	struct vm_application *application = &vm->applications[vm->applications_len++];
	*application = (struct vm_application){.id = copy(id)};
	for (size_t i = 0; i < directive->children.directives_len; i++) {
		read_application_directive(reading, application, &directive->children.directives[i],
				where);
	}
	if (application->command == NULL) {
		FAIL(&inner, "has no command; add \"command PROGRAM ARGUMENT…\"");
	}
}

static const struct directive_rule rules[] = {
		{"agent-timeout", 1, 1, false, false, "agent-timeout 60s", read_agent_timeout},
		{"application", 1, 1, true, true, "application ID { command PROGRAM ARGUMENT… }",
				read_application},
		{"clipboard-in", 1, 1, false, false, "clipboard-in ask", read_clipboard_in},
		{"clipboard-out", 1, 1, false, false, "clipboard-out ask", read_clipboard_out},
		{"color", 1, 1, false, false, "color green", read_color},
		{"cpu-limit", 1, 1, false, false, "cpu-limit 150%", read_cpu_limit},
		{"cpu-weight", 1, 1, false, false, "cpu-weight 100", read_cpu_weight},
		{"cpus", 1, 1, false, false, "cpus 2", read_cpus},
		{"disk", 1, 1, false, false, "disk 8G", read_disk},
		{"data-control", 1, 1, false, false, "data-control deny", read_data_control},
		{"emulation", 1, 1, false, false, "emulation allow", read_emulation},
		{"fullscreen", 1, 1, false, false, "fullscreen framed", read_fullscreen},
		{"glyph", 1, 1, false, false, "glyph disc", read_glyph},
		{"image", 1, 1, false, false, "image NAME", read_image},
		{"kernel-param", 1, 64, false, true, "kernel-param WORD…", read_kernel_param},
		{"label", 1, 1, false, false, "label \"Banking\"", read_label},
		{"memory", 1, 1, false, false, "memory 1G", read_memory},
		{"memory-limit", 1, 1, false, false, "memory-limit 3G", read_memory_limit},
		{"root", 1, 1, false, false, "root allow", read_root},
		{"tasks-limit", 1, 1, false, false, "tasks-limit 512", read_tasks_limit},
		{"vmm", 1, 1, false, false, "vmm auto", read_vmm},
};
#define RULES_LEN (sizeof(rules) / sizeof(rules[0]))

void report_unknown(struct report *report, const char *file, const struct scfg_directive *directive,
		const char *where, const char *const *words, size_t len) {
	const char *meant = suggest_word(directive->name, words, len);
	if (meant != NULL) {
		report_error(report, file, directive->lineno, where,
				"unknown directive \"%s\"; did you mean \"%s\"?", directive->name,
				meant);
	} else {
		report_error(report, file, directive->lineno, where,
				"unknown directive \"%s\"; remove it (silo-vms(5) lists all)",
				directive->name);
	}
}

static void read_directive(struct reading *reading, int seen[RULES_LEN]) {
	const struct scfg_directive *directive = reading->directive;
	const char *words[RULES_LEN];
	for (size_t i = 0; i < RULES_LEN; i++) {
		words[i] = rules[i].name;
		if (strcmp(directive->name, rules[i].name) != 0) {
			continue;
		}
		if (seen[i] > 0 && !rules[i].repeats) {
			FAIL(reading, "\"%s\" is there twice (first on line %d); remove one",
					directive->name, seen[i]);
		} else if (directive->params_len < rules[i].params_min ||
				directive->params_len > rules[i].params_max ||
				(directive->children.directives_len > 0 && !rules[i].has_block)) {
			FAIL(reading, "\"%s\" is written: %s", directive->name, rules[i].usage);
		} else {
			rules[i].read(reading);
		}
		seen[i] = directive->lineno;
		return;
	}
	report_unknown(reading->report, reading->vm->file, directive, reading->where, words,
			RULES_LEN);
}

/* The limits that the definition leaves open, and whether the one it gives can be kept. */
static void complete_limits(struct vm *vm, const struct scfg_directive *directive,
		struct report *report, const char *where) {
	if (vm->memory_limit_bytes == 0) {
		vm->memory_limit_bytes = vm->memory_bytes + VM_BLOB_WINDOW_BYTES + HOST_MEMORY;
	} else if (vm->memory_limit_bytes < vm->memory_bytes + HOST_MEMORY_MIN) {
		report_error(report, vm->file, directive->lineno, where,
				"memory-limit must leave at least 256M beside \"memory\" for the "
				"windows and the VM's host processes");
	}
	if (vm->cpu_limit_percent == 0) {
		vm->cpu_limit_percent = (vm->cpus + 1) * 100;
	}
}

bool vm_read(struct vm *vm, const struct scfg_directive *directive, struct report *report,
		char *where, size_t cap) {
	vm->color = VM_COLOR_UNSET;
	vm->memory_bytes = MEMORY_DEFAULT;
	vm->cpus = CPUS_DEFAULT;
	vm->agent_timeout_ms = AGENT_TIMEOUT_DEFAULT_MS;
	vm->tasks_limit = TASKS_LIMIT_DEFAULT;
	vm->cpu_weight = CPU_WEIGHT_DEFAULT;
	const char *name = directive->params_len > 0 ? directive->params[0] : "";
	snprintf(where, cap, "vm \"%.40s\"", name);
	if (directive->params_len != 1) {
		report_error(report, vm->file, directive->lineno, NULL,
				"\"vm\" is written: vm NAME {…}");
		return false;
	}
	bool is_named = text_is_vm_name(name) || CANARY(manifest);
	if (is_named) {
		snprintf(vm->name, sizeof(vm->name), "%s", name);
	} else {
		report_error(report, vm->file, directive->lineno, where,
				"name must be 1-%d of a-z, 0-9, \"-\", starting with a letter, and "
				"not "
				"host, dom0, silo, all, none or self",
				VM_NAME_MAX);
	}
	int seen[RULES_LEN] = {0};
	for (size_t i = 0; i < directive->children.directives_len; i++) {
		struct reading reading = {vm, &directive->children.directives[i], report, where};
		read_directive(&reading, seen);
	}
	complete_limits(vm, directive, report, where);
	if (vm->image == NULL) {
		vm->image = copy("default");
	}
	if (vm->label[0] == '\0') {
		snprintf(vm->label, sizeof(vm->label), "%s", vm->name);
	}
	for (size_t i = 0; i < vm->applications_len; i++) {
		struct vm_application *application = &vm->applications[i];
		if (application->name == NULL) {
			application->name = copy(application->id);
		}
	}
	return is_named;
}

void vm_finish(struct vm *vm) {
	free(vm->glyph);
	free(vm->image);
	for (size_t i = 0; i < vm->kernel_params_len; i++) {
		free(vm->kernel_params[i]);
	}
	free(vm->kernel_params);
	for (size_t i = 0; i < vm->applications_len; i++) {
		struct vm_application *application = &vm->applications[i];
		for (char **word = application->command; word != NULL && *word != NULL; word++) {
			free(*word);
		}
		free(application->command);
		free(application->name);
		free(application->id);
	}
	free(vm->applications);
}
