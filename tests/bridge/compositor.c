/* SPDX-License-Identifier: MIT */
#include "tests/bridge/compositor.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wayland-server-protocol.h>

#include "base/fd.h"

struct test_surface {
	struct compositor *compositor;
	struct wl_resource *buffer;
	struct wl_listener buffer_destroyed;
	struct wl_resource *frame;
};

static void destroy_resource(struct wl_client *client, struct wl_resource *resource) {
	wl_resource_destroy(resource);
}

#define IGNORE(name, ...)                                                                          \
	static void name(struct wl_client *client, struct wl_resource *resource, __VA_ARGS__) {    \
	}
IGNORE(ignore_box, int32_t x, int32_t y, int32_t width, int32_t height)
IGNORE(ignore_point, int32_t x, int32_t y)
IGNORE(ignore_int, int32_t value)
IGNORE(ignore_word, uint32_t value)
IGNORE(ignore_words, uint32_t a, uint32_t b)
IGNORE(ignore_object, struct wl_resource *object)
IGNORE(ignore_text, const char *text)
IGNORE(ignore_accept, uint32_t serial, const char *text)
IGNORE(ignore_drag, struct wl_resource *source, struct wl_resource *origin,
		struct wl_resource *icon, uint32_t serial)

static void ignore(struct wl_client *client, struct wl_resource *resource) {
}

static void on_buffer_destroyed(struct wl_listener *listener, void *data) {
	struct test_surface *surface = wl_container_of(listener, surface, buffer_destroyed);
	surface->buffer = NULL;
	wl_list_remove(&listener->link);
	wl_list_init(&listener->link);
}

static void surface_attach(struct wl_client *client, struct wl_resource *resource,
		struct wl_resource *buffer, int32_t x, int32_t y) {
	struct test_surface *surface = wl_resource_get_user_data(resource);
	wl_list_remove(&surface->buffer_destroyed.link);
	wl_list_init(&surface->buffer_destroyed.link);
	surface->buffer = buffer;
	if (buffer != NULL) {
		wl_resource_add_destroy_listener(buffer, &surface->buffer_destroyed);
	}
}

static void surface_frame(struct wl_client *client, struct wl_resource *resource, uint32_t id) {
	struct test_surface *surface = wl_resource_get_user_data(resource);
	surface->frame = wl_resource_create(client, &wl_callback_interface, 1, id);
}

static void on_held_destroyed(struct wl_listener *listener, void *data) {
	struct compositor *compositor = wl_container_of(listener, compositor, held_destroyed);
	compositor->held = NULL;
	wl_list_remove(&listener->link);
	wl_list_init(&listener->link);
}

static void release_held(struct compositor *compositor) {
	if (compositor->held != NULL) {
		wl_buffer_send_release(compositor->held);
		on_held_destroyed(&compositor->held_destroyed, NULL);
	}
}

static void keep_pixels(struct compositor *compositor, struct wl_shm_buffer *buffer) {
	compositor->width = wl_shm_buffer_get_width(buffer);
	compositor->height = wl_shm_buffer_get_height(buffer);
	compositor->format = wl_shm_buffer_get_format(buffer);
	uint32_t pixel = compositor->format == WL_SHM_FORMAT_RGB565 ? 2 : 4;
	uint32_t row = (uint32_t)compositor->width * pixel;
	compositor->pixels_len = row * (uint32_t)compositor->height;
	compositor->pixels = realloc(compositor->pixels, compositor->pixels_len);
	assert(compositor->pixels != NULL);
	wl_shm_buffer_begin_access(buffer);
	const uint8_t *source = wl_shm_buffer_get_data(buffer);
	for (int32_t y = 0; y < compositor->height; y++) {
		memcpy((uint8_t *)compositor->pixels + (uint32_t)y * row,
				source + y * wl_shm_buffer_get_stride(buffer), row);
	}
	wl_shm_buffer_end_access(buffer);
}

static void surface_commit(struct wl_client *client, struct wl_resource *resource) {
	struct test_surface *surface = wl_resource_get_user_data(resource);
	struct compositor *compositor = surface->compositor;
	if (surface->buffer != NULL) {
		struct wl_shm_buffer *buffer = wl_shm_buffer_get(surface->buffer);
		assert(buffer != NULL);
		keep_pixels(compositor, buffer);
		release_held(compositor);
		compositor->held = surface->buffer;
		wl_resource_add_destroy_listener(surface->buffer, &compositor->held_destroyed);
		if (!compositor->releases_late) {
			release_held(compositor);
		}
		surface_attach(client, resource, NULL, 0, 0);
		compositor->commits++;
	}
	if (surface->frame != NULL) {
		wl_callback_send_done(surface->frame, 1);
		wl_resource_destroy(surface->frame);
		surface->frame = NULL;
	}
}

static const struct wl_surface_interface surface_implementation = {
		.destroy = destroy_resource,
		.attach = surface_attach,
		.damage = ignore_box,
		.frame = surface_frame,
		.set_opaque_region = ignore_object,
		.set_input_region = ignore_object,
		.commit = surface_commit,
		.set_buffer_transform = ignore_int,
		.set_buffer_scale = ignore_int,
		.damage_buffer = ignore_box,
		.offset = ignore_point,
};

static void on_surface_destroyed(struct wl_resource *resource) {
	struct test_surface *surface = wl_resource_get_user_data(resource);
	wl_list_remove(&surface->buffer_destroyed.link);
	free(surface);
}

static void create_surface(struct wl_client *client, struct wl_resource *resource, uint32_t id) {
	struct test_surface *surface = calloc(1, sizeof(*surface));
	assert(surface != NULL);
	surface->compositor = wl_resource_get_user_data(resource);
	surface->buffer_destroyed.notify = on_buffer_destroyed;
	wl_list_init(&surface->buffer_destroyed.link);
	struct wl_resource *made = wl_resource_create(client, &wl_surface_interface,
			wl_resource_get_version(resource), id);
	wl_resource_set_implementation(made, &surface_implementation, surface,
			on_surface_destroyed);
}

static const struct wl_compositor_interface compositor_implementation = {
		.create_surface = create_surface,
};

static void bind_compositor(struct wl_client *client, void *data, uint32_t version, uint32_t id) {
	struct wl_resource *resource =
			wl_resource_create(client, &wl_compositor_interface, (int)version, id);
	wl_resource_set_implementation(resource, &compositor_implementation, data, NULL);
}

char compositor_keymap_byte(uint32_t i) {
	return (char)('a' + i * 2654435761u % 26);
}

static const struct wl_keyboard_interface keyboard_implementation = {
		.release = destroy_resource,
};

static void get_keyboard(struct wl_client *client, struct wl_resource *resource, uint32_t id) {
	struct wl_resource *keyboard = wl_resource_create(client, &wl_keyboard_interface,
			wl_resource_get_version(resource), id);
	wl_resource_set_implementation(keyboard, &keyboard_implementation, NULL, NULL);
	cleanup_fd int fd = memfd_create("keymap", MFD_CLOEXEC);
	assert(fd >= 0);
	char *text = malloc(KEYMAP_BYTES);
	assert(text != NULL);
	for (uint32_t i = 0; i < KEYMAP_BYTES; i++) {
		text[i] = compositor_keymap_byte(i);
	}
	ssize_t wrote = write(fd, text, KEYMAP_BYTES);
	assert(wrote == KEYMAP_BYTES);
	free(text);
	wl_keyboard_send_keymap(keyboard, WL_KEYBOARD_KEYMAP_FORMAT_XKB_V1, fd, KEYMAP_BYTES);
}

static const struct wl_seat_interface seat_implementation = {
		.get_keyboard = get_keyboard,
		.release = destroy_resource,
};

static void bind_seat(struct wl_client *client, void *data, uint32_t version, uint32_t id) {
	struct wl_resource *resource =
			wl_resource_create(client, &wl_seat_interface, (int)version, id);
	wl_resource_set_implementation(resource, &seat_implementation, data, NULL);
	wl_seat_send_capabilities(resource, WL_SEAT_CAPABILITY_KEYBOARD);
}

static void offer_receive(struct wl_client *client, struct wl_resource *resource, const char *mime,
		int32_t fd) {
	struct compositor *compositor = wl_resource_get_user_data(resource);
	if (compositor->source != NULL) {
		wl_data_source_send_send(compositor->source, mime, fd);
	}
	close(fd);
}

static const struct wl_data_offer_interface offer_implementation = {
		.accept = ignore_accept,
		.receive = offer_receive,
		.destroy = destroy_resource,
		.finish = ignore,
		.set_actions = ignore_words,
};

static void set_selection(struct wl_client *client, struct wl_resource *resource,
		struct wl_resource *source, uint32_t serial) {
	struct compositor *compositor = wl_resource_get_user_data(resource);
	compositor->source = source;
	struct wl_resource *offer = wl_resource_create(client, &wl_data_offer_interface, 3, 0);
	wl_resource_set_implementation(offer, &offer_implementation, compositor, NULL);
	wl_data_device_send_data_offer(resource, offer);
	wl_data_offer_send_offer(offer, "text/plain");
	wl_data_device_send_selection(resource, offer);
}

static const struct wl_data_device_interface device_implementation = {
		.start_drag = ignore_drag,
		.set_selection = set_selection,
		.release = destroy_resource,
};

static const struct wl_data_source_interface source_implementation = {
		.offer = ignore_text,
		.destroy = destroy_resource,
		.set_actions = ignore_word,
};

static void create_source(struct wl_client *client, struct wl_resource *resource, uint32_t id) {
	struct wl_resource *source = wl_resource_create(client, &wl_data_source_interface, 3, id);
	wl_resource_set_implementation(source, &source_implementation,
			wl_resource_get_user_data(resource), NULL);
}

static void get_device(struct wl_client *client, struct wl_resource *resource, uint32_t id,
		struct wl_resource *seat) {
	struct wl_resource *device = wl_resource_create(client, &wl_data_device_interface, 3, id);
	wl_resource_set_implementation(device, &device_implementation,
			wl_resource_get_user_data(resource), NULL);
}

static const struct wl_data_device_manager_interface manager_implementation = {
		.create_data_source = create_source,
		.get_data_device = get_device,
};

static void bind_manager(struct wl_client *client, void *data, uint32_t version, uint32_t id) {
	struct wl_resource *resource = wl_resource_create(client, &wl_data_device_manager_interface,
			(int)version, id);
	wl_resource_set_implementation(resource, &manager_implementation, data, NULL);
}

/* A global that no bridge knows. */
static const struct wl_interface unknown_interface = {"silo_unknown", 1, 0, NULL, 0, NULL};

static void bind_unknown(struct wl_client *client, void *data, uint32_t version, uint32_t id) {
	wl_resource_create(client, &unknown_interface, 1, id);
}

void compositor_init(struct compositor *compositor, const char *path) {
	*compositor = (struct compositor){.display = wl_display_create()};
	struct wl_display *display = compositor->display;
	assert(display != NULL);
	compositor->loop = wl_display_get_event_loop(display);
	compositor->held_destroyed.notify = on_held_destroyed;
	wl_list_init(&compositor->held_destroyed.link);
	int fd = fd_listen(path, SOCK_STREAM);
	assert(fd >= 0);
	int added = wl_display_add_socket_fd(display, fd);
	assert(added == 0);
	wl_display_init_shm(display);
	wl_display_add_shm_format(display, WL_SHM_FORMAT_RGB565);
	wl_display_add_shm_format(display, WL_SHM_FORMAT_NV12);
	wl_global_create(display, &unknown_interface, 1, compositor, bind_unknown);
	wl_global_create(display, &wl_compositor_interface, 6, compositor, bind_compositor);
	wl_global_create(display, &wl_seat_interface, 7, compositor, bind_seat);
	wl_global_create(display, &wl_data_device_manager_interface, 3, compositor, bind_manager);
}

void compositor_finish(struct compositor *compositor) {
	wl_display_destroy_clients(compositor->display);
	wl_display_destroy(compositor->display);
	free(compositor->pixels);
}
