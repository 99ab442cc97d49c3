/* SPDX-License-Identifier: MIT
 *
 * Both ends of a Wayland engine; see the header.
 */
#include "tests/wire/fixture.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <wayland-server-core.h>

#include "base/fd.h"
#include "base/limits.h"
#include "base/log.h"

static void on_readable(void *data) {
	struct fixture *fixture = data;
	fixture->readable++;
}

static void on_writable(void *data) {
	struct fixture *fixture = data;
	fixture->writable++;
}

static void on_ended(void *data, const char *reason) {
	struct fixture *fixture = data;
	fixture->ended = true;
	snprintf(fixture->reason, sizeof(fixture->reason), "%s", reason);
}

static void on_hangup(void *data) {
	struct fixture *fixture = data;
	fixture->hung_up = true;
}

static const struct wire_front front = {
		.readable = on_readable,
		.writable = on_writable,
		.ended = on_ended,
};

void fixture_run(struct fixture *fixture) {
	for (int i = 0; i < 6; i++) {
		wl_event_loop_dispatch(fixture->loop, 0);
	}
}

void fixture_wait(struct fixture *fixture) {
	wl_event_loop_dispatch(fixture->loop, 1000);
	fixture_run(fixture);
}

void fixture_start(struct fixture *fixture, uint32_t work_per_second) {
	memset(fixture, 0, sizeof(*fixture));
	log_init("test", NULL, LOG_LEVEL_ERROR);
	fixture->loop = wl_event_loop_create();
	fixture->account.bytes_max = 64u << 20;
	struct wire_domain_config config = {
			.name = "test",
			.account = &fixture->account,
			.work_per_second = work_per_second,
	};
	fixture->domain = wire_domain_create(fixture->loop, &config);
	assert(fixture->domain != NULL);
	wire_domain_on_hangup(fixture->domain, on_hangup, fixture);
	int dial[2];
	int pair[2];
	char byte = 0;
	size_t n = 0;
	int ok = fd_socketpair(SOCK_SEQPACKET, dial) == 0 && fd_socketpair(SOCK_STREAM, pair) == 0;
	assert(ok);
	wire_domain_set_dial(fixture->domain, dial[0]);
	fixture->dial = dial[1];
	fixture->client = wire_client_create(fixture->domain, &front, fixture);
	assert(fixture->client != NULL);
	ssize_t got = fd_recv(fixture->dial, &byte, 1, NULL, &n);
	assert(got == 1 && byte == 'c');
	fd_send(fixture->dial, "0", 1, &pair[0], 1);
	fd_close(&pair[0]);
	fixture->compositor = pair[1];
	fd_set_nonblock(fixture->compositor, true);
	fixture_run(fixture);
}

static void drop_fds(struct fixture *fixture) {
	for (size_t i = 0; i < fixture->fd_count; i++) {
		fd_close(&fixture->fds[i]);
	}
	fixture->fd_count = 0;
}

void fixture_stop(struct fixture *fixture) {
	drop_fds(fixture);
	wire_client_destroy(fixture->client);
	wire_domain_destroy(fixture->domain);
	fd_close(&fixture->dial);
	fd_close(&fixture->compositor);
	wl_event_loop_destroy(fixture->loop);
}

static size_t message_va(uint8_t *ret_bytes, uint32_t object, uint16_t opcode, const char *format,
		va_list args) {
	struct wire_writer writer;
	wire_begin(&writer, ret_bytes, WIRE_MESSAGE_MAX, object, opcode);
	for (; *format != '\0'; format++) {
		if (*format == 's') {
			const char *text = va_arg(args, const char *);
			wire_put_string(&writer, text, strlen(text));
		} else {
			wire_put(&writer, va_arg(args, uint32_t));
		}
	}
	return wire_end(&writer);
}

size_t message(uint8_t *ret_bytes, uint32_t object, uint16_t opcode, const char *format, ...) {
	va_list args;
	va_start(args, format);
	size_t len = message_va(ret_bytes, object, opcode, format, args);
	va_end(args);
	return len;
}

ssize_t guest(struct fixture *fixture, uint32_t object, uint16_t opcode, const char *format, ...) {
	uint8_t bytes[WIRE_MESSAGE_MAX];
	va_list args;
	va_start(args, format);
	size_t len = message_va(bytes, object, opcode, format, args);
	va_end(args);
	return wire_client_push(fixture->client, bytes, len, NULL, 0);
}

ssize_t guest_fd(struct fixture *fixture, int fd, enum wire_fd_kind kind, struct pool_file *pool,
		uint32_t object, uint16_t opcode, const char *format, ...) {
	uint8_t bytes[WIRE_MESSAGE_MAX];
	va_list args;
	va_start(args, format);
	size_t len = message_va(bytes, object, opcode, format, args);
	va_end(args);
	struct wire_fd wire_fd = {.fd = fd, .kind = kind, .pool = pool};
	return wire_client_push(fixture->client, bytes, len, &wire_fd, 1);
}

void compositor(struct fixture *fixture, uint32_t object, uint16_t opcode, const char *format,
		...) {
	uint8_t bytes[WIRE_MESSAGE_MAX];
	va_list args;
	va_start(args, format);
	size_t len = message_va(bytes, object, opcode, format, args);
	va_end(args);
	fd_send(fixture->compositor, bytes, len, NULL, 0);
}

void compositor_fd(struct fixture *fixture, int fd, uint32_t object, uint16_t opcode,
		const char *format, ...) {
	uint8_t bytes[WIRE_MESSAGE_MAX];
	va_list args;
	va_start(args, format);
	size_t len = message_va(bytes, object, opcode, format, args);
	va_end(args);
	fd_send(fixture->compositor, bytes, len, &fd, 1);
}

void guest_read(struct fixture *fixture) {
	drop_fds(fixture);
	fixture_run(fixture);
	fixture->len = 0;
	while (!fixture->ended) {
		size_t n = 64 - fixture->fd_count;
		size_t len = wire_client_pull(fixture->client, fixture->bytes + fixture->len,
				sizeof(fixture->bytes) - fixture->len,
				fixture->fds + fixture->fd_count, &n);
		fixture->fd_count += n;
		fixture->len += len;
		if (len == 0) {
			break;
		}
	}
	fixture_run(fixture);
}

void compositor_read(struct fixture *fixture) {
	drop_fds(fixture);
	fixture_run(fixture);
	fixture->len = 0;
	for (;;) {
		size_t n = FD_MESSAGE_MAX;
		ssize_t len = fd_recv(fixture->compositor, fixture->bytes + fixture->len,
				sizeof(fixture->bytes) - fixture->len,
				fixture->fds + fixture->fd_count, &n);
		if (len <= 0) {
			break;
		}
		fixture->fd_count += n;
		fixture->len += (size_t)len;
		fixture_run(fixture);
	}
}

const uint8_t *nth(const struct fixture *fixture, size_t n, size_t *ret_size) {
	size_t at = 0;
	for (;;) {
		struct wire_header header;
		if (wire_header_read(fixture->bytes + at, fixture->len - at, &header) != WIRE_OK ||
				header.size > fixture->len - at) {
			return NULL;
		}
		if (n-- == 0) {
			*ret_size = header.size;
			return fixture->bytes + at;
		}
		at += header.size;
	}
}

size_t count(const struct fixture *fixture) {
	size_t n = 0;
	size_t size;
	while (nth(fixture, n, &size) != NULL) {
		n++;
	}
	return n;
}

void fixture_bind(struct fixture *fixture, uint32_t name, const char *interface, uint32_t version,
		uint32_t id) {
	guest(fixture, 2, 0, "usuu", name, interface, version, id);
}

void fixture_globals(struct fixture *fixture) {
	static const struct {
		const char *name;
		uint32_t version;
	} globals[] = {
			{"wl_shm", 2},
			{"zwlr_screencopy_manager_v1", 3},
			{"wl_compositor", 6},
			{"wl_seat", 9},
			{"wl_output", 4},
			{"ext_session_lock_manager_v1", 1},
			{"xdg_wm_base", 6},
			{"wl_subcompositor", 1},
			{"wl_data_device_manager", 3},
			{"wl_output", 4},
	};
	guest(fixture, 1, 1, "u", 2u);
	fixture_run(fixture);
	for (uint32_t i = 0; i < sizeof(globals) / sizeof(globals[0]); i++) {
		compositor(fixture, 2, 0, "usu", 100 + 7 * i, globals[i].name, globals[i].version);
	}
	guest_read(fixture);
	fixture_bind(fixture, NAME_COMPOSITOR, "wl_compositor", 6, 3);
	fixture_bind(fixture, NAME_SHM, "wl_shm", 1, 4);
	fixture_bind(fixture, NAME_WM_BASE, "xdg_wm_base", 6, 5);
	fixture_bind(fixture, NAME_SEAT, "wl_seat", 9, 6);
	fixture_bind(fixture, NAME_SUBCOMPOSITOR, "wl_subcompositor", 1, 7);
	fixture_bind(fixture, NAME_DATA, "wl_data_device_manager", 3, 8);
	fixture_bind(fixture, NAME_OUTPUT, "wl_output", 4, 9);
}
