/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/desk.h"

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

pid_t fork(void);

#define STEPS_MAX 300

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

struct desk desk;

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
	desk.fixture = state;
	fixture_domain(desk.fixture, "victim", &desk.victim_dial);
	desk.victim = fixture_client(desk.fixture, desk.victim_dial);
	window_map(&desk.window, desk.victim, 300, 200, 0xff0000ff);
}

/* Reads what the compositor says; what is not a whole message yet waits. */
static void hear(void) {
	fixture_settle(desk.fixture);
	while (desk.fd >= 0) {
		int fds[FD_MESSAGE_MAX];
		size_t n = FD_MESSAGE_MAX;
		ssize_t len = fd_recv(desk.fd, desk.received + desk.received_len,
				DESK_RECEIVED_MAX - desk.received_len, fds, &n);
		for (size_t i = 0; len > 0 && i < n; i++) {
			fd_close(&fds[i]);
		}
		if (len <= 0) {
			if (len != -EAGAIN) {
				fd_close(&desk.fd);
			}
			break;
		}
		desk.received_len += (size_t)len;
		struct wire_header header;
		size_t at = 0;
		while (wire_header_read(desk.received + at, desk.received_len - at, &header) ==
						WIRE_OK &&
				header.size <= desk.received_len - at) {
			speaker_hear(&desk.speaker, desk.received + at, header.size);
			at += header.size;
		}
		desk.received_len -= at;
		memmove(desk.received, desk.received + at, desk.received_len);
	}
}

static void say(const struct speaker_message *message) {
	if (desk.fd < 0) {
		return;
	}
	int fd = message->has_file ? input_file(message->file) : -1;
	fd_send(desk.fd, message->bytes, message->len, &fd, fd >= 0 ? 1 : 0);
	fd_close(&fd);
	hear();
}

/* A new client of the attacker's VM, with one of each global. */
static void connect_client(void) {
	static struct speaker_message message;
	fd_close(&desk.fd);
	fixture_settle(desk.fixture);
	desk.received_len = 0;
	speaker_init(&desk.speaker, false);
	desk.fd = desk.connect();
	if (desk.fd < 0) {
		return;
	}
	fd_set_nonblock(desk.fd, true);
	struct input registry = {(const uint8_t *)"\0\1\0", 3};
	speaker_make(&desk.speaker, &registry, &message);
	say(&message);
	static uint8_t binds[16384];
	size_t binds_len = 0;
	for (size_t i = 0; speaker_make_bind(&desk.speaker, i, &message); i++) {
		memcpy(binds + binds_len, message.bytes, message.len);
		binds_len += message.len;
	}
	fd_send(desk.fd, binds, binds_len, NULL, 0);
	hear();
}

static const uint32_t keys[] = {KEY_LEFTMETA, KEY_LEFTSHIFT, KEY_LEFTCTRL, KEY_LEFTALT, KEY_TAB,
		KEY_Q, KEY_F, KEY_M, KEY_C, KEY_V, KEY_UP, KEY_LEFT, KEY_2, KEY_ESC, KEY_A,
		KEY_SPACE};
#define KEYS (sizeof(keys) / sizeof(keys[0]))
#define BUTTONS 2

static void press(size_t key, bool is_press) {
	if (desk.keys[key] != is_press) {
		desk.keys[key] = is_press;
		user_key(desk.fixture, keys[key], is_press);
	}
}

static void click(size_t button, bool is_press) {
	if (desk.buttons[button] != is_press) {
		desk.buttons[button] = is_press;
		user_button(desk.fixture, button == 0 ? BTN_LEFT : BTN_RIGHT, is_press);
	}
}

/* Says a request by its name; returns its new object. */
static uint32_t request(uint32_t object, const char *name, const uint32_t *words) {
	static struct speaker_message message;
	uint32_t id = speaker_request(&desk.speaker, object, name, words, &message);
	if (id != 0) {
		say(&message);
	}
	return id;
}
#define REQUEST(object, name, ...) request(object, name, (const uint32_t[]){0, ##__VA_ARGS__} + 1)
#define NEWEST(interface) speaker_newest(&desk.speaker, interface)

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
	REQUEST(xdg_surface, "ack_configure", desk.speaker.serials[0]);
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
		user_move(desk.fixture, 5 * x, 3 * y);
		break;
	case STEP_BUTTON:
		x = input_byte(input);
		click(x % BUTTONS, (x & 0x80) == 0);
		break;
	case STEP_RAW: {
		size_t len;
		const uint8_t *bytes = input_bytes(input, WIRE_MESSAGE_MAX, &len);
		if (len > 0 && desk.fd >= 0) {
			fd_send(desk.fd, bytes, len, NULL, 0);
		}
		break;
	}
	case STEP_DRAW:
		fixture_pixel(desk.fixture, 1, 1);
		break;
	case STEP_CLIENT:
		connect_client();
		break;
	case STEP_SHOW:
		x = input_byte(input);
		show((x & 1) != 0, 1 + x / 2, 1 + x / 2);
		break;
	default:
		if (speaker_make(&desk.speaker, input, &message)) {
			say(&message);
		}
		return;
	}
	hear();
}

static void let_go(void) {
	for (size_t i = 0; i < KEYS; i++) {
		press(i, false);
	}
	for (size_t i = 0; i < BUTTONS; i++) {
		click(i, false);
	}
}

void desk_make(void) {
	if (desk.fixture == NULL) {
		make_world();
	}
}

void desk_run(const uint8_t *bytes, size_t len, int (*connect)(void), void (*look)(void)) {
	struct input input = {bytes, len};
	desk.fd = -1;
	desk.connect = connect;
	connect_client();
	for (int i = 0; i < STEPS_MAX && input.left > 0; i++) {
		do_step(&input);
		if (look != NULL) {
			look();
		}
		if (desk.fd < 0) {
			connect_client();
		}
	}
	let_go();
	fd_close(&desk.fd);
	fixture_settle(desk.fixture);
	assert(!desk.victim->is_dead);
}
