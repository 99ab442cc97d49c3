/* SPDX-License-Identifier: MIT
 *
 * A compositor without a screen, on libwayland-server: it keeps what each commit shows, sends a
 * keymap and hands selections back to the client that set them. In the test's own process and
 * thread.
 */
#ifndef SILO_TESTS_BRIDGE_COMPOSITOR_H
#define SILO_TESTS_BRIDGE_COMPOSITOR_H

#include <stdbool.h>
#include <stdint.h>
#include <wayland-server-core.h>

#define KEYMAP_BYTES 70001u

struct compositor {
	struct wl_display *display;
	struct wl_event_loop *loop;
	/* Of the latest commit with a buffer. */
	uint32_t *pixels; // rows without padding, as they are in the buffer
	uint32_t pixels_len;
	int32_t width, height;
	uint32_t format;
	uint64_t commits;
	bool releases_late;       // at the next commit instead of this one
	struct wl_resource *held; // buffer to release
	struct wl_listener held_destroyed;
	struct wl_resource *source; // wl_data_source of the selection
};

/* Listens at path. */
void compositor_init(struct compositor *compositor, const char *path);
void compositor_finish(struct compositor *compositor);

/* Byte i of the keymap that each wl_keyboard gets. */
char compositor_keymap_byte(uint32_t i);

#endif
