/* SPDX-License-Identifier: MIT */
#include "tests/compositor/client.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "tests/compositor/fixture.h"

static bool is_readable(int fd) {
	struct pollfd pollfd = {.fd = fd, .events = POLLIN};
	return poll(&pollfd, 1, 0) > 0;
}

static void handle_ping(void *data, struct xdg_wm_base *wm_base, uint32_t serial) {
	xdg_wm_base_pong(wm_base, serial);
}

static const struct xdg_wm_base_listener wm_base_listener = {.ping = handle_ping};

static void handle_keymap(void *data, struct wl_keyboard *keyboard, uint32_t format, int fd,
		uint32_t size) {
	struct test_client *client = data;
	client->keymaps++;
	close(fd);
}

static void handle_keyboard_enter(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		struct wl_surface *surface, struct wl_array *keys) {
	struct test_client *client = data;
	client->keyboard_enters++;
	client->enter_keys = (uint32_t)(keys->size / sizeof(uint32_t));
	client->serial = serial;
}

static void handle_keyboard_leave(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		struct wl_surface *surface) {
	struct test_client *client = data;
	client->keyboard_leaves++;
}

static void handle_key(void *data, struct wl_keyboard *keyboard, uint32_t serial, uint32_t time,
		uint32_t key, uint32_t state) {
	struct test_client *client = data;
	client->last_key = key;
	client->serial = serial;
	if (state == WL_KEYBOARD_KEY_STATE_PRESSED) {
		client->key_presses++;
	} else {
		client->key_releases++;
	}
}

static void handle_modifiers(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		uint32_t depressed, uint32_t latched, uint32_t locked, uint32_t group) {
	struct test_client *client = data;
	client->modifiers++;
	client->depressed = depressed | latched;
}

static void handle_repeat_info(void *data, struct wl_keyboard *keyboard, int32_t rate,
		int32_t delay) {
}

static const struct wl_keyboard_listener keyboard_listener = {
		.keymap = handle_keymap,
		.enter = handle_keyboard_enter,
		.leave = handle_keyboard_leave,
		.key = handle_key,
		.modifiers = handle_modifiers,
		.repeat_info = handle_repeat_info,
};

static void handle_pointer_enter(void *data, struct wl_pointer *pointer, uint32_t serial,
		struct wl_surface *surface, wl_fixed_t x, wl_fixed_t y) {
	struct test_client *client = data;
	client->pointer_enters++;
	client->serial = serial;
}

static void handle_pointer_leave(void *data, struct wl_pointer *pointer, uint32_t serial,
		struct wl_surface *surface) {
	struct test_client *client = data;
	client->pointer_leaves++;
}

static void handle_motion(void *data, struct wl_pointer *pointer, uint32_t time, wl_fixed_t x,
		wl_fixed_t y) {
	struct test_client *client = data;
	client->motions++;
}

static void handle_button(void *data, struct wl_pointer *pointer, uint32_t serial, uint32_t time,
		uint32_t button, uint32_t state) {
	struct test_client *client = data;
	client->buttons++;
	client->serial = serial;
}

static void handle_axis(void *data, struct wl_pointer *pointer, uint32_t time, uint32_t axis,
		wl_fixed_t value) {
}

static const struct wl_pointer_listener pointer_listener = {
		.enter = handle_pointer_enter,
		.leave = handle_pointer_leave,
		.motion = handle_motion,
		.button = handle_button,
		.axis = handle_axis,
};

static void bind_seat(struct test_client *client, uint32_t name) {
	if (client->seats++ > 0) {
		return;
	}
	client->seat = wl_registry_bind(client->registry, name, &wl_seat_interface, 4);
	client->pointer = wl_seat_get_pointer(client->seat);
	client->keyboard = wl_seat_get_keyboard(client->seat);
	wl_pointer_add_listener(client->pointer, &pointer_listener, client);
	wl_keyboard_add_listener(client->keyboard, &keyboard_listener, client);
}

static void handle_global(void *data, struct wl_registry *registry, uint32_t name,
		const char *interface, uint32_t version) {
	struct test_client *client = data;
	client->globals++;
	client->name_max = name > client->name_max ? name : client->name_max;
	assert_true(client->offered_len < sizeof(client->offered) / sizeof(client->offered[0]));
	snprintf(client->offered[client->offered_len].interface,
			sizeof(client->offered[0].interface), "%s", interface);
	client->offered[client->offered_len++].name = name;
	if (strcmp(interface, "wl_compositor") == 0) {
		client->compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 4);
	} else if (strcmp(interface, "wl_subcompositor") == 0) {
		client->subcompositor =
				wl_registry_bind(registry, name, &wl_subcompositor_interface, 1);
	} else if (strcmp(interface, "wl_shm") == 0) {
		client->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
	} else if (strcmp(interface, "xdg_wm_base") == 0) {
		client->wm_base = wl_registry_bind(registry, name, &xdg_wm_base_interface, 3);
		xdg_wm_base_add_listener(client->wm_base, &wm_base_listener, client);
	} else if (strcmp(interface, "wl_seat") == 0) {
		bind_seat(client, name);
	}
}

static void handle_global_remove(void *data, struct wl_registry *registry, uint32_t name) {
	struct test_client *client = data;
	client->globals--;
}

static const struct wl_registry_listener registry_listener = {
		.global = handle_global,
		.global_remove = handle_global_remove,
};

struct test_client *client_connect(struct fixture *fixture, int fd) {
	struct test_client *client = calloc(1, sizeof(*client));
	assert_non_null(client);
	assert_true(fixture->clients_len < CLIENTS_MAX);
	client->fixture = fixture;
	fixture->clients[fixture->clients_len++] = client;
	client->display = wl_display_connect_to_fd(fd);
	assert_non_null(client->display);
	client->registry = wl_display_get_registry(client->display);
	wl_registry_add_listener(client->registry, &registry_listener, client);
	fixture_settle(fixture);
	return client;
}

bool client_turn(struct test_client *client) {
	if (client->is_dead) {
		return false;
	}
	bool has_acted = wl_display_dispatch_pending(client->display) > 0;
	wl_display_flush(client->display);
	if (is_readable(wl_display_get_fd(client->display)) &&
			wl_display_prepare_read(client->display) == 0) {
		wl_display_read_events(client->display);
		has_acted |= wl_display_dispatch_pending(client->display) > 0;
	}
	if (wl_display_get_error(client->display) != 0) {
		client->is_dead = true;
		has_acted = true;
	}
	wl_display_flush(client->display);
	return has_acted;
}

bool client_is_offered(struct test_client *client, const char *interface) {
	for (size_t i = 0; i < client->offered_len; i++) {
		if (strcmp(client->offered[i].interface, interface) == 0) {
			return true;
		}
	}
	return false;
}

void *client_bind(struct test_client *client, const struct wl_interface *interface,
		uint32_t version) {
	for (size_t i = 0; i < client->offered_len; i++) {
		if (strcmp(client->offered[i].interface, interface->name) == 0) {
			return wl_registry_bind(client->registry, client->offered[i].name,
					interface, version);
		}
	}
	fail_msg("%s is not offered", interface->name);
	return NULL;
}

void client_free(struct test_client *client) {
	struct fixture *fixture = client->fixture;
	for (size_t i = 0; i < fixture->clients_len; i++) {
		if (fixture->clients[i] == client) {
			fixture->clients[i] = fixture->clients[--fixture->clients_len];
			break;
		}
	}
	struct wl_proxy *const proxies[] = {
			(struct wl_proxy *)client->pointer,
			(struct wl_proxy *)client->keyboard,
			(struct wl_proxy *)client->seat,
			(struct wl_proxy *)client->wm_base,
			(struct wl_proxy *)client->shm,
			(struct wl_proxy *)client->subcompositor,
			(struct wl_proxy *)client->compositor,
			(struct wl_proxy *)client->registry,
	};
	for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++) {
		if (proxies[i] != NULL) {
			wl_proxy_destroy(proxies[i]);
		}
	}
	wl_display_disconnect(client->display);
	free(client);
	fixture_settle(fixture);
}

bool client_is_ended(struct test_client *client) {
	fixture_settle(client->fixture);
	return client->is_dead;
}

struct wl_buffer *buffer_create(struct test_client *client, int width, int height, uint32_t color) {
	size_t size = (size_t)width * (size_t)height * 4;
	int fd = memfd_create("buffer", MFD_CLOEXEC);
	assert_true(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	uint32_t *pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(pixels != MAP_FAILED);
	for (size_t i = 0; i < size / 4; i++) {
		pixels[i] = color;
	}
	munmap(pixels, size);
	struct wl_shm_pool *pool = wl_shm_create_pool(client->shm, fd, (int32_t)size);
	struct wl_buffer *buffer = wl_shm_pool_create_buffer(pool, 0, width, height, width * 4,
			WL_SHM_FORMAT_ARGB8888);
	wl_shm_pool_destroy(pool);
	close(fd);
	return buffer;
}

static void handle_configure(void *data, struct xdg_surface *xdg_surface, uint32_t serial) {
	struct test_window *window = data;
	window->is_configured = true;
	window->configures++;
	window->serial = serial;
	xdg_surface_ack_configure(xdg_surface, serial);
}

static const struct xdg_surface_listener xdg_surface_listener = {.configure = handle_configure};

static void handle_toplevel_configure(void *data, struct xdg_toplevel *toplevel, int32_t width,
		int32_t height, struct wl_array *states) {
	struct test_window *window = data;
	window->width = width;
	window->height = height;
	window->is_activated = window->is_maximized = window->is_fullscreen = false;
	window->is_tiled = false;
	const uint32_t *state;
	wl_array_for_each(state, states) {
		window->is_activated |= *state == XDG_TOPLEVEL_STATE_ACTIVATED;
		window->is_maximized |= *state == XDG_TOPLEVEL_STATE_MAXIMIZED;
		window->is_tiled |= *state == XDG_TOPLEVEL_STATE_TILED_TOP;
		window->is_fullscreen |= *state == XDG_TOPLEVEL_STATE_FULLSCREEN;
	}
}

static void handle_close(void *data, struct xdg_toplevel *toplevel) {
	struct test_window *window = data;
	window->is_closed = true;
}

static const struct xdg_toplevel_listener toplevel_listener = {
		.configure = handle_toplevel_configure,
		.close = handle_close,
};

static void handle_popup_configure(void *data, struct xdg_popup *popup, int32_t x, int32_t y,
		int32_t width, int32_t height) {
	struct test_window *window = data;
	window->width = width;
	window->height = height;
}

static void handle_popup_done(void *data, struct xdg_popup *popup) {
	struct test_window *window = data;
	window->is_closed = true;
}

static void handle_repositioned(void *data, struct xdg_popup *popup, uint32_t token) {
}

static const struct xdg_popup_listener popup_listener = {
		.configure = handle_popup_configure,
		.popup_done = handle_popup_done,
		.repositioned = handle_repositioned,
};

void window_init(struct test_window *window, struct test_client *client) {
	*window = (struct test_window){.client = client};
	window->surface = wl_compositor_create_surface(client->compositor);
	window->xdg_surface = xdg_wm_base_get_xdg_surface(client->wm_base, window->surface);
	xdg_surface_add_listener(window->xdg_surface, &xdg_surface_listener, window);
	window->toplevel = xdg_surface_get_toplevel(window->xdg_surface);
	xdg_toplevel_add_listener(window->toplevel, &toplevel_listener, window);
}

void window_attach(struct test_window *window, int width, int height, uint32_t color) {
	struct wl_buffer *buffer = buffer_create(window->client, width, height, color);
	wl_surface_attach(window->surface, buffer, 0, 0);
	wl_surface_damage(window->surface, 0, 0, width, height);
	wl_surface_commit(window->surface);
	wl_buffer_destroy(buffer);
	fixture_settle(window->client->fixture);
}

void window_map(struct test_window *window, struct test_client *client, int width, int height,
		uint32_t color) {
	window_init(window, client);
	wl_surface_commit(window->surface);
	fixture_await(client->fixture, &window->is_configured);
	window_attach(window, width, height, color);
}

void popup_init(struct test_window *popup, struct test_client *client, struct xdg_surface *parent,
		int x, int y, int width, int height) {
	*popup = (struct test_window){.client = client};
	struct xdg_positioner *positioner = xdg_wm_base_create_positioner(client->wm_base);
	xdg_positioner_set_size(positioner, width, height);
	xdg_positioner_set_anchor_rect(positioner, x, y, 1, 1);
	xdg_positioner_set_anchor(positioner, XDG_POSITIONER_ANCHOR_TOP_LEFT);
	xdg_positioner_set_gravity(positioner, XDG_POSITIONER_GRAVITY_BOTTOM_RIGHT);
	popup->surface = wl_compositor_create_surface(client->compositor);
	popup->xdg_surface = xdg_wm_base_get_xdg_surface(client->wm_base, popup->surface);
	xdg_surface_add_listener(popup->xdg_surface, &xdg_surface_listener, popup);
	popup->popup = xdg_surface_get_popup(popup->xdg_surface, parent, positioner);
	xdg_popup_add_listener(popup->popup, &popup_listener, popup);
	xdg_positioner_destroy(positioner);
}

void popup_map(struct test_window *popup, struct test_window *parent, int x, int y, int width,
		int height, uint32_t color) {
	popup_init(popup, parent->client, parent->xdg_surface, x, y, width, height);
	wl_surface_commit(popup->surface);
	fixture_await(parent->client->fixture, &popup->is_configured);
	window_attach(popup, width, height, color);
}

void window_finish(struct test_window *window) {
	if (window->popup != NULL) {
		xdg_popup_destroy(window->popup);
	}
	if (window->toplevel != NULL) {
		xdg_toplevel_destroy(window->toplevel);
	}
	xdg_surface_destroy(window->xdg_surface);
	wl_surface_destroy(window->surface);
	fixture_settle(window->client->fixture);
}
