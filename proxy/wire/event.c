/* SPDX-License-Identifier: MIT
 *
 * Events: the objects they make and end, their serials, the facts they tell. The bytes are the
 * compositor's; it is trusted, but what does not fit its own tables ends the client all the same.
 */
#include "proxy/wire/event.h"

#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "proxy/wire/engine.h"

static enum wire_verdict misfit(const struct wire_event *event, const char *what) {
	char reason[160];
	snprintf(reason, sizeof(reason), "the compositor sent %s.%s: %s",
			event->object->interface->wl->name, event->message->row->name, what);
	wire_client_doom(event->client, reason);
	return WIRE_REFUSE;
}

/* Adds the object that an event makes; a zombie if nobody will hear of it. */
static enum wire_verdict make(struct wire_event *event, size_t arg, bool unheard) {
	struct wire_client *client = event->client;
	struct wire_object *made;
	uint32_t object_id = event->object->id;
	enum wire_objects_status status = wire_objects_add(&client->objects, event->args[arg].u,
			true, event->message->types[arg], event->object->version, &made);
	event->object = wire_objects_find(&client->objects, object_id);
	if (status == WIRE_OBJECTS_BAD_ID) {
		return misfit(event, "an id that is in use");
	}
	if (status != WIRE_OBJECTS_OK) {
		return wire_refuse(client, OFFENCE_OBJECTS, 1, WIRE_ERROR_NO_MEMORY,
				"more than %u objects", (unsigned)CLIENT_OBJECTS_MAX);
	}
	if (unheard) {
		wire_objects_bury(made);
	}
	return WIRE_KEEP;
}

static enum wire_verdict delete_id(struct wire_event *event) {
	struct wire_client *client = event->client;
	struct wire_object *object = wire_objects_find(&client->objects, event->args[0].u);
	if (object == NULL || object->id == 1 || object->id >= WIRE_SERVER_ID_START) {
		return misfit(event, "an id that is not in use");
	}
	wire_object_release(client, object);
	wire_objects_free(&client->objects, object);
	return WIRE_KEEP;
}

/*
 * wl_callback.done: of a sync, its data is the display's serial. It becomes the last one that the
 * guest has, since a fresh one would tell whether anything had happened on the display.
 */
static enum wire_verdict done(struct wire_event *event) {
	if (event->object->sync) {
		struct wire_serials *serials = &event->client->serials;
		uint32_t serial = serials->last > 0 ? serials->last
						    : wire_serials_add(serials, event->args[0].u);
		wire_word_set(event->bytes, event->args[0].at, serial);
	}
	return WIRE_KEEP;
}

static enum wire_verdict handle(struct wire_event *event) {
	switch (event->message->row->action) {
	case POLICY_DELETE_ID:
		return delete_id(event);
	case POLICY_GLOBAL:
		return wire_registry_global(event);
	case POLICY_GLOBAL_REMOVE:
		return wire_registry_global_remove(event);
	case POLICY_DONE:
		return done(event);
	case POLICY_OUTPUT_GEOMETRY:
		return wire_event_output_geometry(event);
	case POLICY_OUTPUT_MODE:
		return wire_event_output_mode(event);
	case POLICY_OUTPUT_NAME:
		return wire_event_output_name(event);
	case POLICY_OUTPUT_DESCRIPTION:
		return wire_event_output_description(event);
	case POLICY_SEAT_NAME:
		return wire_event_seat_name(event);
	case POLICY_TABLET_NAME:
		return wire_event_tablet_name(event);
	case POLICY_WITHHOLD:
		return WIRE_DROP;
	default:
		return WIRE_KEEP;
	}
}

/* The next descriptor, or -1. */
static int claim_fd(struct wire_client *client) {
	if (client->event_fd_count == 0) {
		return -1;
	}
	int fd = client->event_fds[0];
	client->event_fd_count--;
	memmove(client->event_fds, client->event_fds + 1,
			client->event_fd_count * sizeof(client->event_fds[0]));
	return fd;
}

static enum wire_verdict pass_fds(struct wire_event *event, bool unheard) {
	for (uint8_t i = 0; i < event->message->shape.fds; i++) {
		cleanup_fd int fd = claim_fd(event->client);
		if (fd < 0) {
			return misfit(event, "its descriptor is missing");
		}
		if (unheard) {
			continue;
		}
		if (!wire_queue_put_fd(&event->client->down, fd)) {
			wire_client_overrun(event->client);
			return WIRE_REFUSE;
		}
		fd_steal(&fd);
	}
	return WIRE_KEEP;
}

static enum wire_verdict check(struct wire_event *event) {
	const struct wire_shape *shape = &event->message->shape;
	bool unheard = event->object->state == WIRE_OBJECT_ZOMBIE;
	enum wire_status status = wire_args_read(shape, event->bytes, event->size, event->args);
	if (status != WIRE_OK) {
		return misfit(event, wire_status_text(status));
	}
	for (size_t i = 0; i < shape->args; i++) {
		if (shape->types[i] == 'n') {
			enum wire_verdict verdict = make(event, i, unheard);
			if (verdict != WIRE_KEEP) {
				return verdict;
			}
		}
	}
	enum wire_verdict verdict = pass_fds(event, unheard);
	if (verdict != WIRE_KEEP || unheard) {
		return verdict != WIRE_KEEP ? verdict : WIRE_DROP;
	}
	uint8_t serial = event->message->row->serial;
	if (serial > 0) {
		const struct wire_arg *arg = &event->args[serial - 1];
		uint32_t given = wire_serials_add(&event->client->serials, arg->u);
		if (given == 0) {
			return wire_refuse_memory(event->client);
		}
		event->object->serial = given;
		event->object->serial_real = arg->u;
		wire_word_set(event->bytes, arg->at, given);
	}
	return handle(event);
}

/* An event with arguments to look at, or to a zombie. Returns false if the client was doomed. */
static bool take_checked(struct wire_client *client, struct wire_object *object,
		const struct policy_message *message, uint8_t *bytes, size_t size) {
	struct wire_event event = {
			.client = client,
			.object = object,
			.message = message,
			.bytes = bytes,
			.size = size,
	};
	enum wire_verdict verdict = check(&event);
	if (verdict == WIRE_REFUSE) {
		return false;
	}
	if (verdict == WIRE_KEEP) {
		wire_queue_keep(&client->down, size);
	} else {
		wire_queue_drop(&client->down, size);
	}
	if (message->row->destroys && event.object->state == WIRE_OBJECT_LIVE) {
		wire_object_release(client, event.object);
		wire_objects_bury(event.object);
	}
	return true;
}

static bool take(struct wire_client *client, uint8_t *bytes, const struct wire_header *header) {
	struct wire_object *object = wire_objects_find(&client->objects, header->object);
	if (object == NULL || header->opcode >= object->interface->event_count) {
		char reason[96];
		snprintf(reason, sizeof(reason), "the compositor sent event %u to object %u",
				header->opcode, header->object);
		wire_client_doom(client, reason);
		return false;
	}
	const struct policy_message *message = &object->interface->events[header->opcode];
	if (message->plain && message->object_count == 0 &&
			header->size == message->shape.size_min &&
			object->state == WIRE_OBJECT_LIVE) {
		wire_queue_keep(&client->down, header->size);
		return true;
	}
	return take_checked(client, object, message, bytes, header->size);
}

void wire_events_process(struct wire_client *client) {
	for (;;) {
		struct wire_header header;
		size_t len;
		uint8_t *bytes = wire_queue_raw(&client->down, &len);
		enum wire_status status = wire_header_read(bytes, len, &header);
		if (status == WIRE_SHORT || (status == WIRE_OK && header.size > len)) {
			break;
		}
		if (status != WIRE_OK) {
			wire_client_doom(client, "the compositor sent a malformed header");
			return;
		}
		if (!take(client, bytes, &header)) {
			return;
		}
	}
	wire_queue_settle(&client->down);
}
