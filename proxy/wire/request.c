/* SPDX-License-Identifier: MIT
 *
 * Requests: each is checked against its interface table and policy row, then against the quotas;
 * its serials are translated back and its texts cleaned. The bytes are a hostile guest's.
 */
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/text.h"
#include "proxy/wire/engine.h"
#include "proxy/wire/requests.h"
#include "proxy/wire/shm.h"
#include "proxy/wire/surface.h"

/* wl_output.transform has eight. */
#define TRANSFORM_MAX 7

/* Translates the serial argument. Strict ones end the client, others never validate. */
static enum wire_verdict translate_serial(struct wire_request *request) {
	const struct policy_row *row = request->message->row;
	const struct wire_arg *arg = &request->args[row->serial - 1];
	const struct wire_object *object = request->object;
	uint32_t real;
	if (!wire_serials_find(&request->client->serials, arg->u, &real)) {
		if (object->serial != 0 && object->serial == arg->u) {
			real = object->serial_real; // the newest of this object stays known
		} else if (row->strict) {
			return wire_request_refuse(request, OFFENCE_SERIAL,
					"serial %u was never given", arg->u);
		} else {
			real = wire_serials_invalid(&request->client->serials);
		}
	}
	wire_word_set(request->bytes, arg->at, real);
	return WIRE_KEEP;
}

/* Checks the objects that a request names, and adds the one that it makes. */
static enum wire_verdict check_objects(struct wire_request *request) {
	struct wire_client *client = request->client;
	const struct wire_shape *shape = &request->message->shape;
	size_t made = WIRE_ARGS_MAX;
	for (size_t i = 0; i < shape->args; i++) {
		uint32_t id = request->args[i].u;
		if (shape->types[i] == 'n') {
			made = i;
		}
		if (shape->types[i] != 'o' || id == 0) {
			continue;
		}
		const struct wire_object *object = wire_objects_find(&client->objects, id);
		const struct policy_interface *type = request->message->types[i];
		if (object == NULL || object->state != WIRE_OBJECT_LIVE) {
			return wire_request_refuse(request, OFFENCE_PROTOCOL,
					"there is no object %u", id);
		}
		if (type != NULL && object->interface != type) {
			return wire_request_refuse(request, OFFENCE_PROTOCOL,
					"object %u is a %s, not a %s", id,
					object->interface->wl->name, type->wl->name);
		}
	}
	if (made == WIRE_ARGS_MAX || request->message->row->action == POLICY_BIND) {
		return WIRE_KEEP;
	}
	return wire_request_make(request, request->args[made].u, request->message->types[made],
			request->object->version);
}

enum wire_verdict wire_request_make(struct wire_request *request, uint32_t id,
		const struct policy_interface *interface, uint8_t version) {
	struct wire_client *client = request->client;
	uint32_t object_id = request->object->id;
	enum wire_objects_status status = wire_objects_add(&client->objects, id, false, interface,
			version, &request->made);
	switch (status) {
	case WIRE_OBJECTS_OK:
		/* The map may have moved. */
		request->object = wire_objects_find(&client->objects, object_id);
		return WIRE_KEEP;
	case WIRE_OBJECTS_BAD_ID:
		return wire_request_refuse(request, OFFENCE_MALFORMED, "%u is not a free id", id);
	case WIRE_OBJECTS_FULL:
		return wire_request_refuse(request, OFFENCE_OBJECTS, "more than %u objects",
				(unsigned)CLIENT_OBJECTS_MAX);
	case WIRE_OBJECTS_NO_MEMORY:
		break;
	}
	return wire_refuse_memory(client);
}

static enum wire_verdict claim_fd(struct wire_request *request) {
	struct wire_client *client = request->client;
	if (request->message->shape.fds > 1) {
		return wire_request_refuse(request, OFFENCE_DESCRIPTOR, "too many descriptors");
	}
	if (client->loose_count == 0) {
		return wire_request_refuse(request, OFFENCE_DESCRIPTOR,
				"its descriptor is missing");
	}
	request->fd = client->loose[0];
	client->loose_count--;
	memmove(client->loose, client->loose + 1, client->loose_count * sizeof(client->loose[0]));
	return WIRE_KEEP;
}

static enum wire_verdict handle(struct wire_request *request) {
	switch (request->message->row->action) {
	case POLICY_SYNC:
		request->made->sync = 1;
		return WIRE_KEEP;
	case POLICY_BIND:
		return wire_registry_bind(request);
	case POLICY_CREATE_SURFACE:
		return wire_surface_create(request);
	case POLICY_ATTACH:
		return wire_surface_attach(request);
	case POLICY_DAMAGE:
		return wire_surface_damage(request, false);
	case POLICY_DAMAGE_BUFFER:
		return wire_surface_damage(request, true);
	case POLICY_FRAME:
		return wire_request_frame(request);
	case POLICY_COMMIT:
		return wire_surface_commit(request);
	case POLICY_TRANSFORM:
		return wire_surface_resample(request, 0, TRANSFORM_MAX);
	case POLICY_SCALE:
		return wire_surface_resample(request, 1, SURFACE_SCALE_MAX);
	case POLICY_GET_VIEWPORT:
		return wire_surface_viewport(request);
	case POLICY_REGION:
		return wire_request_region(request);
	case POLICY_GET_SUBSURFACE:
		return wire_subsurface_create(request);
	case POLICY_CREATE_POOL:
		return wire_shm_create_pool(request);
	case POLICY_CREATE_BUFFER:
		return wire_shm_create_buffer(request);
	case POLICY_RESIZE_POOL:
		return wire_shm_resize_pool(request);
	case POLICY_MIME:
		return wire_request_mime(request);
	case POLICY_PIPE:
		return wire_request_pipe(request);
	case POLICY_GET_TOPLEVEL:
		return wire_request_toplevel(request);
	case POLICY_GET_POPUP:
		return wire_request_popup(request);
	case POLICY_TITLE:
		return wire_request_title(request);
	case POLICY_APP_ID:
		return wire_request_app_id(request);
	case POLICY_UTF8:
		return wire_request_utf8(request);
	case POLICY_GET_XDG_OUTPUT:
		request->made->count =
				wire_objects_find(&request->client->objects, request->args[1].u)
						->count;
		return WIRE_KEEP;
	default:
		return WIRE_KEEP;
	}
}

static enum wire_verdict check(struct wire_request *request) {
	const struct policy_message *message = request->message;
	enum wire_status status = wire_args_read(&message->shape, request->bytes, request->size,
			request->args);
	if (status != WIRE_OK) {
		return wire_request_refuse(request, OFFENCE_MALFORMED, "%s",
				wire_status_text(status));
	}
	if (message->row->denied) {
		return wire_request_refuse(request, OFFENCE_DENIED,
				"not offered to virtual machines");
	}
	enum wire_verdict verdict = check_objects(request);
	if (verdict == WIRE_KEEP && message->shape.fds > 0) {
		verdict = claim_fd(request);
	}
	if (verdict == WIRE_KEEP && message->row->serial > 0) {
		verdict = translate_serial(request);
	}
	return verdict == WIRE_KEEP ? handle(request) : verdict;
}

/* A request with arguments to look at. Returns false if the client was refused. */
static bool take_checked(struct wire_client *client, struct wire_object *object,
		const struct policy_message *message, uint8_t *bytes, size_t size) {
	struct wire_request request = {
			.client = client,
			.object = object,
			.message = message,
			.bytes = bytes,
			.size = size,
			.fd = {.fd = -1},
	};
	enum wire_verdict verdict = check(&request);
	if (verdict == WIRE_KEEP && request.fd.fd >= 0) {
		int fd = request.fd.fd;
		request.fd.fd = -1;
		if (!wire_queue_put_fd(&client->up, fd)) {
			request.fd.fd = fd;
			verdict = wire_request_refuse(&request, OFFENCE_DESCRIPTOR,
					"too many descriptors wait");
		}
	}
	if (message->shape.fds > 0) {
		wire_fd_drop(&request.fd);
	}
	if (verdict == WIRE_REFUSE) {
		return false;
	}
	if (verdict == WIRE_KEEP) {
		wire_queue_keep(&client->up, size);
	} else {
		wire_queue_drop(&client->up, size);
	}
	if (message->row->destroys) {
		wire_object_release(client, request.object);
		wire_objects_bury(request.object);
	}
	return true;
}

/* One request that is there in full. Returns false if the client was refused. */
static bool take(struct wire_client *client, uint8_t *bytes, const struct wire_header *header) {
	struct wire_object *object = wire_objects_find(&client->objects, header->object);
	if (object == NULL || object->state != WIRE_OBJECT_LIVE) {
		wire_refuse(client, OFFENCE_PROTOCOL, 1, WIRE_ERROR_INVALID_OBJECT,
				"there is no object %u", header->object);
		return false;
	}
	const struct policy_interface *interface = object->interface;
	if (header->opcode >= interface->request_count ||
			interface->requests[header->opcode].shape.since > object->version) {
		wire_refuse(client, OFFENCE_PROTOCOL, header->object, WIRE_ERROR_INVALID_METHOD,
				"%s@%u has no request %u in version %u", interface->wl->name,
				header->object, header->opcode, object->version);
		return false;
	}
	const struct policy_message *message = &interface->requests[header->opcode];
	bucket_take(&client->domain->work, 1 + message->row->cost);
	return take_checked(client, object, message, bytes, header->size);
}

/* May another request pass now? Otherwise the timer is set and the client throttled. */
static bool has_tokens(struct wire_client *client) {
	struct bucket *work = &client->domain->work;
	if (client->domain->is_silent) {
		client->throttled = true; // wire_client_go_on() follows
		return false;
	}
	if (!bucket_is_dry(work) && !bucket_is_dry(&client->damage)) {
		return true;
	}
	int64_t now_ns = clock_now_ns();
	bucket_refill(work, now_ns);
	bucket_refill(&client->damage, now_ns);
	int wait_ms = 0;
	if (bucket_is_dry(work)) {
		wait_ms = bucket_wait_ms(work);
	}
	if (bucket_is_dry(&client->damage)) {
		int damage_ms = bucket_wait_ms(&client->damage);
		wait_ms = damage_ms > wait_ms ? damage_ms : wait_ms;
	}
	client->throttled = wait_ms > 0;
	if (client->throttled) {
		wire_client_arm(client, wait_ms);
	}
	return !client->throttled;
}

/* Do all objects that a plain request names live, and are what they must be? */
static bool objects_fit(const struct wire_client *client, const struct policy_message *message,
		const uint8_t *bytes) {
	for (size_t i = 0; i < message->object_count; i++) {
		const struct policy_object *arg = &message->objects[i];
		uint32_t id = wire_word(bytes, arg->at);
		if (id == 0 && arg->nullable) {
			continue;
		}
		const struct wire_object *object = wire_objects_find(&client->objects, id);
		if (object == NULL || object->state != WIRE_OBJECT_LIVE ||
				(arg->type != NULL && object->interface != arg->type)) {
			return false;
		}
	}
	return true;
}

/*
 * The plain request at bytes, if there is one in full and nothing is wrong with it; else NULL, and
 * take() finds out what it is.
 */
static const struct policy_message *plain_request(const struct wire_client *client,
		const uint8_t *bytes, size_t len) {
	if (len < WIRE_HEADER_SIZE) {
		return NULL;
	}
	const struct wire_object *object = wire_objects_find(&client->objects, wire_word(bytes, 0));
	if (object == NULL || object->state != WIRE_OBJECT_LIVE) {
		return NULL;
	}
	uint32_t word = wire_word(bytes, 4);
	uint32_t opcode = word & 0xffff, size = word >> 16;
	if (opcode >= object->interface->request_count) {
		return NULL;
	}
	const struct policy_message *message = &object->interface->requests[opcode];
	bool is_fine = message->plain && message->shape.since <= object->version &&
			size == message->shape.size_min && size <= len &&
			objects_fit(client, message, bytes);
	return is_fine ? message : NULL;
}

/* Lets plain requests pass, all that follow each other at once. Most requests are such. */
static void pass_plain(struct wire_client *client) {
	struct bucket *work = &client->domain->work;
	if (client->domain->is_silent || bucket_is_dry(&client->damage)) {
		return;
	}
	size_t len;
	const uint8_t *bytes = wire_queue_raw(&client->up, &len);
	size_t passed = 0;
	uint64_t cost = 0;
	while ((int64_t)cost < work->level) {
		const struct policy_message *message =
				plain_request(client, bytes + passed, len - passed);
		if (message == NULL) {
			break;
		}
		passed += message->shape.size_min;
		cost += 1 + message->row->cost;
	}
	if (passed > 0) {
		bucket_take(work, cost);
		wire_queue_keep(&client->up, passed);
	}
}

void wire_requests_process(struct wire_client *client) {
	client->throttled = false;
	for (;;) {
		pass_plain(client);
		struct wire_header header;
		size_t len;
		uint8_t *bytes = wire_queue_raw(&client->up, &len);
		enum wire_status status = wire_header_read(bytes, len, &header);
		if (status == WIRE_SHORT || (status == WIRE_OK && header.size > len)) {
			break;
		}
		if (status != WIRE_OK) {
			wire_refuse(client, OFFENCE_MALFORMED, 1, WIRE_ERROR_INVALID_METHOD, "%s",
					wire_status_text(status));
			return;
		}
		if (!has_tokens(client)) {
			break;
		}
		if (!take(client, bytes, &header)) {
			return;
		}
	}
	wire_queue_settle(&client->up);
}
