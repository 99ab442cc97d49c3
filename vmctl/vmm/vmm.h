/* SPDX-License-Identifier: MIT
 *
 * What crosvm and QEMU have in common: a VM's command line as a pure function of the manifest and
 * of what the supervisor has prepared, and the meaning of an exit status. No shell is involved;
 * nothing in a command line comes from a guest.
 */
#ifndef SILO_VMCTL_VMM_VMM_H
#define SILO_VMCTL_VMM_VMM_H

#include <stdbool.h>
#include <stddef.h>

#include "vmctl/manifest/manifest.h"

enum accelerator {
	ACCELERATOR_KVM,
	/* Emulation. Isolates nothing. */
	ACCELERATOR_TCG,
};

/* The VMM's descriptors, in the order in which its process is given them. */
enum vmm_fd {
	VMM_FD_CONTROL = 3, /* QEMU: a connected stream socket; crosvm: a listening packet socket */
	VMM_FD_CONSOLE,     /* the others: connected stream sockets */
	VMM_FD_GPU,
	VMM_FD_VSOCK,
	VMM_FD_END,
};
#define VMM_FDS_LEN (VMM_FD_END - VMM_FD_CONTROL)

struct vmm_setup {
	enum vmm_kind kind; /* not VMM_AUTO */
	const struct vm *vm;
	const char *program;   /* absolute */
	const char *image_dir; /* absolute; holds kernel, initrd, root.erofs */
	const char *disk;      /* absolute, of the guest's own bytes; "" or NULL: it has none */
	enum accelerator accelerator;
};

/* Returns the argument vector, ended by NULL; free it with argv_free(). */
char **vmm_argv(const struct vmm_setup *setup);

/* The guest kernel's command line. The caller's to free. */
char *vmm_kernel_line(const struct vm *vm);

/* "crosvm", "qemu" or "auto"; and back, false for any other text. */
const char *vmm_kind_text(enum vmm_kind kind);
bool vmm_kind_parse(const char *text, enum vmm_kind *ret_kind);

/* "kvm" or "emulation". */
const char *accelerator_text(enum accelerator accelerator);

enum vmm_exit {
	VMM_EXIT_CLEAN, /* the guest shut down, or the VMM was told to end */
	VMM_EXIT_RESET,
	VMM_EXIT_FAILED,
};

/* What the exit status code of a VMM means; for VMM_EXIT_FAILED, reason (cap bytes) says why. */
enum vmm_exit vmm_exit_judge(enum vmm_kind kind, int code, char *reason, size_t cap);

/* Says in reason (cap bytes) why a signal ended a VMM, where there is more to say than its number;
 * false leaves reason alone. */
bool vmm_kill_explain(enum vmm_kind kind, int signal, char *reason, size_t cap);

#endif
