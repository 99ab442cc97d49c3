/* SPDX-License-Identifier: MIT */
#include "tests/clients/shm.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void handle_release(void *data, struct wl_buffer *wl_buffer) {
	struct shm_buffer *buffer = data;
	buffer->is_busy = false;
}

static const struct wl_buffer_listener buffer_listener = {.release = handle_release};

static void die(const char *what) {
	perror(what);
	exit(1);
}

void shm_buffer_init(struct shm_buffer *buffer, struct wl_shm *shm, int width, int height) {
	*buffer = (struct shm_buffer){.width = width, .height = height};
	buffer->size = (size_t)width * (size_t)height * 4;
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 || ftruncate(fd, (off_t)buffer->size) < 0) {
		die("memfd");
	}
	/* As most toolkits do: whoever maps it need not fear that it shrinks. */
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0) {
		die("seal");
	}
	buffer->pixels = mmap(NULL, buffer->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (buffer->pixels == MAP_FAILED) {
		die("mmap");
	}
	struct wl_shm_pool *pool = wl_shm_create_pool(shm, fd, (int32_t)buffer->size);
	buffer->wl_buffer = wl_shm_pool_create_buffer(pool, 0, width, height, width * 4,
			WL_SHM_FORMAT_ARGB8888);
	wl_buffer_add_listener(buffer->wl_buffer, &buffer_listener, buffer);
	wl_shm_pool_destroy(pool);
	close(fd);
}

void shm_buffer_finish(struct shm_buffer *buffer) {
	if (buffer->wl_buffer != NULL) {
		wl_buffer_destroy(buffer->wl_buffer);
		munmap(buffer->pixels, buffer->size);
		buffer->wl_buffer = NULL;
	}
}

void shm_buffer_fill(struct shm_buffer *buffer, int x, int y, int width, int height,
		uint32_t color) {
	int right = x + width < buffer->width ? x + width : buffer->width;
	int bottom = y + height < buffer->height ? y + height : buffer->height;
	for (int row = y < 0 ? 0 : y; row < bottom; row++) {
		for (int column = x < 0 ? 0 : x; column < right; column++) {
			buffer->pixels[(size_t)row * (size_t)buffer->width + (size_t)column] =
					color;
		}
	}
}
