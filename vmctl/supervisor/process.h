/* SPDX-License-Identifier: MIT
 *
 * One process of a boot, in its box: started, its output kept in the VM's log, its end told. What it
 * says is shown to nobody but through the log's filter.
 */
#ifndef SILO_VMCTL_SUPERVISOR_PROCESS_H
#define SILO_VMCTL_SUPERVISOR_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-event.h>

#include "base/box.h"
#include "vmctl/supervisor/places.h"
#include "vmctl/supervisor/ring.h"

struct process;

struct process_events {
	/* It has been reaped; status is as of waitpid(). */
	void (*ended)(struct process *process, int status, void *data);
	/* It has said something, which the log has. */
	void (*said)(struct process *process, const char *bytes, size_t len, void *data);
};

struct process {
	const char *name; /* in reasons */
	sd_event *event;
	struct ring *ring;
	const struct process_events *events;
	void *data;
	struct box_child child;
	bool is_running;
	sd_event_source *exit_source;
	int output;
	sd_event_source *output_source;
	struct ring_source log;
};

/* Nothing runs yet. log_name stands in front of its lines; the texts must outlive the process. */
void process_init(struct process *process, sd_event *event, struct ring *ring, const char *name,
		const char *log_name, const struct process_events *events, void *data);

/* Starts it; spec's output is set here. False on failure, with the reason in error. */
bool process_spawn(struct process *process, struct box_spec *spec, char error[ERROR_MAX]);

/* Kills it, if it runs; its end is told as any other. */
void process_kill(struct process *process);

/* Waits for the end of one that was killed, telling nobody, and lets go of everything. */
void process_finish(struct process *process);

#endif
