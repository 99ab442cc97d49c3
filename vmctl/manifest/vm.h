/* SPDX-License-Identifier: MIT
 *
 * One `vm` block of the manifest: a table of directives, each with its reader and its rules.
 */
#ifndef SILO_VMCTL_MANIFEST_VM_H
#define SILO_VMCTL_MANIFEST_VM_H

#include <stdbool.h>
#include <stddef.h>

#include "vmctl/manifest/manifest.h"
#include "config/reader.h"

/* Takes the word that was read instead. */
#define VMM_KIND_FAULT "\"%s\" is no VMM; write auto, crosvm or qemu"

/* The colour of a VM whose definition names none, until it has been given one. */
#define VM_COLOR_UNSET UINT32_MAX

/*
 * Reads directive (`vm NAME {…}`) into vm; mistakes go into report.
 * where (cap bytes) becomes `vm "NAME"`. Returns whether it has a usable name. In either case vm is
 * to be finished.
 */
bool vm_read(struct vm *vm, const struct scfg_directive *directive, struct report *report,
		char *where, size_t cap);

void vm_finish(struct vm *vm);

/* Tells that directive is unknown, and which of words (len of them) may have been meant. */
void report_unknown(struct report *report, const char *file, const struct scfg_directive *directive,
		const char *where, const char *const *words, size_t len);

#endif
