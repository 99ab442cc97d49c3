/* SPDX-License-Identifier: MIT
 *
 * In the agent child: puts together the parts of the list of applications and passes it on whole.
 * A guest that changes it again and again is heard at most once in a period, which grows; the last
 * list wins. Nothing is awaited while nothing comes.
 */
#ifndef SILO_VMCTL_SUPERVISOR_LISTING_H
#define SILO_VMCTL_SUPERVISOR_LISTING_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "vmctl/supervisor/applications.h"

/* Called with a whole list, which lives as long as the call. */
typedef void (*listing_pass_t)(const struct applications *applications, void *data);

struct listing {
	sd_event *event;
	listing_pass_t pass;
	void *data;
	struct applications incoming, waiting;
	bool has_waiting;
	sd_event_source *timer; /* runs after a list was passed on */
	uint64_t period_ms;
};

void listing_init(struct listing *listing, sd_event *event, listing_pass_t pass, void *data);
void listing_finish(struct listing *listing);

/* The guest's connection is a new one: what was half told is forgotten. */
void listing_begin(struct listing *listing);

/* Takes a part that has been decoded. */
void listing_take(struct listing *listing, struct agent_applications part);

#endif
