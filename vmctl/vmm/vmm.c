/* SPDX-License-Identifier: MIT */
#include "vmctl/vmm/vmm.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmctl/vmm/crosvm.h"
#include "vmctl/vmm/qemu.h"

static const char *const kind_names[] = {
		[VMM_AUTO] = "auto", [VMM_CROSVM] = "crosvm", [VMM_QEMU] = "qemu"};

char **vmm_argv(const struct vmm_setup *setup) {
	return setup->kind == VMM_CROSVM ? crosvm_argv(setup) : qemu_argv(setup);
}

char *vmm_kernel_line(const struct vm *vm) {
	char *line = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&line, &size);
	if (stream == NULL) {
		abort();
	}
	fprintf(stream, "console=ttyS0 quiet panic=-1 cryptomgr.notests silo.vm=%s", vm->name);
	if (vm->root_allowed) {
		fputs(" silo.root=allow", stream);
	}
	for (size_t i = 0; i < vm->kernel_params_len; i++) {
		fprintf(stream, " %s", vm->kernel_params[i]);
	}
	if (fclose(stream) != 0) {
		abort();
	}
	return line;
}

const char *vmm_kind_text(enum vmm_kind kind) {
	return kind_names[kind];
}

bool vmm_kind_parse(const char *text, enum vmm_kind *ret_kind) {
	for (size_t i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++) {
		if (strcmp(text, kind_names[i]) == 0) {
			*ret_kind = (enum vmm_kind)i;
			return true;
		}
	}
	return false;
}

const char *accelerator_text(enum accelerator accelerator) {
	return accelerator == ACCELERATOR_KVM ? "kvm" : "emulation";
}

enum vmm_exit vmm_exit_judge(enum vmm_kind kind, int code, char *reason, size_t cap) {
	if (code == 0) {
		return VMM_EXIT_CLEAN;
	}
	if (kind == VMM_CROSVM) {
		return crosvm_exit_judge(code, reason, cap);
	}
	/* How a guest of QEMU's ended is said over the control channel before. */
	snprintf(reason, cap, "QEMU ended with status %d", code);
	return VMM_EXIT_FAILED;
}

bool vmm_kill_explain(enum vmm_kind kind, int signal, char *reason, size_t cap) {
	if (kind != VMM_CROSVM || signal != SIGKILL) {
		return false;
	}
	/* crosvm waits for its device processes for a second, then kills its own group. */
	snprintf(reason, cap,
			"crosvm was killed: by itself, if its devices did not end within a second "
			"(its "
			"log says so then), or from outside");
	return true;
}
