/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: a manifest of VMs. One that is taken gives each VM a name that may be one and a
 * command line on both VMMs; one that is refused says why.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/fuzz/input.h"
#include "vmctl/manifest/manifest.h"
#include "vmctl/vmm/argv.h"
#include "vmctl/vmm/vmm.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void build_command_lines(const struct vm *vm) {
	static const enum vmm_kind kinds[] = {VMM_CROSVM, VMM_QEMU};
	for (size_t i = 0; i < 2; i++) {
		const struct vmm_setup setup = {.kind = kinds[i],
				.vm = vm,
				.program = "vmm",
				.image_dir = "/image",
				.accelerator = ACCELERATOR_KVM};
		char **words = vmm_argv(&setup);
		assert(words[0] != NULL);
		argv_free(words);
	}
}

/* What goes to the guest's kernel is one word each, and none of Silo's own. */
static void check_words(const struct vm *vm) {
	for (size_t i = 0; i < vm->kernel_params_len; i++) {
		const char *word = vm->kernel_params[i];
		assert(word[0] != '\0' && strpbrk(word, " \t") == NULL);
		assert(strncmp(word, "silo.", 5) != 0);
	}
	for (size_t i = 0; i < vm->applications_len; i++) {
		assert(vm_application_find(vm, vm->applications[i].id) == &vm->applications[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	const char *path = input_open(bytes, len);
	char *report = NULL;
	struct manifest *manifest = manifest_load(&path, 1, true, &report);
	assert(manifest != NULL || (report != NULL && report[0] != '\0'));
	for (size_t i = 0; manifest != NULL && i < manifest->vms_len; i++) {
		const struct vm *vm = &manifest->vms[i];
		assert(text_is_vm_name(vm->name) && manifest_find(manifest, vm->name) == vm);
		check_words(vm);
		build_command_lines(vm);
	}
	free(report);
	manifest_destroy(manifest);
	input_close();
	return 0;
}
