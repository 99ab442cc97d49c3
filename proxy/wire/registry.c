/* SPDX-License-Identifier: MIT
 *
 * The registry as a guest sees it; see the header. Names and versions in bind are a hostile
 * guest's.
 */
#include "proxy/wire/registry.h"

#include <string.h>

#include "base/defence.h"
#include "proxy/wire/event.h"
#include "proxy/wire/requests.h"

static struct wire_global *by_real(struct wire_registry *registry, uint32_t real) {
	for (uint32_t i = 0; i < registry->count; i++) {
		if (registry->globals[i].real == real) {
			return &registry->globals[i];
		}
	}
	return NULL;
}

static struct wire_global *by_name(struct wire_registry *registry, uint32_t name) {
	for (uint32_t i = 0; i < registry->count; i++) {
		if (registry->globals[i].name == name) {
			return &registry->globals[i];
		}
	}
	return NULL;
}

/* A free place, or that of the output which went first. */
static struct wire_global *place(struct wire_registry *registry) {
	if (registry->count < WIRE_GLOBALS_MAX) {
		return &registry->globals[registry->count++];
	}
	struct wire_global *oldest = NULL;
	for (uint32_t i = 0; i < registry->count; i++) {
		struct wire_global *global = &registry->globals[i];
		if (global->removed && (oldest == NULL || global->name < oldest->name)) {
			oldest = global;
		}
	}
	return oldest;
}

/* Where a new global is kept; NULL: it is not told. */
static struct wire_global *admit(struct wire_registry *registry,
		const struct policy_interface *interface, uint32_t real) {
	if (interface->global_many) {
		struct wire_global *global = place(registry);
		if (global != NULL) {
			*global = (struct wire_global){
					.name = policy_outputs_start() + registry->outputs++,
			};
		}
		return global;
	}
	struct wire_global *global = by_name(registry, interface->global);
	if (global != NULL) {
		return global->removed ? global : NULL;
	}
	global = place(registry);
	if (global != NULL) {
		*global = (struct wire_global){
				.name = DEFENDS(registry_names) ? interface->global : real,
		};
	}
	return global;
}

int wire_registry_global(struct wire_event *event) {
	struct wire_registry *registry = &event->client->registry;
	uint32_t real = event->args[0].u;
	uint32_t version = event->args[2].u;
	struct wire_global *global = by_real(registry, real);
	if (global == NULL) {
		const struct policy_interface *interface =
				policy_find(event->args[1].bytes, event->args[1].u);
		if (interface == NULL || interface->global == 0 || version == 0) {
			return WIRE_DROP;
		}
		global = admit(registry, interface, real);
		if (global == NULL) {
			return WIRE_DROP;
		}
		uint32_t known = (uint32_t)interface->wl->version;
		global->interface = interface;
		global->real = real;
		global->version = version < known ? version : known;
		global->removed = false;
	}
	wire_word_set(event->bytes, event->args[0].at, global->name);
	wire_word_set(event->bytes, event->args[2].at, global->version);
	return WIRE_KEEP;
}

int wire_registry_global_remove(struct wire_event *event) {
	struct wire_global *global = by_real(&event->client->registry, event->args[0].u);
	if (global == NULL) {
		return WIRE_DROP;
	}
	global->removed = true;
	wire_word_set(event->bytes, event->args[0].at, global->name);
	return WIRE_KEEP;
}

int wire_registry_bind(struct wire_request *request) {
	struct wire_client *client = request->client;
	uint32_t name = request->args[0].u;
	uint32_t version = request->args[2].u;
	const struct wire_global *global = by_name(&client->registry, name);
	if (global == NULL) {
		return wire_request_refuse(request, OFFENCE_DENIED, "there is no global %u", name);
	}
	const char *interface = global->interface->wl->name;
	if (strcmp(request->args[1].bytes, interface) != 0) {
		return wire_request_refuse(request, OFFENCE_DENIED, "global %u is a %s", name,
				interface);
	}
	if (version == 0 || version > global->version) {
		return wire_request_refuse(request, OFFENCE_DENIED,
				"%s has versions 1 to %u, not %u", interface, global->version,
				version);
	}
	enum wire_verdict verdict = wire_request_make(request, request->args[3].u,
			global->interface, (uint8_t)version);
	if (verdict == WIRE_KEEP) {
		if (global->interface->global_many) {
			request->made->count = (uint16_t)(name - policy_outputs_start() + 1);
		}
		wire_word_set(request->bytes, request->args[0].at, global->real);
	}
	return verdict;
}
