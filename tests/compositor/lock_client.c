/* SPDX-License-Identifier: MIT */
#include "tests/compositor/lock_client.h"

#include <string.h>

static void handle_locked(void *data, struct ext_session_lock_v1 *lock) {
	struct test_locker *locker = data;
	locker->is_locked = true;
}

static void handle_finished(void *data, struct ext_session_lock_v1 *lock) {
	struct test_locker *locker = data;
	locker->is_finished = true;
}

static const struct ext_session_lock_v1_listener lock_listener = {
		.locked = handle_locked,
		.finished = handle_finished,
};

void locker_init(struct test_locker *locker, struct fixture *fixture) {
	*locker = (struct test_locker){.client = fixture_host_client(fixture, CLIENT_HOST_LOCKER)};
	locker->manager = client_bind(locker->client, &ext_session_lock_manager_v1_interface, 1);
	locker->lock = ext_session_lock_manager_v1_lock(locker->manager);
	ext_session_lock_v1_add_listener(locker->lock, &lock_listener, locker);
	fixture_settle(fixture);
}

static void handle_configure(void *data, struct ext_session_lock_surface_v1 *role, uint32_t serial,
		uint32_t width, uint32_t height) {
	struct test_lock_surface *surface = data;
	surface->width = width;
	surface->height = height;
	surface->configures++;
	ext_session_lock_surface_v1_ack_configure(role, serial);
	struct wl_buffer *buffer = buffer_create(surface->locker->client, (int)width, (int)height,
			surface->locker->color);
	wl_surface_attach(surface->surface, buffer, 0, 0);
	wl_surface_damage(surface->surface, 0, 0, (int)width, (int)height);
	wl_surface_commit(surface->surface);
	wl_buffer_destroy(buffer);
}

static const struct ext_session_lock_surface_v1_listener surface_listener = {
		.configure = handle_configure,
};

static struct wl_output *bind_output(struct test_client *client, size_t index) {
	for (size_t i = 0; i < client->offered_len; i++) {
		if (strcmp(client->offered[i].interface, "wl_output") == 0 && index-- == 0) {
			return wl_registry_bind(client->registry, client->offered[i].name,
					&wl_output_interface, 1);
		}
	}
	fail_msg("there is no such output");
	return NULL;
}

struct test_lock_surface *locker_show(struct test_locker *locker, size_t index, uint32_t color) {
	struct test_client *client = locker->client;
	assert_true(locker->surfaces_len < LOCKER_SURFACES_MAX);
	struct test_lock_surface *surface = &locker->surfaces[locker->surfaces_len++];
	locker->color = color;
	*surface = (struct test_lock_surface){.locker = locker};
	surface->output = bind_output(client, index);
	surface->surface = wl_compositor_create_surface(client->compositor);
	surface->role = ext_session_lock_v1_get_lock_surface(locker->lock, surface->surface,
			surface->output);
	ext_session_lock_surface_v1_add_listener(surface->role, &surface_listener, surface);
	fixture_settle(client->fixture);
	return surface;
}

static void free_surfaces(struct test_locker *locker) {
	for (size_t i = 0; i < locker->surfaces_len; i++) {
		ext_session_lock_surface_v1_destroy(locker->surfaces[i].role);
		wl_surface_destroy(locker->surfaces[i].surface);
		wl_output_destroy(locker->surfaces[i].output);
	}
	locker->surfaces_len = 0;
}

void locker_unlock(struct test_locker *locker) {
	ext_session_lock_v1_unlock_and_destroy(locker->lock);
	locker->lock = NULL;
	fixture_settle(locker->client->fixture);
}

/* What is freed here is not told: the connection ends first. */
void locker_die(struct test_locker *locker) {
	struct fixture *fixture = locker->client->fixture;
	for (size_t i = 0; i < locker->surfaces_len; i++) {
		wl_proxy_destroy((struct wl_proxy *)locker->surfaces[i].role);
		wl_proxy_destroy((struct wl_proxy *)locker->surfaces[i].surface);
		wl_proxy_destroy((struct wl_proxy *)locker->surfaces[i].output);
	}
	if (locker->lock != NULL) {
		wl_proxy_destroy((struct wl_proxy *)locker->lock);
	}
	wl_proxy_destroy((struct wl_proxy *)locker->manager);
	client_free(locker->client);
	fixture_settle(fixture);
}

void locker_finish(struct test_locker *locker) {
	free_surfaces(locker);
	if (locker->lock != NULL) {
		ext_session_lock_v1_destroy(locker->lock);
	}
	ext_session_lock_manager_v1_destroy(locker->manager);
	fixture_settle(locker->client->fixture);
	client_free(locker->client);
}
