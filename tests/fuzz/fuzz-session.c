/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the Wayland engine between a guest and a compositor that both speak almost rightly
 * (speaker.h), so that what lies behind the parser is reached: objects' lives, quotas, rewriting, in
 * both directions. The input is a sequence of steps, each a byte and what it needs.
 *
 * Whatever reaches one side must be a message that it can understand: an object that it knows, a form
 * that the interface has, a text that may be shown. As soon as a side has sent raw bytes, what it
 * knows itself is no longer asked.
 */
#include <assert.h>
#include <string.h>
#include <wayland-util.h>

#include "base/fd.h"
#include "base/text.h"
#include "proxy/policy/policy.h"
#include "proxy/quota/pool.h"
#include "tests/fuzz/speaker.h"
#include "tests/wire/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

#define STEPS_MAX 400

enum step {
	STEP_GUEST, // and all below STEP_COMPOSITOR
	STEP_COMPOSITOR = 8,
	STEP_DELETE = 12,
	STEP_GUEST_RAW,
	STEP_COMPOSITOR_RAW,
	STEP_READS, // the guest stops reading, or goes on
	STEP_KINDS,
};

struct session {
	struct fixture fixture;
	struct speaker guest, compositor;
	bool holds;
};

static struct session session;

/* Of the proxy's own memory, as the device passes it, or of the client. */
static struct wire_fd make_file(uint8_t kind) {
	struct wire_fd fd = {.fd = -1, .kind = WIRE_FD_FOREIGN};
	if (kind >= 0x80) {
		fd.pool = pool_file_create(&session.fixture.account, INPUT_FILE_BYTES);
	}
	if (fd.pool != NULL) {
		fd.kind = WIRE_FD_POOL;
		return fd;
	}
	fd.fd = input_file(kind);
	if (kind % INPUT_FILE_KINDS == INPUT_FILE_PIPE_WRITE && (kind & 0x40) != 0) {
		fd.kind = WIRE_FD_PIPE_WRITE;
	}
	return fd;
}

static void push(const uint8_t *bytes, size_t len, bool has_file, uint8_t file) {
	struct wire_fd fd;
	if (has_file) {
		fd = make_file(file);
	}
	ssize_t taken = wire_client_push(session.fixture.client, bytes, len, &fd, has_file ? 1 : 0);
	if (taken == 0 && has_file) {
		fd_close(&fd.fd);
		pool_file_unref(fd.pool);
	}
}

static void check_text(const struct speaker *speaker, const uint8_t *bytes, size_t len) {
	for (size_t i = 0; i < speaker->objects_len; i++) {
		const struct speaker_object *object = &speaker->objects[i];
		uint16_t opcode = (uint16_t)(wire_word(bytes, 4) & 0xffff);
		if (object->id != wire_word(bytes, 0)) {
			continue;
		}
		const struct policy_message *message = &object->interface->requests[opcode];
		struct wire_arg args[WIRE_ARGS_MAX];
		if (message->row->action == POLICY_TITLE || message->row->action == POLICY_APP_ID) {
			assert(wire_args_read(&message->shape, bytes, len, args) == WIRE_OK);
			assert(text_is_sanitised(args[0].bytes, TITLE_LEN_MAX));
		}
	}
}

/* What waits for the compositor. */
static void hear_requests(void) {
	compositor_read(&session.fixture);
	size_t at = 0, len;
	const uint8_t *bytes;
	for (size_t n = 0; (bytes = nth(&session.fixture, n, &len)) != NULL; n++) {
		at += len;
		if (!session.compositor.is_wild) {
			assert(speaker_hear(&session.compositor, bytes, len));
			check_text(&session.compositor, bytes, len);
		}
	}
	assert(at == session.fixture.len);
}

static void hear_events(void) {
	if (session.holds) {
		fixture_run(&session.fixture);
		return;
	}
	guest_read(&session.fixture);
	size_t at = 0, len;
	const uint8_t *bytes;
	for (size_t n = 0; (bytes = nth(&session.fixture, n, &len)) != NULL; n++) {
		at += len;
		bool is_heard = speaker_hear(&session.guest, bytes, len);
		assert(is_heard || session.guest.is_wild || session.compositor.is_wild);
	}
	assert(at == session.fixture.len);
}

static void say_as_compositor(const struct speaker_message *message) {
	int fd = message->has_file ? input_file(message->file) : -1;
	fd_send(session.fixture.compositor, message->bytes, message->len, &fd, fd >= 0 ? 1 : 0);
	fd_close(&fd);
	hear_events();
}

static void say_as_guest(const struct speaker_message *message) {
	push(message->bytes, message->len, message->has_file, message->file);
	hear_requests();
}

/* Every global of the policy, in one go. Returns the length. */
static size_t put_globals(uint8_t *out, size_t cap) {
	size_t n, len = 0;
	const struct policy_interface *all = policy_all(&n);
	for (size_t i = 0; i < n; i++) {
		if (all[i].global == 0) {
			continue;
		}
		struct wire_writer writer;
		wire_begin(&writer, out + len, cap - len, 2, 0);
		wire_put(&writer, (uint32_t)(100 + i));
		wire_put_string(&writer, all[i].wl->name, strlen(all[i].wl->name));
		wire_put(&writer, (uint32_t)all[i].wl->version);
		len += wire_end(&writer);
	}
	return len;
}

/* A registry with every global of the policy, each bound once. */
static void begin(void) {
	static uint8_t bytes[8192];
	static struct speaker_message message;
	fixture_start(&session.fixture, 0);
	speaker_init(&session.guest, false);
	speaker_init(&session.compositor, true);
	session.holds = false;
	struct input registry = {(const uint8_t *)"\0\1\0", 3};
	speaker_make(&session.guest, &registry, &message);
	say_as_guest(&message);
	size_t len = put_globals(bytes, sizeof(bytes));
	fd_send(session.fixture.compositor, bytes, len, NULL, 0);
	hear_events();
	len = 0;
	for (size_t i = 0; speaker_make_bind(&session.guest, i, &message); i++) {
		memcpy(bytes + len, message.bytes, message.len);
		len += message.len;
	}
	push(bytes, len, false, 0);
	hear_requests();
}

static void do_raw(struct input *input, bool is_guest) {
	size_t len;
	const uint8_t *bytes = input_bytes(input, WIRE_MESSAGE_MAX, &len);
	if (len == 0) {
		return;
	}
	if (is_guest) {
		session.guest.is_wild = true;
		push(bytes, len, false, 0);
		/* The compositor may now get to know objects that the guest's speaker does not. */
		hear_requests();
	} else {
		session.compositor.is_wild = true;
		fd_send(session.fixture.compositor, bytes, len, NULL, 0);
		hear_events();
	}
}

static void do_step(struct input *input) {
	uint8_t step = input_byte(input) % STEP_KINDS;
	static struct speaker_message message;
	if (step < STEP_COMPOSITOR) {
		if (speaker_make(&session.guest, input, &message)) {
			say_as_guest(&message);
		}
	} else if (step < STEP_DELETE) {
		if (speaker_make(&session.compositor, input, &message)) {
			say_as_compositor(&message);
		}
	} else if (step == STEP_DELETE) {
		if (speaker_make_delete(&session.compositor, &message)) {
			say_as_compositor(&message);
		}
	} else if (step == STEP_READS) {
		session.holds = !session.holds;
		hear_events();
	} else {
		do_raw(input, step == STEP_GUEST_RAW);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	struct input input = {bytes, len};
	begin();
	for (int i = 0; i < STEPS_MAX && input.left > 0 && !session.fixture.ended; i++) {
		do_step(&input);
	}
	fixture_stop(&session.fixture);
	assert(session.fixture.account.files == 0);
	return 0;
}
