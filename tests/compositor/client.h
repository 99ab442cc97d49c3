/* SPDX-License-Identifier: MIT
 *
 * A Wayland client of the compositor in the same process, and its windows and popups. It counts what it is
 * told.
 */
#ifndef SILO_TESTS_COMPOSITOR_CLIENT_H
#define SILO_TESTS_COMPOSITOR_CLIENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <wayland-client.h>

#include "xdg-shell-client-protocol.h"

struct fixture;

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

/* A client on a connected socket, which it then owns, that has bound what it needs. It belongs to the fixture, whose
 * tear-down frees it unless client_free() does before. */
struct test_client *client_connect(struct fixture *fixture, int fd);
/* Reads, handles and writes what can be without waiting; returns whether something happened. */
bool client_turn(struct test_client *client);
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

#endif
