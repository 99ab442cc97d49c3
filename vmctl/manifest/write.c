/* SPDX-License-Identifier: MIT */
#include "vmctl/manifest/write.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "vmctl/vmm/vmm.h"

/* A word of scfg, quoted. */
static void write_word(FILE *file, const char *text) {
	fputs(" \"", file);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\') {
			fputc('\\', file);
		}
		fputc(*text, file);
	}
	fputc('"', file);
}

static void write_line(FILE *file, const char *directive, const char *text) {
	fprintf(file, "\t%s", directive);
	write_word(file, text);
	fputc('\n', file);
}

static void write_application(FILE *file, const struct vm_application *application) {
	fputs("\tapplication", file);
	write_word(file, application->id);
	fputs(" {\n\t", file);
	write_line(file, "name", application->name);
	fputs("\t\tcommand", file);
	for (char **word = application->command; *word != NULL; word++) {
		write_word(file, *word);
	}
	fputs("\n\t}\n", file);
}

char *vm_to_text(const struct vm *vm, bool with_applications) {
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	if (file == NULL) {
		abort();
	}
	fprintf(file, "version 1\nvm %s {\n", vm->name);
	write_line(file, "label", vm->label);
	fprintf(file, "\tcolor \"#%06x\"\n", vm->color);
	write_line(file, "glyph", vm->glyph);
	fprintf(file, "\tfullscreen %s\n", vm->frameless_allowed ? "frameless" : "framed");
	/* Every size in a manifest is a number of kibibytes. */
	fprintf(file, "\tmemory %" PRIu64 "K\n\tmemory-limit %" PRIu64 "K\n",
			vm->memory_bytes >> 10, vm->memory_limit_bytes >> 10);
	fprintf(file, "\tcpus %u\n\tcpu-limit %u%%\n\tcpu-weight %u\n\ttasks-limit %u\n", vm->cpus,
			vm->cpu_limit_percent, vm->cpu_weight, vm->tasks_limit);
	write_line(file, "image", vm->image);
	for (size_t i = 0; i < vm->kernel_params_len; i++) {
		write_line(file, "kernel-param", vm->kernel_params[i]);
	}
	if (vm->disk_bytes > 0) {
		fprintf(file, "\tdisk %" PRIu64 "M\n", vm->disk_bytes >> 20);
	}
	fprintf(file, "\tvmm %s\n\temulation %s\n\troot %s\n\tagent-timeout %ums\n",
			vmm_kind_text(vm->vmm), vm->emulation_allowed ? "allow" : "deny",
			vm->root_allowed ? "allow" : "deny", vm->agent_timeout_ms);
	fprintf(file, "\tclipboard-out %s\n\tclipboard-in %s\n\tdata-control %s\n",
			vm_clipboard_names[vm->clipboard_out], vm_clipboard_names[vm->clipboard_in],
			vm->data_control_denied ? "deny" : "allow");
	for (size_t i = 0; with_applications && i < vm->applications_len; i++) {
		write_application(file, &vm->applications[i]);
	}
	fputs("}\n", file);
	if (fclose(file) != 0) {
		abort();
	}
	return text;
}

struct manifest *vm_copy(const struct vm *vm) {
	char *text = vm_to_text(vm, true), *report;
	struct manifest *manifest = manifest_parse(vm->file, text, &report);
	/* Only memory can be lacking: what was read once is read again. */
	if (manifest == NULL || manifest->vms_len != 1) {
		abort();
	}
	free(report);
	free(text);
	return manifest;
}
