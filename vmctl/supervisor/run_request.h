/* SPDX-License-Identifier: MIT
 *
 * What a Run of io.silo.Manager or io.silo.Supervisor asks for, beside its streams. It comes from a
 * program of the user's; nothing in it is a guest's.
 */
#ifndef SILO_VMCTL_SUPERVISOR_RUN_REQUEST_H
#define SILO_VMCTL_SUPERVISOR_RUN_REQUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-json.h>

#include "parse/agent.h"
#include "vmctl/supervisor/interface.h"

#define RUN_TERM_MAX 63

struct run_request {
	char **argv;       /* owned; NULL: an application, or the user's shell */
	char *application; /* owned; an id of the guest's */
	bool root;
	bool is_detached; /* it runs on when its caller is gone */
	bool is_on_terminal;
	unsigned columns, rows;
	char term[RUN_TERM_MAX + 1]; /* the terminal's TERM */
};

void run_request_finish(struct run_request *request);

/* Closes a command's streams; -1 is none. */
void run_streams_close(int streams[RUN_STREAMS]);

/* Dispatches a Terminal object; for a table of sd_json_dispatch_field with a run_request's offset. */
int run_request_dispatch_terminal(const char *name, sd_json_variant *json,
		sd_json_dispatch_flags_t flags, void *data);

/* As the parameters of a Run. The caller's to unref. Negative errno on failure. */
int run_request_to_json(const struct run_request *request, sd_json_variant **ret_json);

/* What is wrong with request, for people, or NULL. */
const char *run_request_error(const struct run_request *request);

/*
 * As the agent is asked. environment, RUN_TERM_MAX + 6 bytes, is written and pointed into; request
 * must have no error and outlive the result.
 */
void run_request_to_message(const struct run_request *request, char *environment,
		struct agent_run *ret_run);

#endif
