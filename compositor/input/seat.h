/* SPDX-License-Identifier: MIT
 *
 * The one wl_seat of a domain. Only the seat of the domain that has the focus is told about keys; a
 * release is told only to the seat that was told about the press, and nobody learns on entering
 * which keys and modifiers are held, so that nothing typed for one domain reaches another. A key that is
 * pressed while such a modifier is held is nobody's: without it it would be another key.
 */
#ifndef SILO_COMPOSITOR_INPUT_SEAT_H
#define SILO_COMPOSITOR_INPUT_SEAT_H

#include <stdbool.h>
#include <stdint.h>
#include <wayland-server-core.h>
#include <wlr/types/wlr_keyboard.h>

struct domain;
struct tablet_seat;
struct wlr_surface;

struct seat {
	struct domain *domain;
	struct wlr_seat *wlr_seat;
	/*
	 * The keyboard as this domain knows it: wlroots tells a client that makes a wl_keyboard what is
	 * pressed on the seat's, so on it are only keys whose press the domain was told.
	 */
	struct wlr_keyboard shown;
	/* Modifiers that were held for somebody else when the domain got the keyboard, and still are. */
	uint32_t stale;
	/* What its clients have made of each. */
	unsigned int constraints_len, text_inputs_len;
	struct tablet_seat *tablet; /* NULL: there is none */
	bool is_refusing_drag;      /* what begins now is not to be shown */
	struct wl_listener request_set_cursor;
	struct wl_listener request_set_selection, request_set_primary_selection;
	struct wl_listener request_start_drag, start_drag;
};

/* Returns NULL without memory. */
struct seat *seat_create(struct domain *domain);

/* After the last client of the domain. NULL is legal. */
void seat_destroy(struct seat *seat);

const struct wl_global *seat_global(const struct seat *seat);

/* A touch screen has come or gone. */
void seat_update_capabilities(struct seat *seat);

/* Gives surface, of this domain, the keyboard. */
void seat_keyboard_enter(struct seat *seat, struct wlr_surface *surface);

/* Takes keyboard, grabs and popups from the domain. */
void seat_keyboard_leave(struct seat *seat);

/* Takes all that clients of the domain hold: focuses, keys, buttons, grabs with their popups and drags. They
 * hear that it ends, and nothing of what is released later. */
void seat_end(struct seat *seat);

/* A key of keyboard, for the surface that has the focus in this domain. */
void seat_key(struct seat *seat, struct wlr_keyboard *keyboard, uint32_t time_ms, uint32_t keycode,
		bool is_press);

/* Modifiers have changed on keyboard; those in hidden are not told. */
void seat_modifiers(struct seat *seat, struct wlr_keyboard *keyboard, uint32_t hidden);

/* Makes the keymap and repetition of keyboard those that clients know, if they are not. */
void seat_use_keyboard(struct seat *seat, struct wlr_keyboard *keyboard);

#endif
