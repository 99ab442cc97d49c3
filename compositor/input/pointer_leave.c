/* SPDX-License-Identifier: MIT
 *
 * What takes the pointer from a window or a seat, whatever is held down: they hide, lose the keyboard, or go.
 */
#include "compositor/input/constraint.h"
#include "compositor/input/cursor.h"
#include "compositor/input/pointer.h"
#include "compositor/input/pointer_private.h"
#include "compositor/input/tablet.h"
#include "compositor/server.h"

void pointer_leave_window(struct server *server, struct window *window) {
	struct pointer *pointer = server->pointer;
	tablets_leave_window(server, window);
	if (pointer == NULL || pointer->window != window) {
		return;
	}
	pointer_clear_seat(pointer);
	pointer_end_grab(pointer, false);
}

void pointer_end(struct server *server) {
	struct pointer *pointer = server->pointer;
	if (pointer == NULL || pointer->mode == MODE_PASSIVE) {
		return;
	}
	pointer_clear_seat(pointer);
	pointer_end_grab(pointer, false);
}

void pointer_leave_seat(struct server *server, struct seat *seat) {
	struct pointer *pointer = server->pointer;
	if (pointer != NULL && pointer->seat == seat &&
			(pointer->mode == MODE_CLIENT || pointer->mode == MODE_DRAG)) {
		pointer_clear_seat(pointer);
		pointer_end_grab(pointer, false);
	}
}

void pointer_leave(struct server *server) {
	struct pointer *pointer = server->pointer;
	pointer->has_given_way = false;
	pointer_clear_seat(pointer);
	pointer_end_grab(pointer, false);
	pointer_hover(pointer, NULL, FRAME_PART_NONE);
	cursor_set_owner(server, NULL);
}

void pointer_forget_window(struct server *server, struct window *window) {
	struct pointer *pointer = server->pointer;
	if (pointer == NULL) {
		return;
	}
	constraints_forget_window(server, window);
	if (pointer->window == window) {
		pointer->window = NULL;
		if (pointer->mode == MODE_BUTTON || pointer->mode == MODE_GRAB) {
			pointer_end_grab(pointer, false);
		}
	}
	if (pointer->hovered == window) {
		pointer->hovered = NULL;
	}
	if (pointer->last_click.window == window) {
		pointer->last_click.window = NULL;
	}
}

void pointer_forget_seat(struct server *server, struct seat *seat) {
	struct pointer *pointer = server->pointer;
	if (pointer != NULL && pointer->seat == seat) {
		pointer->seat = NULL;
		if (pointer->mode == MODE_CLIENT || pointer->mode == MODE_DRAG) {
			pointer_set_passive(pointer);
		}
	}
}
