/* SPDX-License-Identifier: MIT
 *
 * The connection of silo-probe, a test tool: a client of a compositor's tools socket with a virtual
 * keyboard, a virtual pointer, pictures and the list of windows.
 */
#ifndef SILO_TESTS_PROBE_PROBE_H
#define SILO_TESTS_PROBE_PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <wayland-client.h>

#define PROBE_OUTPUTS_MAX 8

struct probe_output {
	struct wl_output *wl_output;
	char name[32];
	int x, y, width, height; /* in the layout, logical */
	int mode_width, mode_height, scale;
};

struct probe {
	struct wl_display *display;
	struct wl_registry *registry;
	struct wl_shm *shm;
	struct wl_seat *seat;
	struct probe_output outputs[PROBE_OUTPUTS_MAX];
	int n_outputs;
	struct zxdg_output_manager_v1 *xdg_outputs;
	struct zwp_virtual_keyboard_manager_v1 *keyboards;
	struct zwlr_virtual_pointer_manager_v1 *pointers;
	struct ext_output_image_capture_source_manager_v1 *sources;
	struct ext_image_copy_capture_manager_v1 *captures;
	struct ext_foreign_toplevel_list_v1 *toplevel_list;
	struct wl_list toplevels;  /* toplevel.link, windows.c */
	struct keyboard *keyboard; /* made when first used */
	struct pointer *pointer;
	const char *varlink_address;
};

/* Connects to the socket at path (NULL: $WAYLAND_DISPLAY). Returns false and says why. */
bool probe_connect(struct probe *probe, const char *path, const char *varlink_address);
void probe_finish(struct probe *probe);

/* Finds an output by name; NULL or "": the first. Returns NULL if there is none. */
struct probe_output *probe_output(struct probe *probe, const char *name);

/* Milliseconds of the monotonic clock. */
int64_t probe_now_ms(void);

/*
 * Reads and dispatches events until something came or deadline_ms has passed. Returns 1 if events
 * came, 0 at the deadline, a negative errno when the connection is gone.
 */
int probe_dispatch(struct probe *probe, int64_t deadline_ms);

#endif
