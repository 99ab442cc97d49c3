/* SPDX-License-Identifier: MIT */
#include "vmctl/vmm/choose.h"

#include <stdio.h>
#include <string.h>

#include "base/box.h"
#include "base/log.h"
#include "vmctl/vmm/image.h"
#include "vmctl/vmm/kvm.h"

bool vmm_program_find(enum vmm_kind kind, const struct vmm_programs *programs,
		char out[PLACE_MAX]) {
	const char *named = kind == VMM_CROSVM ? programs->crosvm : programs->qemu;
	const char *usual = kind == VMM_CROSVM ? "crosvm" : "qemu-system-x86_64";
	const char *name = named != NULL ? named : usual;
	bool is_found = program_find(name, programs->libexec, out, PLACE_MAX);
	if (!is_found) {
		snprintf(out, PLACE_MAX, "%s", name);
	}
	return is_found;
}

/* Can crosvm run here? If not, error says why. */
static bool try_crosvm(const struct vmm_programs *programs, enum kvm_state kvm,
		struct vmm_choice *choice, char error[ERROR_MAX]) {
	if (!vmm_program_find(VMM_CROSVM, programs, choice->program)) {
		snprintf(error, ERROR_MAX,
				"%s is not there; say where it is with silo-vmd --crosvm PROGRAM, "
				"or write \"vmm qemu\"",
				choice->program);
		return false;
	}
	if (kvm != KVM_WORKS) {
		snprintf(error, ERROR_MAX,
				"crosvm needs KVM: %s. QEMU can do without: write \"vmm qemu\"",
				kvm_advice(kvm));
		return false;
	}
	if (box_strength_here() != BOX_FULL) {
		snprintf(error, ERROR_MAX,
				"crosvm's own jail needs user namespaces, which are refused here; "
				"allow them, or write \"vmm qemu\"");
		return false;
	}
	choice->kind = VMM_CROSVM;
	choice->accelerator = ACCELERATOR_KVM;
	return true;
}

static bool try_qemu(const struct vm *vm, const struct vmm_programs *programs, enum kvm_state kvm,
		struct vmm_choice *choice, char error[ERROR_MAX]) {
	if (!vmm_program_find(VMM_QEMU, programs, choice->program)) {
		snprintf(error, ERROR_MAX,
				"%s is not there; install it: sudo apt-get install qemu-system-x86",
				choice->program);
		return false;
	}
	choice->kind = VMM_QEMU;
	choice->accelerator = kvm == KVM_WORKS ? ACCELERATOR_KVM : ACCELERATOR_TCG;
	if (kvm != KVM_WORKS && !vm->emulation_allowed) {
		snprintf(error, ERROR_MAX,
				"it needs KVM: %s. To try Silo without isolation, write "
				"\"emulation allow\" into vm \"%s\" in %s",
				kvm_advice(kvm), vm->name, vm->file);
		return false;
	}
	return true;
}

bool vmm_choose(const struct vm *vm, const struct vmm_programs *programs,
		struct vmm_choice *ret_choice, char error[ERROR_MAX]) {
	enum kvm_state kvm = kvm_probe(kvm_device, KVM_PROBE_MS);
	if (vm->vmm == VMM_CROSVM) {
		return try_crosvm(programs, kvm, ret_choice, error);
	}
	if (vm->vmm == VMM_AUTO) {
		/* That QEMU has to do is no error. */
		char why[ERROR_MAX];
		if (try_crosvm(programs, kvm, ret_choice, why)) {
			return true;
		}
		log_debug("not crosvm: %s", why);
	}
	return try_qemu(vm, programs, kvm, ret_choice, error);
}
