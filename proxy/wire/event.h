/* SPDX-License-Identifier: MIT
 *
 * Inside of proxy/wire/: one event while it is looked at.
 */
#ifndef SILO_PROXY_WIRE_EVENT_H
#define SILO_PROXY_WIRE_EVENT_H

#include "proxy/wire/engine.h"

struct wire_event {
	struct wire_client *client;
	struct wire_object *object;
	const struct policy_message *message;
	uint8_t *bytes; // the message, in the down queue
	size_t size;
	struct wire_arg args[WIRE_ARGS_MAX];
};

/* Generic facts in the place of the host's: outputs, seats (facts.c). */
enum wire_verdict wire_event_output_geometry(struct wire_event *event);
enum wire_verdict wire_event_output_mode(struct wire_event *event);
enum wire_verdict wire_event_output_name(struct wire_event *event);
enum wire_verdict wire_event_output_description(struct wire_event *event);
enum wire_verdict wire_event_seat_name(struct wire_event *event);
enum wire_verdict wire_event_tablet_name(struct wire_event *event);

#endif
