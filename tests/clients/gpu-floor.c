/* SPDX-License-Identifier: MIT
 *
 * The floor of a guest's round trips: wl_display.sync through a cross-domain context of the VM's GPU
 * device, without a bridge or a Wayland library in between. For tools/bench; prints one line of JSON.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guest/bridge/context.h"
#include "guest/bridge/virtgpu.h"

#define SYNCS 2000
/* The callback's number is free again after its delete_id, which comes with done. */
#define CALLBACK 2
#define DISPLAY 1
#define DISPLAY_SYNC 0

static double now_us(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void check(int result, const char *what) {
	if (result < 0) {
		fprintf(stderr, "gpu-floor: %s: %s\n", what, strerror(-result));
		exit(1);
	}
}

/* Sends one sync with the POLL for its answer, and waits until both of its events have come. */
static void sync_once(struct context *context) {
	const uint32_t request[] = {DISPLAY, 12u << 16 | DISPLAY_SYNC, CALLBACK};
	check(context_send(context, request, sizeof(request), NULL, 0), "SEND");
	for (uint32_t received = 0; received < 24;) {
		check(context_poll(context), "POLL");
		struct context_event event;
		int result;
		do {
			struct pollfd wait = {.fd = context->gpu->fd, .events = POLLIN};
			if (poll(&wait, 1, -1) < 0) {
				check(-errno, "poll");
			}
			result = context_receive(context, &event);
		} while (result == 0);
		check(result, "RECEIVE");
		if (event.is_read || event.len == 0) {
			check(-EPIPE, "the host hung up");
		}
		received += event.len;
	}
}

static int compare(const void *a, const void *b) {
	double left = *(const double *)a, right = *(const double *)b;
	return left < right ? -1 : left > right;
}

int main(int argc, char **argv) {
	static char default_node[] = "/dev/dri/renderD128";
	int error = 0;
	struct gpu *gpu = virtgpu_open(argc > 1 ? argv[1] : default_node, &error);
	check(gpu != NULL ? 0 : error, "cannot open the render node");
	struct context context;
	check(context_init(&context, gpu), "no context");
	static double took[SYNCS];
	sync_once(&context);
	for (int i = 0; i < SYNCS; i++) {
		double start = now_us();
		sync_once(&context);
		took[i] = now_us() - start;
	}
	context_finish(&context);
	qsort(took, SYNCS, sizeof(took[0]), compare);
	printf("{\"floor_median_us\":%.1f,\"floor_p99_us\":%.1f}\n", took[SYNCS / 2],
			took[SYNCS / 100 * 99]);
	return 0;
}
