/* SPDX-License-Identifier: MIT
 *
 * Which VMM runs a VM here: what the manifest asks for, and what this host has.
 */
#ifndef SILO_VMCTL_VMM_CHOOSE_H
#define SILO_VMCTL_VMM_CHOOSE_H

#include "vmctl/supervisor/places.h"
#include "vmctl/vmm/vmm.h"

/* Where the VMMs' programs are looked for; each may be NULL. */
struct vmm_programs {
	const char *libexec; /* directories, separated by ':' */
	const char *crosvm;  /* a name or an absolute path, instead of "crosvm" */
	const char *qemu;    /* the same, instead of "qemu-system-x86_64" */
};

struct vmm_choice {
	enum vmm_kind kind; /* not VMM_AUTO */
	enum accelerator accelerator;
	char program[PLACE_MAX]; /* absolute */
};

/*
 * Chooses for vm: crosvm needs its program, usable KVM and user namespaces for its own jail; QEMU
 * emulates where the manifest allows it. Takes a few milliseconds, two seconds at most. Returns
 * false and says in error what is missing and which command helps.
 */
bool vmm_choose(const struct vm *vm, const struct vmm_programs *programs,
		struct vmm_choice *ret_choice, char error[ERROR_MAX]);

/* Writes the program of kind, or its bare name if it is not there, into out. Is it there? */
bool vmm_program_find(enum vmm_kind kind, const struct vmm_programs *programs, char out[PLACE_MAX]);

#endif
