/* SPDX-License-Identifier: MIT
 *
 * One end of a Wayland connection that a fuzzer speaks for: it knows which objects there are, from the
 * messages that went both ways, and makes of a few bytes of input a message that is nearly right, so
 * that the fuzzer gets deep. Knows exactly the interfaces of the proxy's policy tables.
 */
#ifndef SILO_TESTS_FUZZ_SPEAKER_H
#define SILO_TESTS_FUZZ_SPEAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "proxy/policy/policy.h"
#include "tests/fuzz/input.h"

#define SPEAKER_OBJECTS_MAX 512
#define SPEAKER_GLOBALS_MAX 64
#define SPEAKER_SERIALS 4

struct speaker_object {
	uint32_t id;
	const struct policy_interface *interface;
	uint8_t version;
	bool is_dead; // destroyed; the compositor's end has not said delete_id yet
};

struct speaker_global {
	uint32_t name, version;
	const struct policy_interface *interface;
};

/* Large: static, or on the heap. */
struct speaker {
	bool is_compositor;
	bool is_wild; // it has said what makes no sense: it may know other objects than the other end
	struct speaker_object objects[SPEAKER_OBJECTS_MAX];
	size_t objects_len;
	struct speaker_global globals[SPEAKER_GLOBALS_MAX];
	size_t globals_len;
	uint32_t serials[SPEAKER_SERIALS]; // that the other end gave, the newest first
	uint32_t serial;                   // the last one of a compositor
	uint32_t server_id;                // the next of a compositor's own ids
	bool (*may_say)(const struct policy_message *message); // NULL: all
};

/* Knows wl_display alone. policy_init() has succeeded. */
void speaker_init(struct speaker *speaker, bool is_compositor);

/* A message made: len bytes, and what goes with them. */
struct speaker_message {
	uint8_t bytes[WIRE_MESSAGE_MAX];
	size_t len;
	bool has_file;
	uint8_t file; // kind, for input_file()
};

/*
 * Makes the next message that this end says; it is noted as said. False: the input asks for one that
 * cannot be made now.
 */
bool speaker_make(struct speaker *speaker, struct input *input, struct speaker_message *ret);

/* A compositor confirms the end of a dead object. False: there is none. */
bool speaker_make_delete(struct speaker *speaker, struct speaker_message *ret);

/* Notes one whole message that the other end said; false if it makes no sense here. */
bool speaker_hear(struct speaker *speaker, const uint8_t *bytes, size_t len);

/* Binds the nth of the globals heard of; false: there is none such. */
bool speaker_make_bind(struct speaker *speaker, size_t n, struct speaker_message *ret);

/* The newest object of that interface that lives; 0: there is none. */
uint32_t speaker_newest(const struct speaker *speaker, const char *interface);

/*
 * A client's request by its name, which is noted as said: words are its numbers and objects in their order, a
 * descriptor is a sealed file (INPUT_FILE_SEALED), new ids are given here. Returns the last new id, or the object's
 * where the request makes none; 0: there is no such object or request, and nothing is made.
 */
uint32_t speaker_request(struct speaker *speaker, uint32_t object, const char *name,
		const uint32_t *words, struct speaker_message *ret);

#endif
