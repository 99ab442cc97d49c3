/* SPDX-License-Identifier: MIT
 *
 * QEMU's command line for a VM: a pure function of the manifest and of what the supervisor has
 * prepared. No shell is involved; nothing in it comes from a guest.
 */
#ifndef SILO_VMCTL_VMM_QEMU_H
#define SILO_VMCTL_VMM_QEMU_H

#include "vmctl/manifest/manifest.h"

enum accelerator {
	ACCELERATOR_KVM,
	/* Emulation. Isolates nothing. */
	ACCELERATOR_TCG,
};

struct qemu_setup {
	const struct vm *vm;
	const char *program;   /* absolute */
	const char *image_dir; /* absolute; holds kernel, initrd, root.erofs */
	enum accelerator accelerator;
	/* Descriptors in QEMU's process, each a connected stream socket. */
	int qmp_fd, console_fd, gpu_fd, vsock_fd;
};

/* Returns the argument vector, ended by NULL; free it with qemu_argv_free(). */
char **qemu_argv(const struct qemu_setup *setup);

void qemu_argv_free(char **argv);

/* "kvm" or "emulation". */
const char *accelerator_text(enum accelerator accelerator);

#endif
