/* SPDX-License-Identifier: MIT */
#include "compositor/input/keyboard.h"

#include <linux/input-event-codes.h>
#include <wlr/backend/session.h>
#include <wlr/types/wlr_keyboard.h>
#include <xkbcommon/xkbcommon.h>

#include "base/defence.h"
#include "compositor/domain/domain.h"
#include "compositor/input/bindings.h"
#include "compositor/input/chord.h"
#include "compositor/input/constraint.h"
#include "compositor/input/deadtime.h"
#include "compositor/input/focus.h"
#include "compositor/input/hold.h"
#include "compositor/input/keyboard_private.h"
#include "compositor/input/seat.h"
#include "compositor/lock/idle.h"
#include "compositor/lock/lock.h"
#include "compositor/server.h"
#include "compositor/window/bare.h"
#include "compositor/window/reveal.h"
#include "compositor/window/switcher.h"

/* A press of Super that is longer is no tap. */
#define TAP_MS 400

static bool take(struct keyboards *keyboards, uint32_t keycode) {
	for (size_t i = 0; i < keyboards->taken_len; i++) {
		if (keyboards->taken[i] == keycode) {
			keyboards->taken[i] = keyboards->taken[--keyboards->taken_len];
			return true;
		}
	}
	return false;
}

/* Another console: no client and no binding comes before that, and no virtual keyboard may ask. */
static bool try_console(struct server *server, const xkb_keysym_t *symbols, int len) {
	for (int i = 0; i < len; i++) {
		if (server->session != NULL && symbols[i] >= XKB_KEY_XF86Switch_VT_1 &&
				symbols[i] <= XKB_KEY_XF86Switch_VT_12) {
			wlr_session_change_vt(server->session,
					symbols[i] - XKB_KEY_XF86Switch_VT_1 + 1);
			return true;
		}
	}
	return false;
}

/* Symbols at the current level and, for chords with Shift, at the first one; and the digits of the
 * row above the letters, whatever the layout has there. */
static bool try_bindings(struct keyboards *keyboards, struct wlr_keyboard *keyboard,
		uint32_t keycode, bool is_virtual) {
	if (keyboard->xkb_state == NULL) {
		return false;
	}
	struct server *server = keyboards->server;
	uint32_t modifiers = is_virtual || !DEFENDS(virtual_chords)
			? wlr_keyboard_get_modifiers(keyboard)
			: keyboards_held_by_user(keyboards);
	const xkb_keysym_t *symbols;
	int len = xkb_state_key_get_syms(keyboard->xkb_state, keycode + 8, &symbols);
	if (!is_virtual && try_console(server, symbols, len)) {
		return true;
	}
	for (int i = 0; i < len; i++) {
		if (bindings_run(server, modifiers, symbols[i], is_virtual)) {
			return true;
		}
	}
	xkb_layout_index_t layout = xkb_state_key_get_layout(keyboard->xkb_state, keycode + 8);
	len = xkb_keymap_key_get_syms_by_level(keyboard->keymap, keycode + 8, layout, 0, &symbols);
	for (int i = 0; i < len; i++) {
		if (bindings_run(server, modifiers, symbols[i], is_virtual)) {
			return true;
		}
	}
	return keycode >= KEY_1 && keycode <= KEY_9 &&
			bindings_run(server, modifiers, XKB_KEY_1 + (keycode - KEY_1), is_virtual);
}

static bool is_super(struct wlr_keyboard *keyboard, uint32_t keycode) {
	const xkb_keysym_t *symbols;
	int len = keyboard->xkb_state != NULL
			? xkb_state_key_get_syms(keyboard->xkb_state, keycode + 8, &symbols)
			: 0;
	return len == 1 && (symbols[0] == XKB_KEY_Super_L || symbols[0] == XKB_KEY_Super_R);
}

/* Returns whether event ends a tap of Super alone. */
static bool ends_tap(struct keyboards *keyboards, struct wlr_keyboard *keyboard,
		const struct wlr_keyboard_key_event *event) {
	uint32_t tapped = keyboards->tapped;
	keyboards->tapped = 0;
	if (event->state == WL_KEYBOARD_KEY_STATE_PRESSED) {
		if (is_super(keyboard, event->keycode) && keyboard->num_keycodes <= 1) {
			keyboards->tapped = event->keycode;
			keyboards->tapped_ms = event->time_msec;
		}
		return false;
	}
	return tapped == event->keycode && event->time_msec - keyboards->tapped_ms < TAP_MS;
}

void keyboards_end_tap(struct server *server) {
	server->keyboards->tapped = 0;
}

void keyboards_forget(struct server *server) {
	server->keyboards->tapped = 0;
	server->keyboards->early_len = 0;
	server->keyboards->chord.len = 0;
}

/* Does nobody hear keys, because what will is being started? */
static bool is_early(struct server *server) {
	const struct focus_hold *hold = focus_held(server);
	return hold != NULL && hold->surface == NULL && !lock_is_on(server);
}

void keyboards_send_early(struct server *server) {
	struct keyboards *keyboards = server->keyboards;
	struct seat *seat = domains_host(server)->seat;
	for (size_t i = 0; i < keyboards->early_len; i++) {
		seat_key(seat, &keyboards->main, 0, keyboards->early[i], true);
		seat_key(seat, &keyboards->main, 0, keyboards->early[i], false);
	}
	keyboards->early_len = 0;
}

/* While the switcher is open, every key is its own, also those that mean nothing to it. */
static bool try_switcher(struct keyboards *keyboards, struct wlr_keyboard *keyboard,
		uint32_t keycode, bool is_virtual) {
	if (!switcher_is_open(keyboards->server)) {
		return false;
	}
	const xkb_keysym_t *symbols;
	int len = keyboard->keymap == NULL ? 0
					   : xkb_keymap_key_get_syms_by_level(keyboard->keymap,
							     keycode + 8, 0, 0, &symbols);
	for (int i = 0; i < len; i++) {
		if (switcher_key(keyboards->server, symbols[i])) {
			return true;
		}
	}
	try_bindings(keyboards, keyboard, keycode, is_virtual);
	return true;
}

static bool is_modifier(struct wlr_keyboard *keyboard, uint32_t keycode) {
	const xkb_keysym_t *symbols;
	int len = keyboard->xkb_state != NULL
			? xkb_state_key_get_syms(keyboard->xkb_state, keycode + 8, &symbols)
			: 0;
	return len == 1 && symbols[0] >= XKB_KEY_Shift_L && symbols[0] <= XKB_KEY_Hyper_R &&
			symbols[0] != XKB_KEY_Caps_Lock && symbols[0] != XKB_KEY_Shift_Lock;
}

/* Is it the key of the modifier that the bindings share? */
static bool is_shared_modifier(struct keyboards *keyboards, struct wlr_keyboard *keyboard,
		uint32_t keycode) {
	const xkb_keysym_t *symbols;
	int len = keyboard->xkb_state != NULL
			? xkb_state_key_get_syms(keyboard->xkb_state, keycode + 8, &symbols)
			: 0;
	if (len != 1) {
		return false;
	}
	switch (bindings_modifier(keyboards->server)) {
	case WLR_MODIFIER_LOGO:
		return symbols[0] == XKB_KEY_Super_L || symbols[0] == XKB_KEY_Super_R;
	case WLR_MODIFIER_ALT:
		return symbols[0] == XKB_KEY_Alt_L || symbols[0] == XKB_KEY_Alt_R;
	case WLR_MODIFIER_CTRL:
		return symbols[0] == XKB_KEY_Control_L || symbols[0] == XKB_KEY_Control_R;
	default:
		return false;
	}
}

/* Is this press, of a modifier, to be held back? From the shared one on, all are. */
static bool try_hold_back(struct keyboards *keyboards, struct wlr_keyboard *keyboard,
		uint32_t keycode) {
	bool may_be_chord = keyboards->chord.len > 0
			? is_modifier(keyboard, keycode)
			: is_shared_modifier(keyboards, keyboard, keycode);
	return may_be_chord && DEFENDS(chords) &&
			chord_hold(&keyboards->chord, keycode, keyboard->modifiers.depressed);
}

/* It was no chord: the domain hears what was held back, as if it were pressed now. */
static void tell_held_back(struct keyboards *keyboards, struct wlr_keyboard *keyboard,
		struct domain *domain, uint32_t time_ms) {
	struct chord *chord = &keyboards->chord;
	if (chord->len == 0) {
		return;
	}
	for (size_t i = 0; i < chord->len; i++) {
		seat_key(domain->seat, keyboard, time_ms, chord->keys[i], true);
	}
	chord->len = 0;
	seat_modifiers(domain->seat, keyboard, 0);
}

/* The release of a key that was held back. A tap of Alt is for windows too, one of Super never. */
static void release_held_back(struct keyboards *keyboards, struct wlr_keyboard *keyboard,
		const struct wlr_keyboard_key_event *event, enum chord_release release) {
	struct domain *domain = focus_domain(keyboards->server);
	if (release != CHORD_TAP || domain == NULL || is_super(keyboard, event->keycode)) {
		return;
	}
	seat_key(domain->seat, keyboard, event->time_msec, event->keycode, true);
	seat_key(domain->seat, keyboard, event->time_msec, event->keycode, false);
}

/* While the reveal is open, every key is its own; the release of one whose press a client heard is not. */
static bool try_reveal(struct keyboards *keyboards, struct wlr_keyboard *keyboard, uint32_t keycode,
		bool is_press, bool is_virtual) {
	if (!reveal_is_open(keyboards->server)) {
		return false;
	}
	const xkb_keysym_t *symbols;
	int len = keyboard->keymap == NULL ? 0
					   : xkb_keymap_key_get_syms_by_level(keyboard->keymap,
							     keycode + 8, 0, 0, &symbols);
	for (int i = 0; i < len; i++) {
		reveal_key(keyboards->server, symbols[i], is_press, is_virtual);
	}
	return true;
}

static void send_modifiers(struct keyboards *keyboards, struct wlr_keyboard *keyboard) {
	struct domain *domain = focus_domain(keyboards->server);
	if (domain != NULL && !reveal_is_open(keyboards->server)) {
		seat_modifiers(domain->seat, keyboard,
				chord_hidden(&keyboards->chord, keyboard->modifiers.depressed));
	}
}

/* A key of a chord that is held may have been let go. */
static void release_hold(struct keyboards *keyboards, struct wlr_keyboard *keyboard,
		uint32_t keycode) {
	bool was_open = reveal_is_open(keyboards->server);
	hold_release_key(keyboards->server, keycode);
	if (was_open && !reveal_is_open(keyboards->server)) {
		/* What has changed meanwhile was told to nobody. */
		send_modifiers(keyboards, keyboard);
	}
}

/* The chord that takes the pointer back from a window that holds it, before anything else. */
static bool try_break(struct keyboards *keyboards, struct wlr_keyboard *keyboard,
		uint32_t keycode) {
	uint32_t modifiers = wlr_keyboard_get_modifiers(keyboard);
	return keycode == KEY_ESC && (modifiers & bindings_modifier(keyboards->server)) != 0 &&
			constraints_break(keyboards->server);
}

/* Esc and Super bring back the strip of a window without a frame, and Esc, held, ends that. */
static void note_bare(struct keyboards *keyboards, struct wlr_keyboard *keyboard, uint32_t keycode,
		bool is_press) {
	if (keycode == KEY_ESC) {
		bare_escape(keyboards->server, is_press);
	} else if (is_press && is_super(keyboard, keycode)) {
		bare_show_strip(keyboards->server);
	}
}

void keyboards_process_key(struct keyboards *keyboards, struct wlr_keyboard *keyboard,
		const struct wlr_keyboard_key_event *event, bool is_virtual) {
	bool is_press = event->state == WL_KEYBOARD_KEY_STATE_PRESSED;
	bool was_taken = take(keyboards, event->keycode);
	bool is_tap = ends_tap(keyboards, keyboard, event);
	if (is_press) {
		deadtime_note_key(keyboards->server);
	}
	if (!is_virtual) {
		note_bare(keyboards, keyboard, event->keycode, is_press);
	}
	if (!is_press) {
		release_hold(keyboards, keyboard, event->keycode);
		try_reveal(keyboards, keyboard, event->keycode, false, is_virtual);
	}
	bool is_free = is_press && !is_virtual && try_break(keyboards, keyboard, event->keycode);
	bool is_nobodys = idle_activity(keyboards->server) && is_press;
	if (is_press &&
			(is_nobodys ||
					try_reveal(keyboards, keyboard, event->keycode, true,
							is_virtual) ||
					try_switcher(keyboards, keyboard, event->keycode,
							is_virtual) ||
					try_bindings(keyboards, keyboard, event->keycode,
							is_virtual) ||
					is_free)) {
		if (keyboards->taken_len < WLR_KEYBOARD_KEYS_CAP) {
			keyboards->taken[keyboards->taken_len++] = event->keycode;
		}
		keyboards->chord.was_binding = true;
		hold_note_key(keyboards->server, event->keycode);
		return;
	}
	if (is_press ? try_hold_back(keyboards, keyboard, event->keycode) : was_taken) {
		return;
	}
	enum chord_release release = is_press ? CHORD_NOT_HELD
					      : chord_release(&keyboards->chord, event->keycode);
	if (release != CHORD_NOT_HELD) {
		release_held_back(keyboards, keyboard, event, release);
		if (is_tap) {
			bindings_run_tap(keyboards->server, is_virtual);
		}
		return;
	}
	struct domain *domain = focus_domain(keyboards->server);
	if (!is_early(keyboards->server)) {
		keyboards->early_len = 0;
	} else if (is_press && keyboards->early_len < EARLY_MAX) {
		keyboards->early[keyboards->early_len++] = event->keycode;
	}
	if (is_press && (domain == NULL || !domain->is_host)) {
		focus_expect(keyboards->server, NULL);
	}
	if (domain != NULL) {
		if (is_press) {
			tell_held_back(keyboards, keyboard, domain, event->time_msec);
		}
		seat_key(domain->seat, keyboard, event->time_msec, event->keycode, is_press);
	}
	if (is_tap) {
		bindings_run_tap(keyboards->server, is_virtual);
	}
}

void keyboards_process_modifiers(struct keyboards *keyboards, struct wlr_keyboard *keyboard) {
	keyboards->modifiers = wlr_keyboard_get_modifiers(keyboard);
	if ((keyboards->modifiers & (WLR_MODIFIER_ALT | WLR_MODIFIER_CTRL | WLR_MODIFIER_LOGO)) ==
			0) {
		switcher_commit(keyboards->server);
	}
	send_modifiers(keyboards, keyboard);
}

bool keyboards_have_caps_lock(struct server *server) {
	const struct keyboards *keyboards = server->keyboards;
	return keyboards != NULL && keyboards->main.xkb_state != NULL &&
			xkb_state_mod_name_is_active(keyboards->main.xkb_state, XKB_MOD_NAME_CAPS,
					XKB_STATE_MODS_LOCKED) > 0;
}

struct wlr_keyboard *keyboards_main(struct server *server) {
	return &server->keyboards->main;
}

uint32_t keyboards_modifiers(struct server *server) {
	return server->keyboards->modifiers;
}
