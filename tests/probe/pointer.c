/* SPDX-License-Identifier: MIT */
#include "tests/probe/pointer.h"

#include <math.h>
#include <stdlib.h>

#include "tests/probe/probe.h"
#include "wlr-virtual-pointer-unstable-v1-client-protocol.h"

/* Positions are sent in fractions of a pixel. */
#define PARTS 256

struct pointer {
	struct zwlr_virtual_pointer_v1 *device;
};

struct pointer *pointer_get(struct probe *probe) {
	if (probe->pointer != NULL || probe->pointers == NULL) {
		return probe->pointer;
	}
	struct pointer *pointer = calloc(1, sizeof(*pointer));
	if (pointer != NULL) {
		pointer->device = zwlr_virtual_pointer_manager_v1_create_virtual_pointer(
				probe->pointers, probe->seat);
		wl_display_roundtrip(probe->display);
		probe->pointer = pointer;
	}
	return pointer;
}

void pointer_destroy(struct pointer *pointer) {
	if (pointer != NULL) {
		zwlr_virtual_pointer_v1_destroy(pointer->device);
		free(pointer);
	}
}

void pointer_move(struct probe *probe, struct pointer *pointer, double x, double y) {
	int left = INT32_MAX, top = INT32_MAX, right = INT32_MIN, bottom = INT32_MIN;
	for (int i = 0; i < probe->n_outputs; i++) {
		const struct probe_output *output = &probe->outputs[i];
		left = output->x < left ? output->x : left;
		top = output->y < top ? output->y : top;
		right = output->x + output->width > right ? output->x + output->width : right;
		bottom = output->y + output->height > bottom ? output->y + output->height : bottom;
	}
	double at_x = fmin(fmax(x - left, 0), right - left),
	       at_y = fmin(fmax(y - top, 0), bottom - top);
	zwlr_virtual_pointer_v1_motion_absolute(pointer->device, (uint32_t)probe_now_ms(),
			(uint32_t)(at_x * PARTS), (uint32_t)(at_y * PARTS),
			(uint32_t)(right - left) * PARTS, (uint32_t)(bottom - top) * PARTS);
	zwlr_virtual_pointer_v1_frame(pointer->device);
}

void pointer_button(struct pointer *pointer, uint32_t button, bool pressed) {
	zwlr_virtual_pointer_v1_button(pointer->device, (uint32_t)probe_now_ms(), button,
			pressed ? WL_POINTER_BUTTON_STATE_PRESSED
				: WL_POINTER_BUTTON_STATE_RELEASED);
	zwlr_virtual_pointer_v1_frame(pointer->device);
}

void pointer_scroll(struct pointer *pointer, int steps) {
	uint32_t now = (uint32_t)probe_now_ms();
	zwlr_virtual_pointer_v1_axis_source(pointer->device, WL_POINTER_AXIS_SOURCE_WHEEL);
	zwlr_virtual_pointer_v1_axis_discrete(pointer->device, now, WL_POINTER_AXIS_VERTICAL_SCROLL,
			wl_fixed_from_int(15 * steps), steps);
	zwlr_virtual_pointer_v1_frame(pointer->device);
}
