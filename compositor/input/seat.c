/* SPDX-License-Identifier: MIT */
#include "compositor/input/seat.h"

#include <stdlib.h>
#include <string.h>
#include <wlr/interfaces/wlr_keyboard.h>
#include <wlr/types/wlr_seat.h>

#include "base/defence.h"
#include "compositor/clipboard/drag.h"
#include "compositor/clipboard/selection.h"
#include "compositor/domain/domain.h"
#include "compositor/input/cursor.h"
#include "compositor/input/deadtime.h"
#include "compositor/input/gesture.h"
#include "compositor/input/keyboard.h"
#include "compositor/input/pointer.h"
#include "compositor/input/tablet.h"
#include "compositor/input/tablet_seat.h"
#include "compositor/input/text_input.h"
#include "compositor/input/touch.h"
#include "compositor/listen.h"
#include "compositor/server.h"

static void handle_request_set_cursor(struct wl_listener *listener, void *data) {
	struct seat *seat = wl_container_of(listener, seat, request_set_cursor);
	cursor_request_surface(seat, data);
}

static void handle_request_set_selection(struct wl_listener *listener, void *data) {
	struct seat *seat = wl_container_of(listener, seat, request_set_selection);
	selection_request(seat, data);
}

static void handle_request_set_primary_selection(struct wl_listener *listener, void *data) {
	struct seat *seat = wl_container_of(listener, seat, request_set_primary_selection);
	selection_request_primary(seat, data);
}

static void handle_request_start_drag(struct wl_listener *listener, void *data) {
	struct seat *seat = wl_container_of(listener, seat, request_start_drag);
	drag_request(seat, data);
}

static void handle_start_drag(struct wl_listener *listener, void *data) {
	struct seat *seat = wl_container_of(listener, seat, start_drag);
	drag_start(seat, data);
}

static const struct wlr_keyboard_impl shown_impl = {.name = "silo"};

void seat_update_capabilities(struct seat *seat) {
	uint32_t touch = touch_is_there(seat->domain->server) ? WL_SEAT_CAPABILITY_TOUCH : 0;
	wlr_seat_set_capabilities(seat->wlr_seat,
			WL_SEAT_CAPABILITY_POINTER | WL_SEAT_CAPABILITY_KEYBOARD | touch);
}

struct seat *seat_create(struct domain *domain) {
	struct seat *seat = calloc(1, sizeof(*seat));
	if (seat == NULL) {
		return NULL;
	}
	seat->domain = domain;
	/*
	 * Every domain's seat has the same name and abilities: a seat tells nothing about others.
	 */
	seat->wlr_seat = wlr_seat_create(domain->server->display, "seat0");
	if (seat->wlr_seat == NULL) {
		free(seat);
		return NULL;
	}
	struct wlr_seat *wlr_seat = seat->wlr_seat;
	listener_add(&seat->request_set_cursor, &wlr_seat->events.request_set_cursor,
			handle_request_set_cursor);
	listener_add(&seat->request_set_selection, &wlr_seat->events.request_set_selection,
			handle_request_set_selection);
	listener_add(&seat->request_set_primary_selection,
			&wlr_seat->events.request_set_primary_selection,
			handle_request_set_primary_selection);
	listener_add(&seat->request_start_drag, &wlr_seat->events.request_start_drag,
			handle_request_start_drag);
	listener_add(&seat->start_drag, &wlr_seat->events.start_drag, handle_start_drag);
	wlr_keyboard_init(&seat->shown, &shown_impl, "silo");
	seat_use_keyboard(seat, keyboards_main(domain->server));
	wlr_seat_set_keyboard(wlr_seat, &seat->shown);
	seat_update_capabilities(seat);
	tablets_show_seat(domain->server, seat);
	return seat;
}

void seat_destroy(struct seat *seat) {
	if (seat == NULL) {
		return;
	}
	pointer_forget_seat(seat->domain->server, seat);
	cursor_forget_seat(seat->domain->server, seat);
	deadtime_forget_domain(seat->domain);
	touch_forget_seat(seat->domain->server, seat);
	gestures_leave_seat(seat->domain->server, seat);
	tablets_leave_seat(seat->domain->server, seat);
	tablet_seat_destroy(seat->tablet);
	listener_remove(&seat->request_set_cursor);
	listener_remove(&seat->request_set_selection);
	listener_remove(&seat->request_set_primary_selection);
	listener_remove(&seat->request_start_drag);
	listener_remove(&seat->start_drag);
	wlr_seat_destroy(seat->wlr_seat);
	seat->shown.num_keycodes = 0;
	wlr_keyboard_finish(&seat->shown);
	free(seat);
}

const struct wl_global *seat_global(const struct seat *seat) {
	return seat->wlr_seat->global;
}

static void end_grabs(struct seat *seat) {
	drag_end(seat);
	wlr_seat_pointer_end_grab(seat->wlr_seat);
	wlr_seat_keyboard_end_grab(seat->wlr_seat);
	wlr_seat_touch_end_grab(seat->wlr_seat);
}

void seat_use_keyboard(struct seat *seat, struct wlr_keyboard *keyboard) {
	if (keyboard->keymap != NULL && seat->shown.keymap != keyboard->keymap) {
		wlr_keyboard_set_keymap(&seat->shown, keyboard->keymap);
	}
	wlr_keyboard_set_repeat_info(&seat->shown, keyboard->repeat_info.rate,
			keyboard->repeat_info.delay);
}

static void show_modifiers(struct seat *seat, const struct wlr_keyboard *keyboard,
		uint32_t hidden) {
	seat->shown.modifiers = keyboard->modifiers;
	seat->shown.modifiers.depressed &= ~hidden;
	seat->shown.modifiers.latched &= ~hidden;
}

void seat_keyboard_enter(struct seat *seat, struct wlr_surface *surface) {
	/* A popup's grab would keep the keyboard where it is. */
	end_grabs(seat);
	seat->shown.num_keycodes = 0;
	struct wlr_keyboard *keyboard = keyboards_main(seat->domain->server);
	bool is_new = seat->wlr_seat->keyboard_state.focused_surface == NULL;
	if (is_new) {
		const struct wlr_keyboard_modifiers *modifiers = &keyboard->modifiers;
		seat->stale = seat->domain->is_host || !DEFENDS(stale_modifiers)
				? 0
				: modifiers->depressed | modifiers->latched;
	}
	if (seat->tablet != NULL) {
		tablet_seat_focus_pad(seat->tablet, surface);
	}
	show_modifiers(seat, keyboard, seat->stale);
	wlr_seat_keyboard_notify_enter(seat->wlr_seat, surface, NULL, 0, &seat->shown.modifiers);
	text_inputs_set_focus(seat->domain->server, seat, surface);
}

void seat_keyboard_leave(struct seat *seat) {
	end_grabs(seat);
	tablets_leave_seat(seat->domain->server, seat);
	wlr_seat_keyboard_notify_clear_focus(seat->wlr_seat);
	seat->shown.num_keycodes = 0;
	seat->stale = 0;
	text_inputs_set_focus(seat->domain->server, seat, NULL);
	gestures_leave_seat(seat->domain->server, seat);
	touch_leave_seat(seat->domain->server, seat);
	pointer_leave_seat(seat->domain->server, seat);
}

void seat_end(struct seat *seat) {
	seat_keyboard_leave(seat);
	wlr_seat_pointer_notify_clear_focus(seat->wlr_seat);
}

/* Was the press told? Forgets it. */
static bool take_pressed(struct seat *seat, uint32_t keycode) {
	struct wlr_keyboard *shown = &seat->shown;
	for (size_t i = 0; i < shown->num_keycodes; i++) {
		if (shown->keycodes[i] == keycode) {
			shown->keycodes[i] = shown->keycodes[--shown->num_keycodes];
			return true;
		}
	}
	return false;
}

void seat_key(struct seat *seat, struct wlr_keyboard *keyboard, uint32_t time_ms, uint32_t keycode,
		bool is_press) {
	bool was_pressed = take_pressed(seat, keycode);
	if (!is_press && !was_pressed) {
		return;
	}
	if (is_press) {
		if (seat->shown.num_keycodes == WLR_KEYBOARD_KEYS_CAP || seat->stale != 0) {
			return;
		}
		seat->shown.keycodes[seat->shown.num_keycodes++] = keycode;
	}
	seat_use_keyboard(seat, keyboard);
	wlr_seat_keyboard_notify_key(seat->wlr_seat, time_ms, keycode,
			is_press ? WL_KEYBOARD_KEY_STATE_PRESSED : WL_KEYBOARD_KEY_STATE_RELEASED);
}

void seat_modifiers(struct seat *seat, struct wlr_keyboard *keyboard, uint32_t hidden) {
	seat_use_keyboard(seat, keyboard);
	seat->stale &= keyboard->modifiers.depressed | keyboard->modifiers.latched;
	show_modifiers(seat, keyboard, hidden | seat->stale);
	wlr_seat_keyboard_notify_modifiers(seat->wlr_seat, &seat->shown.modifiers);
}
