/* SPDX-License-Identifier: MIT
 *
 * What is said about a VM: its state, why, since when, how it runs. The supervisor writes it to the
 * state directory at every change, so that it stays true when nobody is left to ask; vmd reads it
 * for VMs that do not run.
 */
#ifndef SILO_VMCTL_SUPERVISOR_RECORD_H
#define SILO_VMCTL_SUPERVISOR_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-json.h>

#define REASON_MAX 512
#define BOOT_ID_MAX 36
#define UNIT_MAX 64
#define UNLIMITED_MAX 160

enum vm_state {
	VM_STOPPED,
	VM_STARTING,
	VM_RUNNING,
	VM_PAUSED,
	VM_STOPPING,
	VM_FAILED,
};

struct record {
	enum vm_state state;
	char reason[REASON_MAX]; /* "" if there is nothing to say */
	uint64_t since_ms;       /* Unix time of the last change of state */
	uint64_t boots;          /* of this supervisor; 0: never started */
	char vmm[16];            /* "crosvm", "qemu" or "" */
	char accelerator[16];    /* "kvm", "emulation" or "" */
	char jail[16];           /* "full", "weaker" or "" */
	char boot_id[BOOT_ID_MAX + 1];
	/* Of the running boot, else 0. */
	pid_t supervisor_pid, vmm_pid, proxy_pid, vsock_pid, agent_pid;
	char unit[UNIT_MAX]; /* of systemd, in which it runs; "" if in none */
	/* What the kernel holds its processes to; 0: nothing. unlimited says why not, or is "". */
	uint64_t memory_limit, tasks_limit, cpu_limit_percent;
	char unlimited[UNLIMITED_MAX];
	uint64_t ready_ms; /* from the VMM's start to the agent's hello; 0: not yet */
};

const char *vm_state_text(enum vm_state state);

/* Whether a supervisor lives in this state. */
bool vm_state_is_alive(enum vm_state state);

/* Sets state, reason (cut to fit) and the time. */
void record_set(struct record *record, enum vm_state state, const char *reason);

/* As a JSON object with name as "name". The caller's to unref. Negative errno on failure. */
int record_to_json(const struct record *record, const char *name, sd_json_variant **ret_json);

/* Reads such an object; what is missing or of a wrong kind keeps its default. */
void record_from_json(struct record *record, sd_json_variant *json);

/* Writes the record of VM name into its state directory, whole or not at all. */
bool record_write(const struct record *record, const char *name, const char *state_dir);

/* Reads it; false if there is none (the VM never ran). */
bool record_read(struct record *record, const char *state_dir);

#endif
