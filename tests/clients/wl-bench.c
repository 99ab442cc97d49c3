/* SPDX-License-Identifier: MIT
 *
 * Measures a Wayland connection: how long connecting takes, the round trip of wl_display.sync, and
 * frames per second of a window whose every frame is wholly damaged, committed and synced, without
 * waiting for the output. For people and tools/bench; prints one line of JSON.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <wayland-client.h>

#include "xdg-shell-client-protocol.h"

#define SYNCS 2000
#define CONNECTS 15

struct bench {
	struct wl_display *display;
	struct wl_compositor *compositor;
	struct wl_shm *shm;
	struct xdg_wm_base *shell;
	bool is_configured;
};

static double now_us(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void fail(const char *text) {
	fprintf(stderr, "wl-bench: %s\n", text);
	exit(1);
}

static void on_ping(void *data, struct xdg_wm_base *shell, uint32_t serial) {
	xdg_wm_base_pong(shell, serial);
}

static const struct xdg_wm_base_listener shell_listener = {.ping = on_ping};

static void on_global(void *data, struct wl_registry *registry, uint32_t name,
		const char *interface, uint32_t version) {
	struct bench *bench = data;
	if (strcmp(interface, "wl_compositor") == 0) {
		bench->compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 4);
	} else if (strcmp(interface, "wl_shm") == 0) {
		bench->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
	} else if (strcmp(interface, "xdg_wm_base") == 0) {
		bench->shell = wl_registry_bind(registry, name, &xdg_wm_base_interface, 1);
		xdg_wm_base_add_listener(bench->shell, &shell_listener, bench);
	}
}

static void on_global_remove(void *data, struct wl_registry *registry, uint32_t name) {
}

static const struct wl_registry_listener registry_listener = {
		.global = on_global,
		.global_remove = on_global_remove,
};

static void on_configure(void *data, struct xdg_surface *surface, uint32_t serial) {
	xdg_surface_ack_configure(surface, serial);
	((struct bench *)data)->is_configured = true;
}

static const struct xdg_surface_listener surface_listener = {.configure = on_configure};

static void on_size(void *data, struct xdg_toplevel *toplevel, int32_t width, int32_t height,
		struct wl_array *states) {
}

static void on_close(void *data, struct xdg_toplevel *toplevel) {
}

static const struct xdg_toplevel_listener toplevel_listener = {
		.configure = on_size,
		.close = on_close,
};

static void sync_now(struct bench *bench) {
	if (wl_display_roundtrip(bench->display) < 0) {
		fail("the connection broke");
	}
}

static int compare(const void *a, const void *b) {
	double left = *(const double *)a, right = *(const double *)b;
	return left < right ? -1 : left > right;
}

static void measure_sync(struct bench *bench) {
	static double took[SYNCS];
	for (int i = 0; i < SYNCS; i++) {
		double start = now_us();
		sync_now(bench);
		took[i] = now_us() - start;
	}
	qsort(took, SYNCS, sizeof(took[0]), compare);
	printf("\"sync_median_us\":%.1f,\"sync_p99_us\":%.1f", took[SYNCS / 2],
			took[SYNCS / 100 * 99]);
}

/* A new connection, until all its globals are known. */
static void measure_connect(void) {
	double took[CONNECTS];
	for (int i = 0; i < CONNECTS; i++) {
		double start = now_us();
		struct wl_display *display = wl_display_connect(NULL);
		if (display == NULL) {
			fail("no compositor at WAYLAND_DISPLAY");
		}
		struct wl_registry *registry = wl_display_get_registry(display);
		if (wl_display_roundtrip(display) < 0) {
			fail("the connection broke");
		}
		took[i] = now_us() - start;
		wl_registry_destroy(registry);
		wl_display_disconnect(display);
	}
	qsort(took, CONNECTS, sizeof(took[0]), compare);
	printf("\"connect_us\":%.1f", took[CONNECTS / 2]);
}

static double measure_frames(struct bench *bench, int32_t width, int32_t height, double seconds) {
	int32_t bytes = width * height * 4;
	int fd = memfd_create("wl-bench", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 2 * (off_t)bytes) < 0) {
		fail("no memory for buffers");
	}
	uint8_t *map = mmap(NULL, 2 * (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		fail("no memory for buffers");
	}
	memset(map, 0x40, (size_t)bytes);
	memset(map + bytes, 0x80, (size_t)bytes);
	struct wl_shm_pool *pool = wl_shm_create_pool(bench->shm, fd, 2 * bytes);
	struct wl_buffer *buffers[2];
	for (int i = 0; i < 2; i++) {
		buffers[i] = wl_shm_pool_create_buffer(pool, i * bytes, width, height, width * 4,
				WL_SHM_FORMAT_XRGB8888);
	}
	struct wl_surface *surface = wl_compositor_create_surface(bench->compositor);
	struct xdg_surface *role = xdg_wm_base_get_xdg_surface(bench->shell, surface);
	struct xdg_toplevel *toplevel = xdg_surface_get_toplevel(role);
	xdg_surface_add_listener(role, &surface_listener, bench);
	xdg_toplevel_add_listener(toplevel, &toplevel_listener, bench);
	wl_surface_commit(surface);
	bench->is_configured = false;
	while (!bench->is_configured) {
		sync_now(bench);
	}
	double start = 0;
	int frames = -4; // the first ones make the buffers
	for (; frames <= 0 || now_us() - start < seconds * 1e6; frames++) {
		if (frames == 0) {
			start = now_us();
		}
		wl_surface_attach(surface, buffers[frames & 1], 0, 0);
		wl_surface_damage_buffer(surface, 0, 0, width, height);
		wl_surface_commit(surface);
		sync_now(bench);
	}
	double rate = frames / ((now_us() - start) / 1e6);
	xdg_toplevel_destroy(toplevel);
	xdg_surface_destroy(role);
	wl_surface_destroy(surface);
	wl_buffer_destroy(buffers[0]);
	wl_buffer_destroy(buffers[1]);
	wl_shm_pool_destroy(pool);
	munmap(map, 2 * (size_t)bytes);
	close(fd);
	sync_now(bench);
	return rate;
}

int main(int argc, char **argv) {
	struct bench bench = {.display = wl_display_connect(NULL)};
	if (bench.display == NULL) {
		fail("no compositor at WAYLAND_DISPLAY");
	}
	struct wl_registry *registry = wl_display_get_registry(bench.display);
	wl_registry_add_listener(registry, &registry_listener, &bench);
	sync_now(&bench);
	sync_now(&bench);
	if (bench.compositor == NULL || bench.shm == NULL || bench.shell == NULL) {
		fail("the compositor lacks wl_compositor, wl_shm or xdg_wm_base");
	}
	printf("{");
	measure_connect();
	printf(",");
	measure_sync(&bench);
	printf(",\"frames_640x480_per_s\":%.1f", measure_frames(&bench, 640, 480, 2));
	printf(",\"frames_1080p_per_s\":%.1f}\n", measure_frames(&bench, 1920, 1080, 2));
	wl_display_disconnect(bench.display);
	return 0;
}
