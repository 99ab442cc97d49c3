/* SPDX-License-Identifier: MIT
 *
 * From a client to the host (see relay.h).
 */
#include "guest/bridge/relay.h"

#include <fcntl.h>
#include <string.h>

#include "base/fd.h"
#include "base/limits.h"
#include "guest/bridge/client.h"
#include "guest/bridge/interfaces.h"

#define DISPLAY_INVALID_OBJECT 0
#define DISPLAY_INVALID_METHOD 1
#define ARGS_MAX 20
#define VIEWPORTER_GET_VIEWPORT 1
#define SURFACE_ATTACH 1

struct request {
	uint32_t id; // the client's number of the object
	struct object object;
	const struct wl_message *message;
	uint16_t opcode;
	struct stream_arg args[ARGS_MAX];
	unsigned n;
	/* The message as the host gets it. */
	uint8_t bytes[WIRE_MESSAGE_MAX];
	size_t size;
	struct context_id ids[CROSS_DOMAIN_IDS_MAX];
	size_t n_ids;
	struct buffer *buffer; // the last that was named, if it is in shared memory
};

/* Reads and checks the arguments of request.bytes. Returns false if the client was ended. */
static bool read_request(struct client *client, struct request *request) {
	struct stream_header header = stream_read_header(request->bytes);
	request->id = header.object;
	request->opcode = header.opcode;
	struct object *object = objects_find(&client->objects, header.object);
	if (object == NULL) {
		client_end_protocol(client, 1, DISPLAY_INVALID_OBJECT, "invalid object");
		return false;
	}
	request->object = *object;
	if (header.opcode >= object->interface->method_count) {
		client_end_protocol(client, header.object, DISPLAY_INVALID_METHOD,
				"invalid method");
		return false;
	}
	request->message = &object->interface->methods[header.opcode];
	struct stream_walk walk;
	stream_walk_init(&walk, request->message, request->bytes, request->size);
	while (request->n < ARGS_MAX && stream_walk_next(&walk, &request->args[request->n])) {
		request->n++;
	}
	if (!stream_walk_ended_well(&walk)) {
		client_end_protocol(client, header.object, DISPLAY_INVALID_METHOD,
				"malformed request");
		return false;
	}
	return true;
}

static bool shm_failed(struct client *client) {
	const struct shm_error *error = &client->shm.error;
	if (error->code == UINT32_MAX) {
		client_end(client, error->text);
	} else {
		client_end_protocol(client, error->object, error->code, error->text);
	}
	return false;
}

/* A new object: of the type that the signature tells, or for bind, of the name that goes before it.
 */
static bool add_object(struct client *client, struct request *request, unsigned i) {
	const struct stream_arg *arg = &request->args[i];
	const struct wl_interface *interface = arg->interface;
	uint32_t version = request->object.version;
	if (interface == NULL && i >= 2 && request->args[i - 2].type == 's' &&
			request->args[i - 2].value > 0) {
		const struct stream_arg *name = &request->args[i - 2];
		interface = interfaces_find_global((const char *)name->bytes, name->value - 1);
		version = request->args[i - 1].value;
		if (interface != NULL && version > (uint32_t)interface->version) {
			interface = NULL;
		}
	}
	struct object *object = interface == NULL
			? NULL
			: objects_add(&client->objects, arg->value, interface, version, true);
	if (object == NULL) {
		client_end_protocol(client, request->id, DISPLAY_INVALID_OBJECT,
				interface == NULL ? "invalid global" : "invalid new object");
		return false;
	}
	stream_put(request->bytes + arg->offset, object->host_id);
	if (interface == &wl_surface_interface) {
		object->data = surface_create(&client->shm);
		if (object->data == NULL) {
			client_end(client, "out of memory");
			return false;
		}
	} else if (interface == &wl_shm_interface && client->shm.images.host_shm == 0) {
		client->shm.images.host_shm = object->host_id;
	}
	return true;
}

static bool name_object(struct client *client, struct request *request, unsigned i) {
	const struct stream_arg *arg = &request->args[i];
	if (arg->value == 0) {
		return true; // the host judges where null may stand
	}
	struct object *object = objects_find(&client->objects, arg->value);
	if (object == NULL) {
		client_end_protocol(client, 1, DISPLAY_INVALID_OBJECT, "invalid object argument");
		return false;
	}
	uint32_t host_id = object->host_id;
	if (object->interface == &wl_buffer_interface && object->data != NULL) {
		bool is_attach = request->object.interface == &wl_surface_interface &&
				request->opcode == SURFACE_ATTACH;
		request->buffer = object->data;
		if (!shm_use_buffer(&client->shm, object->data, !is_attach, &host_id)) {
			return shm_failed(client);
		}
	}
	stream_put(request->bytes + arg->offset, host_id);
	return true;
}

/* A descriptor that the host's side is to write into: the only kind that is left besides pools. */
static bool name_fd(struct client *client, struct request *request) {
	int fd = fd_queue_pop(&client->request_fds);
	int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY || request->n_ids > 0) {
		fd_close(&fd);
		client_end(client, "a request came without a descriptor that can be written to");
		return false;
	}
	uint32_t id = client->context.next_pipe_id++;
	if (pipes_add_inbound(&client->pipes, id, fd) < 0) {
		client_end(client, "too many transfers");
		return false;
	}
	request->ids[request->n_ids++] = (struct context_id){CROSS_DOMAIN_ID_READ_PIPE, id};
	return true;
}

static bool translate(struct client *client, struct request *request) {
	for (unsigned i = 0; i < request->n; i++) {
		bool done = true;
		switch (request->args[i].type) {
		case 'n':
			done = add_object(client, request, i);
			break;
		case 'o':
			done = name_object(client, request, i);
			break;
		case 'h':
			done = name_fd(client, request);
			break;
		default:
			break;
		}
		if (!done) {
			return false;
		}
	}
	stream_put(request->bytes, request->object.host_id);
	return true;
}

/* Surfaces are watched for what changes of their buffers. */
static bool watch(struct client *client, struct request *request) {
	struct object *object = NULL;
	if (request->object.interface == &wl_surface_interface && request->object.data != NULL &&
			!surface_request(&client->shm, request->object.data, request->opcode,
					request->args, request->buffer)) {
		return shm_failed(client);
	}
	if (request->object.interface == &wp_viewporter_interface &&
			request->opcode == VIEWPORTER_GET_VIEWPORT) {
		object = objects_find(&client->objects, request->args[1].value);
	}
	if (object != NULL && object->interface == &wl_surface_interface && object->data != NULL) {
		((struct surface *)object->data)->has_viewport = true;
	}
	return true;
}

/* Requests to wl_shm and what it makes stay here. */
static bool is_for_shm(struct client *client, struct request *request, bool *ret_taken) {
	int fd = -1;
	bool has_fd = request->n > 1 && request->args[1].type == 'h';
	*ret_taken = request->object.interface == &wl_shm_interface ||
			request->object.interface == &wl_shm_pool_interface ||
			(request->object.interface == &wl_buffer_interface &&
					request->object.data != NULL);
	if (!*ret_taken) {
		return true;
	}
	if (has_fd && (fd = fd_queue_pop(&client->request_fds)) < 0) {
		client_end(client, "a pool came without its descriptor");
		return false;
	}
	enum shm_result result = shm_request(&client->shm, request->id, &request->object,
			request->opcode, request->args, &fd);
	fd_close(&fd);
	return result == SHM_FAILED ? shm_failed(client) : true;
}

static void relay_request(struct client *client, const uint8_t *bytes, size_t size) {
	struct request request = {.size = size};
	memcpy(request.bytes, bytes, size);
	bool taken;
	if (!read_request(client, &request) || !is_for_shm(client, &request, &taken) || taken) {
		return;
	}
	if (!translate(client, &request) || !watch(client, &request)) {
		return;
	}
	if (context_send(&client->context, request.bytes, size, request.ids, request.n_ids) < 0) {
		client_end(client, "the host takes no commands");
	}
}

size_t relay_requests(struct client *client, const uint8_t *bytes, size_t len) {
	size_t done = 0;
	while (len - done >= 8 && !client->is_over) {
		size_t size = stream_read_header(bytes + done).size;
		if (size < 8 || size % 4 != 0 || size > WIRE_MESSAGE_MAX) {
			client_end_protocol(client, 1, DISPLAY_INVALID_METHOD, "malformed message");
			break;
		}
		if (size > len - done) {
			break;
		}
		relay_request(client, bytes + done, size);
		done += size;
	}
	return done;
}
