/* SPDX-License-Identifier: MIT */
#include "tests/compositor/tablet_client.h"

#include <stdio.h>

static void on_name(void *data, struct zwp_tablet_v2 *tablet, const char *name) {
	struct heard *heard = data;
	snprintf(heard->name, sizeof(heard->name), "%s", name);
}

static void on_id(void *data, struct zwp_tablet_v2 *tablet, uint32_t vid, uint32_t pid) {
	((struct heard *)data)->tells++;
}

static void on_path(void *data, struct zwp_tablet_v2 *tablet, const char *path) {
	((struct heard *)data)->tells++;
}

static void on_done(void *data, struct zwp_tablet_v2 *tablet) {
}

static void on_removed(void *data, struct zwp_tablet_v2 *tablet) {
	((struct heard *)data)->removals++;
}

static const struct zwp_tablet_v2_listener tablet_listener = {
		.name = on_name,
		.id = on_id,
		.path = on_path,
		.done = on_done,
		.removed = on_removed,
};

static void on_type(void *data, struct zwp_tablet_tool_v2 *tool, uint32_t type) {
	((struct heard *)data)->types |= type == ZWP_TABLET_TOOL_V2_TYPE_PEN ? 1 : 2;
}

static void on_number(void *data, struct zwp_tablet_tool_v2 *tool, uint32_t high, uint32_t low) {
	((struct heard *)data)->tells++;
}

static void on_capability(void *data, struct zwp_tablet_tool_v2 *tool, uint32_t capability) {
	((struct heard *)data)->capabilities |= 1u << capability;
}

static void on_tool_done(void *data, struct zwp_tablet_tool_v2 *tool) {
}

static void on_tool_removed(void *data, struct zwp_tablet_tool_v2 *tool) {
	((struct heard *)data)->removals++;
}

static void on_in(void *data, struct zwp_tablet_tool_v2 *tool, uint32_t serial,
		struct zwp_tablet_v2 *tablet, struct wl_surface *surface) {
	struct heard *heard = data;
	heard->ins++;
	heard->near = tool;
	heard->serial = serial;
}

static void on_out(void *data, struct zwp_tablet_tool_v2 *tool) {
	((struct heard *)data)->outs++;
}

static void on_down(void *data, struct zwp_tablet_tool_v2 *tool, uint32_t serial) {
	struct heard *heard = data;
	heard->downs++;
	heard->serial = serial;
}

static void on_up(void *data, struct zwp_tablet_tool_v2 *tool) {
	((struct heard *)data)->ups++;
}

static void on_motion(void *data, struct zwp_tablet_tool_v2 *tool, wl_fixed_t x, wl_fixed_t y) {
	struct heard *heard = data;
	heard->motions++;
	heard->x = wl_fixed_to_double(x);
	heard->y = wl_fixed_to_double(y);
}

static void on_amount(void *data, struct zwp_tablet_tool_v2 *tool, uint32_t amount) {
	((struct heard *)data)->pressures++;
}

static void on_tilt(void *data, struct zwp_tablet_tool_v2 *tool, wl_fixed_t x, wl_fixed_t y) {
	struct heard *heard = data;
	heard->tilt_x = wl_fixed_to_double(x);
	heard->tilt_y = wl_fixed_to_double(y);
}

static void on_rotation(void *data, struct zwp_tablet_tool_v2 *tool, wl_fixed_t degrees) {
}

static void on_slider(void *data, struct zwp_tablet_tool_v2 *tool, int32_t position) {
}

static void on_wheel(void *data, struct zwp_tablet_tool_v2 *tool, wl_fixed_t degrees,
		int32_t clicks) {
}

static void on_button(void *data, struct zwp_tablet_tool_v2 *tool, uint32_t serial, uint32_t button,
		uint32_t state) {
	struct heard *heard = data;
	heard->buttons++;
	heard->last_button = button;
}

static void on_frame(void *data, struct zwp_tablet_tool_v2 *tool, uint32_t time_ms) {
}

static const struct zwp_tablet_tool_v2_listener tool_listener = {
		.type = on_type,
		.hardware_serial = on_number,
		.hardware_id_wacom = on_number,
		.capability = on_capability,
		.done = on_tool_done,
		.removed = on_tool_removed,
		.proximity_in = on_in,
		.proximity_out = on_out,
		.down = on_down,
		.up = on_up,
		.motion = on_motion,
		.pressure = on_amount,
		.distance = on_amount,
		.tilt = on_tilt,
		.rotation = on_rotation,
		.slider = on_slider,
		.wheel = on_wheel,
		.button = on_button,
		.frame = on_frame,
};

static void on_source(void *data, struct zwp_tablet_pad_ring_v2 *ring, uint32_t source) {
}

static void on_angle(void *data, struct zwp_tablet_pad_ring_v2 *ring, wl_fixed_t degrees) {
	((struct heard *)data)->turns++;
}

static void on_stop(void *data, struct zwp_tablet_pad_ring_v2 *ring) {
}

static void on_ring_frame(void *data, struct zwp_tablet_pad_ring_v2 *ring, uint32_t time_ms) {
}

static const struct zwp_tablet_pad_ring_v2_listener ring_listener = {
		.source = on_source, .angle = on_angle, .stop = on_stop, .frame = on_ring_frame};

static void on_strip_source(void *data, struct zwp_tablet_pad_strip_v2 *strip, uint32_t source) {
}

static void on_position(void *data, struct zwp_tablet_pad_strip_v2 *strip, uint32_t position) {
	((struct heard *)data)->slides++;
}

static void on_strip_stop(void *data, struct zwp_tablet_pad_strip_v2 *strip) {
}

static void on_strip_frame(void *data, struct zwp_tablet_pad_strip_v2 *strip, uint32_t time_ms) {
}

static const struct zwp_tablet_pad_strip_v2_listener strip_listener = {
		.source = on_strip_source,
		.position = on_position,
		.stop = on_strip_stop,
		.frame = on_strip_frame,
};

static void on_group_buttons(void *data, struct zwp_tablet_pad_group_v2 *group,
		struct wl_array *buttons) {
}

static void on_ring(void *data, struct zwp_tablet_pad_group_v2 *group,
		struct zwp_tablet_pad_ring_v2 *ring) {
	struct heard *heard = data;
	heard->rings[heard->rings_len++] = ring;
	zwp_tablet_pad_ring_v2_add_listener(ring, &ring_listener, heard);
}

static void on_strip(void *data, struct zwp_tablet_pad_group_v2 *group,
		struct zwp_tablet_pad_strip_v2 *strip) {
	struct heard *heard = data;
	heard->strips[heard->strips_len++] = strip;
	zwp_tablet_pad_strip_v2_add_listener(strip, &strip_listener, heard);
}

static void on_modes(void *data, struct zwp_tablet_pad_group_v2 *group, uint32_t modes) {
}

static void on_group_done(void *data, struct zwp_tablet_pad_group_v2 *group) {
}

static void on_mode(void *data, struct zwp_tablet_pad_group_v2 *group, uint32_t time_ms,
		uint32_t serial, uint32_t mode) {
}

static const struct zwp_tablet_pad_group_v2_listener group_listener = {
		.buttons = on_group_buttons,
		.ring = on_ring,
		.strip = on_strip,
		.modes = on_modes,
		.done = on_group_done,
		.mode_switch = on_mode,
};

static void on_group(void *data, struct zwp_tablet_pad_v2 *pad,
		struct zwp_tablet_pad_group_v2 *group) {
	struct heard *heard = data;
	heard->group = group;
	zwp_tablet_pad_group_v2_add_listener(group, &group_listener, heard);
}

static void on_pad_path(void *data, struct zwp_tablet_pad_v2 *pad, const char *path) {
	((struct heard *)data)->tells++;
}

static void on_pad_buttons(void *data, struct zwp_tablet_pad_v2 *pad, uint32_t buttons) {
}

static void on_pad_done(void *data, struct zwp_tablet_pad_v2 *pad) {
}

static void on_pad_button(void *data, struct zwp_tablet_pad_v2 *pad, uint32_t time_ms,
		uint32_t button, uint32_t state) {
	((struct heard *)data)->pad_buttons++;
}

static void on_pad_enter(void *data, struct zwp_tablet_pad_v2 *pad, uint32_t serial,
		struct zwp_tablet_v2 *tablet, struct wl_surface *surface) {
	((struct heard *)data)->pad_enters++;
}

static void on_pad_leave(void *data, struct zwp_tablet_pad_v2 *pad, uint32_t serial,
		struct wl_surface *surface) {
	((struct heard *)data)->pad_leaves++;
}

static void on_pad_removed(void *data, struct zwp_tablet_pad_v2 *pad) {
	((struct heard *)data)->removals++;
}

static const struct zwp_tablet_pad_v2_listener pad_listener = {
		.group = on_group,
		.path = on_pad_path,
		.buttons = on_pad_buttons,
		.done = on_pad_done,
		.button = on_pad_button,
		.enter = on_pad_enter,
		.leave = on_pad_leave,
		.removed = on_pad_removed,
};

static void on_tablet(void *data, struct zwp_tablet_seat_v2 *seat, struct zwp_tablet_v2 *tablet) {
	struct heard *heard = data;
	heard->tablet = tablet;
	zwp_tablet_v2_add_listener(tablet, &tablet_listener, heard);
}

static void on_tool(void *data, struct zwp_tablet_seat_v2 *seat, struct zwp_tablet_tool_v2 *tool) {
	struct heard *heard = data;
	assert_true(heard->tools_len < TOOLS_MAX);
	heard->tools[heard->tools_len++] = tool;
	zwp_tablet_tool_v2_add_listener(tool, &tool_listener, heard);
}

static void on_pad(void *data, struct zwp_tablet_seat_v2 *seat, struct zwp_tablet_pad_v2 *pad) {
	struct heard *heard = data;
	heard->pad = pad;
	zwp_tablet_pad_v2_add_listener(pad, &pad_listener, heard);
}

static const struct zwp_tablet_seat_v2_listener seat_listener = {
		.tablet_added = on_tablet, .tool_added = on_tool, .pad_added = on_pad};

void heard_listen(struct heard *heard, struct test_client *client) {
	heard->manager = client_bind(client, &zwp_tablet_manager_v2_interface, 1);
	heard->seat = zwp_tablet_manager_v2_get_tablet_seat(heard->manager, client->seat);
	zwp_tablet_seat_v2_add_listener(heard->seat, &seat_listener, heard);
}

void heard_forget(struct heard *heard) {
	for (int i = 0; i < heard->tools_len; i++) {
		zwp_tablet_tool_v2_destroy(heard->tools[i]);
	}
	for (int i = 0; i < heard->rings_len; i++) {
		zwp_tablet_pad_ring_v2_destroy(heard->rings[i]);
	}
	for (int i = 0; i < heard->strips_len; i++) {
		zwp_tablet_pad_strip_v2_destroy(heard->strips[i]);
	}
	if (heard->pad != NULL) {
		zwp_tablet_pad_group_v2_destroy(heard->group);
		zwp_tablet_pad_v2_destroy(heard->pad);
		zwp_tablet_v2_destroy(heard->tablet);
	}
	if (heard->seat != NULL) {
		zwp_tablet_seat_v2_destroy(heard->seat);
		zwp_tablet_manager_v2_destroy(heard->manager);
	}
	*heard = (struct heard){0};
}
