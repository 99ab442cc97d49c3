/* SPDX-License-Identifier: MIT
 *
 * Handlers of single requests; see the header. The texts and numbers are a hostile guest's.
 */
#include "proxy/wire/requests.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/canary.h"
#include "base/clock.h"
#include "base/defence.h"
#include "base/text.h"
#include "proxy/wire/shm.h"
#include "proxy/wire/surface.h"

void wire_toplevel_destroy(struct wire_toplevel *toplevel) {
	if (toplevel != NULL) {
		wl_list_remove(&toplevel->link);
		free(toplevel);
	}
}

void wire_object_release(struct wire_client *client, struct wire_object *object) {
	if (object->state != WIRE_OBJECT_LIVE) {
		return;
	}
	switch (object->interface->kind) {
	case POLICY_KIND_SURFACE:
		wire_surface_destroy(object->extra);
		client->surfaces--;
		break;
	case POLICY_KIND_SUBSURFACE: {
		/* Its surface may be gone, and the id be another's. */
		struct wire_object *surface =
				wire_objects_find(&client->objects, object->serial_real);
		if (surface != NULL && surface->state == WIRE_OBJECT_LIVE &&
				surface->interface->kind == POLICY_KIND_SURFACE &&
				wire_surface_is(surface->extra, object->serial)) {
			wire_subsurface_leave(surface->extra);
		}
		break;
	}
	case POLICY_KIND_POOL:
		if (client->pools <= 3 || !CANARY(through)) {
			wire_pool_unref(object->extra);
		}
		client->pools--;
		break;
	case POLICY_KIND_BUFFER:
		wire_buffer_unref(object->extra);
		break;
	case POLICY_KIND_TOPLEVEL:
		wire_toplevel_destroy(object->extra);
		client->toplevels--;
		client->domain->toplevels--;
		break;
	case POLICY_KIND_CALLBACK:
		if (!object->sync && object->count > 0) {
			client->frames--;
		}
		break;
	case POLICY_KIND_PLAIN:
	case POLICY_KIND_OUTPUT:
		break;
	}
	object->extra = NULL;
}

enum wire_verdict wire_request_frame(struct wire_request *request) {
	if (request->client->frames >= CLIENT_FRAME_CALLBACKS_MAX) {
		return wire_request_refuse(request, OFFENCE_CALLBACKS,
				"more than %u frame callbacks wait",
				(unsigned)CLIENT_FRAME_CALLBACKS_MAX);
	}
	request->client->frames++;
	request->made->count = 1; // counted
	return WIRE_KEEP;
}

enum wire_verdict wire_request_region(struct wire_request *request) {
	if (request->object->count >= REGION_RECTS_MAX) {
		return wire_request_refuse(request, OFFENCE_REGION, "more than %u rectangles",
				(unsigned)REGION_RECTS_MAX);
	}
	request->object->count++;
	return WIRE_KEEP;
}

/* Too many or too long types are not passed on: the others still can be pasted. */
enum wire_verdict wire_request_mime(struct wire_request *request) {
	const struct wire_arg *type = &request->args[0];
	if (request->object->count >= MIME_TYPES_MAX || type->u == 0 ||
			type->u > MIME_TYPE_LEN_MAX) {
		return WIRE_DROP;
	}
	for (uint32_t i = 0; i < type->u; i++) {
		if (type->bytes[i] < ' ' || type->bytes[i] > '~') {
			return WIRE_DROP;
		}
	}
	request->object->count++;
	return WIRE_KEEP;
}

/* Somebody will write into this: it must be a pipe's end, not a file, terminal or device. */
enum wire_verdict wire_request_pipe(struct wire_request *request) {
	struct stat status;
	if (request->fd.kind == WIRE_FD_PIPE_WRITE) {
		return WIRE_KEEP;
	}
	if (request->fd.kind != WIRE_FD_FOREIGN || fstat(request->fd.fd, &status) < 0 ||
			!(S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode))) {
		return wire_request_refuse(request, OFFENCE_DESCRIPTOR,
				"the descriptor is no pipe");
	}
	return WIRE_KEEP;
}

enum wire_verdict wire_request_toplevel(struct wire_request *request) {
	struct wire_client *client = request->client;
	struct wire_toplevel *toplevel = NULL;
	if (client->toplevels < CLIENT_TOPLEVELS_MAX &&
			client->domain->toplevels < VM_TOPLEVELS_MAX) {
		toplevel = calloc(1, sizeof(*toplevel));
		if (toplevel == NULL) {
			wire_objects_free(&client->objects, request->made);
			return wire_refuse_memory(client);
		}
		toplevel->id = request->made->id;
		wl_list_init(&toplevel->link);
		bucket_init(&toplevel->changes, TITLES_PER_SECOND_MAX, TITLES_PER_SECOND_MAX,
				clock_now_ns());
	}
	/* Counted also where it is refused, since it is released like any other. */
	request->made->extra = toplevel;
	client->toplevels++;
	client->domain->toplevels++;
	if (toplevel == NULL) {
		bool is_own = client->toplevels > CLIENT_TOPLEVELS_MAX;
		return wire_request_refuse(request, OFFENCE_WINDOWS, "more than %u windows%s",
				(unsigned)(is_own ? CLIENT_TOPLEVELS_MAX : VM_TOPLEVELS_MAX),
				is_own ? "" : " in the virtual machine");
	}
	return WIRE_KEEP;
}

enum wire_verdict wire_request_popup(struct wire_request *request) {
	const struct wire_object *parent = NULL;
	if (request->args[1].u != 0) {
		parent = wire_objects_find(&request->client->objects, request->args[1].u);
	}
	uint16_t depth = parent != NULL ? (uint16_t)(parent->count + 1) : 1;
	if (depth > POPUP_DEPTH_MAX) {
		return wire_request_refuse(request, OFFENCE_POPUPS, "popups nested deeper than %u",
				(unsigned)POPUP_DEPTH_MAX);
	}
	request->object->count = depth;
	return WIRE_KEEP;
}

/* Inserts object.opcode(text) before what is looked at. */
static enum wire_verdict insert_text(struct wire_client *client, uint32_t object, uint16_t opcode,
		const char *text, size_t len) {
	uint8_t message[WIRE_HEADER_SIZE + 4 + TITLE_LEN_MAX + 8];
	struct wire_writer writer;
	wire_begin(&writer, message, sizeof(message), object, opcode);
	wire_put_string(&writer, text, len);
	size_t size = wire_end(&writer);
	if (size == 0 || !wire_queue_insert(&client->up, message, size)) {
		return wire_refuse_memory(client);
	}
	return WIRE_DROP;
}

/* Of set_title; set_app_id stands behind it. */
#define SET_TITLE_OPCODE 2

static enum wire_verdict send_name(struct wire_client *client, struct wire_toplevel *toplevel,
		enum wire_name name) {
	bucket_take(&toplevel->changes, 1);
	toplevel->names[name].waits = false;
	return insert_text(client, toplevel->id, (uint16_t)(SET_TITLE_OPCODE + name),
			toplevel->names[name].text, toplevel->names[name].len);
}

static enum wire_verdict take_name(struct wire_request *request, enum wire_name name) {
	struct wire_client *client = request->client;
	struct wire_toplevel *toplevel = request->object->extra;
	const struct wire_arg *text = &request->args[0];
	toplevel->names[name].len = (uint16_t)text_sanitise(text->bytes, text->u, TITLE_LEN_MAX,
			toplevel->names[name].text, sizeof(toplevel->names[name].text));
	bool waits = !wl_list_empty(&toplevel->link);
	if (!waits) {
		bucket_refill(&toplevel->changes, clock_now_ns());
	}
	if (DEFENDS(title_pace) && (waits || bucket_is_dry(&toplevel->changes))) {
		toplevel->names[name].waits = true;
		if (!waits) {
			wl_list_insert(&client->titles, &toplevel->link);
			wire_client_arm(client, bucket_wait_ms(&toplevel->changes));
		}
		return WIRE_DROP;
	}
	return send_name(client, toplevel, name);
}

enum wire_verdict wire_request_title(struct wire_request *request) {
	return take_name(request, WIRE_NAME_TITLE);
}

enum wire_verdict wire_request_app_id(struct wire_request *request) {
	if (request->object->interface->kind == POLICY_KIND_TOPLEVEL) {
		return take_name(request, WIRE_NAME_APP_ID);
	}
	/* Of an activation token, whom nobody is told of. */
	char app_id[TITLE_LEN_MAX + 1];
	const struct wire_arg *text = &request->args[0];
	size_t len = text_sanitise(text->bytes, text->u, TITLE_LEN_MAX, app_id, sizeof(app_id));
	uint16_t opcode = (uint16_t)(request->message - request->object->interface->requests);
	return insert_text(request->client, request->object->id, opcode, app_id, len);
}

/* Sends those of a window that wait, as its pace allows. Returns milliseconds until the next, 0: none
 * waits, -1: the client was refused. */
static int flush_names(struct wire_client *client, struct wire_toplevel *toplevel) {
	bucket_refill(&toplevel->changes, clock_now_ns());
	for (enum wire_name name = 0; name < WIRE_NAMES; name++) {
		if (!toplevel->names[name].waits) {
			continue;
		}
		if (bucket_is_dry(&toplevel->changes)) {
			return bucket_wait_ms(&toplevel->changes);
		}
		if (send_name(client, toplevel, name) == WIRE_REFUSE) {
			return -1;
		}
	}
	wl_list_remove(&toplevel->link);
	wl_list_init(&toplevel->link);
	return 0;
}

int wire_titles_flush(struct wire_client *client) {
	int wait_ms = 0;
	struct wire_toplevel *toplevel;
	struct wire_toplevel *next;
	wl_list_for_each_safe(toplevel, next, &client->titles, link) {
		int own_ms = flush_names(client, toplevel);
		if (own_ms < 0) {
			return 0;
		}
		if (own_ms > 0) {
			wait_ms = wait_ms == 0 || own_ms < wait_ms ? own_ms : wait_ms;
		}
	}
	return wait_ms;
}

enum wire_verdict wire_request_utf8(struct wire_request *request) {
	if (!text_is_utf8(request->args[0].bytes, request->args[0].u)) {
		return wire_request_refuse(request, OFFENCE_MALFORMED, "the text is not UTF-8");
	}
	return WIRE_KEEP;
}
