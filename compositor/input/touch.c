/* SPDX-License-Identifier: MIT
 *
 * Clients are told small numbers of our own for fingers, not those of the device.
 */
#include "compositor/input/touch.h"

#include <linux/input-event-codes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_seat.h>
#include <wlr/types/wlr_touch.h>

#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/input/cursor.h"
#include "compositor/input/keyboard.h"
#include "compositor/input/pointer.h"
#include "compositor/input/press.h"
#include "compositor/input/seat.h"
#include "compositor/listen.h"
#include "compositor/lock/idle.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/window/hit.h"

/* Fingers; more are nobody's. */
#define POINTS_MAX 16

enum point_use {
	POINT_FREE,
	POINT_NOBODY,  /* down, and told to nobody until it is lifted */
	POINT_CLIENT,  /* told to a client */
	POINT_POINTER, /* moves the pointer, with its button */
};

struct point {
	enum point_use use;
	const struct wlr_touch *device;
	int32_t id;                /* the device's */
	double origin_x, origin_y; /* CLIENT: of the surface touched, in the layout */
};

struct touch {
	struct server *server;
	struct seat *seat; /* whose fingers are down; NULL: nobody's */
	struct point points[POINTS_MAX];
	size_t devices;
	struct wl_listener down, up, motion, cancel, frame;
};

struct device {
	struct server *server;
	struct wl_listener destroy;
};

bool touch_is_there(struct server *server) {
	return server->touch != NULL && server->touch->devices > 0;
}

static struct point *find(struct touch *touch, const struct wlr_touch *device, int32_t id) {
	for (size_t i = 0; i < POINTS_MAX; i++) {
		struct point *point = &touch->points[i];
		if (point->use != POINT_FREE && point->device == device && point->id == id) {
			return point;
		}
	}
	return NULL;
}

static struct point *find_free(struct touch *touch) {
	for (size_t i = 0; i < POINTS_MAX; i++) {
		if (touch->points[i].use == POINT_FREE) {
			return &touch->points[i];
		}
	}
	return NULL;
}

/* The number that clients know the finger by. */
static int32_t number_of(const struct touch *touch, const struct point *point) {
	return (int32_t)(point - touch->points);
}

static bool is_any_down(const struct touch *touch) {
	for (size_t i = 0; i < POINTS_MAX; i++) {
		if (touch->points[i].use != POINT_FREE) {
			return true;
		}
	}
	return false;
}

static void begin(struct touch *touch, struct point *point, const struct hit *hit, double x,
		double y, uint32_t time_ms, bool is_first) {
	struct seat *seat = hit->surface != NULL ? hit->domain->seat : NULL;
	bool is_told = seat != NULL && wlr_surface_accepts_touch(hit->surface, seat->wlr_seat) &&
			(is_first || seat == touch->seat);
	if (is_told) {
		touch->seat = seat;
		point->origin_x = x - hit->sx;
		point->origin_y = y - hit->sy;
		if (wlr_seat_touch_notify_down(seat->wlr_seat, hit->surface, time_ms,
				    number_of(touch, point), hit->sx, hit->sy) != 0) {
			point->use = POINT_CLIENT;
		}
	} else if (is_first) {
		point->use = POINT_POINTER;
		pointer_emulate(touch->server, POINTER_PRESS, BTN_LEFT, x, y, time_ms);
	}
}

static void handle_down(struct wl_listener *listener, void *data) {
	struct touch *touch = wl_container_of(listener, touch, down);
	const struct wlr_touch_down_event *event = data;
	keyboards_end_tap(touch->server);
	double x, y;
	wlr_cursor_absolute_to_layout_coords(cursor_wlr(touch->server), &event->touch->base,
			event->x, event->y, &x, &y);
	bool is_first = !is_any_down(touch);
	struct point *point = find_free(touch);
	if (point == NULL || find(touch, event->touch, event->touch_id) != NULL) {
		return;
	}
	*point = (struct point){.use = POINT_NOBODY, .device = event->touch, .id = event->touch_id};
	struct hit hit;
	if (idle_activity(touch->server)) {
		return; /* it has only switched the screens on */
	}
	if (!is_first) {
		hit_find(touch->server, x, y, &hit);
	} else if (!press_choose(touch->server, x, y, &hit)) {
		return;
	}
	begin(touch, point, &hit, x, y, event->time_msec, is_first);
}

static void handle_motion(struct wl_listener *listener, void *data) {
	struct touch *touch = wl_container_of(listener, touch, motion);
	const struct wlr_touch_motion_event *event = data;
	struct point *point = find(touch, event->touch, event->touch_id);
	if (point == NULL) {
		return;
	}
	idle_activity(touch->server);
	double x, y;
	wlr_cursor_absolute_to_layout_coords(cursor_wlr(touch->server), &event->touch->base,
			event->x, event->y, &x, &y);
	if (point->use == POINT_CLIENT && touch->seat != NULL) {
		wlr_seat_touch_notify_motion(touch->seat->wlr_seat, event->time_msec,
				number_of(touch, point), x - point->origin_x, y - point->origin_y);
	} else if (point->use == POINT_POINTER) {
		pointer_emulate(touch->server, POINTER_MOVE, 0, x, y, event->time_msec);
	}
}

static void lift(struct touch *touch, struct point *point, uint32_t time_ms) {
	enum point_use use = point->use;
	point->use = POINT_FREE;
	if (use == POINT_CLIENT && touch->seat != NULL) {
		wlr_seat_touch_notify_up(touch->seat->wlr_seat, time_ms, number_of(touch, point));
	} else if (use == POINT_POINTER) {
		struct wlr_cursor *cursor = cursor_wlr(touch->server);
		pointer_emulate(touch->server, POINTER_RELEASE, BTN_LEFT, cursor->x, cursor->y,
				time_ms);
	}
}

static void handle_up(struct wl_listener *listener, void *data) {
	struct touch *touch = wl_container_of(listener, touch, up);
	const struct wlr_touch_up_event *event = data;
	struct point *point = find(touch, event->touch, event->touch_id);
	if (point != NULL) {
		lift(touch, point, event->time_msec);
	}
}

/* Tells seat's clients that it was no touch, and nobody of the rest. */
static void cancel_all(struct touch *touch) {
	struct seat *seat = touch->seat;
	touch->seat = NULL;
	for (size_t i = 0; i < POINTS_MAX; i++) {
		struct point *point = &touch->points[i];
		if (point->use != POINT_CLIENT) {
			continue;
		}
		point->use = POINT_NOBODY;
		struct wlr_touch_point *wlr_point = seat != NULL
				? wlr_seat_touch_get_point(seat->wlr_seat, (int32_t)i)
				: NULL;
		/* All of that client's go with it. */
		if (wlr_point != NULL) {
			wlr_seat_touch_notify_cancel(seat->wlr_seat, wlr_point->client);
		}
	}
}

/* The finger has gone without being lifted: what it held as the pointer is not dropped. */
static void lose(struct touch *touch, struct point *point, uint32_t time_ms) {
	if (point->use == POINT_POINTER) {
		pointer_end(touch->server);
	}
	lift(touch, point, time_ms);
}

static void handle_cancel(struct wl_listener *listener, void *data) {
	struct touch *touch = wl_container_of(listener, touch, cancel);
	const struct wlr_touch_cancel_event *event = data;
	cancel_all(touch);
	struct point *point = find(touch, event->touch, event->touch_id);
	if (point != NULL) {
		lose(touch, point, event->time_msec);
	}
}

bool touch_give_drag(struct seat *seat, struct wlr_surface *surface, uint32_t serial, double *ret_x,
		double *ret_y) {
	struct touch *touch = seat->domain->server->touch;
	struct wlr_touch_point *wlr_point;
	if (touch->seat != seat ||
			!wlr_seat_validate_touch_grab_serial(seat->wlr_seat, surface, serial,
					&wlr_point)) {
		return false;
	}
	struct point *point = &touch->points[wlr_point->touch_id];
	*ret_x = point->origin_x + wlr_point->sx;
	*ret_y = point->origin_y + wlr_point->sy;
	wlr_seat_touch_notify_cancel(seat->wlr_seat, wlr_point->client);
	point->use = POINT_POINTER;
	touch->seat = NULL;
	return true;
}

static void handle_frame(struct wl_listener *listener, void *data) {
	struct touch *touch = wl_container_of(listener, touch, frame);
	if (touch->seat != NULL) {
		wlr_seat_touch_notify_frame(touch->seat->wlr_seat);
	}
}

void touch_leave_seat(struct server *server, struct seat *seat) {
	if (server->touch != NULL && server->touch->seat == seat) {
		cancel_all(server->touch);
	}
}

void touch_forget_seat(struct server *server, struct seat *seat) {
	touch_leave_seat(server, seat);
}

static void tell_seats(struct touch *touch) {
	struct domain *domain;
	if (touch->server->domains == NULL) {
		return;
	}
	wl_list_for_each(domain, domains_list(touch->server), link) {
		seat_update_capabilities(domain->seat);
	}
}

static void handle_device_destroy(struct wl_listener *listener, void *data) {
	struct device *device = wl_container_of(listener, device, destroy);
	struct touch *touch = device->server->touch;
	listener_remove(&device->destroy);
	free(device);
	if (touch == NULL) {
		return;
	}
	cancel_all(touch);
	for (size_t i = 0; i < POINTS_MAX; i++) {
		if (touch->points[i].use != POINT_FREE &&
				&touch->points[i].device->base == (struct wlr_input_device *)data) {
			lose(touch, &touch->points[i], 0);
		}
	}
	if (--touch->devices == 0) {
		tell_seats(touch);
	}
}

/* A screen's own touches fall on that screen. */
static void map_to_output(struct server *server, struct wlr_input_device *wlr_device) {
	const char *name = wlr_touch_from_input_device(wlr_device)->output_name;
	struct output *output;
	wl_list_for_each(output, &server->outputs->list, link) {
		if (name != NULL && strcmp(output->wlr_output->name, name) == 0) {
			wlr_cursor_map_input_to_output(cursor_wlr(server), wlr_device,
					output->wlr_output);
		}
	}
}

void touch_add(struct server *server, struct wlr_input_device *wlr_device) {
	struct device *device = calloc(1, sizeof(*device));
	if (device == NULL) {
		log_warn("out of memory: a touch screen is not used");
		return;
	}
	device->server = server;
	listener_add(&device->destroy, &wlr_device->events.destroy, handle_device_destroy);
	wlr_cursor_attach_input_device(cursor_wlr(server), wlr_device);
	map_to_output(server, wlr_device);
	if (server->touch->devices++ == 0) {
		tell_seats(server->touch);
	}
}

bool touch_create(struct server *server) {
	struct touch *touch = calloc(1, sizeof(*touch));
	if (touch == NULL) {
		log_error("out of memory");
		return false;
	}
	touch->server = server;
	struct wlr_cursor *cursor = cursor_wlr(server);
	listener_add(&touch->down, &cursor->events.touch_down, handle_down);
	listener_add(&touch->up, &cursor->events.touch_up, handle_up);
	listener_add(&touch->motion, &cursor->events.touch_motion, handle_motion);
	listener_add(&touch->cancel, &cursor->events.touch_cancel, handle_cancel);
	listener_add(&touch->frame, &cursor->events.touch_frame, handle_frame);
	server->touch = touch;
	return true;
}

void touch_destroy(struct server *server) {
	struct touch *touch = server->touch;
	if (touch == NULL) {
		return;
	}
	listener_remove(&touch->down);
	listener_remove(&touch->up);
	listener_remove(&touch->motion);
	listener_remove(&touch->cancel);
	listener_remove(&touch->frame);
	free(touch);
	server->touch = NULL;
}
