/* SPDX-License-Identifier: MIT
 *
 * One pen is used at a time: the first that comes near a tablet; others wait until it has gone.
 */
#include "compositor/input/tablet.h"

#include <linux/input-event-codes.h>
#include <stdint.h>
#include <stdlib.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_seat.h>
#include <wlr/types/wlr_tablet_pad.h>
#include <wlr/types/wlr_tablet_tool.h>
#include <wlr/types/wlr_tablet_v2.h>

#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/input/bindings.h"
#include "compositor/input/constraint.h"
#include "compositor/input/cursor.h"
#include "compositor/input/focus.h"
#include "compositor/input/keyboard.h"
#include "compositor/input/pointer.h"
#include "compositor/input/press.h"
#include "compositor/input/seat.h"
#include "compositor/input/tablet_seat.h"
#include "compositor/listen.h"
#include "compositor/lock/idle.h"
#include "compositor/server.h"
#include "compositor/window/hit.h"
#include "compositor/window/window.h"

/* The tip and the buttons of a pen that may be held at a time. */
#define HELD_MAX 8

enum pen_use {
	PEN_POINTER, /* moves the pointer; what is held are its buttons */
	PEN_CLIENT,  /* told to a client */
	PEN_NOBODY,  /* told to nobody until all is let go */
};

struct pen {
	struct wlr_tablet_tool *tool; /* NULL: none is near */
	const struct wlr_tablet *tablet;
	enum shown_kind kind;
	bool is_mouse;       /* moved from where it is, and not to where it lies */
	double x, y;         /* in the layout */
	double raw_x, raw_y; /* on the tablet, 0 to 1 */
	double tilt_x, tilt_y;
	enum pen_use use;
	uint32_t held[HELD_MAX]; /* buttons; BTN_TOUCH is the tip */
	size_t held_len;
	/* CLIENT: whose surface it is over; while it is held, its origin in the layout. */
	struct seat *seat;
	struct window *window;
	double origin_x, origin_y;
};

struct tablets {
	struct server *server;
	struct wlr_tablet_manager_v2 *manager;
	size_t devices;
	struct pen pen;
	struct wl_listener tool_destroy, surface_destroy;
	struct wl_listener axis, proximity, tip, button;
};

/* A tablet, or a pad of one. */
struct device {
	struct server *server;
	struct wl_listener destroy;
	struct wl_listener button, ring, strip; /* of a pad */
	bool is_tablet;
};

static struct wlr_tablet_v2_tablet_tool *tool_of(const struct pen *pen) {
	return pen->seat->tablet->tools[pen->kind].tool;
}

/* The client that the pen is over hears that it has gone. */
static void leave_surface(struct tablets *tablets) {
	struct pen *pen = &tablets->pen;
	struct seat *seat = pen->seat;
	listener_remove(&tablets->surface_destroy);
	pen->seat = NULL;
	pen->window = NULL;
	if (seat != NULL && seat->tablet != NULL) {
		tablet_seat_end(seat->tablet, pen->kind);
	}
}

/* Whom the pen is told to, if it was a client, is told no more until it is lifted. */
static void let_go(struct tablets *tablets) {
	struct pen *pen = &tablets->pen;
	leave_surface(tablets);
	if (pen->use == PEN_CLIENT) {
		pen->use = pen->held_len > 0 ? PEN_NOBODY : PEN_POINTER;
	}
}

static void handle_surface_destroy(struct wl_listener *listener, void *data) {
	struct tablets *tablets = wl_container_of(listener, tablets, surface_destroy);
	let_go(tablets);
}

/* Moves the cursor along, unless a window holds it. */
static void move_cursor(struct tablets *tablets) {
	struct server *server = tablets->server;
	if (constraints_state(server) == CONSTRAINT_NONE) {
		wlr_cursor_warp_closest(cursor_wlr(server), NULL, tablets->pen.x, tablets->pen.y);
	}
}

static void be_pointer(struct tablets *tablets, uint32_t time_ms) {
	struct pen *pen = &tablets->pen;
	if (pen->use == PEN_CLIENT) {
		let_go(tablets);
	}
	pen->use = PEN_POINTER;
	pointer_emulate(tablets->server, POINTER_MOVE, 0, pen->x, pen->y, time_ms);
}

/* Nothing is held: finds whose the pen is now, and tells that client where it is. */
static void hover(struct tablets *tablets, uint32_t time_ms) {
	struct pen *pen = &tablets->pen;
	struct hit hit;
	hit_find(tablets->server, pen->x, pen->y, &hit);
	struct seat *seat = hit.surface != NULL ? hit.domain->seat : NULL;
	if (seat == NULL || pen->is_mouse || pointer_is_held(tablets->server) ||
			!tablet_seat_accepts(seat->tablet, hit.surface)) {
		be_pointer(tablets, time_ms);
		return;
	}
	pen->use = PEN_CLIENT;
	if (pen->seat != seat || tool_of(pen)->focused_surface != hit.surface) {
		leave_surface(tablets);
		pen->seat = seat;
		wlr_tablet_v2_tablet_tool_notify_proximity_in(tool_of(pen), seat->tablet->tablet,
				hit.surface);
		listener_add(&tablets->surface_destroy, &hit.surface->events.destroy,
				handle_surface_destroy);
	}
	pen->window = hit.window;
	pen->origin_x = pen->x - hit.sx;
	pen->origin_y = pen->y - hit.sy;
	move_cursor(tablets);
	pointer_give_way(tablets->server, seat);
	wlr_tablet_v2_tablet_tool_notify_motion(tool_of(pen), hit.sx, hit.sy);
}

static void move(struct tablets *tablets, uint32_t time_ms) {
	struct pen *pen = &tablets->pen;
	if (pen->held_len == 0) {
		hover(tablets, time_ms);
	} else if (pen->use == PEN_CLIENT) {
		move_cursor(tablets);
		wlr_tablet_v2_tablet_tool_notify_motion(tool_of(pen), pen->x - pen->origin_x,
				pen->y - pen->origin_y);
	} else if (pen->use == PEN_POINTER) {
		pointer_emulate(tablets->server, POINTER_MOVE, 0, pen->x, pen->y, time_ms);
	}
}

/* What a button of a pen is on a mouse. */
static uint32_t mouse_button(uint32_t button) {
	switch (button) {
	case BTN_TOUCH:
		return BTN_LEFT;
	case BTN_STYLUS:
		return BTN_RIGHT;
	case BTN_STYLUS2:
		return BTN_MIDDLE;
	default:
		return button;
	}
}

static void tell_button(struct tablets *tablets, uint32_t button, bool is_press, uint32_t time_ms) {
	struct pen *pen = &tablets->pen;
	if (pen->use == PEN_POINTER) {
		pointer_emulate(tablets->server, is_press ? POINTER_PRESS : POINTER_RELEASE,
				mouse_button(button), pen->x, pen->y, time_ms);
	} else if (pen->use == PEN_CLIENT && button == BTN_TOUCH && is_press) {
		wlr_tablet_v2_tablet_tool_notify_down(tool_of(pen));
	} else if (pen->use == PEN_CLIENT && button == BTN_TOUCH) {
		wlr_tablet_v2_tablet_tool_notify_up(tool_of(pen));
	} else if (pen->use == PEN_CLIENT) {
		wlr_tablet_v2_tablet_tool_notify_button(tool_of(pen), button,
				is_press ? ZWP_TABLET_PAD_V2_BUTTON_STATE_PRESSED
					 : ZWP_TABLET_PAD_V2_BUTTON_STATE_RELEASED);
	}
}

/* The first that is held decides whose the pen is until all is let go. */
static void begin(struct tablets *tablets, uint32_t time_ms) {
	struct server *server = tablets->server;
	struct pen *pen = &tablets->pen;
	hover(tablets, time_ms);
	if (pen->use == PEN_CLIENT &&
			(keyboards_modifiers(server) & bindings_modifier(server)) != 0) {
		be_pointer(tablets, time_ms); /* which moves windows so */
	}
	struct hit hit;
	if (pen->use == PEN_CLIENT && !press_choose(server, pen->x, pen->y, &hit)) {
		leave_surface(tablets);
		pen->use = PEN_NOBODY;
	} else if (pen->use == PEN_CLIENT) {
		hover(tablets, time_ms);
	}
}

static void press(struct tablets *tablets, uint32_t button, uint32_t time_ms) {
	struct pen *pen = &tablets->pen;
	keyboards_end_tap(tablets->server);
	bool has_only_woken = idle_activity(tablets->server);
	if (pen->held_len == HELD_MAX) {
		return;
	}
	if (pen->held_len == 0 && has_only_woken) {
		let_go(tablets);
		pen->use = PEN_NOBODY;
	} else if (pen->held_len == 0) {
		begin(tablets, time_ms);
	}
	pen->held[pen->held_len++] = button;
	tell_button(tablets, button, true, time_ms);
}

static void release(struct tablets *tablets, uint32_t button, uint32_t time_ms) {
	struct pen *pen = &tablets->pen;
	for (size_t i = 0; i < pen->held_len; i++) {
		if (pen->held[i] == button) {
			pen->held[i] = pen->held[--pen->held_len];
			tell_button(tablets, button, false, time_ms);
			break;
		}
	}
	if (pen->held_len == 0) {
		hover(tablets, time_ms);
	}
}

/* The pen is near no more. */
static void take_away(struct tablets *tablets, uint32_t time_ms) {
	struct pen *pen = &tablets->pen;
	while (pen->held_len > 0) {
		uint32_t button = pen->held[--pen->held_len];
		tell_button(tablets, button, false, time_ms);
	}
	let_go(tablets);
	listener_remove(&tablets->tool_destroy);
	*pen = (struct pen){0};
	pointer_take_back(tablets->server);
}

static void handle_tool_destroy(struct wl_listener *listener, void *data) {
	struct tablets *tablets = wl_container_of(listener, tablets, tool_destroy);
	take_away(tablets, 0);
}

static void take(struct tablets *tablets, struct wlr_tablet_tool *tool,
		const struct wlr_tablet *tablet) {
	struct pen *pen = &tablets->pen;
	*pen = (struct pen){
			.tool = tool,
			.tablet = tablet,
			.kind = tool->type == WLR_TABLET_TOOL_TYPE_ERASER ? SHOWN_ERASER
									  : SHOWN_PEN,
			.is_mouse = tool->type == WLR_TABLET_TOOL_TYPE_MOUSE ||
					tool->type == WLR_TABLET_TOOL_TYPE_LENS,
	};
	listener_add(&tablets->tool_destroy, &tool->events.destroy, handle_tool_destroy);
}

/* Where the pen is, from where it is on the tablet. */
static void place(struct tablets *tablets) {
	struct pen *pen = &tablets->pen;
	wlr_cursor_absolute_to_layout_coords(cursor_wlr(tablets->server),
			(struct wlr_input_device *)&pen->tablet->base, pen->raw_x, pen->raw_y,
			&pen->x, &pen->y);
}

static void handle_proximity(struct wl_listener *listener, void *data) {
	struct tablets *tablets = wl_container_of(listener, tablets, proximity);
	const struct wlr_tablet_tool_proximity_event *event = data;
	struct pen *pen = &tablets->pen;
	if (event->state == WLR_TABLET_TOOL_PROXIMITY_OUT) {
		if (pen->tool == event->tool) {
			take_away(tablets, event->time_msec);
		}
		return;
	}
	if (pen->tool != NULL) {
		return;
	}
	idle_activity(tablets->server);
	take(tablets, event->tool, event->tablet);
	pen->raw_x = event->x;
	pen->raw_y = event->y;
	if (!pen->is_mouse) {
		place(tablets);
		hover(tablets, event->time_msec);
	}
}

static void tell_axes(struct pen *pen, const struct wlr_tablet_tool_axis_event *event) {
	const uint32_t tilt = WLR_TABLET_TOOL_AXIS_TILT_X | WLR_TABLET_TOOL_AXIS_TILT_Y;
	struct wlr_tablet_v2_tablet_tool *tool = tool_of(pen);
	if (event->updated_axes & WLR_TABLET_TOOL_AXIS_PRESSURE) {
		wlr_tablet_v2_tablet_tool_notify_pressure(tool, event->pressure);
	}
	if (event->updated_axes & WLR_TABLET_TOOL_AXIS_DISTANCE) {
		wlr_tablet_v2_tablet_tool_notify_distance(tool, event->distance);
	}
	if (event->updated_axes & tilt) {
		wlr_tablet_v2_tablet_tool_notify_tilt(tool, pen->tilt_x, pen->tilt_y);
	}
	if (event->updated_axes & WLR_TABLET_TOOL_AXIS_ROTATION) {
		wlr_tablet_v2_tablet_tool_notify_rotation(tool, event->rotation);
	}
	if (event->updated_axes & WLR_TABLET_TOOL_AXIS_SLIDER) {
		wlr_tablet_v2_tablet_tool_notify_slider(tool, event->slider);
	}
}

static void handle_axis(struct wl_listener *listener, void *data) {
	struct tablets *tablets = wl_container_of(listener, tablets, axis);
	const struct wlr_tablet_tool_axis_event *event = data;
	struct pen *pen = &tablets->pen;
	if (pen->tool != event->tool) {
		return;
	}
	idle_activity(tablets->server);
	bool has_x = (event->updated_axes & WLR_TABLET_TOOL_AXIS_X) != 0;
	bool has_y = (event->updated_axes & WLR_TABLET_TOOL_AXIS_Y) != 0;
	pen->raw_x = has_x ? event->x : pen->raw_x;
	pen->raw_y = has_y ? event->y : pen->raw_y;
	if (event->updated_axes & WLR_TABLET_TOOL_AXIS_TILT_X) {
		pen->tilt_x = event->tilt_x;
	}
	if (event->updated_axes & WLR_TABLET_TOOL_AXIS_TILT_Y) {
		pen->tilt_y = event->tilt_y;
	}
	if (pen->is_mouse) {
		struct wlr_cursor *cursor = cursor_wlr(tablets->server);
		pen->x = cursor->x + (has_x ? event->dx : 0);
		pen->y = cursor->y + (has_y ? event->dy : 0);
	} else {
		place(tablets);
	}
	if (has_x || has_y) {
		move(tablets, event->time_msec);
	}
	if (pen->use == PEN_CLIENT) {
		tell_axes(pen, event);
	}
}

static void handle_tip(struct wl_listener *listener, void *data) {
	struct tablets *tablets = wl_container_of(listener, tablets, tip);
	const struct wlr_tablet_tool_tip_event *event = data;
	if (tablets->pen.tool != event->tool) {
		return;
	}
	if (event->state == WLR_TABLET_TOOL_TIP_DOWN) {
		press(tablets, BTN_TOUCH, event->time_msec);
	} else {
		release(tablets, BTN_TOUCH, event->time_msec);
	}
}

static void handle_button(struct wl_listener *listener, void *data) {
	struct tablets *tablets = wl_container_of(listener, tablets, button);
	const struct wlr_tablet_tool_button_event *event = data;
	if (tablets->pen.tool != event->tool) {
		return;
	}
	if (event->state == WLR_BUTTON_PRESSED) {
		press(tablets, event->button, event->time_msec);
	} else {
		release(tablets, event->button, event->time_msec);
	}
}

void tablets_leave_seat(struct server *server, struct seat *seat) {
	if (server->tablets != NULL && server->tablets->pen.seat == seat) {
		let_go(server->tablets);
	}
	if (seat->tablet != NULL) {
		tablet_seat_focus_pad(seat->tablet, NULL);
	}
}

void tablets_leave_window(struct server *server, struct window *window) {
	if (server->tablets != NULL && window != NULL && server->tablets->pen.window == window) {
		let_go(server->tablets);
	}
}

bool tablets_give_drag(struct seat *seat, struct wlr_surface *surface, uint32_t serial,
		double *ret_x, double *ret_y) {
	struct tablets *tablets = seat->domain->server->tablets;
	struct pen *pen = &tablets->pen;
	if (pen->use != PEN_CLIENT || pen->seat != seat || pen->held_len != 1 ||
			pen->held[0] != BTN_TOUCH || tool_of(pen)->focused_surface != surface ||
			tool_of(pen)->down_serial != serial) {
		return false;
	}
	*ret_x = pen->x;
	*ret_y = pen->y;
	leave_surface(tablets);
	pen->use = PEN_POINTER;
	return true;
}

/* The pad of who has the keyboard; NULL: nobody's. */
static struct tablet_seat *pad_of(struct server *server) {
	struct domain *domain = focus_domain(server);
	return idle_activity(server) || domain == NULL ? NULL : domain->seat->tablet;
}

static void handle_pad_button(struct wl_listener *listener, void *data) {
	struct device *device = wl_container_of(listener, device, button);
	const struct wlr_tablet_pad_button_event *event = data;
	struct tablet_seat *shown = pad_of(device->server);
	if (shown != NULL) {
		tablet_seat_pad_button(shown, event->button, event->time_msec,
				event->state == WLR_BUTTON_PRESSED);
	}
}

static void handle_pad_ring(struct wl_listener *listener, void *data) {
	struct device *device = wl_container_of(listener, device, ring);
	const struct wlr_tablet_pad_ring_event *event = data;
	struct tablet_seat *shown = pad_of(device->server);
	if (shown != NULL) {
		tablet_seat_pad_ring(shown, event->ring, event->position,
				event->source == WLR_TABLET_PAD_RING_SOURCE_FINGER,
				event->time_msec);
	}
}

static void handle_pad_strip(struct wl_listener *listener, void *data) {
	struct device *device = wl_container_of(listener, device, strip);
	const struct wlr_tablet_pad_strip_event *event = data;
	struct tablet_seat *shown = pad_of(device->server);
	if (shown != NULL) {
		tablet_seat_pad_strip(shown, event->strip, event->position,
				event->source == WLR_TABLET_PAD_STRIP_SOURCE_FINGER,
				event->time_msec);
	}
}

void tablets_show_seat(struct server *server, struct seat *seat) {
	struct tablets *tablets = server->tablets;
	if (tablets == NULL || tablets->devices == 0 || seat->tablet != NULL) {
		return;
	}
	seat->tablet = tablet_seat_create(tablets->manager, seat);
	if (seat->tablet == NULL) {
		log_warn("out of memory: %s is shown no tablet", seat->domain->name);
	}
}

static void show_seats(struct server *server) {
	struct domain *domain;
	wl_list_for_each(domain, domains_list(server), link) {
		tablets_show_seat(server, domain->seat);
	}
}

static void hide_from_seats(struct server *server) {
	struct domain *domain;
	let_go(server->tablets);
	wl_list_for_each(domain, domains_list(server), link) {
		tablet_seat_destroy(domain->seat->tablet);
		domain->seat->tablet = NULL;
	}
}

static void handle_device_destroy(struct wl_listener *listener, void *data) {
	struct device *device = wl_container_of(listener, device, destroy);
	struct tablets *tablets = device->server->tablets;
	bool is_tablet = device->is_tablet;
	listener_remove(&device->destroy);
	listener_remove(&device->button);
	listener_remove(&device->ring);
	listener_remove(&device->strip);
	free(device);
	if (tablets == NULL || !is_tablet) {
		return;
	}
	if (tablets->pen.tool != NULL && &tablets->pen.tablet->base == data) {
		take_away(tablets, 0);
	}
	if (--tablets->devices == 0) {
		hide_from_seats(tablets->server);
	}
}

static struct device *add(struct server *server, struct wlr_input_device *wlr_device) {
	struct device *device = calloc(1, sizeof(*device));
	if (device == NULL) {
		log_warn("out of memory: a tablet is not used");
		return NULL;
	}
	device->server = server;
	listener_add(&device->destroy, &wlr_device->events.destroy, handle_device_destroy);
	return device;
}

void tablets_add(struct server *server, struct wlr_input_device *wlr_device) {
	struct device *device = add(server, wlr_device);
	if (device == NULL) {
		return;
	}
	device->is_tablet = true;
	wlr_cursor_attach_input_device(cursor_wlr(server), wlr_device);
	if (server->tablets->devices++ == 0) {
		show_seats(server);
	}
}

void tablets_add_pad(struct server *server, struct wlr_input_device *wlr_device) {
	struct device *device = add(server, wlr_device);
	struct wlr_tablet_pad *pad = wlr_tablet_pad_from_input_device(wlr_device);
	if (device == NULL) {
		return;
	}
	listener_add(&device->button, &pad->events.button, handle_pad_button);
	listener_add(&device->ring, &pad->events.ring, handle_pad_ring);
	listener_add(&device->strip, &pad->events.strip, handle_pad_strip);
}

bool tablets_create(struct server *server) {
	struct tablets *tablets = calloc(1, sizeof(*tablets));
	struct wlr_tablet_manager_v2 *manager = wlr_tablet_v2_create(server->display);
	if (tablets == NULL || manager == NULL) {
		free(tablets);
		log_error("out of memory");
		return false;
	}
	tablets->server = server;
	tablets->manager = manager;
	struct wlr_cursor *cursor = cursor_wlr(server);
	listener_add(&tablets->axis, &cursor->events.tablet_tool_axis, handle_axis);
	listener_add(&tablets->proximity, &cursor->events.tablet_tool_proximity, handle_proximity);
	listener_add(&tablets->tip, &cursor->events.tablet_tool_tip, handle_tip);
	listener_add(&tablets->button, &cursor->events.tablet_tool_button, handle_button);
	server->tablets = tablets;
	return true;
}

void tablets_destroy(struct server *server) {
	struct tablets *tablets = server->tablets;
	if (tablets == NULL) {
		return;
	}
	hide_from_seats(server);
	listener_remove(&tablets->tool_destroy);
	listener_remove(&tablets->axis);
	listener_remove(&tablets->proximity);
	listener_remove(&tablets->tip);
	listener_remove(&tablets->button);
	free(tablets);
	server->tablets = NULL;
}
