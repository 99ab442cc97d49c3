/* SPDX-License-Identifier: MIT
 *
 * One VM as the manager sees it: its supervisor, if one lives, else its last record; and the calls
 * that wait for it to run.
 */
#ifndef SILO_VMCTL_DAEMON_INSTANCE_H
#define SILO_VMCTL_DAEMON_INSTANCE_H

#include <stdbool.h>
#include <systemd/sd-event.h>
#include <systemd/sd-varlink.h>

#include "vmctl/daemon/manager.h"
#include "vmctl/daemon/notices.h"
#include "vmctl/daemon/offences.h"
#include "vmctl/supervisor/interface.h"
#include "vmctl/supervisor/record.h"
#include "vmctl/supervisor/run_request.h"

/* A call that goes on when the VM runs, or can be stopped. */
struct waiter {
	struct waiter *next;
	sd_varlink *link; /* NULL: nobody waits, and the Run is detached */
	bool is_stop, is_forced;
	bool boots_again; /* came while the VM went down: starts it then */
	/* False for Start, which is answered; else the Run that is made then. */
	bool is_run;
	struct run_request request;
	int streams[RUN_STREAMS];
	char program[NOTICE_PROGRAM_MAX]; /* of a detached Run, for people */
};

struct instance {
	struct manager *manager;
	char name[VM_NAME_MAX + 1];
	const struct vm *vm;   /* by which it lives; definition.h */
	struct manifest *own;  /* where vm lies, if that is not what the manifest says; else NULL */
	const struct vm *next; /* with own: what the manifest says, NULL: nothing any more */
	char dir[PLACE_MAX], state_dir[PLACE_MAX];
	char definition[PLACE_MAX]; /* the file that its supervisor reads */
	struct record record;
	uint64_t expected_ms; /* how long its last start took; 0: it never ran */
	sd_varlink *monitor;  /* to its supervisor, NULL if none lives */
	/* While a supervisor starts: what it says before its socket can be used. */
	int ready;
	sd_event_source *ready_source;
	char ready_text[ERROR_MAX];
	size_t ready_len;
	/* While systemd is asked for a unit: the supervisor's end of it, in case it says no. */
	int ready_far;
	struct unit_start *unit_start;
	bool is_in_unit; /* the supervisor that starts, not one that was adopted */
	struct waiter *waiters;
	/* The domain has been registered for this boot. */
	bool has_domain;
	bool is_marked; /* the compositor has been told that it is paused */
	bool is_registering;
	struct offences offences;
	enum vm_state noticed_state; /* by notices_state_changed() */
	bool is_start_told;          /* the user was told that it boots */
};

/* vm: what the manifest says; NULL: nothing, and only a VM called name that runs is an instance. */
struct instance *instance_create(struct manager *manager, const char *name, const struct vm *vm);
void instance_destroy(struct instance *instance);

/* Whether it has a supervisor, or one starts. */
bool instance_is_alive(const struct instance *instance);

/* Connects to the VM's supervisor if one lives. */
bool instance_adopt(struct instance *instance);

/* Starts a supervisor unless one lives. False with a reason in error if that is impossible. */
bool instance_start(struct instance *instance, char error[ERROR_MAX]);

/* Lets waiter (which becomes the instance's) wait until the VM runs, or can be stopped. */
void instance_wait(struct instance *instance, struct waiter *waiter);

/* The caller has hung up. */
void instance_forget(struct instance *instance, const sd_varlink *link);

/* The VM's status for people and programs. The caller's to unref. */
int instance_status(const struct instance *instance, sd_json_variant **ret_status);

void waiter_destroy(struct waiter *waiter);

#endif
