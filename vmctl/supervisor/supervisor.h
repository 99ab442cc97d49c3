/* SPDX-License-Identifier: MIT
 *
 * The supervisor of one VM: parent of its processes, keeper of its log and its record.
 *
 *   starting → running → stopping → stopped
 *       │         │ └──── guest reboots: starting again, with new processes
 *       └─────────┴──────→ failed (reason)
 *
 * It exits when the VM has stopped or failed. Every change of state is written to the record before
 * anybody is told. Killed, it takes its processes with it; the record then still says what was the
 * case, and the manager says what became of it.
 */
#ifndef SILO_VMCTL_SUPERVISOR_SUPERVISOR_H
#define SILO_VMCTL_SUPERVISOR_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>
#include <systemd/sd-varlink.h>

#include "vmctl/manifest/manifest.h"
#include "vmctl/supervisor/applications.h"
#include "vmctl/supervisor/boot.h"
#include "vmctl/supervisor/interface.h"
#include "vmctl/supervisor/record.h"
#include "vmctl/supervisor/run_request.h"
#include "vmctl/vmm/choose.h"

struct supervisor_options {
	const char *vm;
	const char *manifest;   /* NULL: the usual places */
	const char *defined_in; /* what messages call the file; NULL: by its name */
	struct vmm_programs programs;
	int ready_fd; /* told "ok" or what went wrong, then closed; -1: nobody waits */
};

struct waiting_run {
	uint32_t id;      /* 0: free */
	sd_varlink *link; /* NULL: detached, and its caller is gone */
	/* Of a command that waits for the guest's agent. */
	bool waits;
	struct run_request request;
	int streams[RUN_STREAMS];
};

#define WATCHERS_MAX 32

struct supervisor {
	struct manifest *manifest;
	const struct vm *vm;
	sd_event *event;
	char runtime_dir[PLACE_MAX], vsock_dir[PLACE_MAX], state_dir[PLACE_MAX];
	char socket_path[PLACE_MAX], image_dir[PLACE_MAX], disk[PLACE_MAX];
	char proxy[PLACE_MAX], vsock_device[PLACE_MAX], agent_child[PLACE_MAX];
	int lock;
	struct vmm_choice vmm;
	struct record record;
	struct applications applications; /* of which the guest told last, in any boot */
	struct ring ring;
	struct boot *boot;
	bool agent_is_ready;
	bool was_ready;                        /* in this boot */
	char agent_fault[AGENT_ERROR_MAX + 1]; /* how it last broke the rules in this boot */
	bool pause_is_wanted;
	uint64_t vmm_start_ms;
	int dial; /* a dial channel that waits for the proxy, or -1 */
	sd_event_source *agent_timer, *stop_timer;
	uint64_t boot_times_ms[5]; /* of the last boots, to notice a loop */
	sd_varlink_server *server;
	struct waiting_run runs[AGENT_COMMANDS_MAX];
	uint32_t run_id;
	sd_varlink *monitors[WATCHERS_MAX], *stops[WATCHERS_MAX], *pausers[WATCHERS_MAX];
	struct {
		sd_varlink *link;
		uint64_t position;
	} followers[WATCHERS_MAX];
};

/* Runs until the VM has stopped or failed. Returns the exit status. */
int supervisor_run(const struct supervisor_options *options);

/* Begins to stop the VM; force: at once. */
void supervisor_stop(struct supervisor *supervisor, bool force);

/* Lets the VM stand still, or go on; it must run or be paused. */
void supervisor_pause(struct supervisor *supervisor, bool pause);

/* Hands a dial channel to the proxy, now or when it has been started; fd becomes the supervisor's.
 */
void supervisor_attach(struct supervisor *supervisor, int fd);

#endif
