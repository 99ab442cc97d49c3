/* SPDX-License-Identifier: MIT */
#include "compositor/input/tablet_seat.h"

#include <stdlib.h>
#include <wlr/interfaces/wlr_tablet_pad.h>
#include <wlr/interfaces/wlr_tablet_tool.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_seat.h>

#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/input/cursor.h"
#include "compositor/input/seat.h"
#include "compositor/listen.h"

#define NAME "Tablet"

static const struct wlr_tablet_impl tablet_impl = {.name = "silo"};
static const struct wlr_tablet_pad_impl pad_impl = {.name = "silo"};

/* Which of the pad's parts are its one group's: all. */
static unsigned int numbers[PAD_BUTTONS] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static void handle_set_cursor(struct wl_listener *listener, void *data) {
	struct shown_tool *shown = wl_container_of(listener, shown, set_cursor);
	const struct wlr_tablet_v2_event_cursor *event = data;
	/* Only of the client that the tool is over. */
	struct wlr_surface *focused = shown->tool->focused_surface;
	if (focused != NULL && event->seat_client != NULL &&
			wl_resource_get_client(focused->resource) == event->seat_client->client) {
		cursor_request_tool(shown->owner->seat, event->surface, event->hotspot_x,
				event->hotspot_y);
	}
}

static bool show_tool(struct tablet_seat *shown, struct wlr_tablet_manager_v2 *manager,
		enum shown_kind kind) {
	struct shown_tool *tool = &shown->tools[kind];
	tool->owner = shown;
	tool->device = (struct wlr_tablet_tool){
			.type = kind == SHOWN_ERASER ? WLR_TABLET_TOOL_TYPE_ERASER
						     : WLR_TABLET_TOOL_TYPE_PEN,
			.tilt = true,
			.pressure = true,
			.distance = true,
			.rotation = true,
			.slider = true,
	};
	wl_signal_init(&tool->device.events.destroy);
	tool->tool = wlr_tablet_tool_create(manager, shown->seat->wlr_seat, &tool->device);
	if (tool->tool == NULL) {
		return false;
	}
	listener_add(&tool->set_cursor, &tool->tool->events.set_cursor, handle_set_cursor);
	return true;
}

struct tablet_seat *tablet_seat_create(struct wlr_tablet_manager_v2 *manager, struct seat *seat) {
	struct tablet_seat *shown = calloc(1, sizeof(*shown));
	if (shown == NULL) {
		return NULL;
	}
	shown->seat = seat;
	wlr_tablet_init(&shown->device, &tablet_impl, NAME);
	wlr_tablet_pad_init(&shown->pad_device, &pad_impl, NAME);
	shown->pad_device.button_count = PAD_BUTTONS;
	shown->pad_device.ring_count = PAD_RINGS;
	shown->pad_device.strip_count = PAD_STRIPS;
	shown->pad_group = (struct wlr_tablet_pad_group){
			.button_count = PAD_BUTTONS,
			.buttons = numbers,
			.ring_count = PAD_RINGS,
			.rings = numbers,
			.strip_count = PAD_STRIPS,
			.strips = numbers,
			.mode_count = 1,
	};
	wl_list_insert(&shown->pad_device.groups, &shown->pad_group.link);
	shown->tablet = wlr_tablet_create(manager, seat->wlr_seat, &shown->device.base);
	shown->pad = shown->tablet == NULL
			? NULL
			: wlr_tablet_pad_create(manager, seat->wlr_seat, &shown->pad_device.base);
	if (shown->pad == NULL || !show_tool(shown, manager, SHOWN_PEN) ||
			!show_tool(shown, manager, SHOWN_ERASER)) {
		tablet_seat_destroy(shown);
		return NULL;
	}
	tablet_seat_focus_pad(shown, seat->wlr_seat->keyboard_state.focused_surface);
	return shown;
}

void tablet_seat_destroy(struct tablet_seat *shown) {
	if (shown == NULL) {
		return;
	}
	for (size_t i = 0; i < SHOWN_KINDS; i++) {
		struct shown_tool *tool = &shown->tools[i];
		if (tool->tool != NULL) {
			tablet_seat_end(shown, i);
			listener_remove(&tool->set_cursor);
			wl_signal_emit_mutable(&tool->device.events.destroy, &tool->device);
		}
	}
	if (shown->pad != NULL) {
		/* wlroots does not. */
		free(shown->pad->groups);
		shown->pad->groups = NULL;
	}
	wl_list_remove(&shown->pad_group.link);
	wlr_tablet_pad_finish(&shown->pad_device);
	wlr_tablet_finish(&shown->device);
	free(shown);
}

bool tablet_seat_accepts(struct tablet_seat *shown, struct wlr_surface *surface) {
	return shown != NULL && wlr_surface_accepts_tablet_v2(surface, shown->tablet);
}

void tablet_seat_end(struct tablet_seat *shown, enum shown_kind kind) {
	struct wlr_tablet_v2_tablet_tool *tool = shown->tools[kind].tool;
	/* wlroots lets go for the client, but would press again for the next. */
	while (tool->num_buttons > 0) {
		wlr_tablet_v2_tablet_tool_notify_button(tool, tool->pressed_buttons[0],
				ZWP_TABLET_PAD_V2_BUTTON_STATE_RELEASED);
	}
	wlr_tablet_v2_tablet_tool_notify_up(tool);
	wlr_tablet_v2_tablet_tool_notify_proximity_out(tool);
}

void tablet_seat_focus_pad(struct tablet_seat *shown, struct wlr_surface *surface) {
	struct wlr_surface *old = shown->seat->wlr_seat->keyboard_state.focused_surface;
	if (old != NULL) {
		wlr_tablet_v2_tablet_pad_notify_leave(shown->pad, old);
	}
	/* wlroots would go on telling who had it. */
	shown->pad->current_client = NULL;
	shown->pad_pressed = 0;
	if (surface != NULL) {
		wlr_tablet_v2_tablet_pad_notify_enter(shown->pad, shown->tablet, surface);
	}
}

void tablet_seat_pad_button(struct tablet_seat *shown, uint32_t button, uint32_t time_ms,
		bool is_press) {
	uint32_t bit = button < PAD_BUTTONS ? 1u << button : 0;
	if (bit == 0 || (!is_press && (shown->pad_pressed & bit) == 0)) {
		return;
	}
	shown->pad_pressed = is_press ? shown->pad_pressed | bit : shown->pad_pressed & ~bit;
	wlr_tablet_v2_tablet_pad_notify_button(shown->pad, button, time_ms,
			is_press ? ZWP_TABLET_PAD_V2_BUTTON_STATE_PRESSED
				 : ZWP_TABLET_PAD_V2_BUTTON_STATE_RELEASED);
}

void tablet_seat_pad_ring(struct tablet_seat *shown, uint32_t ring, double position, bool is_finger,
		uint32_t time_ms) {
	if (ring < PAD_RINGS) {
		wlr_tablet_v2_tablet_pad_notify_ring(shown->pad, ring, position, is_finger,
				time_ms);
	}
}

void tablet_seat_pad_strip(struct tablet_seat *shown, uint32_t strip, double position,
		bool is_finger, uint32_t time_ms) {
	if (strip < PAD_STRIPS) {
		wlr_tablet_v2_tablet_pad_notify_strip(shown->pad, strip, position, is_finger,
				time_ms);
	}
}
