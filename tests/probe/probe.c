/* SPDX-License-Identifier: MIT */
#include "tests/probe/probe.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ext-foreign-toplevel-list-v1-client-protocol.h"
#include "ext-image-capture-source-v1-client-protocol.h"
#include "ext-image-copy-capture-v1-client-protocol.h"
#include "tests/probe/keyboard.h"
#include "tests/probe/pointer.h"
#include "tests/probe/windows.h"
#include "virtual-keyboard-unstable-v1-client-protocol.h"
#include "wlr-virtual-pointer-unstable-v1-client-protocol.h"
#include "xdg-output-unstable-v1-client-protocol.h"

static void handle_geometry(void *data, struct wl_output *wl_output, int32_t x, int32_t y,
		int32_t width_mm, int32_t height_mm, int32_t subpixel, const char *make,
		const char *model, int32_t transform) {
	struct probe_output *output = data;
	output->x = x;
	output->y = y;
}

static void handle_mode(void *data, struct wl_output *wl_output, uint32_t flags, int32_t width,
		int32_t height, int32_t refresh) {
	struct probe_output *output = data;
	if (flags & WL_OUTPUT_MODE_CURRENT) {
		output->mode_width = width;
		output->mode_height = height;
	}
}

static void handle_output_done(void *data, struct wl_output *wl_output) {
}

static void handle_scale(void *data, struct wl_output *wl_output, int32_t factor) {
	struct probe_output *output = data;
	output->scale = factor;
}

static void handle_output_name(void *data, struct wl_output *wl_output, const char *name) {
	struct probe_output *output = data;
	snprintf(output->name, sizeof(output->name), "%s", name);
}

static void handle_output_description(void *data, struct wl_output *wl_output, const char *text) {
}

static const struct wl_output_listener output_listener = {
		.geometry = handle_geometry,
		.mode = handle_mode,
		.done = handle_output_done,
		.scale = handle_scale,
		.name = handle_output_name,
		.description = handle_output_description,
};

static void handle_logical_position(void *data, struct zxdg_output_v1 *xdg, int32_t x, int32_t y) {
	struct probe_output *output = data;
	output->x = x;
	output->y = y;
}

static void handle_logical_size(void *data, struct zxdg_output_v1 *xdg, int32_t width,
		int32_t height) {
	struct probe_output *output = data;
	output->width = width;
	output->height = height;
}

static void handle_xdg_done(void *data, struct zxdg_output_v1 *xdg) {
}

static void handle_xdg_text(void *data, struct zxdg_output_v1 *xdg, const char *text) {
}

static const struct zxdg_output_v1_listener xdg_output_listener = {
		.logical_position = handle_logical_position,
		.logical_size = handle_logical_size,
		.done = handle_xdg_done,
		.name = handle_xdg_text,
		.description = handle_xdg_text,
};

static void add_output(struct probe *probe, uint32_t name) {
	if (probe->n_outputs == PROBE_OUTPUTS_MAX) {
		return;
	}
	struct probe_output *output = &probe->outputs[probe->n_outputs++];
	output->scale = 1;
	output->wl_output = wl_registry_bind(probe->registry, name, &wl_output_interface, 4);
	wl_output_add_listener(output->wl_output, &output_listener, output);
}

static void handle_global(void *data, struct wl_registry *registry, uint32_t name,
		const char *interface, uint32_t version) {
	struct probe *probe = data;
	const struct {
		const struct wl_interface *interface;
		void *global;
	} globals[] = {
			{&wl_shm_interface, &probe->shm},
			{&wl_seat_interface, &probe->seat},
			{&zxdg_output_manager_v1_interface, &probe->xdg_outputs},
			{&zwp_virtual_keyboard_manager_v1_interface, &probe->keyboards},
			{&zwlr_virtual_pointer_manager_v1_interface, &probe->pointers},
			{&ext_output_image_capture_source_manager_v1_interface, &probe->sources},
			{&ext_image_copy_capture_manager_v1_interface, &probe->captures},
			{&ext_foreign_toplevel_list_v1_interface, &probe->toplevel_list},
	};
	if (strcmp(interface, wl_output_interface.name) == 0) {
		add_output(probe, name);
		return;
	}
	for (size_t i = 0; i < sizeof(globals) / sizeof(globals[0]); i++) {
		void **global = globals[i].global;
		if (*global == NULL && strcmp(interface, globals[i].interface->name) == 0) {
			*global = wl_registry_bind(registry, name, globals[i].interface, 1);
		}
	}
}

static void handle_global_remove(void *data, struct wl_registry *registry, uint32_t name) {
}

static const struct wl_registry_listener registry_listener = {
		.global = handle_global,
		.global_remove = handle_global_remove,
};

bool probe_connect(struct probe *probe, const char *path, const char *varlink_address) {
	*probe = (struct probe){.varlink_address = varlink_address};
	wl_list_init(&probe->toplevels);
	probe->display = wl_display_connect(path);
	if (probe->display == NULL) {
		fprintf(stderr, "silo-probe: cannot connect to %s: %s\n",
				path != NULL ? path : "$WAYLAND_DISPLAY", strerror(errno));
		return false;
	}
	probe->registry = wl_display_get_registry(probe->display);
	wl_registry_add_listener(probe->registry, &registry_listener, probe);
	if (wl_display_roundtrip(probe->display) < 0) {
		fprintf(stderr, "silo-probe: the compositor hung up: %s\n", strerror(errno));
		return false;
	}
	for (int i = 0; i < probe->n_outputs && probe->xdg_outputs != NULL; i++) {
		struct zxdg_output_v1 *xdg =
				zxdg_output_manager_v1_get_xdg_output(probe->xdg_outputs,
						probe->outputs[i].wl_output);
		zxdg_output_v1_add_listener(xdg, &xdg_output_listener, &probe->outputs[i]);
	}
	windows_init(probe);
	wl_display_roundtrip(probe->display);
	for (int i = 0; i < probe->n_outputs; i++) {
		struct probe_output *output = &probe->outputs[i];
		if (output->width == 0) {
			output->width = output->mode_width / output->scale;
			output->height = output->mode_height / output->scale;
		}
	}
	/* A second one: the first made the toplevels' handles, this brings their properties. */
	return wl_display_roundtrip(probe->display) >= 0;
}

void probe_finish(struct probe *probe) {
	keyboard_destroy(probe->keyboard);
	pointer_destroy(probe->pointer);
	windows_finish(probe);
	if (probe->display != NULL) {
		wl_display_roundtrip(probe->display);
		wl_display_disconnect(probe->display);
	}
}

struct probe_output *probe_output(struct probe *probe, const char *name) {
	for (int i = 0; i < probe->n_outputs; i++) {
		if (name == NULL || name[0] == '\0' || strcmp(probe->outputs[i].name, name) == 0) {
			return &probe->outputs[i];
		}
	}
	return NULL;
}

int64_t probe_now_ms(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int probe_dispatch(struct probe *probe, int64_t deadline_ms) {
	struct wl_display *display = probe->display;
	while (wl_display_prepare_read(display) != 0) {
		int count = wl_display_dispatch_pending(display);
		if (count != 0) {
			return count < 0 ? -errno : 1;
		}
	}
	wl_display_flush(display);
	int64_t left = deadline_ms - probe_now_ms();
	struct pollfd pollfd = {.fd = wl_display_get_fd(display), .events = POLLIN};
	int ready = poll(&pollfd, 1, left > 0 ? (int)left : 0);
	if (ready <= 0) {
		wl_display_cancel_read(display);
		return ready < 0 && errno != EINTR ? -errno : 0;
	}
	if (wl_display_read_events(display) < 0 || wl_display_dispatch_pending(display) < 0) {
		return -errno;
	}
	return 1;
}
