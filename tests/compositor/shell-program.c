/* SPDX-License-Identifier: MIT
 *
 * Stands in for the shell's own programs: a layer surface of one colour, over the connection that it
 * was started with. What it is depends on its name: silo-panel; silo-launcher, which ends when Escape
 * is typed; silent, which shows nothing; broken, which ends at once.
 */
#include <linux/input-event-codes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wayland-client.h>

#include "wlr-layer-shell-unstable-v1-client-protocol.h"

struct program {
	struct wl_compositor *compositor;
	struct wl_shm *shm;
	struct zwlr_layer_shell_v1 *shell;
	struct wl_seat *seat;
	struct wl_surface *surface;
	bool is_done;
};

static void handle_global(void *data, struct wl_registry *registry, uint32_t name,
		const char *interface, uint32_t version) {
	struct program *program = data;
	if (strcmp(interface, "wl_compositor") == 0) {
		program->compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 4);
	} else if (strcmp(interface, "wl_shm") == 0) {
		program->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
	} else if (strcmp(interface, "zwlr_layer_shell_v1") == 0) {
		program->shell =
				wl_registry_bind(registry, name, &zwlr_layer_shell_v1_interface, 4);
	} else if (strcmp(interface, "wl_seat") == 0) {
		program->seat = wl_registry_bind(registry, name, &wl_seat_interface, 1);
	}
}

static void handle_global_remove(void *data, struct wl_registry *registry, uint32_t name) {
}

static const struct wl_registry_listener registry_listener = {
		.global = handle_global,
		.global_remove = handle_global_remove,
};

static void handle_configure(void *data, struct zwlr_layer_surface_v1 *layer, uint32_t serial,
		uint32_t width, uint32_t height) {
	struct program *program = data;
	int size = (int)(width * height * 4);
	int fd = memfd_create("pixels", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, size) < 0) {
		exit(1);
	}
	struct wl_shm_pool *pool = wl_shm_create_pool(program->shm, fd, size);
	struct wl_buffer *buffer = wl_shm_pool_create_buffer(pool, 0, (int)width, (int)height,
			(int)width * 4, WL_SHM_FORMAT_XRGB8888);
	zwlr_layer_surface_v1_ack_configure(layer, serial);
	wl_surface_attach(program->surface, buffer, 0, 0);
	wl_surface_commit(program->surface);
	wl_shm_pool_destroy(pool);
	wl_buffer_destroy(buffer);
	close(fd);
}

static void handle_closed(void *data, struct zwlr_layer_surface_v1 *layer) {
	struct program *program = data;
	program->is_done = true;
}

static const struct zwlr_layer_surface_v1_listener layer_listener = {
		.configure = handle_configure,
		.closed = handle_closed,
};

static void handle_keymap(void *data, struct wl_keyboard *keyboard, uint32_t format, int fd,
		uint32_t size) {
	close(fd);
}

static void handle_enter(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		struct wl_surface *surface, struct wl_array *keys) {
}

static void handle_leave(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		struct wl_surface *surface) {
}

static void handle_key(void *data, struct wl_keyboard *keyboard, uint32_t serial, uint32_t time,
		uint32_t key, uint32_t state) {
	struct program *program = data;
	program->is_done |= key == KEY_ESC && state == WL_KEYBOARD_KEY_STATE_PRESSED;
}

static void handle_modifiers(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		uint32_t depressed, uint32_t latched, uint32_t locked, uint32_t group) {
}

static const struct wl_keyboard_listener keyboard_listener = {
		.keymap = handle_keymap,
		.enter = handle_enter,
		.leave = handle_leave,
		.key = handle_key,
		.modifiers = handle_modifiers,
};

static void show(struct program *program, const char *name) {
	bool is_panel = strcmp(name, "silo-panel") == 0;
	program->surface = wl_compositor_create_surface(program->compositor);
	struct zwlr_layer_surface_v1 *layer = zwlr_layer_shell_v1_get_layer_surface(program->shell,
			program->surface, NULL,
			is_panel ? ZWLR_LAYER_SHELL_V1_LAYER_TOP
				 : ZWLR_LAYER_SHELL_V1_LAYER_OVERLAY,
			name);
	zwlr_layer_surface_v1_add_listener(layer, &layer_listener, program);
	if (is_panel) {
		zwlr_layer_surface_v1_set_anchor(layer,
				ZWLR_LAYER_SURFACE_V1_ANCHOR_BOTTOM |
						ZWLR_LAYER_SURFACE_V1_ANCHOR_LEFT |
						ZWLR_LAYER_SURFACE_V1_ANCHOR_RIGHT);
		zwlr_layer_surface_v1_set_size(layer, 0, 44);
		zwlr_layer_surface_v1_set_exclusive_zone(layer, 44);
	} else {
		zwlr_layer_surface_v1_set_anchor(layer,
				ZWLR_LAYER_SURFACE_V1_ANCHOR_BOTTOM |
						ZWLR_LAYER_SURFACE_V1_ANCHOR_LEFT);
		zwlr_layer_surface_v1_set_size(layer, 400, 300);
		zwlr_layer_surface_v1_set_keyboard_interactivity(layer,
				ZWLR_LAYER_SURFACE_V1_KEYBOARD_INTERACTIVITY_EXCLUSIVE);
	}
	wl_surface_commit(program->surface);
}

int main(int argc, char *argv[]) {
	const char *slash = strrchr(argv[0], '/');
	const char *name = slash != NULL ? slash + 1 : argv[0];
	struct program program = {0};
	if (strcmp(name, "broken") == 0 || getenv("WAYLAND_SOCKET") == NULL) {
		return 3;
	}
	/* Static, as a leak is what nothing points to. */
	static struct wl_display *display;
	display = wl_display_connect(NULL);
	if (display == NULL) {
		return 1;
	}
	struct wl_registry *registry = wl_display_get_registry(display);
	wl_registry_add_listener(registry, &registry_listener, &program);
	wl_display_roundtrip(display);
	if (program.shell == NULL || program.seat == NULL) {
		return 1;
	}
	struct wl_keyboard *keyboard = wl_seat_get_keyboard(program.seat);
	wl_keyboard_add_listener(keyboard, &keyboard_listener, &program);
	if (strcmp(name, "silent") != 0) {
		show(&program, name);
	}
	while (!program.is_done && wl_display_dispatch(display) >= 0) {
	}
	return 0;
}
