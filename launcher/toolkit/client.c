/* SPDX-License-Identifier: MIT */
#include "launcher/toolkit/client.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/log.h"
#include "cursor-shape-v1-client-protocol.h"
#include "fractional-scale-v1-client-protocol.h"
#include "viewporter-client-protocol.h"
#include "wlr-layer-shell-unstable-v1-client-protocol.h"

static void handle_output_scale(void *data, struct wl_output *output, int32_t scale) {
	struct client_output *entry = data;
	entry->scale = scale > 0 ? scale : 1;
}

static void ignore_geometry(void *data, struct wl_output *output, int32_t x, int32_t y,
		int32_t width, int32_t height, int32_t subpixel, const char *make,
		const char *model, int32_t transform) {
}

static void ignore_mode(void *data, struct wl_output *output, uint32_t flags, int32_t width,
		int32_t height, int32_t refresh) {
}

static void ignore_done(void *data, struct wl_output *output) {
}

static const struct wl_output_listener output_listener = {
		.geometry = ignore_geometry,
		.mode = ignore_mode,
		.done = ignore_done,
		.scale = handle_output_scale,
};

static void add_output(struct client *client, uint32_t name) {
	for (size_t i = 0; i < CLIENT_OUTPUTS_MAX; i++) {
		struct client_output *entry = &client->outputs[i];
		if (entry->output == NULL) {
			*entry = (struct client_output){
					.output = wl_registry_bind(client->registry, name,
							&wl_output_interface, 2),
					.name = name,
					.scale = 1,
			};
			wl_output_add_listener(entry->output, &output_listener, entry);
			if (client->output_added != NULL) {
				client->output_added(client->data, entry);
			}
			return;
		}
	}
}

static uint32_t lower(uint32_t a, uint32_t b) {
	return a < b ? a : b;
}

static void handle_global(void *data, struct wl_registry *registry, uint32_t name,
		const char *interface, uint32_t version) {
	struct client *client = data;
	const struct {
		void **slot;
		const struct wl_interface *interface;
		uint32_t version;
	} wanted[] = {
			{(void **)&client->compositor, &wl_compositor_interface, 6},
			{(void **)&client->shm, &wl_shm_interface, 1},
			{(void **)&client->seat, &wl_seat_interface, 8},
			{(void **)&client->layer_shell, &zwlr_layer_shell_v1_interface, 4},
			{(void **)&client->viewporter, &wp_viewporter_interface, 1},
			{(void **)&client->fractional_scale,
					&wp_fractional_scale_manager_v1_interface, 1},
			{(void **)&client->cursor_shape, &wp_cursor_shape_manager_v1_interface, 1},
	};
	if (strcmp(interface, wl_output_interface.name) == 0 && version >= 2) {
		add_output(client, name);
		return;
	}
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (*wanted[i].slot == NULL && strcmp(interface, wanted[i].interface->name) == 0) {
			*wanted[i].slot = wl_registry_bind(registry, name, wanted[i].interface,
					lower(version, wanted[i].version));
		}
	}
}

static void handle_global_remove(void *data, struct wl_registry *registry, uint32_t name) {
	struct client *client = data;
	for (size_t i = 0; i < CLIENT_OUTPUTS_MAX; i++) {
		struct client_output *entry = &client->outputs[i];
		if (entry->output != NULL && entry->name == name) {
			if (client->output_removed != NULL) {
				client->output_removed(client->data, entry);
			}
			wl_output_destroy(entry->output);
			*entry = (struct client_output){0};
		}
	}
}

static const struct wl_registry_listener registry_listener = {
		.global = handle_global,
		.global_remove = handle_global_remove,
};

static int lose(struct client *client) {
	log_warn("the compositor has hung up");
	return sd_event_exit(client->event, 1);
}

/* Before every wait: what has arrived already is told, what was asked is sent. */
static int handle_prepare(sd_event_source *source, void *data) {
	struct client *client = data;
	if (wl_display_dispatch_pending(client->display) < 0) {
		return lose(client);
	}
	uint32_t events = EPOLLIN;
	if (wl_display_flush(client->display) < 0) {
		if (errno != EAGAIN) {
			return lose(client);
		}
		events |= EPOLLOUT;
	}
	return sd_event_source_set_io_events(source, events);
}

static int handle_readable(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct client *client = data;
	if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 &&
			wl_display_dispatch(client->display) < 0) {
		return lose(client);
	}
	return 0;
}

static bool join_loop(struct client *client) {
	int fd = wl_display_get_fd(client->display);
	return sd_event_add_io(client->event, &client->source, fd, EPOLLIN, handle_readable,
			       client) >= 0 &&
			sd_event_source_set_prepare(client->source, handle_prepare) >= 0;
}

enum client_result client_connect(struct client *client, sd_event *event) {
	*client = (struct client){.event = event, .display = wl_display_connect(NULL)};
	if (client->display == NULL) {
		return CLIENT_NO_DISPLAY;
	}
	client->registry = wl_display_get_registry(client->display);
	wl_registry_add_listener(client->registry, &registry_listener, client);
	if (wl_display_roundtrip(client->display) < 0) {
		return CLIENT_NO_DISPLAY;
	}
	if (client->layer_shell == NULL || client->compositor == NULL || client->shm == NULL) {
		return CLIENT_NO_LAYER_SHELL;
	}
	if (!join_loop(client)) {
		errno = ENOMEM;
		return CLIENT_NO_DISPLAY;
	}
	return CLIENT_CONNECTED;
}

void client_finish(struct client *client) {
	client->source = sd_event_source_disable_unref(client->source);
	if (client->display == NULL) {
		return;
	}
	void *const proxies[] = {client->compositor, client->shm, client->seat, client->layer_shell,
			client->viewporter, client->fractional_scale, client->cursor_shape,
			client->registry};
	for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++) {
		if (proxies[i] != NULL) {
			wl_proxy_destroy(proxies[i]);
		}
	}
	for (size_t i = 0; i < CLIENT_OUTPUTS_MAX; i++) {
		if (client->outputs[i].output != NULL) {
			wl_output_destroy(client->outputs[i].output);
		}
	}
	wl_display_flush(client->display);
	wl_display_disconnect(client->display);
	*client = (struct client){.event = client->event};
}
