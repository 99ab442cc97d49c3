/* SPDX-License-Identifier: MIT
 *
 * What a button that is held down means is a mode: pointer_private.h.
 *
 * A seat is told about the release of each button whose press it was told, also when it has lost
 * the focus meanwhile: wlroots then tells no client, but counts.
 */
#include "compositor/input/pointer.h"

#include <linux/input-event-codes.h>
#include <stdlib.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_pointer.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/types/wlr_seat.h>
#include <wlr/util/edges.h>

#include "base/clock.h"
#include "base/defence.h"
#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/input/bindings.h"
#include "compositor/input/constraint.h"
#include "compositor/input/cursor.h"
#include "compositor/input/deadtime.h"
#include "compositor/input/focus.h"
#include "compositor/input/grab.h"
#include "compositor/input/keyboard.h"
#include "compositor/input/part.h"
#include "compositor/input/pointer_private.h"
#include "compositor/input/pointing.h"
#include "compositor/input/seat.h"
#include "compositor/listen.h"
#include "compositor/lock/idle.h"
#include "compositor/lock/lock.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/window/hit.h"
#include "compositor/window/switcher.h"
#include "compositor/window/window.h"

#define DOUBLE_CLICK_MS 400

void pointer_clear_seat(struct pointer *pointer) {
	if (pointer->seat != NULL) {
		wlr_seat_pointer_notify_clear_focus(pointer->seat->wlr_seat);
		pointer->seat = NULL;
	}
}

void pointer_hover(struct pointer *pointer, struct window *window, enum frame_part part) {
	if (pointer->hovered != NULL && pointer->hovered != window) {
		window_set_hovered(pointer->hovered, FRAME_PART_NONE, FRAME_PART_NONE);
	}
	pointer->hovered = window;
	if (window != NULL) {
		bool is_pressed = pointer->mode == MODE_BUTTON && pointer->window == window;
		window_set_hovered(window, part, is_pressed ? pointer->part : FRAME_PART_NONE);
	}
}

/* Gives what is under the pointer the pointer's focus, and tells it where the pointer is. */
static void update_focus(struct pointer *pointer, uint32_t time_ms) {
	struct wlr_cursor *cursor = cursor_wlr(pointer->server);
	struct hit hit;
	hit_find(pointer->server, cursor->x, cursor->y, &hit);
	struct seat *seat = hit.surface != NULL ? hit.domain->seat : NULL;
	if (pointer->mode == MODE_DRAG && seat != pointer->seat) {
		/* Over another domain's surface, or none: the dragging seat points at nothing. */
		wlr_seat_pointer_notify_clear_focus(pointer->seat->wlr_seat);
		return;
	}
	if (pointer->seat != seat) {
		pointer_clear_seat(pointer);
		pointer->seat = seat;
	}
	cursor_set_owner(pointer->server, seat);
	if (seat == NULL) {
		cursor_set_shape(pointer->server, part_shape(hit.part));
		pointer_hover(pointer, hit.window, hit.part);
		constraints_update(pointer->server);
		return;
	}
	pointer_hover(pointer, NULL, FRAME_PART_NONE);
	wlr_seat_pointer_notify_enter(seat->wlr_seat, hit.surface, hit.sx, hit.sy);
	if (time_ms != 0) {
		wlr_seat_pointer_notify_motion(seat->wlr_seat, time_ms, hit.sx, hit.sy);
	}
	constraints_update(pointer->server);
}

void pointer_rebase(struct server *server) {
	struct pointer *pointer = server->pointer;
	if (pointer != NULL && !pointer->has_given_way &&
			(pointer->mode == MODE_PASSIVE || pointer->mode == MODE_DRAG)) {
		update_focus(pointer, 0);
	}
	cursor_moved(server);
}

void pointer_set_passive(struct pointer *pointer) {
	listener_remove(&pointer->surface_destroy);
	pointer->surface = NULL;
	pointer->mode = MODE_PASSIVE;
	pointer->window = NULL;
	pointer->part = FRAME_PART_NONE;
}

static void handle_surface_destroy(struct wl_listener *listener, void *data) {
	struct pointer *pointer = wl_container_of(listener, pointer, surface_destroy);
	/* The mode lasts until the buttons are released; nobody hears them. */
	listener_remove(&pointer->surface_destroy);
	pointer->surface = NULL;
}

static void begin_client(struct pointer *pointer, const struct hit *hit) {
	struct wlr_cursor *cursor = cursor_wlr(pointer->server);
	pointer->mode = MODE_CLIENT;
	pointer->window = hit->window;
	pointer->surface = hit->surface;
	pointer->origin_x = cursor->x - hit->sx;
	pointer->origin_y = cursor->y - hit->sy;
	listener_add(&pointer->surface_destroy, &hit->surface->events.destroy,
			handle_surface_destroy);
}

static void begin_window(struct pointer *pointer, struct window *window, uint32_t edges) {
	pointer_clear_seat(pointer);
	pointer_set_passive(pointer);
	cursor_set_owner(pointer->server, NULL);
	if (grab_begin(&pointer->grab, window, edges)) {
		pointer->mode = MODE_GRAB;
		pointer->window = window;
	}
}

void pointer_end_grab(struct pointer *pointer, bool is_dropped) {
	struct window *window = pointer->window;
	bool is_grab = pointer->mode == MODE_GRAB;
	pointer_set_passive(pointer);
	if (is_grab) {
		grab_end(&pointer->grab, window, is_dropped);
	}
}

static void process_motion(struct pointer *pointer, uint32_t time_ms) {
	struct wlr_cursor *cursor = cursor_wlr(pointer->server);
	pointer->has_given_way = false;
	if (pointer->drag_icon != NULL) {
		wlr_scene_node_set_position(&pointer->drag_icon->node, (int)cursor->x,
				(int)cursor->y);
	}
	cursor_moved(pointer->server);
	switch (pointer->mode) {
	case MODE_PASSIVE:
	case MODE_DRAG:
		update_focus(pointer, time_ms);
		break;
	case MODE_CLIENT:
		if (pointer->surface != NULL && pointer->seat != NULL) {
			wlr_seat_pointer_notify_motion(pointer->seat->wlr_seat, time_ms,
					cursor->x - pointer->origin_x,
					cursor->y - pointer->origin_y);
		}
		break;
	case MODE_GRAB:
		if (pointer->window != NULL) {
			grab_continue(&pointer->grab, pointer->window);
		}
		break;
	case MODE_BUTTON: {
		struct hit hit;
		hit_find(pointer->server, cursor->x, cursor->y, &hit);
		pointer_hover(pointer, pointer->window,
				hit.window == pointer->window ? hit.part : FRAME_PART_NONE);
		break;
	}
	}
}

static void press_frame(struct pointer *pointer, struct window *window, enum frame_part part,
		uint32_t button, uint32_t time_ms) {
	if (button != BTN_LEFT) {
		return;
	}
	if (part_is_button(part)) {
		pointer->mode = MODE_BUTTON;
		pointer->window = window;
		pointer->part = part;
		pointer_hover(pointer, window, part);
		return;
	}
	if (part_edges(part) != 0) {
		begin_window(pointer, window, part_edges(part));
		return;
	}
	bool is_double = pointer->last_click.window == window &&
			time_ms - pointer->last_click.time_ms < DOUBLE_CLICK_MS;
	pointer->last_click.window = is_double ? NULL : window;
	pointer->last_click.time_ms = time_ms;
	if (is_double) {
		window_toggle_filled(window);
	} else {
		begin_window(pointer, window, 0);
	}
}

static void process_press(struct pointer *pointer, uint32_t button, uint32_t time_ms) {
	struct server *server = pointer->server;
	struct wlr_cursor *cursor = cursor_wlr(server);
	if (switcher_press(server, cursor->x, cursor->y)) {
		return;
	}
	struct hit hit;
	hit_find(server, cursor->x, cursor->y, &hit);
	if (lock_is_on(server)) {
		update_focus(pointer, 0);
		if (hit.surface != NULL && pointer->seat != NULL) {
			begin_client(pointer, &hit);
		}
		return;
	}
	if (deadtime_has(server, cursor->x, cursor->y, &hit)) {
		return;
	}
	layer_shell_press(server, hit.layer, hit.is_scrim);
	if (hit.layer != NULL) {
		update_focus(pointer, 0);
		hit_find(server, cursor->x, cursor->y, &hit);
		if (hit.layer != NULL && pointer->seat != NULL) {
			begin_client(pointer, &hit);
		}
		return;
	}
	if (hit.window == NULL) {
		return;
	}
	focus_expect(server, NULL);
	focus_set(server, hit.window);
	window_raise(hit.window);
	update_focus(pointer, 0);
	if (keyboards_modifiers(server) & bindings_modifier(server)) {
		if (button == BTN_LEFT) {
			begin_window(pointer, hit.window, 0);
			return;
		}
		if (button == BTN_RIGHT) {
			begin_window(pointer, hit.window,
					part_nearest_edges(hit.window, cursor->x, cursor->y));
			return;
		}
	}
	/* Raising may have changed what is there. */
	hit_find(server, cursor->x, cursor->y, &hit);
	if (hit.surface != NULL && pointer->seat != NULL) {
		begin_client(pointer, &hit);
		constraints_arm(server, hit.window);
	} else if (hit.window != NULL) {
		press_frame(pointer, hit.window, hit.part, button, time_ms);
	}
}

static void release_button(struct pointer *pointer) {
	struct window *window = pointer->window;
	enum frame_part part = pointer->part;
	bool is_inside = window != NULL && window->hovered == part;
	pointer_set_passive(pointer);
	if (is_inside) {
		part_act(window, part);
	}
}

static void process_last_release(struct pointer *pointer) {
	switch (pointer->mode) {
	case MODE_PASSIVE:
		break;
	case MODE_GRAB:
		pointer_end_grab(pointer, true);
		break;
	case MODE_BUTTON:
		release_button(pointer);
		break;
	case MODE_CLIENT:
	case MODE_DRAG:
		pointer_set_passive(pointer);
		break;
	}
	update_focus(pointer, 0);
}

/* All seats that count buttons hear the release; only the focused surface is told. */
static void notify_release(struct pointer *pointer, const struct wlr_pointer_button_event *event) {
	struct domain *domain;
	wl_list_for_each(domain, domains_list(pointer->server), link) {
		struct wlr_seat *wlr_seat = domain->seat->wlr_seat;
		for (size_t i = 0; i < wlr_seat->pointer_state.button_count; i++) {
			if (wlr_seat->pointer_state.buttons[i].button == event->button) {
				wlr_seat_pointer_notify_button(wlr_seat, event->time_msec,
						event->button, event->state);
				break;
			}
		}
	}
}

static void process_button(struct pointer *pointer, const struct wlr_pointer_button_event *event) {
	keyboards_end_tap(pointer->server);
	if (event->state == WL_POINTER_BUTTON_STATE_PRESSED) {
		bool is_nobodys = idle_activity(pointer->server);
		if (pointer->held++ == 0 && !is_nobodys) {
			process_press(pointer, event->button, event->time_msec);
		}
		if (pointer->mode == MODE_CLIENT && pointer->seat != NULL) {
			wlr_seat_pointer_notify_button(pointer->seat->wlr_seat, event->time_msec,
					event->button, event->state);
		}
		return;
	}
	if (pointer->held > 0) {
		pointer->held--;
	}
	notify_release(pointer, event);
	if (pointer->held == 0) {
		process_last_release(pointer);
	}
}

static void handle_button(struct wl_listener *listener, void *data) {
	struct pointer *pointer = wl_container_of(listener, pointer, button);
	process_button(pointer, data);
}

bool pointer_is_held(struct server *server) {
	return server->pointer->held > 0;
}

void pointer_give_way(struct server *server, struct seat *seat) {
	struct pointer *pointer = server->pointer;
	pointer->has_given_way = true;
	pointer_clear_seat(pointer);
	pointer_hover(pointer, NULL, FRAME_PART_NONE);
	cursor_set_owner(server, seat);
}

void pointer_take_back(struct server *server) {
	server->pointer->has_given_way = false;
	cursor_set_owner(server, NULL); /* the pen's image goes with it */
	pointer_rebase(server);
}

void pointer_emulate(struct server *server, enum pointer_deed deed, uint32_t button, double x,
		double y, uint32_t time_ms) {
	struct pointer *pointer = server->pointer;
	if (deed != POINTER_RELEASE && constraints_state(server) == CONSTRAINT_NONE) {
		wlr_cursor_warp_closest(cursor_wlr(server), NULL, x, y);
		process_motion(pointer, time_ms);
	}
	if (deed != POINTER_MOVE) {
		const struct wlr_pointer_button_event event = {
				.time_msec = time_ms,
				.button = button,
				.state = deed == POINTER_PRESS ? WL_POINTER_BUTTON_STATE_PRESSED
							       : WL_POINTER_BUTTON_STATE_RELEASED,
		};
		process_button(pointer, &event);
	}
	if (pointer->seat != NULL) {
		wlr_seat_pointer_notify_frame(pointer->seat->wlr_seat);
	}
}

static void handle_motion(struct wl_listener *listener, void *data) {
	struct pointer *pointer = wl_container_of(listener, pointer, motion);
	const struct wlr_pointer_motion_event *event = data;
	struct constraint_motion motion = {
			.time_ms = event->time_msec,
			.dx = event->delta_x,
			.dy = event->delta_y,
			.unaccelerated_x = event->unaccel_dx,
			.unaccelerated_y = event->unaccel_dy,
	};
	if (constraints_motion(pointer->server, pointer->seat, &motion)) {
		wlr_cursor_move(cursor_wlr(pointer->server), &event->pointer->base, motion.dx,
				motion.dy);
		process_motion(pointer, event->time_msec);
	}
}

static void handle_motion_absolute(struct wl_listener *listener, void *data) {
	struct pointer *pointer = wl_container_of(listener, pointer, motion_absolute);
	const struct wlr_pointer_motion_absolute_event *event = data;
	struct wlr_cursor *cursor = cursor_wlr(pointer->server);
	double x, y;
	wlr_cursor_absolute_to_layout_coords(cursor, &event->pointer->base, event->x, event->y, &x,
			&y);
	if (constraints_motion_absolute(pointer->server, pointer->seat, event->time_msec, &x, &y)) {
		wlr_cursor_warp_closest(cursor, &event->pointer->base, x, y);
		process_motion(pointer, event->time_msec);
	}
}

static void handle_axis(struct wl_listener *listener, void *data) {
	struct pointer *pointer = wl_container_of(listener, pointer, axis);
	const struct wlr_pointer_axis_event *event = data;
	keyboards_end_tap(pointer->server);
	if (pointer->seat == NULL) {
		return;
	}
	struct wlr_seat *wlr_seat = pointer->seat->wlr_seat;
	/* wlroots asserts one source a frame, also if the focus was lost before the frame's end. */
	if (wlr_seat->pointer_state.sent_axis_source &&
			wlr_seat->pointer_state.cached_axis_source != event->source) {
		wlr_seat_pointer_notify_frame(wlr_seat);
		wlr_seat->pointer_state.sent_axis_source = false;
	}
	wlr_seat_pointer_notify_axis(wlr_seat, event->time_msec, event->orientation, event->delta,
			event->delta_discrete, event->source, event->relative_direction);
}

static void handle_frame(struct wl_listener *listener, void *data) {
	struct pointer *pointer = wl_container_of(listener, pointer, frame);
	idle_activity(pointer->server);
	if (pointer->seat != NULL) {
		wlr_seat_pointer_notify_frame(pointer->seat->wlr_seat);
	}
}

static void handle_outputs_changed(struct wl_listener *listener, void *data) {
	struct pointer *pointer = wl_container_of(listener, pointer, outputs_changed);
	pointer_rebase(pointer->server);
}

bool pointer_holds_grab(struct server *server, struct seat *seat) {
	return server->pointer->mode == MODE_CLIENT && server->pointer->seat == seat &&
			server->pointer->held > 0;
}

static bool may_grab(struct window *window, uint32_t serial) {
	struct pointer *pointer = window->server->pointer;
	struct seat *seat = window->domain->seat;
	if (!DEFENDS(move_button)) {
		return true;
	}
	return pointer->window == window && pointer_holds_grab(window->server, seat) &&
			seat->wlr_seat->pointer_state.grab_serial == serial;
}

void pointer_request_move(struct window *window, uint32_t serial) {
	if (may_grab(window, serial)) {
		begin_window(window->server->pointer, window, 0);
	}
}

void pointer_request_resize(struct window *window, uint32_t serial, uint32_t edges) {
	const uint32_t both_x = WLR_EDGE_LEFT | WLR_EDGE_RIGHT;
	const uint32_t both_y = WLR_EDGE_TOP | WLR_EDGE_BOTTOM;
	bool is_sound = edges != 0 && (edges & ~(both_x | both_y)) == 0 &&
			(edges & both_x) != both_x && (edges & both_y) != both_y;
	if (is_sound && may_grab(window, serial)) {
		begin_window(window->server->pointer, window, edges);
	}
}

void pointer_begin_drag(struct server *server, struct seat *seat) {
	pointer_set_passive(server->pointer);
	server->pointer->mode = MODE_DRAG;
	server->pointer->seat = seat;
}

void pointer_hold_drag(struct server *server, struct seat *seat) {
	server->pointer->held = 1;
	/* The drag, which has the grab, counts it and tells nobody. */
	wlr_seat_pointer_notify_button(seat->wlr_seat, (uint32_t)clock_now_ms(), BTN_LEFT,
			WL_POINTER_BUTTON_STATE_PRESSED);
	pointer_rebase(server);
}

void pointer_set_drag_icon(struct server *server, struct wlr_scene_tree *icon) {
	if (server->pointer == NULL) {
		return;
	}
	server->pointer->drag_icon = icon;
	if (icon != NULL) {
		struct wlr_cursor *cursor = cursor_wlr(server);
		wlr_scene_node_set_position(&icon->node, (int)cursor->x, (int)cursor->y);
	}
}

void pointer_add(struct server *server, struct wlr_input_device *device) {
	pointing_add(server, device);
	wlr_cursor_attach_input_device(cursor_wlr(server), device);
}

bool pointer_create(struct server *server) {
	struct pointer *pointer = calloc(1, sizeof(*pointer));
	if (pointer == NULL) {
		log_error("out of memory");
		return false;
	}
	pointer->server = server;
	struct wlr_cursor *cursor = cursor_wlr(server);
	listener_add(&pointer->motion, &cursor->events.motion, handle_motion);
	listener_add(&pointer->motion_absolute, &cursor->events.motion_absolute,
			handle_motion_absolute);
	listener_add(&pointer->button, &cursor->events.button, handle_button);
	listener_add(&pointer->axis, &cursor->events.axis, handle_axis);
	listener_add(&pointer->frame, &cursor->events.frame, handle_frame);
	listener_add(&pointer->outputs_changed, &server->outputs->changed, handle_outputs_changed);
	server->pointer = pointer;
	return true;
}

void pointer_destroy(struct server *server) {
	struct pointer *pointer = server->pointer;
	if (pointer == NULL) {
		return;
	}
	listener_remove(&pointer->surface_destroy);
	listener_remove(&pointer->motion);
	listener_remove(&pointer->motion_absolute);
	listener_remove(&pointer->button);
	listener_remove(&pointer->axis);
	listener_remove(&pointer->frame);
	listener_remove(&pointer->outputs_changed);
	free(pointer);
	server->pointer = NULL;
}
