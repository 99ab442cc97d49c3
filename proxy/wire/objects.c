/* SPDX-License-Identifier: MIT
 *
 * The object map of one connection; see the header.
 */
#include "proxy/wire/objects.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

#define CAP_MIN 64
/*
 * Zombies keep their ids until the compositor deletes them, so ids may go beyond the live objects.
 */
#define IDS_MAX (2 * CLIENT_OBJECTS_MAX)

static bool grow(struct wire_object **array, uint32_t *cap, uint32_t index) {
	if (index < *cap) {
		return true;
	}
	uint32_t want = *cap > 0 ? *cap : CAP_MIN;
	while (want <= index) {
		want *= 2;
	}
	struct wire_object *bigger = realloc(*array, want * sizeof(*bigger));
	if (bigger == NULL) {
		return false;
	}
	memset(bigger + *cap, 0, (want - *cap) * sizeof(*bigger));
	*array = bigger;
	*cap = want;
	return true;
}

bool wire_objects_init(struct wire_objects *objects, const struct policy_interface *display) {
	struct wire_object *object;
	*objects = (struct wire_objects){.client_end = 1};
	return wire_objects_add(objects, 1, false, display, 1, &object) == WIRE_OBJECTS_OK;
}

void wire_objects_finish(struct wire_objects *objects) {
	free(objects->client);
	free(objects->server);
	*objects = (struct wire_objects){0};
}

enum wire_objects_status wire_objects_add(struct wire_objects *objects, uint32_t id, bool by_server,
		const struct policy_interface *interface, uint8_t version,
		struct wire_object **ret_object) {
	struct wire_object *object;
	if (objects->used >= CLIENT_OBJECTS_MAX) {
		return WIRE_OBJECTS_FULL;
	}
	if (by_server) {
		if (id < WIRE_SERVER_ID_START || id - WIRE_SERVER_ID_START >= IDS_MAX) {
			return WIRE_OBJECTS_BAD_ID;
		}
		uint32_t index = id - WIRE_SERVER_ID_START;
		if (!grow(&objects->server, &objects->server_cap, index)) {
			return WIRE_OBJECTS_NO_MEMORY;
		}
		object = &objects->server[index];
		if (object->state == WIRE_OBJECT_LIVE) {
			return WIRE_OBJECTS_BAD_ID;
		}
	} else {
		if (id == 0 || id > objects->client_end || id >= IDS_MAX) {
			return WIRE_OBJECTS_BAD_ID;
		}
		if (!grow(&objects->client, &objects->client_cap, id)) {
			return WIRE_OBJECTS_NO_MEMORY;
		}
		object = &objects->client[id];
		if (object->state != WIRE_OBJECT_FREE) {
			return WIRE_OBJECTS_BAD_ID;
		}
		if (id == objects->client_end) {
			objects->client_end++;
		}
	}
	if (object->state == WIRE_OBJECT_FREE) {
		objects->used++;
	}
	*object = (struct wire_object){
			.interface = interface,
			.id = id,
			.version = version,
			.state = WIRE_OBJECT_LIVE,
	};
	*ret_object = object;
	return WIRE_OBJECTS_OK;
}

void wire_objects_bury(struct wire_object *object) {
	assert(object->state == WIRE_OBJECT_LIVE && object->extra == NULL);
	object->state = WIRE_OBJECT_ZOMBIE;
}

void wire_objects_free(struct wire_objects *objects, struct wire_object *object) {
	assert(object->state != WIRE_OBJECT_FREE && object->extra == NULL);
	*object = (struct wire_object){0};
	objects->used--;
}
