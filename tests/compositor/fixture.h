/* SPDX-License-Identifier: MIT
 *
 * A compositor and real Wayland clients in one process and one loop. Nothing sleeps: whatever is
 * awaited has a deadline, and the test fails there.
 */
#ifndef SILO_TESTS_COMPOSITOR_FIXTURE_H
#define SILO_TESTS_COMPOSITOR_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <wlr/types/wlr_keyboard.h>
#include <wlr/types/wlr_pointer.h>

#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/options.h"
#include "compositor/server.h"
#include "compositor/window/window.h"
#include "tests/compositor/client.h"

#define CLIENTS_MAX 8

struct fixture {
	struct options options;
	struct server *server;
	struct wlr_keyboard keyboard;
	struct wlr_pointer pointer;
	struct test_client *clients[CLIENTS_MAX];
	size_t clients_len;
	uint32_t time_ms;
};

/* Settings for the next set-up, a path; NULL: none. And its outputs, 1 or 2. */
extern const char *fixture_config;
/* What sets titles for the next set-up, a path; NULL: nothing. */
extern const char *fixture_text;
extern size_t fixture_outputs;
/* Of the first output. */
extern float fixture_scale;
/* With a runtime directory, which must then be named in the environment. */
extern bool fixture_varlink;
/* With logind, where the environment says that the system's bus is. */
extern bool fixture_logind;

/*
 * cmocka's set-up and tear-down; *state is the fixture. Input devices that a test makes must be static: after
 * a failed assertion the compositor still listens to them, until it is torn down.
 */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* cmocka's set-up and tear-down of a group: a runtime directory of its own, named in the environment, in
 * which the compositors of its tests serve Varlink. */
int fixture_runtime_setup(void **state);
int fixture_runtime_teardown(void **state);
/* Its path. */
const char *fixture_runtime(void);

/* Handles all that is pending on both sides. */
void fixture_settle(struct fixture *fixture);

/* Waits until *flag is true, or fails. */
void fixture_await(struct fixture *fixture, const bool *flag);

/* A domain; its dial channel's other end is *ret_fd. */
struct domain *fixture_domain(struct fixture *fixture, const char *name, int *ret_fd);

/* A client over a dial channel; it has bound what it needs. */
struct test_client *fixture_client(struct fixture *fixture, int dial_fd);
/* A client of a host class. */
struct test_client *fixture_host_client(struct fixture *fixture, enum client_class class);

/* The compositor's window for it. */
struct window *window_in_server(struct fixture *fixture, const char *domain);

/* The pixel 0xrrggbb of the first output, drawn now. */
uint32_t fixture_pixel(struct fixture *fixture, int x, int y);
/* Likewise of the output of that number, from 0. */
uint32_t fixture_pixel_on(struct fixture *fixture, size_t index, int x, int y);
/* How many pixels of it have that colour. */
size_t fixture_count(struct fixture *fixture, uint32_t color);

/* The user. */
void user_key(struct fixture *fixture, uint32_t key, bool is_press);
void user_tap(struct fixture *fixture, uint32_t key);
void user_move(struct fixture *fixture, int x, int y);
void user_button(struct fixture *fixture, uint32_t button, bool is_press);
void user_click(struct fixture *fixture, int x, int y);

#endif
