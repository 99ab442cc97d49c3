/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <time.h>
#include <wlr/backend.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_data_device.h>
#include <wlr/types/wlr_input_device.h>
#include <wlr/types/wlr_keyboard.h>
#include <wlr/types/wlr_output_layout.h>
#include <wlr/types/wlr_pointer.h>
#include <wlr/types/wlr_primary_selection.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/types/wlr_seat.h>
#include <wlr/types/wlr_virtual_keyboard_v1.h>
#include <wlr/types/wlr_virtual_pointer_v1.h>
#include <xkbcommon/xkbcommon.h>

#include "tests/hostile/control/bare.h"

struct keyboard {
	struct bare *bare;
	struct wlr_keyboard *wlr_keyboard;
	struct wl_listener key, modifiers, destroy;
};

static void handle_key(struct wl_listener *listener, void *data) {
	struct keyboard *keyboard = wl_container_of(listener, keyboard, key);
	const struct wlr_keyboard_key_event *event = data;
	wlr_seat_set_keyboard(keyboard->bare->seat, keyboard->wlr_keyboard);
	wlr_seat_keyboard_notify_key(keyboard->bare->seat, event->time_msec, event->keycode,
			event->state);
}

static void handle_modifiers(struct wl_listener *listener, void *data) {
	struct keyboard *keyboard = wl_container_of(listener, keyboard, modifiers);
	wlr_seat_set_keyboard(keyboard->bare->seat, keyboard->wlr_keyboard);
	wlr_seat_keyboard_notify_modifiers(keyboard->bare->seat,
			&keyboard->wlr_keyboard->modifiers);
}

static void handle_keyboard_destroy(struct wl_listener *listener, void *data) {
	struct keyboard *keyboard = wl_container_of(listener, keyboard, destroy);
	wl_list_remove(&keyboard->key.link);
	wl_list_remove(&keyboard->modifiers.link);
	wl_list_remove(&keyboard->destroy.link);
	free(keyboard);
}

static void handle_new_keyboard(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, new_keyboard);
	struct wlr_virtual_keyboard_v1 *virtual = data;
	struct keyboard *keyboard = calloc(1, sizeof(*keyboard));
	if (keyboard == NULL) {
		return;
	}
	keyboard->bare = bare;
	keyboard->wlr_keyboard = &virtual->keyboard;
	wlr_seat_set_keyboard(bare->seat, keyboard->wlr_keyboard);
	bare_listen(&keyboard->key, &virtual->keyboard.events.key, handle_key);
	bare_listen(&keyboard->modifiers, &virtual->keyboard.events.modifiers, handle_modifiers);
	bare_listen(&keyboard->destroy, &virtual->keyboard.base.events.destroy,
			handle_keyboard_destroy);
}

static void handle_new_pointer(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, new_pointer);
	const struct wlr_virtual_pointer_v1_new_pointer_event *event = data;
	wlr_cursor_attach_input_device(bare->cursor, &event->new_pointer->pointer.base);
}

/* What is under the pointer; its window, if it has one. */
static struct wlr_surface *surface_at_cursor(struct bare *bare, struct bare_window **ret_window,
		double *ret_x, double *ret_y) {
	*ret_window = NULL;
	struct wlr_scene_node *node = wlr_scene_node_at(&bare->scene->tree.node, bare->cursor->x,
			bare->cursor->y, ret_x, ret_y);
	if (node == NULL || node->type != WLR_SCENE_NODE_BUFFER) {
		return NULL;
	}
	struct wlr_scene_surface *surface =
			wlr_scene_surface_try_from_buffer(wlr_scene_buffer_from_node(node));
	struct wlr_scene_tree *tree = node->parent;
	while (tree != NULL && tree->node.data == NULL) {
		tree = tree->node.parent;
	}
	*ret_window = tree != NULL ? tree->node.data : NULL;
	return surface != NULL ? surface->surface : NULL;
}

static void follow(struct bare *bare, uint32_t time_ms) {
	struct bare_window *window;
	double x, y;
	if (bare->seat->drag != NULL) {
		wlr_scene_node_set_position(&bare->drag_icons->node, (int)bare->cursor->x,
				(int)bare->cursor->y);
	}
	struct wlr_surface *surface = surface_at_cursor(bare, &window, &x, &y);
	if (surface == NULL) {
		wlr_seat_pointer_clear_focus(bare->seat);
		return;
	}
	wlr_seat_pointer_notify_enter(bare->seat, surface, x, y);
	wlr_seat_pointer_notify_motion(bare->seat, time_ms, x, y);
}

void bare_follow(struct bare *bare) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	follow(bare, (uint32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000));
}

static void handle_motion(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, motion);
	const struct wlr_pointer_motion_event *event = data;
	wlr_cursor_move(bare->cursor, &event->pointer->base, event->delta_x, event->delta_y);
	follow(bare, event->time_msec);
}

static void handle_motion_absolute(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, motion_absolute);
	const struct wlr_pointer_motion_absolute_event *event = data;
	wlr_cursor_warp_absolute(bare->cursor, &event->pointer->base, event->x, event->y);
	follow(bare, event->time_msec);
}

static void handle_button(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, button);
	const struct wlr_pointer_button_event *event = data;
	struct bare_window *window;
	double x, y;
	struct wlr_surface *surface = surface_at_cursor(bare, &window, &x, &y);
	if (surface != NULL && window != NULL && event->state == WL_POINTER_BUTTON_STATE_PRESSED) {
		bare_focus(bare, window);
	}
	wlr_seat_pointer_notify_button(bare->seat, event->time_msec, event->button, event->state);
}

static void handle_axis(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, axis);
	const struct wlr_pointer_axis_event *event = data;
	wlr_seat_pointer_notify_axis(bare->seat, event->time_msec, event->orientation, event->delta,
			event->delta_discrete, event->source, event->relative_direction);
}

static void handle_frame(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, frame);
	wlr_seat_pointer_notify_frame(bare->seat);
}

/* Any client's, whether it has the pointer or not, of any size. */
static void handle_set_cursor(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, set_cursor);
	const struct wlr_seat_pointer_request_set_cursor_event *event = data;
	wlr_cursor_set_surface(bare->cursor, event->surface, event->hotspot_x, event->hotspot_y);
}

static void handle_set_selection(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, set_selection);
	const struct wlr_seat_request_set_selection_event *event = data;
	wlr_seat_set_selection(bare->seat, event->source, event->serial);
}

static void handle_set_primary(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, set_primary);
	const struct wlr_seat_request_set_primary_selection_event *event = data;
	wlr_seat_set_primary_selection(bare->seat, event->source, event->serial);
}

static void handle_request_drag(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, request_drag);
	const struct wlr_seat_request_start_drag_event *event = data;
	wlr_seat_start_pointer_drag(bare->seat, event->drag, event->serial);
}

static void handle_start_drag(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, start_drag);
	struct wlr_drag *drag = data;
	if (drag->icon != NULL) {
		wlr_scene_node_set_position(&bare->drag_icons->node, (int)bare->cursor->x,
				(int)bare->cursor->y);
		wlr_scene_drag_icon_create(bare->drag_icons, drag->icon);
	}
}

bool bare_input_init(struct bare *bare) {
	bare->cursor = wlr_cursor_create();
	bare->seat = wlr_seat_create(bare->display, "seat0");
	struct wlr_virtual_keyboard_manager_v1 *keyboards =
			wlr_virtual_keyboard_manager_v1_create(bare->display);
	struct wlr_virtual_pointer_manager_v1 *pointers =
			wlr_virtual_pointer_manager_v1_create(bare->display);
	if (bare->cursor == NULL || bare->seat == NULL || keyboards == NULL || pointers == NULL) {
		return false;
	}
	wlr_cursor_attach_output_layout(bare->cursor, bare->layout);
	wlr_seat_set_capabilities(bare->seat,
			WL_SEAT_CAPABILITY_POINTER | WL_SEAT_CAPABILITY_KEYBOARD);
	bare_listen(&bare->new_keyboard, &keyboards->events.new_virtual_keyboard,
			handle_new_keyboard);
	bare_listen(&bare->new_pointer, &pointers->events.new_virtual_pointer, handle_new_pointer);
	bare_listen(&bare->motion, &bare->cursor->events.motion, handle_motion);
	bare_listen(&bare->motion_absolute, &bare->cursor->events.motion_absolute,
			handle_motion_absolute);
	bare_listen(&bare->button, &bare->cursor->events.button, handle_button);
	bare_listen(&bare->axis, &bare->cursor->events.axis, handle_axis);
	bare_listen(&bare->frame, &bare->cursor->events.frame, handle_frame);
	bare_listen(&bare->set_cursor, &bare->seat->events.request_set_cursor, handle_set_cursor);
	bare_listen(&bare->set_selection, &bare->seat->events.request_set_selection,
			handle_set_selection);
	bare_listen(&bare->set_primary, &bare->seat->events.request_set_primary_selection,
			handle_set_primary);
	bare_listen(&bare->request_drag, &bare->seat->events.request_start_drag,
			handle_request_drag);
	bare_listen(&bare->start_drag, &bare->seat->events.start_drag, handle_start_drag);
	return true;
}
