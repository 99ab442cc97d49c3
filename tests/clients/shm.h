/* SPDX-License-Identifier: MIT
 *
 * wl_shm buffers for test clients.
 */
#ifndef SILO_TESTS_CLIENTS_SHM_H
#define SILO_TESTS_CLIENTS_SHM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wayland-client.h>

struct shm_buffer {
	struct wl_buffer *wl_buffer;
	uint32_t *pixels;
	size_t size;
	int width, height;
	bool is_busy; /* the compositor has it; cleared by its release */
};

/* Makes a zeroed ARGB8888 buffer. Exits on failure: these are test programs. */
void shm_buffer_init(struct shm_buffer *buffer, struct wl_shm *shm, int width, int height);
void shm_buffer_finish(struct shm_buffer *buffer);

/* Fills a rectangle, clipped to the buffer; color is premultiplied ARGB. */
void shm_buffer_fill(struct shm_buffer *buffer, int x, int y, int width, int height,
		uint32_t color);

#endif
