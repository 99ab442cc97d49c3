/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "vmctl/cli/cli.h"
#include "vmctl/manifest/manifest.h"
#include "vmctl/vmm/argv.h"
#include "vmctl/vmm/choose.h"
#include "vmctl/vmm/disk.h"
#include "vmctl/vmm/image.h"
#include "vmctl/vmm/kvm.h"

static void print_argv(char **words, bool as_json) {
	if (as_json) {
		sd_json_variant *json = NULL;
		if (sd_json_variant_new_array_strv(&json, words) >= 0) {
			sd_json_variant_dump(json, SD_JSON_FORMAT_PRETTY | SD_JSON_FORMAT_NEWLINE,
					stdout, NULL);
		}
		sd_json_variant_unref(json);
		return;
	}
	for (char **word = words; *word != NULL; word++) {
		puts(*word);
	}
}

/* A VMM that is named is shown whether or not it can run here; so is QEMU, where nothing can. */
static void choose(const struct vm *vm, const struct vmm_programs *programs, enum vmm_kind asked,
		struct vmm_choice *choice) {
	char error[ERROR_MAX];
	if (asked == VMM_AUTO && vmm_choose(vm, programs, choice, error)) {
		return;
	}
	choice->kind = asked != VMM_AUTO ? asked : vm->vmm != VMM_AUTO ? vm->vmm : VMM_QEMU;
	choice->accelerator = choice->kind == VMM_CROSVM ||
					kvm_probe(kvm_device, KVM_PROBE_MS) == KVM_WORKS
			? ACCELERATOR_KVM
			: ACCELERATOR_TCG;
	vmm_program_find(choice->kind, programs, choice->program);
}

/* That the manifest has no vm of that name, and what to do about it. */
static void complain(const struct manifest *manifest, const char *name) {
	const char *meant = manifest_suggest(manifest, name);
	if (manifest->vms_len == 0) {
		fputs("vmctl: no VM is described yet; do so with: vmctl init\n", stderr);
	} else if (meant != NULL) {
		fprintf(stderr,
				"vmctl: there is no vm \"%s\" in the manifest; did you mean "
				"\"%s\"?\n",
				name, meant);
	} else {
		fprintf(stderr,
				"vmctl: there is no vm \"%s\" in the manifest; vmctl check lists "
				"all\n",
				name);
	}
}

int cli_argv(const struct cli_options *options, int argc, char **argv) {
	enum vmm_kind asked = VMM_AUTO;
	if (options->vmm != NULL && !vmm_kind_parse(options->vmm, &asked)) {
		fprintf(stderr, "vmctl: \"%s\" is no VMM; write --vmm auto, crosvm or qemu\n",
				options->vmm);
		return 2;
	}
	struct manifest *manifest = cli_load(options);
	if (manifest == NULL) {
		return 2;
	}
	char dir[PLACE_MAX], disk[PLACE_MAX] = "";
	const struct vm *vm = manifest_find(manifest, argv[1]);
	if (vm == NULL) {
		complain(manifest, argv[1]);
	} else if (!image_dir(vm, dir, sizeof(dir))) {
		fputs("vmctl: neither XDG_DATA_HOME nor HOME names a usable directory\n", stderr);
		vm = NULL;
	}
	if (vm != NULL && vm->disk_bytes > 0 && !disk_path(vm, disk, sizeof(disk))) {
		fputs("vmctl: the path of the VM's disk is too long\n", stderr);
		vm = NULL;
	}
	if (vm == NULL) {
		manifest_destroy(manifest);
		return 1;
	}
	const struct vmm_programs programs = {.libexec = options->libexec};
	struct vmm_choice choice;
	choose(vm, &programs, asked, &choice);
	const struct vmm_setup setup = {
			.kind = choice.kind,
			.vm = vm,
			.program = choice.program,
			.image_dir = dir,
			.disk = disk,
			.accelerator = choice.accelerator,
	};
	char **words = vmm_argv(&setup);
	print_argv(words, options->json);
	argv_free(words);
	manifest_destroy(manifest);
	return 0;
}
