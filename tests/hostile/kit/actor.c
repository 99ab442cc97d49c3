/* SPDX-License-Identifier: MIT */
#include "tests/hostile/kit/actor_private.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "primary-selection-unstable-v1-client-protocol.h"
#include "xdg-shell-client-protocol.h"

/* How long any compositor may take to answer. */
#define PATIENCE_MS 20000

static void handle_global(void *data, struct wl_registry *registry, uint32_t name,
		const char *interface, uint32_t version) {
	struct actor *actor = data;
	if (actor->globals_len < ACTOR_GLOBALS_MAX) {
		struct actor_global *global = &actor->globals[actor->globals_len++];
		*global = (struct actor_global){.name = name, .version = version};
		snprintf(global->interface, sizeof(global->interface), "%s", interface);
	}
}

static void handle_global_remove(void *data, struct wl_registry *registry, uint32_t name) {
	struct actor *actor = data;
	for (size_t i = 0; i < actor->globals_len; i++) {
		if (actor->globals[i].name == name) {
			actor->globals[i].is_removed = true;
		}
	}
}

static const struct wl_registry_listener registry_listener = {
		.global = handle_global, .global_remove = handle_global_remove};

static void handle_ping(void *data, struct xdg_wm_base *wm_base, uint32_t serial) {
	xdg_wm_base_pong(wm_base, serial);
}

static const struct xdg_wm_base_listener wm_base_listener = {.ping = handle_ping};

const struct actor_global *actor_find(const struct actor *actor, const char *interface) {
	for (size_t i = 0; i < actor->globals_len; i++) {
		const struct actor_global *global = &actor->globals[i];
		if (!global->is_removed && strcmp(global->interface, interface) == 0) {
			return global;
		}
	}
	return NULL;
}

void *actor_bind(struct actor *actor, const struct wl_interface *interface, uint32_t version) {
	const struct actor_global *global = actor_find(actor, interface->name);
	if (global == NULL) {
		return NULL;
	}
	return wl_registry_bind(actor->registry, global->name, interface,
			version < global->version ? version : global->version);
}

/* Binds what is offered. */
static bool begin(struct actor *actor, struct wl_display *display) {
	memset(actor, 0, sizeof(*actor));
	actor->display = display;
	if (display == NULL) {
		return false;
	}
	actor->registry = wl_display_get_registry(actor->display);
	wl_registry_add_listener(actor->registry, &registry_listener, actor);
	if (!actor_settle(actor)) {
		return false;
	}
	actor->compositor = actor_bind(actor, &wl_compositor_interface, 6);
	actor->subcompositor = actor_bind(actor, &wl_subcompositor_interface, 1);
	actor->shm = actor_bind(actor, &wl_shm_interface, 1);
	actor->wm_base = actor_bind(actor, &xdg_wm_base_interface, 3);
	actor->seat = actor_bind(actor, &wl_seat_interface, 7);
	if (actor->wm_base != NULL) {
		xdg_wm_base_add_listener(actor->wm_base, &wm_base_listener, actor);
	}
	actor_listen_input(actor);
	return actor_settle(actor);
}

bool actor_connect(struct actor *actor, const char *path) {
	return begin(actor, wl_display_connect(path));
}

bool actor_connect_fd(struct actor *actor, int fd) {
	return begin(actor, wl_display_connect_to_fd(fd));
}

void actor_disconnect(struct actor *actor) {
	if (actor->display != NULL) {
		wl_display_disconnect(actor->display);
	}
	actor->display = NULL;
}

/* Reads and dispatches what comes until the deadline. Returns false when the connection has ended. */
static bool read_events(struct actor *actor, int64_t deadline_ms, bool *ret_is_late) {
	struct wl_display *display = actor->display;
	*ret_is_late = false;
	while (wl_display_prepare_read(display) != 0) {
		if (wl_display_dispatch_pending(display) < 0) {
			return false;
		}
	}
	int flushed = wl_display_flush(display);
	short events = POLLIN | (flushed < 0 && errno == EAGAIN ? POLLOUT : 0);
	struct pollfd poll_fd = {.fd = wl_display_get_fd(display), .events = events};
	int64_t left_ms = deadline_ms - clock_now_ms();
	int n = poll(&poll_fd, 1, left_ms > 0 ? (int)left_ms : 0);
	if (n <= 0 || (poll_fd.revents & (POLLIN | POLLHUP | POLLERR)) == 0) {
		wl_display_cancel_read(display);
		*ret_is_late = n == 0;
		return true;
	}
	return wl_display_read_events(display) == 0 && wl_display_dispatch_pending(display) >= 0;
}

static void handle_done(void *data, struct wl_callback *callback, uint32_t serial) {
	bool *is_done = data;
	*is_done = true;
	wl_callback_destroy(callback);
}

static const struct wl_callback_listener done_listener = {.done = handle_done};

bool actor_settle(struct actor *actor) {
	if (wl_display_get_error(actor->display) != 0) {
		return false;
	}
	bool is_done = false, is_late = false;
	int64_t deadline_ms = clock_now_ms() + PATIENCE_MS;
	struct wl_callback *callback = wl_display_sync(actor->display);
	wl_callback_add_listener(callback, &done_listener, &is_done);
	while (!is_done && !is_late) {
		if (!read_events(actor, deadline_ms, &is_late)) {
			return false;
		}
	}
	if (is_late) {
		fprintf(stderr, "the compositor did not answer a client in %d s\n",
				PATIENCE_MS / 1000);
		exit(1); /* the callback points here */
	}
	return true;
}

bool actor_wait(struct actor *actor, int64_t deadline_ms) {
	bool is_late;
	return wl_display_get_error(actor->display) == 0 &&
			read_events(actor, deadline_ms, &is_late);
}

bool actor_wait_end(struct actor *actor, int64_t deadline_ms) {
	bool is_late = false;
	while (!is_late) {
		if (wl_display_get_error(actor->display) != 0 ||
				!read_events(actor, deadline_ms, &is_late)) {
			return true;
		}
	}
	return false;
}

void actor_note(struct actor *actor, enum event_kind kind, uint32_t a, uint32_t b) {
	if (actor->events_len == ACTOR_EVENTS_MAX) {
		actor->events_lost++;
		return;
	}
	actor->events[actor->events_len++] = (struct actor_event){kind, a, b};
}

void actor_forget(struct actor *actor) {
	actor->events_len = 0;
	actor->events_lost = 0;
}

size_t actor_count(const struct actor *actor, enum event_kind kind) {
	size_t count = 0;
	for (size_t i = 0; i < actor->events_len; i++) {
		count += actor->events[i].kind == kind;
	}
	return count;
}

const struct actor_event *actor_last(const struct actor *actor, enum event_kind kind) {
	for (size_t i = actor->events_len; i > 0; i--) {
		if (actor->events[i - 1].kind == kind) {
			return &actor->events[i - 1];
		}
	}
	return NULL;
}

void actor_buffer_init(struct actor_buffer *buffer, struct actor *actor, int width, int height,
		uint32_t color) {
	size_t size = (size_t)width * (size_t)height * 4;
	int fd = memfd_create("hostile", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *pixels = MAP_FAILED;
	if (fd >= 0 && ftruncate(fd, (off_t)size) == 0) {
		pixels = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	}
	if (pixels == MAP_FAILED) {
		perror("a buffer");
		exit(1);
	}
	*buffer = (struct actor_buffer){.pixels = pixels, .width = width, .height = height};
	buffer->pool = wl_shm_create_pool(actor->shm, fd, (int32_t)size);
	close(fd);
	buffer->wl_buffer = wl_shm_pool_create_buffer(buffer->pool, 0, width, height, width * 4,
			WL_SHM_FORMAT_ARGB8888);
	actor_buffer_fill(buffer, 0, 0, width, height, color);
}

void actor_buffer_fill(struct actor_buffer *buffer, int x, int y, int width, int height,
		uint32_t color) {
	for (int row = y; row < y + height; row++) {
		for (int column = x; column < x + width; column++) {
			buffer->pixels[(size_t)row * (size_t)buffer->width + (size_t)column] =
					color;
		}
	}
}

void actor_buffer_finish(struct actor_buffer *buffer) {
	if (buffer->wl_buffer != NULL) {
		wl_buffer_destroy(buffer->wl_buffer);
		wl_shm_pool_destroy(buffer->pool);
		munmap(buffer->pixels, (size_t)buffer->width * (size_t)buffer->height * 4);
	}
	*buffer = (struct actor_buffer){0};
}
