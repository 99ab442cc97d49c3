/* SPDX-License-Identifier: MIT
 *
 * One boot of a VM: its four processes, each in a box, from the first start to the last exit.
 *
 *   vsock device  →  (listens)  →  GPU device (silo-proxy), agent child, VMM
 *
 * They live and die together: the end of one ends the others. The first to end for a reason of its
 * own is the boot's cause of death; a VMM that tells of a guest's shutdown or reset, before its end
 * or by its exit status, is no failure. Only the agent child, once it has heard the guest, is started again when it dies.
 * ended() is called once, when every process has been reaped.
 */
#ifndef SILO_VMCTL_SUPERVISOR_BOOT_H
#define SILO_VMCTL_SUPERVISOR_BOOT_H

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "base/box.h"
#include "vmctl/supervisor/agent.h"
#include "vmctl/supervisor/console.h"
#include "vmctl/supervisor/places.h"
#include "vmctl/supervisor/ring.h"
#include "vmctl/vmm/vmm.h"

enum boot_process {
	BOOT_VSOCK,
	BOOT_PROXY,
	BOOT_AGENT,
	BOOT_VMM,
	BOOT_PROCESSES,
};

enum boot_end {
	BOOT_SHUT_DOWN, /* by the guest or because it was asked to */
	BOOT_RESET,     /* the guest wants to boot again */
	BOOT_FAILED,
};

struct boot_setup {
	const struct vm *vm;
	struct vmm_setup vmm;
	const char *runtime_dir; /* exists, private, this VM's supervisor's */
	const char *vsock_dir;   /* the same; the vsock device writes in it */
	/* Absolute paths of the programs. */
	const char *proxy, *vsock_device, *agent_child;
	struct ring *ring;
	bool verbose;
};

struct boot_events {
	void (*report)(const struct agent_report *report, void *data);
	void (*logged)(void *data);
	/* The VMM has paused or resumed the guest. */
	void (*paused)(bool is_paused, void *data);
	/* The VMM has refused to. */
	void (*pause_refused)(void *data);
	/* The VMM has been started. */
	void (*started)(void *data);
	/* The agent child has died, and every command with it; it has been started again. */
	void (*agent_lost)(const char *reason, void *data);
	void (*agent_renewed)(void *data);
	/* reason is "" or says why; the boot may be destroyed. */
	void (*ended)(enum boot_end end, const char *reason, void *data);
};

struct boot;

/* Starts the processes. NULL on failure, with the reason in error; nothing is left then. */
struct boot *boot_create(sd_event *event, const struct boot_setup *setup,
		const struct boot_events *events, void *data, char error[ERROR_MAX]);

/* Kills what still runs and waits for it. NULL is allowed. */
void boot_destroy(struct boot *boot);

/* Passes a new dial channel to the proxy; fd stays the caller's. False if it cannot take one. */
bool boot_attach(struct boot *boot, int fd);

/* Asks the guest to shut down: its agent if it is ready, else the power button. */
void boot_shut_down(struct boot *boot, bool agent_is_ready);

/* Lets the guest stand still, or go on; the event tells when it does. */
void boot_pause(struct boot *boot, bool pause);

/* Tells the VMM to end, without the guest's help; with it ends everything else. */
void boot_quit(struct boot *boot, enum boot_end end, const char *reason);

/* Ends the VMM at once, with everything else, by killing it. */
void boot_kill(struct boot *boot, enum boot_end end, const char *reason);

struct agent *boot_agent(struct boot *boot);

/* Its console, or NULL before the VMM has started. */
struct console *boot_console(struct boot *boot);

/* The process' id, 0 if it does not run; the weakest box among those that run. */
pid_t boot_pid(const struct boot *boot, enum boot_process process);
enum box_strength boot_strength(const struct boot *boot);

#endif
