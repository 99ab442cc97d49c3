/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/speaker.h"

#include <string.h>
#include <wayland-util.h>

#include "parse/wire.h"

#define SERVER_ID 0xff000000u
/* Chosen in place of an object: none at all; the id that the next byte says. */
#define CHOOSE_NONE 0xfe
#define CHOOSE_RAW 0xff
/* Chosen in place of a serial: those that came last. */
#define CHOOSE_OTHER 0xf0

static const char *const texts[] = {"text/plain;charset=utf-8", "text/plain", "image/png",
		"a title", "\xe2\x80\xaetitle\x1b]0;\x07", "org.example.App", "default", "",
		"seat0", "HEADLESS-1"};

void speaker_init(struct speaker *speaker, bool is_compositor) {
	memset(speaker, 0, sizeof(*speaker));
	speaker->is_compositor = is_compositor;
	speaker->server_id = SERVER_ID;
	speaker->serial = 1000;
	speaker->objects[0] = (struct speaker_object){
			.id = 1, .interface = policy_find("wl_display", 10), .version = 1};
	speaker->objects_len = 1;
}

static struct speaker_object *find(struct speaker *speaker, uint32_t id) {
	for (size_t i = 0; i < speaker->objects_len; i++) {
		if (speaker->objects[i].id == id) {
			return &speaker->objects[i];
		}
	}
	return NULL;
}

static void add(struct speaker *speaker, uint32_t id, const struct policy_interface *interface,
		uint8_t version) {
	struct speaker_object *object = find(speaker, id);
	if (interface == NULL || (object == NULL && speaker->objects_len == SPEAKER_OBJECTS_MAX)) {
		return;
	}
	object = object != NULL ? object : &speaker->objects[speaker->objects_len++];
	*object = (struct speaker_object){.id = id, .interface = interface, .version = version};
}

static void forget(struct speaker *speaker, uint32_t id) {
	struct speaker_object *object = find(speaker, id);
	if (object != NULL && id != 1) {
		*object = speaker->objects[--speaker->objects_len];
	}
}

/* The lowest id that a client may give. */
static uint32_t free_id(struct speaker *speaker) {
	uint32_t id = 2;
	while (find(speaker, id) != NULL) {
		id++;
	}
	return id;
}

/* --- what went over the connection --- */

static void note_bind(struct speaker *speaker, const struct wire_arg *args) {
	const struct policy_interface *interface = policy_find(args[1].bytes, args[1].u);
	add(speaker, args[3].u, interface, (uint8_t)args[2].u);
}

static void note_global(struct speaker *speaker, const struct wire_arg *args) {
	const struct policy_interface *interface = policy_find(args[1].bytes, args[1].u);
	if (interface != NULL && speaker->globals_len < SPEAKER_GLOBALS_MAX) {
		speaker->globals[speaker->globals_len++] = (struct speaker_global){
				.name = args[0].u, .version = args[2].u, .interface = interface};
	}
}

static void note_serial(struct speaker *speaker, uint32_t serial) {
	memmove(speaker->serials + 1, speaker->serials,
			(SPEAKER_SERIALS - 1) * sizeof(speaker->serials[0]));
	speaker->serials[0] = serial;
}

/* Notes what a message does to the objects. */
static bool note(struct speaker *speaker, const uint8_t *bytes, size_t len, bool is_request) {
	struct wire_header header;
	struct wire_arg args[WIRE_ARGS_MAX];
	if (wire_header_read(bytes, len, &header) != WIRE_OK || header.size != len) {
		return false;
	}
	struct speaker_object *object = find(speaker, header.object);
	if (object == NULL) {
		return false;
	}
	const struct policy_interface *interface = object->interface;
	if (header.opcode >= (is_request ? interface->request_count : interface->event_count)) {
		return false;
	}
	const struct policy_message *message =
			&(is_request ? interface->requests : interface->events)[header.opcode];
	if (wire_args_read(&message->shape, bytes, len, args) != WIRE_OK) {
		return false;
	}
	if (message->row->destroys) {
		if (header.object >= SERVER_ID) {
			forget(speaker, header.object);
		} else {
			object->is_dead = true;
		}
	}
	uint8_t version = object->version;
	for (size_t i = 0; i < message->shape.args; i++) {
		if (message->shape.types[i] == 'n' && message->types[i] != NULL) {
			add(speaker, args[i].u, message->types[i], version);
		}
	}
	if (message->row->action == POLICY_BIND) {
		note_bind(speaker, args);
	} else if (message->row->action == POLICY_GLOBAL) {
		note_global(speaker, args);
	} else if (message->row->action == POLICY_DELETE_ID) {
		forget(speaker, args[0].u);
	}
	if (message->row->serial > 0 && is_request == speaker->is_compositor) {
		note_serial(speaker, args[message->row->serial - 1].u);
	}
	return true;
}

bool speaker_hear(struct speaker *speaker, const uint8_t *bytes, size_t len) {
	return note(speaker, bytes, len, speaker->is_compositor);
}

/* --- making one --- */

/* An object that may stand there; 0: none. */
static uint32_t choose_object(struct speaker *speaker, struct input *input,
		const struct policy_interface *type, bool is_nullable) {
	uint8_t choice = input_byte(input);
	uint32_t fitting[SPEAKER_OBJECTS_MAX];
	size_t n = 0;
	if (choice == CHOOSE_RAW) {
		speaker->is_wild = true;
		return input_byte(input);
	}
	if (choice == CHOOSE_NONE && is_nullable) {
		return 0;
	}
	for (size_t i = 0; i < speaker->objects_len; i++) {
		const struct speaker_object *object = &speaker->objects[i];
		if (!object->is_dead && (type == NULL || object->interface == type)) {
			fitting[n++] = object->id;
		}
	}
	return n > 0 ? fitting[choice % n] : 0;
}

static uint32_t choose_serial(struct speaker *speaker, struct input *input) {
	uint8_t choice = input_byte(input);
	if (choice >= CHOOSE_OTHER) {
		return input_number(input);
	}
	if (speaker->is_compositor) {
		return ++speaker->serial;
	}
	return speaker->serials[choice % SPEAKER_SERIALS];
}

static uint32_t choose_new_id(struct speaker *speaker, struct input *input) {
	uint8_t choice = input_byte(input);
	if (choice == CHOOSE_RAW) {
		speaker->is_wild = true;
		return input_number(input);
	}
	return speaker->is_compositor ? speaker->server_id++ : free_id(speaker);
}

static void put_text(struct wire_writer *writer, struct input *input) {
	uint8_t choice = input_byte(input);
	size_t len;
	if (choice < sizeof(texts) / sizeof(texts[0])) {
		wire_put_string(writer, texts[choice], strlen(texts[choice]));
		return;
	}
	const uint8_t *bytes = input_bytes(input, 600, &len);
	wire_put_string(writer, (const char *)bytes, len);
}

static void put_array(struct wire_writer *writer, struct input *input) {
	size_t len;
	const uint8_t *bytes = input_bytes(input, 512, &len);
	wire_put(writer, (uint32_t)len);
	for (size_t at = 0; at < len; at += 4) {
		uint8_t word[4] = {0};
		memcpy(word, bytes + at, len - at < 4 ? len - at : 4);
		wire_put(writer, wire_word(word, 0));
	}
}

static bool put_arg(struct speaker *speaker, struct input *input,
		const struct policy_message *message, size_t i, struct wire_writer *writer,
		struct speaker_message *ret) {
	bool is_nullable = (message->shape.nullable >> i & 1) != 0;
	uint32_t id;
	switch (message->shape.types[i]) {
	case 'n':
		wire_put(writer, choose_new_id(speaker, input));
		return true;
	case 'o':
		id = choose_object(speaker, input, message->types[i], is_nullable);
		wire_put(writer, id);
		return id != 0 || is_nullable;
	case 's':
		put_text(writer, input);
		return true;
	case 'a':
		put_array(writer, input);
		return true;
	case 'h':
		ret->has_file = true;
		ret->file = input_byte(input);
		return true;
	default:
		wire_put(writer,
				message->row->serial == i + 1 ? choose_serial(speaker, input)
							      : input_number(input));
		return true;
	}
}

static bool finish(struct speaker *speaker, struct wire_writer *writer,
		struct speaker_message *ret) {
	ret->len = wire_end(writer);
	if (ret->len > 0) {
		note(speaker, ret->bytes, ret->len, !speaker->is_compositor);
	}
	return ret->len > 0;
}

bool speaker_make_bind(struct speaker *speaker, size_t n, struct speaker_message *ret) {
	const struct policy_interface *registry = policy_find("wl_registry", 11);
	struct speaker_object *object = NULL;
	for (size_t i = 0; i < speaker->objects_len && object == NULL; i++) {
		object = speaker->objects[i].interface == registry ? &speaker->objects[i] : NULL;
	}
	if (n >= speaker->globals_len || object == NULL) {
		return false;
	}
	const struct speaker_global *global = &speaker->globals[n];
	const char *name = global->interface->wl->name;
	struct wire_writer writer;
	*ret = (struct speaker_message){0};
	wire_begin(&writer, ret->bytes, sizeof(ret->bytes), object->id, 0);
	wire_put(&writer, global->name);
	wire_put_string(&writer, name, strlen(name));
	wire_put(&writer, global->version);
	wire_put(&writer, free_id(speaker));
	return finish(speaker, &writer, ret);
}

bool speaker_make(struct speaker *speaker, struct input *input, struct speaker_message *ret) {
	uint8_t choice = input_byte(input);
	uint8_t opcode = input_byte(input);
	/* Of few objects every one can be named; of many, the first and the newest. */
	size_t n = speaker->objects_len;
	const struct speaker_object *object =
			&speaker->objects[choice < 128 ? choice % n : n - 1 - (255u - choice) % n];
	bool is_request = !speaker->is_compositor;
	const struct policy_interface *interface = object->interface;
	uint16_t count = is_request ? interface->request_count : interface->event_count;
	if (count == 0 || object->is_dead) {
		return false;
	}
	opcode = (uint8_t)(opcode % count);
	const struct policy_message *message =
			&(is_request ? interface->requests : interface->events)[opcode];
	if (message->shape.since > object->version ||
			(speaker->may_say != NULL && !speaker->may_say(message))) {
		return false;
	}
	if (message->row->action == POLICY_BIND) {
		return speaker_make_bind(speaker, input_byte(input), ret);
	}
	struct wire_writer writer;
	*ret = (struct speaker_message){0};
	wire_begin(&writer, ret->bytes, sizeof(ret->bytes), object->id, opcode);
	for (size_t i = 0; i < message->shape.args; i++) {
		if (!put_arg(speaker, input, message, i, &writer, ret)) {
			return false;
		}
	}
	return finish(speaker, &writer, ret);
}

bool speaker_make_delete(struct speaker *speaker, struct speaker_message *ret) {
	for (size_t i = 0; i < speaker->objects_len; i++) {
		const struct speaker_object *object = &speaker->objects[i];
		if (object->is_dead && object->id < SERVER_ID) {
			struct wire_writer writer;
			*ret = (struct speaker_message){0};
			wire_begin(&writer, ret->bytes, sizeof(ret->bytes), 1, 1);
			wire_put(&writer, object->id);
			return finish(speaker, &writer, ret);
		}
	}
	return false;
}

uint32_t speaker_newest(const struct speaker *speaker, const char *interface) {
	const struct policy_interface *wanted = policy_find(interface, strlen(interface));
	for (size_t i = speaker->objects_len; wanted != NULL && i-- > 0;) {
		const struct speaker_object *object = &speaker->objects[i];
		if (object->interface == wanted && !object->is_dead) {
			return object->id;
		}
	}
	return 0;
}

static const struct policy_message *request_of(const struct policy_interface *interface,
		const char *name, uint16_t *ret_opcode) {
	for (uint16_t i = 0; i < interface->request_count; i++) {
		if (strcmp(interface->wl->methods[i].name, name) == 0) {
			*ret_opcode = i;
			return &interface->requests[i];
		}
	}
	return NULL;
}

uint32_t speaker_request(struct speaker *speaker, uint32_t object, const char *name,
		const uint32_t *words, struct speaker_message *ret) {
	const struct speaker_object *target = find(speaker, object);
	uint16_t opcode = 0;
	const struct policy_message *message = target != NULL && !target->is_dead
			? request_of(target->interface, name, &opcode)
			: NULL;
	if (message == NULL) {
		return 0;
	}
	struct wire_writer writer;
	uint32_t id = object;
	*ret = (struct speaker_message){0};
	wire_begin(&writer, ret->bytes, sizeof(ret->bytes), object, opcode);
	for (size_t i = 0; i < message->shape.args; i++) {
		switch (message->shape.types[i]) {
		case 'n':
			id = free_id(speaker);
			wire_put(&writer, id);
			break;
		case 'h':
			ret->has_file = true;
			ret->file = INPUT_FILE_SEALED;
			break;
		default:
			wire_put(&writer, *words++);
		}
	}
	return finish(speaker, &writer, ret) ? id : 0;
}
