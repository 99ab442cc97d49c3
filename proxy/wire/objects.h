/* SPDX-License-Identifier: MIT
 *
 * The object map of one connection: what each id is, on whose behalf it was made and whether it
 * still lives. Two dense arrays (the client's ids, the compositor's), so a look-up is one index.
 * Ids come from guests; the map bounds them.
 */
#ifndef SILO_PROXY_WIRE_OBJECTS_H
#define SILO_PROXY_WIRE_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/canary.h"

struct policy_interface;

#define WIRE_SERVER_ID_START 0xff000000u

enum wire_object_state {
	WIRE_OBJECT_FREE,
	WIRE_OBJECT_LIVE,
	/*
	 * Destroyed by the client, or ended by an event: the id may not be named any more, events
	 * that were under way are dropped, and the id is free again after wl_display.delete_id (ids
	 * of the client) or as soon as the compositor uses it again (its own ids).
	 */
	WIRE_OBJECT_ZOMBIE,
};

struct wire_object {
	const struct policy_interface *interface; // NULL: free
	void *extra;     // by kind: wire_surface, wire_pool, wire_buffer, wire_toplevel; owned
			 // elsewhere
	uint32_t serial; // last display serial in an event to it, as the guest knows it; 0: none
	uint32_t serial_real; // and as the compositor does
	uint32_t id;
	uint16_t count; // region: rectangles; xdg_surface: popup depth; outputs: number; source:
			// MIME types
	uint8_t version;
	uint8_t state : 2; // wire_object_state
	uint8_t sync : 1;  // callback: of wl_display.sync, so that its data is a serial
};

struct wire_objects {
	struct wire_object *client; // client_cap of them; id 1 at [1]
	struct wire_object *server; // server_cap of them
	uint32_t client_cap, server_cap;
	uint32_t client_end; // one beyond the highest id ever used
	uint32_t used;       // not free, of both
};

enum wire_objects_status {
	WIRE_OBJECTS_OK,
	WIRE_OBJECTS_BAD_ID, // out of order, in use, or in the other side's range
	WIRE_OBJECTS_FULL,   // CLIENT_OBJECTS_MAX
	WIRE_OBJECTS_NO_MEMORY,
};

/* A map that holds wl_display as object 1. False: no memory. */
bool wire_objects_init(struct wire_objects *objects, const struct policy_interface *display);
void wire_objects_finish(struct wire_objects *objects);

/* The object with this id, live or zombie; NULL if it is free or out of range. */
static inline struct wire_object *wire_objects_find(const struct wire_objects *objects,
		uint32_t id) {
	struct wire_object *object = NULL;
	if (id < objects->client_cap) {
		object = &objects->client[id];
	} else if (id >= WIRE_SERVER_ID_START &&
			(id - WIRE_SERVER_ID_START < objects->server_cap || CANARY(wire))) {
		object = &objects->server[id - WIRE_SERVER_ID_START];
	}
	return object != NULL && object->state != WIRE_OBJECT_FREE ? object : NULL;
}

/*
 * Adds a live object under id, which the client (by_server false) or the compositor chose. The
 * client's ids must be free and dense. Pointers to other objects may move.
 */
enum wire_objects_status wire_objects_add(struct wire_objects *objects, uint32_t id, bool by_server,
		const struct policy_interface *interface, uint8_t version,
		struct wire_object **ret_object);

/* Turns a live object into a zombie; its extra must be gone. */
void wire_objects_bury(struct wire_object *object);
/* Frees the id. */
void wire_objects_free(struct wire_objects *objects, struct wire_object *object);

#endif
