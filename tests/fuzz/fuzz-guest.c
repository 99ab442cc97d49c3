/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: the compositor itself, attacked by a VM's client that nobody filters, as after a proxy
 * was taken over: almost right requests (speaker.h) in any order, raw bytes, while the user moves,
 * clicks and types. One compositor, headless, serves all inputs; each input is a domain of its own that
 * goes at its end. Another VM's window stands there all the time: it must live on, and get its keys.
 */
#include <assert.h>
#include <errno.h>
#include <linux/input-event-codes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "parse/wire.h"
#include "tests/compositor/fixture.h"
#include "tests/fuzz/speaker.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);
pid_t fork(void);

#define STEPS_MAX 300
#define RECEIVED_MAX (256u << 10)

enum step {
	STEP_SAY, // and all below STEP_KEY
	STEP_KEY = 10,
	STEP_MOVE,
	STEP_BUTTON,
	STEP_RAW,
	STEP_DRAW,
	STEP_CLIENT, // another client of the same VM, in place of this one
	STEP_SHOW,   // a window or a popup, as a well-behaved client does it
	STEP_KINDS,
};

/* In place of the C library's: whatever keys are pressed, no program is started from here. */
pid_t fork(void) {
	errno = EAGAIN;
	return -1;
}

static struct {
	struct fixture *fixture;
	struct test_client *victim;
	struct test_window window;
	int victim_dial;
	bool keys[16], buttons[2]; // that are held
	/* The attacker's. */
	struct speaker speaker;
	int dial, fd; // fd: -1 when the compositor has hung up
	uint8_t received[RECEIVED_MAX];
	size_t received_len;
} world;

static void ignore_log(const char *format, va_list args) {
}

static void make_world(void) {
	void *state = NULL;
	char reason[160];
	log_init("fuzz", NULL, LOG_LEVEL_ERROR);
	wl_log_set_handler_server(ignore_log);
	bool has_policy = policy_init(reason, sizeof(reason));
	assert(has_policy);
	fixture_setup(&state);
	world.fixture = state;
	fixture_domain(world.fixture, "victim", &world.victim_dial);
	world.victim = fixture_client(world.fixture, world.victim_dial);
	window_map(&world.window, world.victim, 300, 200, 0xff0000ff);
}

/* Reads what the compositor says; what is not a whole message yet waits. */
static void hear(void) {
	fixture_settle(world.fixture);
	while (world.fd >= 0) {
		int fds[FD_MESSAGE_MAX];
		size_t n = FD_MESSAGE_MAX;
		ssize_t len = fd_recv(world.fd, world.received + world.received_len,
				RECEIVED_MAX - world.received_len, fds, &n);
		for (size_t i = 0; len > 0 && i < n; i++) {
			fd_close(&fds[i]);
		}
		if (len <= 0) {
			if (len != -EAGAIN) {
				fd_close(&world.fd);
			}
			break;
		}
		world.received_len += (size_t)len;
		struct wire_header header;
		size_t at = 0;
		while (wire_header_read(world.received + at, world.received_len - at, &header) ==
						WIRE_OK &&
				header.size <= world.received_len - at) {
			speaker_hear(&world.speaker, world.received + at, header.size);
			at += header.size;
		}
		world.received_len -= at;
		memmove(world.received, world.received + at, world.received_len);
	}
}

static void say(const struct speaker_message *message) {
	if (world.fd < 0) {
		return;
	}
	int fd = message->has_file ? input_file(message->file) : -1;
	fd_send(world.fd, message->bytes, message->len, &fd, fd >= 0 ? 1 : 0);
	fd_close(&fd);
	hear();
}

/* A new client of the attacker's VM, with one of each global. */
static void connect_client(void) {
	static struct speaker_message message;
	char byte = 0;
	size_t n = 1;
	fd_close(&world.fd);
	fixture_settle(world.fixture);
	world.received_len = 0;
	speaker_init(&world.speaker, false);
	fd_send(world.dial, "c", 1, NULL, 0);
	fixture_settle(world.fixture);
	ssize_t len = fd_recv(world.dial, &byte, 1, &world.fd, &n);
	if (len != 1 || byte != '0' || n != 1) {
		world.fd = -1;
		return;
	}
	fd_set_nonblock(world.fd, true);
	struct input registry = {(const uint8_t *)"\0\1\0", 3};
	speaker_make(&world.speaker, &registry, &message);
	say(&message);
	static uint8_t binds[16384];
	size_t binds_len = 0;
	for (size_t i = 0; speaker_make_bind(&world.speaker, i, &message); i++) {
		memcpy(binds + binds_len, message.bytes, message.len);
		binds_len += message.len;
	}
	fd_send(world.fd, binds, binds_len, NULL, 0);
	hear();
}

static const uint32_t keys[] = {KEY_LEFTMETA, KEY_LEFTSHIFT, KEY_LEFTCTRL, KEY_LEFTALT, KEY_TAB,
		KEY_Q, KEY_F, KEY_M, KEY_C, KEY_V, KEY_UP, KEY_LEFT, KEY_2, KEY_ESC, KEY_A,
		KEY_SPACE};
#define KEYS (sizeof(keys) / sizeof(keys[0]))
#define BUTTONS 2

static void press(size_t key, bool is_press) {
	if (world.keys[key] != is_press) {
		world.keys[key] = is_press;
		user_key(world.fixture, keys[key], is_press);
	}
}

static void click(size_t button, bool is_press) {
	if (world.buttons[button] != is_press) {
		world.buttons[button] = is_press;
		user_button(world.fixture, button == 0 ? BTN_LEFT : BTN_RIGHT, is_press);
	}
}

/* Says a request by its name; returns its new object. */
static uint32_t request(uint32_t object, const char *name, const uint32_t *words) {
	static struct speaker_message message;
	uint32_t id = speaker_request(&world.speaker, object, name, words, &message);
	if (id != 0) {
		say(&message);
	}
	return id;
}
#define REQUEST(object, name, ...) request(object, name, (const uint32_t[]){0, ##__VA_ARGS__} + 1)
#define NEWEST(interface) speaker_newest(&world.speaker, interface)

/* A popup of 50x40 at the newest of what may be its parent. */
static uint32_t make_popup(uint32_t xdg_surface, uint32_t parent) {
	uint32_t positioner = REQUEST(NEWEST("xdg_wm_base"), "create_positioner");
	REQUEST(positioner, "set_size", 50, 40);
	REQUEST(positioner, "set_anchor_rect", 0, 0, 10, 10);
	return REQUEST(xdg_surface, "get_popup", parent, positioner);
}

/* Maps it, with a picture; what chance alone hardly ever does. */
static void show(bool is_popup, uint32_t width, uint32_t height) {
	uint32_t parent = NEWEST("xdg_surface");
	uint32_t surface = REQUEST(NEWEST("wl_compositor"), "create_surface");
	uint32_t xdg_surface = REQUEST(NEWEST("xdg_wm_base"), "get_xdg_surface", surface);
	uint32_t pool = REQUEST(NEWEST("wl_shm"), "create_pool", INPUT_FILE_BYTES);
	uint32_t role = is_popup ? make_popup(xdg_surface, parent)
				 : REQUEST(xdg_surface, "get_toplevel");
	if (role == 0 || pool == 0) {
		return;
	}
	REQUEST(surface, "commit");
	REQUEST(xdg_surface, "ack_configure", world.speaker.serials[0]);
	uint32_t buffer = REQUEST(pool, "create_buffer", 0, width, height, 4 * width, 0);
	REQUEST(surface, "attach", buffer, 0, 0);
	REQUEST(surface, "commit");
}

static void do_step(struct input *input) {
	static struct speaker_message message;
	uint8_t step = input_byte(input) % STEP_KINDS;
	uint8_t x, y;
	switch (step) {
	case STEP_KEY:
		x = input_byte(input);
		press(x % KEYS, (x & 0x80) == 0);
		break;
	case STEP_MOVE:
		x = input_byte(input);
		y = input_byte(input);
		user_move(world.fixture, 5 * x, 3 * y);
		break;
	case STEP_BUTTON:
		x = input_byte(input);
		click(x % BUTTONS, (x & 0x80) == 0);
		break;
	case STEP_RAW: {
		size_t len;
		const uint8_t *bytes = input_bytes(input, WIRE_MESSAGE_MAX, &len);
		if (len > 0 && world.fd >= 0) {
			fd_send(world.fd, bytes, len, NULL, 0);
		}
		break;
	}
	case STEP_DRAW:
		fixture_pixel(world.fixture, 1, 1);
		break;
	case STEP_CLIENT:
		connect_client();
		break;
	case STEP_SHOW:
		x = input_byte(input);
		show((x & 1) != 0, 1 + x / 2, 1 + x / 2);
		break;
	default:
		if (speaker_make(&world.speaker, input, &message)) {
			say(&message);
		}
		return;
	}
	hear();
}

/* Whatever was held is let go, and the attacker's VM ends. */
static void end(void) {
	for (size_t i = 0; i < KEYS; i++) {
		press(i, false);
	}
	for (size_t i = 0; i < BUTTONS; i++) {
		click(i, false);
	}
	fd_close(&world.fd);
	fd_close(&world.dial);
	fixture_settle(world.fixture);
	assert(domains_find(world.fixture->server, "evil") == NULL);
	assert(!world.victim->is_dead);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	if (world.fixture == NULL) {
		make_world();
	}
	struct input input = {bytes, len};
	world.fd = -1;
	fixture_domain(world.fixture, "evil", &world.dial);
	fd_set_nonblock(world.dial, true);
	connect_client();
	for (int i = 0; i < STEPS_MAX && input.left > 0; i++) {
		do_step(&input);
		if (world.fd < 0) {
			connect_client();
		}
	}
	end();
	return 0;
}
