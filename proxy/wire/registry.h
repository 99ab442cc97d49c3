/* SPDX-License-Identifier: MIT
 *
 * The registry as one guest client sees it: only globals with a policy row, under names that are
 * the same in every VM, in versions that both sides know.
 */
#ifndef SILO_PROXY_WIRE_REGISTRY_H
#define SILO_PROXY_WIRE_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

struct policy_interface;
struct wire_event;
struct wire_request;

/* Outputs come and go; a name is used again only after this many. */
#define WIRE_GLOBALS_MAX 64

struct wire_global {
	const struct policy_interface *interface; // NULL: unused
	uint32_t name;                            // the guest's
	uint32_t real;                            // the compositor's
	uint32_t version;
	uint64_t pixels; // of an output's current mode
	bool removed;    // may still be bound by a client that has not heard of it
};

struct wire_registry {
	struct wire_global globals[WIRE_GLOBALS_MAX];
	uint32_t count;
	uint32_t outputs; // announced so far
};

/* Handlers of request.c and event.c; they return engine.h's wire_verdict. */
int wire_registry_bind(struct wire_request *request);
int wire_registry_global(struct wire_event *event);
int wire_registry_global_remove(struct wire_event *event);

#endif
