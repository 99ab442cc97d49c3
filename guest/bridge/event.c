/* SPDX-License-Identifier: MIT
 *
 * From the host to a client (see relay.h). The host's bytes are trusted as far as a compositor's
 * are, but what they cannot mean ends the client.
 */
#include "guest/bridge/relay.h"

#include <string.h>

#include "base/fd.h"
#include "base/limits.h"
#include "guest/bridge/client.h"
#include "guest/bridge/interfaces.h"

#define DISPLAY_ERROR 0
#define DISPLAY_DELETE_ID 1
#define REGISTRY_GLOBAL 0
#define SHM_FORMAT 0
#define BUFFER_RELEASE 0

struct event {
	uint32_t client_id;
	struct object object;
	uint16_t opcode;
	uint8_t bytes[WIRE_MESSAGE_MAX];
	size_t size;
	bool is_dropped; // the client must not see it
};

/* The interface and version of a global that is passed on, or neither. */
static void filter_global(struct event *event, const struct stream_arg *name,
		const struct stream_arg *version) {
	const struct wl_interface *interface = name->value > 0
			? interfaces_find_global((const char *)name->bytes, name->value - 1)
			: NULL;
	if (interface == NULL) {
		event->is_dropped = true;
	} else if (version->value > (uint32_t)interface->version) {
		stream_put(event->bytes + version->offset, (uint32_t)interface->version);
	}
}

/* The host forgets a number: of the client's, which hears of it, or of the bridge's own. */
static void handle_delete_id(struct client *client, struct event *event) {
	uint32_t host_id = stream_get(event->bytes + 8);
	struct host_slot *slot = objects_slot(&client->objects, host_id);
	event->is_dropped = slot == NULL || slot->kind != HOST_SLOT_CLIENT;
	if (!event->is_dropped) {
		uint32_t client_id = slot->client_id;
		struct object *object = objects_find(&client->objects, client_id);
		if (object != NULL && object->interface == &wl_surface_interface &&
				object->data != NULL) {
			surface_destroy(&client->shm, object->data);
		}
		objects_remove(&client->objects, client_id);
		stream_put(event->bytes + 8, client_id);
	}
	objects_free_host(&client->objects, host_id);
}

static bool translate_object(struct client *client, struct event *event,
		const struct stream_arg *arg) {
	uint32_t client_id = 0;
	struct host_slot *slot = objects_slot(&client->objects, arg->value);
	if (arg->value == 0) {
		return true;
	}
	if (slot != NULL && slot->kind == HOST_SLOT_IMAGE && slot->image->buffer != NULL) {
		client_id = slot->image->buffer->id;
	} else if (objects_find_host(&client->objects, arg->value, &client_id) == NULL) {
		bool is_error = event->client_id == 1 && event->opcode == DISPLAY_ERROR;
		/* An error of an object that only the bridge knows is one of the display. */
		client_id = is_error ? 1 : 0;
		event->is_dropped |= !is_error && !arg->nullable;
	}
	stream_put(event->bytes + arg->offset, client_id);
	return true;
}

static bool translate_arg(struct client *client, struct event *event,
		const struct stream_arg *arg) {
	if (arg->type == 'o') {
		return translate_object(client, event, arg);
	}
	if (arg->type == 'n') {
		return arg->interface != NULL &&
				objects_add_server(&client->objects, arg->value, arg->interface,
						event->object.version) != NULL;
	}
	if (arg->type == 'h') {
		int fd = fd_queue_pop(&client->event_fds);
		return fd >= 0 && outbox_add_fd(&client->outbox, fd) == 0;
	}
	return true;
}

static bool translate(struct client *client, struct event *event) {
	const struct wl_interface *interface = event->object.interface;
	if (event->opcode >= interface->event_count) {
		return false;
	}
	struct stream_walk walk;
	struct stream_arg args[4] = {0};
	struct stream_arg arg;
	stream_walk_init(&walk, &interface->events[event->opcode], event->bytes, event->size);
	for (unsigned i = 0; stream_walk_next(&walk, &arg); i++) {
		if (i < 4) {
			args[i] = arg;
		}
		if (!translate_arg(client, event, &arg)) {
			return false;
		}
	}
	if (!stream_walk_ended_well(&walk)) {
		return false;
	}
	if (interface == &wl_display_interface && event->opcode == DISPLAY_DELETE_ID) {
		handle_delete_id(client, event);
	} else if (interface == &wl_registry_interface && event->opcode == REGISTRY_GLOBAL) {
		filter_global(event, &args[1], &args[2]);
	} else if (interface == &wl_shm_interface && event->opcode == SHM_FORMAT) {
		event->is_dropped |= !shm_knows_format(args[0].value);
	}
	stream_put(event->bytes, event->client_id);
	return true;
}

static void relay_event(struct client *client, const uint8_t *bytes, size_t size) {
	struct stream_header header = stream_read_header(bytes);
	struct host_slot *slot = objects_slot(&client->objects, header.object);
	if (slot != NULL && slot->kind == HOST_SLOT_IMAGE) {
		if (header.opcode == BUFFER_RELEASE && !shm_released(&client->shm, slot->image)) {
			client_end(client, client->shm.error.text);
		}
		return;
	}
	if (slot != NULL && slot->kind == HOST_SLOT_HIDDEN) {
		return; // a pool or buffer of the bridge: no event of theirs carries anything
	}
	struct event event = {.opcode = header.opcode, .size = size};
	struct object *object =
			objects_find_host(&client->objects, header.object, &event.client_id);
	if (object == NULL) {
		client_end(client, "the host sent an event of an unknown object");
		return;
	}
	event.object = *object;
	memcpy(event.bytes, bytes, size);
	if (!translate(client, &event)) {
		client_end(client, "the host sent an event that cannot be passed on");
		return;
	}
	if (!event.is_dropped && outbox_add(&client->outbox, event.bytes, size) < 0) {
		client_end(client, "it does not read its events");
	}
}

size_t relay_events(struct client *client, const uint8_t *bytes, size_t len) {
	size_t done = 0;
	while (len - done >= 8 && !client->is_over) {
		size_t size = stream_read_header(bytes + done).size;
		if (size < 8 || size % 4 != 0 || size > WIRE_MESSAGE_MAX) {
			client_end(client, "the host sent a malformed message");
			break;
		}
		if (size > len - done) {
			break;
		}
		relay_event(client, bytes + done, size);
		done += size;
	}
	return done;
}
