/* SPDX-License-Identifier: MIT
 *
 * Measures one Wayland connection: round trips, pipelined round trips, one-way requests, 1080p frames
 * with full and with small damage, connecting, opening and closing windows; how long frames take that
 * are drawn when the compositor asks for them. Prints one line of JSON. Runs on the host and in guests.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wayland-client.h>

#include "tests/clients/shm.h"
#include "xdg-shell-client-protocol.h"

#define WIDTH 1920
#define HEIGHT 1080
#define BUFFERS 3
#define PIPELINE 32
#define ONE_WAY_BATCH 64
#define SAMPLES_MAX 100000
/* What the damage budget of a client lets pass at once. */
#define FRAMES_MAX 150
#define SMALL 64

struct bench {
	struct wl_display *display;
	struct wl_compositor *compositor;
	struct wl_shm *shm;
	struct xdg_wm_base *wm_base;
	struct wl_surface *surface;
	bool is_configured;
	int in_flight;
	long answered;
	long count; // so many, however long it takes; 0: as many as fit into the time
};

static double now_s(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void check(int result, const char *what) {
	if (result < 0) {
		fprintf(stderr, "sync-bench: %s: %s\n", what, strerror(errno));
		exit(1);
	}
}

static void handle_ping(void *data, struct xdg_wm_base *wm_base, uint32_t serial) {
	xdg_wm_base_pong(wm_base, serial);
}

static const struct xdg_wm_base_listener wm_base_listener = {.ping = handle_ping};

static void handle_global(void *data, struct wl_registry *registry, uint32_t name,
		const char *interface, uint32_t version) {
	struct bench *bench = data;
	if (strcmp(interface, wl_compositor_interface.name) == 0) {
		bench->compositor = wl_registry_bind(registry, name, &wl_compositor_interface, 4);
	} else if (strcmp(interface, wl_shm_interface.name) == 0) {
		bench->shm = wl_registry_bind(registry, name, &wl_shm_interface, 1);
	} else if (strcmp(interface, xdg_wm_base_interface.name) == 0) {
		bench->wm_base = wl_registry_bind(registry, name, &xdg_wm_base_interface, 1);
		xdg_wm_base_add_listener(bench->wm_base, &wm_base_listener, bench);
	}
}

static void handle_global_remove(void *data, struct wl_registry *registry, uint32_t name) {
}

static const struct wl_registry_listener registry_listener = {
		.global = handle_global,
		.global_remove = handle_global_remove,
};

static int compare(const void *a, const void *b) {
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

/* Prints the median and others of n samples in seconds, as µs. */
static void print_samples(const char *name, double *samples, size_t n) {
	qsort(samples, n, sizeof(*samples), compare);
	printf("\"%s_us\":%.1f,\"%s_p95_us\":%.1f", name, samples[n / 2] * 1e6, name,
			samples[n * 95 / 100] * 1e6);
}

/* Is there more to do after n? */
static bool goes_on(const struct bench *bench, long n, double start, double seconds) {
	return bench->count > 0 ? n < bench->count : n < 10 || now_s() - start < seconds;
}

static void bench_sync(struct bench *bench, double seconds) {
	double *samples = calloc(SAMPLES_MAX, sizeof(*samples));
	if (samples == NULL) {
		exit(1);
	}
	size_t n = 0;
	for (double start = now_s(); n < SAMPLES_MAX && goes_on(bench, (long)n, start, seconds);
			n++) {
		double before = now_s();
		check(wl_display_roundtrip(bench->display), "round trip");
		samples[n] = now_s() - before;
	}
	qsort(samples, n, sizeof(*samples), compare);
	printf("\"sync_samples\":%zu,\"sync_median_us\":%.1f,\"sync_p99_us\":%.1f", n,
			samples[n / 2] * 1e6, samples[n * 99 / 100] * 1e6);
	free(samples);
}

static void handle_done(void *data, struct wl_callback *callback, uint32_t serial) {
	struct bench *bench = data;
	wl_callback_destroy(callback);
	bench->in_flight--;
	bench->answered++;
}

static const struct wl_callback_listener callback_listener = {.done = handle_done};

static void bench_pipelined(struct bench *bench, double seconds) {
	double start = now_s();
	bench->answered = 0;
	while (now_s() - start < seconds) {
		for (; bench->in_flight < PIPELINE; bench->in_flight++) {
			wl_callback_add_listener(wl_display_sync(bench->display),
					&callback_listener, bench);
		}
		check(wl_display_dispatch(bench->display), "pipelined");
	}
	printf("\"pipelined_per_s\":%.0f", (double)bench->answered / (now_s() - start));
	while (bench->in_flight > 0) {
		check(wl_display_dispatch(bench->display), "pipelined");
	}
}

static void flush_all(struct bench *bench) {
	struct pollfd pollfd = {.fd = wl_display_get_fd(bench->display), .events = POLLOUT};
	while (wl_display_flush(bench->display) < 0) {
		if (errno != EAGAIN) {
			check(-1, "flush");
		}
		poll(&pollfd, 1, -1);
	}
}

static void bench_one_way(struct bench *bench, double seconds) {
	long sent = 0;
	double start = now_s();
	while (goes_on(bench, sent, start, seconds)) {
		for (int i = 0; i < ONE_WAY_BATCH; i++) {
			wl_surface_set_opaque_region(bench->surface, NULL);
		}
		sent += ONE_WAY_BATCH;
		flush_all(bench);
		if (bench->count > 0) {
			/* Who counts wants each batch to be taken by itself, as by a proxy that is
			 * not slowed down. */
			check(wl_display_roundtrip(bench->display), "one-way");
		}
	}
	/* All of them have been read when this comes back. */
	check(wl_display_roundtrip(bench->display), "one-way");
	printf("\"one_way_per_s\":%.0f", (double)sent / (now_s() - start));
}

static void handle_surface_configure(void *data, struct xdg_surface *surface, uint32_t serial) {
	struct bench *bench = data;
	xdg_surface_ack_configure(surface, serial);
	bench->is_configured = true;
}

static const struct xdg_surface_listener surface_listener = {.configure = handle_surface_configure};

static void handle_configure(void *data, struct xdg_toplevel *toplevel, int32_t width,
		int32_t height, struct wl_array *states) {
}

static void handle_close(void *data, struct xdg_toplevel *toplevel) {
	exit(1);
}

static const struct xdg_toplevel_listener toplevel_listener = {
		.configure = handle_configure,
		.close = handle_close,
};

/* A window that is there; its surface is the bench's. */
struct bench_window {
	struct xdg_surface *surface;
	struct xdg_toplevel *toplevel;
	struct shm_buffer buffer;
};

static void open_window(struct bench *bench, struct bench_window *window, int width, int height) {
	bench->is_configured = false;
	window->surface = xdg_wm_base_get_xdg_surface(bench->wm_base, bench->surface);
	xdg_surface_add_listener(window->surface, &surface_listener, bench);
	window->toplevel = xdg_surface_get_toplevel(window->surface);
	xdg_toplevel_add_listener(window->toplevel, &toplevel_listener, bench);
	wl_surface_commit(bench->surface);
	while (!bench->is_configured) {
		check(wl_display_dispatch(bench->display), "configure");
	}
	shm_buffer_init(&window->buffer, bench->shm, width, height);
	memset(window->buffer.pixels, 0x80, window->buffer.size);
	wl_surface_attach(bench->surface, window->buffer.wl_buffer, 0, 0);
	wl_surface_damage_buffer(bench->surface, 0, 0, width, height);
	wl_surface_commit(bench->surface);
	check(wl_display_roundtrip(bench->display), "window");
}

static void close_window(struct bench *bench, struct bench_window *window) {
	wl_surface_attach(bench->surface, NULL, 0, 0);
	wl_surface_commit(bench->surface);
	xdg_toplevel_destroy(window->toplevel);
	xdg_surface_destroy(window->surface);
	check(wl_display_roundtrip(bench->display), "closing");
	shm_buffer_finish(&window->buffer);
}

/* Each frame is drawn, committed and synced. */
static void time_frames(struct bench *bench, double seconds, const char *name, int width,
		int height) {
	static double samples[FRAMES_MAX];
	struct bench_window window;
	open_window(bench, &window, WIDTH, HEIGHT);
	size_t n = 0;
	for (double start = now_s(); n < FRAMES_MAX && (n < 10 || now_s() - start < seconds); n++) {
		double before = now_s();
		wl_surface_attach(bench->surface, window.buffer.wl_buffer, 0, 0);
		wl_surface_damage_buffer(bench->surface, 0, 0, width, height);
		wl_surface_commit(bench->surface);
		check(wl_display_roundtrip(bench->display), "frame");
		samples[n] = now_s() - before;
	}
	print_samples(name, samples, n);
	close_window(bench, &window);
}

static void bench_full(struct bench *bench, double seconds) {
	time_frames(bench, seconds, "full", WIDTH, HEIGHT);
}

static void bench_small(struct bench *bench, double seconds) {
	time_frames(bench, seconds, "small", SMALL, SMALL);
}

static void bench_connect(struct bench *bench, double seconds) {
	static double samples[FRAMES_MAX];
	size_t n = 0;
	for (double start = now_s(); n < FRAMES_MAX && (n < 10 || now_s() - start < seconds); n++) {
		double before = now_s();
		struct wl_display *display = wl_display_connect(NULL);
		check(display != NULL ? 0 : -1, "cannot connect");
		check(wl_display_roundtrip(display), "connecting");
		samples[n] = now_s() - before;
		wl_display_disconnect(display);
	}
	print_samples("connect", samples, n);
}

static void bench_toplevel(struct bench *bench, double seconds) {
	static double samples[FRAMES_MAX];
	size_t n = 0;
	for (double start = now_s(); n < FRAMES_MAX && (n < 10 || now_s() - start < seconds); n++) {
		struct bench_window window;
		double before = now_s();
		open_window(bench, &window, 64, 64);
		close_window(bench, &window);
		samples[n] = now_s() - before;
	}
	print_samples("toplevel", samples, n);
}

static void handle_frame(void *data, struct wl_callback *callback, uint32_t time) {
	wl_callback_destroy(callback);
	((struct bench *)data)->answered++;
}

static const struct wl_callback_listener frame_listener = {.done = handle_frame};

/* From one frame callback to the next: what a user sees of smoothness. */
static void bench_paced(struct bench *bench, double seconds) {
	static double samples[SAMPLES_MAX];
	struct bench_window window;
	open_window(bench, &window, 640, 480);
	size_t n = 0;
	double start = now_s(), last = start;
	while (n < SAMPLES_MAX && now_s() - start < seconds) {
		long before = bench->answered;
		wl_callback_add_listener(wl_surface_frame(bench->surface), &frame_listener, bench);
		wl_surface_attach(bench->surface, window.buffer.wl_buffer, 0, 0);
		wl_surface_damage_buffer(bench->surface, 0, 0, 640, 480);
		wl_surface_commit(bench->surface);
		while (bench->answered == before) {
			check(wl_display_dispatch(bench->display), "paced");
		}
		samples[n++] = now_s() - last;
		last = now_s();
	}
	printf("\"paced_samples\":%zu,", n);
	print_samples("paced", samples, n);
	close_window(bench, &window);
}

static void bench_frames(struct bench *bench, double seconds) {
	struct xdg_surface *surface = xdg_wm_base_get_xdg_surface(bench->wm_base, bench->surface);
	xdg_surface_add_listener(surface, &surface_listener, bench);
	struct xdg_toplevel *toplevel = xdg_surface_get_toplevel(surface);
	xdg_toplevel_add_listener(toplevel, &toplevel_listener, bench);
	xdg_toplevel_set_title(toplevel, "sync-bench");
	wl_surface_commit(bench->surface);
	while (!bench->is_configured) {
		check(wl_display_dispatch(bench->display), "configure");
	}
	struct shm_buffer buffers[BUFFERS];
	for (size_t i = 0; i < BUFFERS; i++) {
		shm_buffer_init(&buffers[i], bench->shm, WIDTH, HEIGHT);
	}
	long frames = 0;
	double start = now_s();
	while (now_s() - start < seconds) {
		struct shm_buffer *free_buffer = NULL;
		for (size_t i = 0; i < BUFFERS && free_buffer == NULL; i++) {
			free_buffer = buffers[i].is_busy ? NULL : &buffers[i];
		}
		if (free_buffer == NULL) {
			check(wl_display_dispatch(bench->display), "frames");
			continue;
		}
		memset(free_buffer->pixels, (int)(frames * 7 % 256) | 0x80, free_buffer->size);
		free_buffer->is_busy = true;
		wl_surface_attach(bench->surface, free_buffer->wl_buffer, 0, 0);
		wl_surface_damage_buffer(bench->surface, 0, 0, WIDTH, HEIGHT);
		wl_surface_commit(bench->surface);
		flush_all(bench);
		frames++;
	}
	check(wl_display_roundtrip(bench->display), "frames");
	printf("\"frames_1080p_per_s\":%.1f", (double)frames / (now_s() - start));
	xdg_toplevel_destroy(toplevel);
	xdg_surface_destroy(surface);
	for (size_t i = 0; i < BUFFERS; i++) {
		shm_buffer_finish(&buffers[i]);
	}
}

int main(int argc, char *argv[]) {
	static const struct {
		const char *name;
		void (*run)(struct bench *bench, double seconds);
	} benches[] = {{"sync", bench_sync}, {"pipelined", bench_pipelined},
			{"one-way", bench_one_way}, {"frames", bench_frames}, {"full", bench_full},
			{"small", bench_small}, {"connect", bench_connect},
			{"toplevel", bench_toplevel}, {"paced", bench_paced}};
	double seconds = 1;
	const char *only = NULL;
	int option;
	long count = 0;
	while ((option = getopt(argc, argv, "s:n:o:h")) != -1) {
		if (option == 's') {
			seconds = strtod(optarg, NULL);
		} else if (option == 'n') {
			count = strtol(optarg, NULL, 10);
		} else if (option == 'o') {
			only = optarg;
		} else {
			puts("usage: sync-bench [-s SECONDS | -n COUNT] [-o BENCH]");
			return option == 'h' ? 0 : 2;
		}
	}
	struct bench bench = {.display = wl_display_connect(NULL), .count = count};
	check(bench.display != NULL ? 0 : -1, "cannot connect");
	struct wl_registry *registry = wl_display_get_registry(bench.display);
	wl_registry_add_listener(registry, &registry_listener, &bench);
	check(wl_display_roundtrip(bench.display), "registry");
	if (bench.compositor == NULL || bench.shm == NULL || bench.wm_base == NULL) {
		fputs("sync-bench: wl_compositor, wl_shm and xdg_wm_base are needed\n", stderr);
		return 1;
	}
	bench.surface = wl_compositor_create_surface(bench.compositor);
	const char *separator = "{";
	for (size_t i = 0; i < sizeof(benches) / sizeof(benches[0]); i++) {
		if (only == NULL || strcmp(only, benches[i].name) == 0) {
			fputs(separator, stdout);
			benches[i].run(&bench, seconds);
			separator = ",";
		}
	}
	puts("}");
	wl_surface_destroy(bench.surface);
	wl_display_roundtrip(bench.display);
	wl_display_disconnect(bench.display);
	return 0;
}
