/* SPDX-License-Identifier: MIT
 *
 * The manifest: one description of all VMs, in scfg, written by a person or by the NixOS module.
 * Read whole, checked whole; every mistake is told at once. Its bytes come from the administrator
 * and the user, not from a guest. docs/man/silo-vms.5.scd describes the format.
 */
#ifndef SILO_VMCTL_MANIFEST_MANIFEST_H
#define SILO_VMCTL_MANIFEST_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

/* The programs that can run a VM. */
enum vmm_kind {
	VMM_AUTO, /* crosvm where it can run, else QEMU */
	VMM_CROSVM,
	VMM_QEMU,
};

/* An application of a VM's menu. */
struct vm_application {
	char *id;
	char *name;     /* shown; the id if the manifest gives none */
	char **command; /* ends with NULL; run in the guest, never on the host */
};

/* The least strict that the policy of copies may be for a VM. */
enum vm_clipboard {
	VM_CLIPBOARD_ALLOW,
	VM_CLIPBOARD_ASK,
	VM_CLIPBOARD_DENY,
};

/* "allow", "ask", "deny". */
extern const char *const vm_clipboard_names[3];

struct vm {
	char name[VM_NAME_MAX + 1];
	char label[VM_LABEL_MAX + 1];
	uint32_t color; /* 0xrrggbb */
	char *glyph;    /* the manifest's choice, else one that is free */
	uint64_t memory_bytes;
	unsigned cpus;
	/* Of the VM's host processes together, where something can enforce it. */
	uint64_t memory_limit_bytes;
	unsigned tasks_limit, cpu_limit_percent; /* 100: one processor */
	unsigned cpu_weight;                     /* against the other VMs; 100 is usual */
	uint64_t disk_bytes;                     /* of its own, kept between boots; 0: none */
	char *image; /* a name below the images directory, or an absolute path */
	char **kernel_params;
	size_t kernel_params_len;
	enum vmm_kind vmm;
	bool emulation_allowed;
	bool frameless_allowed; /* fullscreen without a frame */
	bool root_allowed;
	/* What the compositor does with copies that leave the VM, and that come in. */
	enum vm_clipboard clipboard_out, clipboard_in;
	bool data_control_denied;  /* no clipboard managers in it */
	uint32_t agent_timeout_ms; /* silence after which a starting VM has failed */
	struct vm_application *applications;
	size_t applications_len;
	const char *file; /* of the definition; belongs to the manifest */
	int line;
};

struct manifest {
	struct vm *vms; /* in the order of the files */
	size_t vms_len;
	char **files; /* those that were read */
	size_t files_len;
};

/*
 * Reads the files in order (a missing one is skipped unless required is set) and checks them.
 * *ret_report, the caller's to free, is NULL or lines `file:line: error|warning: where: what; how
 * to fix`. Returns the manifest, or NULL if there was an error.
 */
struct manifest *manifest_load(const char *const *files, size_t files_len, bool required,
		char **ret_report);

/*
 * As manifest_load() for the usual places, /etc/silo/vms.scfg and $XDG_CONFIG_HOME/silo/vms.scfg
 * (which may add VMs, not change those of the first), or for path alone if it is not NULL.
 */
struct manifest *manifest_load_default(const char *path, char **ret_report);

/* As manifest_load() for one file's text, which is called name in messages. */
struct manifest *manifest_parse(const char *name, char *text, char **ret_report);

/* The files of manifest_load_default(), in order: at most MANIFEST_FILES_MAX. */
#define MANIFEST_FILES_MAX 2
#define MANIFEST_PATH_MAX 4096
size_t manifest_places(const char *path, char out[MANIFEST_FILES_MAX][MANIFEST_PATH_MAX]);

void manifest_destroy(struct manifest *manifest);

/* The VM called name, or NULL. */
const struct vm *manifest_find(const struct manifest *manifest, const char *name);

/* The name in the manifest that is most like name, or NULL if none is. */
const char *manifest_suggest(const struct manifest *manifest, const char *name);

/* The application id of vm, or NULL. */
const struct vm_application *vm_application_find(const struct vm *vm, const char *id);

#endif
