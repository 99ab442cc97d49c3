/* SPDX-License-Identifier: MIT
 *
 * The connection of a trusted shell client to the compositor: its globals, and its place in an
 * sd-event loop. Everything that comes over it is the compositor's own.
 */
#ifndef SILO_LAUNCHER_TOOLKIT_CLIENT_H
#define SILO_LAUNCHER_TOOLKIT_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>
#include <wayland-client.h>

struct zwlr_layer_shell_v1;
struct wp_viewporter;
struct wp_fractional_scale_manager_v1;
struct wp_cursor_shape_manager_v1;

#define CLIENT_OUTPUTS_MAX 16

struct client_output {
	struct wl_output *output;
	uint32_t name;
	int scale;
};

struct client {
	struct wl_display *display;
	struct wl_registry *registry;
	struct wl_compositor *compositor;
	struct wl_shm *shm;
	struct wl_seat *seat;
	struct zwlr_layer_shell_v1 *layer_shell;
	/* May be NULL. */
	struct wp_viewporter *viewporter;
	struct wp_fractional_scale_manager_v1 *fractional_scale;
	struct wp_cursor_shape_manager_v1 *cursor_shape;
	struct client_output outputs[CLIENT_OUTPUTS_MAX]; /* free: output is NULL */
	/* Outputs that come and go after client_connect(), to be set then. NULL: nobody asks. */
	void (*output_added)(void *data, struct client_output *output);
	void (*output_removed)(void *data, struct client_output *output);
	void *data;
	sd_event *event;
	sd_event_source *source;
};

enum client_result {
	CLIENT_CONNECTED,
	CLIENT_NO_DISPLAY,     /* errno says why */
	CLIENT_NO_LAYER_SHELL, /* connected, but the compositor has no layer-shell for us */
};

/*
 * Connects ($WAYLAND_SOCKET, else $WAYLAND_DISPLAY), learns the globals and joins event, which
 * ends with status 1 when the compositor hangs up. client_finish() in either case.
 */
enum client_result client_connect(struct client *client, sd_event *event);
void client_finish(struct client *client);

#endif
