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
#include <wayland-client.h>
#include <wlr/types/wlr_keyboard.h>
#include <wlr/types/wlr_pointer.h>

#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/options.h"
#include "compositor/server.h"
#include "compositor/window/window.h"
#include "xdg-shell-client-protocol.h"

#define CLIENTS_MAX 8

struct test_client {
	struct fixture *fixture;
	struct wl_display *display;
	struct wl_registry *registry;
	struct wl_compositor *compositor;
	struct wl_subcompositor *subcompositor;
	struct wl_shm *shm;
	struct xdg_wm_base *wm_base;
	struct wl_seat *seat;
	struct wl_pointer *pointer;
	struct wl_keyboard *keyboard;
	int seats, globals;
	struct {
		char interface[64];
		uint32_t name;
	} offered[64];
	size_t offered_len;
	uint32_t name_max;
	/* What the client was told. */
	int key_presses, key_releases, keyboard_enters, keyboard_leaves, keymaps;
	uint32_t enter_keys; /* held keys told with the last enter */
	int modifiers;       /* events of that name */
	uint32_t depressed;  /* as told with the last of them */
	int buttons, pointer_enters, pointer_leaves, motions;
	uint32_t last_key, serial;
	bool is_dead; /* the connection ended */
};

struct test_window {
	struct test_client *client;
	struct wl_surface *surface;
	struct xdg_surface *xdg_surface;
	struct xdg_toplevel *toplevel;
	struct xdg_popup *popup;
	int width, height; /* of the last configure event */
	bool is_configured, is_activated, is_maximized, is_fullscreen, is_tiled, is_closed;
	int configures;
	uint32_t serial; /* of the last configure event */
};

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
/* With a runtime directory, which must then be named in the environment. */
extern bool fixture_varlink;
/* With logind, where the environment says that the system's bus is. */
extern bool fixture_logind;

/* cmocka's set-up and tear-down; *state is the fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

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
void client_free(struct test_client *client);
/* Is a global of that interface offered? Binds it; fails if it is not offered. */
bool client_is_offered(struct test_client *client, const char *interface);
void *client_bind(struct test_client *client, const struct wl_interface *interface,
		uint32_t version);
/* Does what is pending for the client lead to its end? */
bool client_is_ended(struct test_client *client);

/* A toplevel without a role's initial commit, and a mapped one of one colour (ARGB). */
void window_init(struct test_window *window, struct test_client *client);
void window_map(struct test_window *window, struct test_client *client, int width, int height,
		uint32_t color);
void window_attach(struct test_window *window, int width, int height, uint32_t color);
/* A popup that has not been committed; parent may be NULL. */
void popup_init(struct test_window *popup, struct test_client *client, struct xdg_surface *parent,
		int x, int y, int width, int height);
/* A mapped popup at x, y of parent's geometry. */
void popup_map(struct test_window *popup, struct test_window *parent, int x, int y, int width,
		int height, uint32_t color);
void window_finish(struct test_window *window);

struct wl_buffer *buffer_create(struct test_client *client, int width, int height, uint32_t color);

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
void user_move(struct fixture *fixture, int x, int y);
void user_button(struct fixture *fixture, uint32_t button, bool is_press);
void user_click(struct fixture *fixture, int x, int y);

#endif
