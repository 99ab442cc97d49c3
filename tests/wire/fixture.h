/* SPDX-License-Identifier: MIT
 *
 * A Wayland engine between two ends that a test plays: the guest (push and pull) and the compositor
 * (a socket). No real client, no real compositor, no waiting.
 */
#ifndef SILO_TESTS_WIRE_FIXTURE_H
#define SILO_TESTS_WIRE_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse/wire.h"
#include "proxy/quota/pool.h"
#include "proxy/wire/client.h"

struct fixture {
	struct wl_event_loop *loop;
	struct pool_account account;
	struct wire_domain *domain;
	struct wire_client *client;
	int dial;       // the compositor's end
	int compositor; // the compositor's end of the client's connection, non-blocking
	bool ended, hung_up;
	unsigned readable, writable;
	char reason[256];
	/* What the guest or the compositor got last. */
	uint8_t bytes[1 << 17];
	size_t len;
	int fds[64];
	size_t fd_count;
};

/* Names under which the guest sees the globals that fixture_globals() announces. */
enum {
	NAME_COMPOSITOR = 1,
	NAME_SUBCOMPOSITOR = 2,
	NAME_SHM = 3,
	NAME_DATA = 4,
	NAME_WM_BASE = 6,
	NAME_SEAT = 14,
	NAME_OUTPUT = 26,
};

/* A connected client. Limits of 0 are the defaults. */
void fixture_start(struct fixture *fixture, uint32_t work_per_second);
void fixture_stop(struct fixture *fixture);
/* Lets the engine do all that it can do now. */
void fixture_run(struct fixture *fixture);

/* The same, after waiting for a timer of the engine (a second at most). */
void fixture_wait(struct fixture *fixture);

/* One message in *ret_bytes (WIRE_MESSAGE_MAX): arguments by format: u word, s string. Returns its
 * size. */
size_t message(uint8_t *ret_bytes, uint32_t object, uint16_t opcode, const char *format, ...);

/* The guest, or the compositor, sends one message. */
ssize_t guest(struct fixture *fixture, uint32_t object, uint16_t opcode, const char *format, ...);
ssize_t guest_fd(struct fixture *fixture, int fd, enum wire_fd_kind kind, struct pool_file *pool,
		uint32_t object, uint16_t opcode, const char *format, ...);
void compositor(struct fixture *fixture, uint32_t object, uint16_t opcode, const char *format, ...);
void compositor_fd(struct fixture *fixture, int fd, uint32_t object, uint16_t opcode,
		const char *format, ...);

/* What has arrived since the last time, into bytes, len, fds. */
void guest_read(struct fixture *fixture);
void compositor_read(struct fixture *fixture);
/* The nth message read, its size in *ret_size; NULL: there are fewer. */
const uint8_t *nth(const struct fixture *fixture, size_t n, size_t *ret_size);
size_t count(const struct fixture *fixture);

/* get_registry as object 2, globals announced; binds compositor 3, shm 4, wm_base 5, seat 6. */
void fixture_globals(struct fixture *fixture);
void fixture_bind(struct fixture *fixture, uint32_t name, const char *interface, uint32_t version,
		uint32_t id);

#endif
