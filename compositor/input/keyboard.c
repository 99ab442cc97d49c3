/* SPDX-License-Identifier: MIT */
#include "compositor/input/keyboard.h"

#include <linux/input-event-codes.h>
#include <stdlib.h>
#include <wlr/backend/session.h>
#include <wlr/backend/wayland.h>
#include <wlr/interfaces/wlr_keyboard.h>
#include <wlr/types/wlr_input_device.h>
#include <wlr/types/wlr_keyboard.h>
#include <xkbcommon/xkbcommon.h>

#include "base/defence.h"
#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/input/bindings.h"
#include "compositor/input/chord.h"
#include "compositor/input/constraint.h"
#include "compositor/input/deadtime.h"
#include "compositor/input/focus.h"
#include "compositor/input/hold.h"
#include "compositor/input/newcomer.h"
#include "compositor/input/seat.h"
#include "compositor/listen.h"
#include "compositor/lock/idle.h"
#include "compositor/lock/lock.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/window/bare.h"
#include "compositor/window/reveal.h"
#include "compositor/window/switcher.h"

/* A press of Super that is longer is no tap. */
#define TAP_MS 400
#define EARLY_MAX 32

struct keyboards {
	struct server *server;
	struct wlr_keyboard main;
	struct wl_list devices; /* keyboard_device.link */
	bool is_virtual;        /* what main is being fed comes from a virtual keyboard */
	uint32_t modifiers;
	/* Keys whose press was a binding: their release is nobody's. */
	uint32_t taken[WLR_KEYBOARD_KEYS_CAP];
	size_t taken_len;
	struct chord chord; /* what nobody is told yet */
	/* Super, pressed alone; 0: it is not. */
	uint32_t tapped;
	uint32_t tapped_ms;
	/* Keys pressed while something is waited for that will hear them. */
	uint32_t early[EARLY_MAX];
	size_t early_len;
	struct wl_listener key, modifiers_changed;
};

struct keyboard_device {
	struct keyboards *keyboards;
	struct wlr_keyboard *wlr_keyboard;
	bool is_virtual;
	struct newcomer *newcomer; /* of a real one */
	bool feeds_main;
	bool sends_modifiers; /* apart from keys, as nested and virtual keyboards do */
	struct wl_list link;  /* keyboards.devices */
	struct wl_listener key, modifiers, keymap, destroy;
};

static void update_leds(struct wlr_keyboard *main, uint32_t leds) {
	struct keyboards *keyboards = wl_container_of(main, keyboards, main);
	struct keyboard_device *device;
	wl_list_for_each(device, &keyboards->devices, link) {
		if (!device->is_virtual) {
			wlr_keyboard_led_update(device->wlr_keyboard, leds);
		}
	}
}

static const struct wlr_keyboard_impl main_impl = {.name = "silo", .led_update = update_leds};

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

static bool may_type(const struct keyboard_device *device) {
	return device->is_virtual || newcomer_may_type(device->newcomer);
}

/* The modifiers that are held on real keyboards: what a virtual one holds makes no chord of the user's keys. */
static uint32_t held_by_user(const struct keyboards *keyboards) {
	struct keyboard_device *device;
	uint32_t modifiers = 0;
	wl_list_for_each(device, &keyboards->devices, link) {
		if (!device->is_virtual && may_type(device)) {
			modifiers |= wlr_keyboard_get_modifiers(device->wlr_keyboard);
		}
	}
	return modifiers;
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
			: held_by_user(keyboards);
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

static void process_key(struct keyboards *keyboards, struct wlr_keyboard *keyboard,
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

static void process_modifiers(struct keyboards *keyboards, struct wlr_keyboard *keyboard) {
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

static void handle_main_key(struct wl_listener *listener, void *data) {
	struct keyboards *keyboards = wl_container_of(listener, keyboards, key);
	process_key(keyboards, &keyboards->main, data, keyboards->is_virtual);
}

static void handle_main_modifiers(struct wl_listener *listener, void *data) {
	struct keyboards *keyboards = wl_container_of(listener, keyboards, modifiers_changed);
	process_modifiers(keyboards, &keyboards->main);
	outputs_update_strips(keyboards->server);
}

static void handle_key(struct wl_listener *listener, void *data) {
	struct keyboard_device *device = wl_container_of(listener, device, key);
	struct keyboards *keyboards = device->keyboards;
	if (!may_type(device)) {
		return;
	}
	if (device->feeds_main) {
		keyboards->is_virtual = device->is_virtual;
		wlr_keyboard_notify_key(&keyboards->main, data);
		keyboards->is_virtual = false;
	} else {
		process_key(keyboards, device->wlr_keyboard, data, true);
	}
}

static void handle_modifiers(struct wl_listener *listener, void *data) {
	struct keyboard_device *device = wl_container_of(listener, device, modifiers);
	struct wlr_keyboard_modifiers *modifiers = &device->wlr_keyboard->modifiers;
	if (!may_type(device)) {
		return;
	}
	/* Not earlier: with a key, main has them before the device itself. */
	hold_update_modifiers(device->keyboards->server, held_by_user(device->keyboards));
	if (!device->feeds_main) {
		process_modifiers(device->keyboards, device->wlr_keyboard);
	} else if (device->sends_modifiers) {
		wlr_keyboard_notify_modifiers(&device->keyboards->main, modifiers->depressed,
				modifiers->latched, modifiers->locked, modifiers->group);
	}
}

/* Virtual keyboards get their keymap after they are made, and may get another. */
static void handle_keymap(struct wl_listener *listener, void *data) {
	struct keyboard_device *device = wl_container_of(listener, device, keymap);
	struct keyboards *keyboards = device->keyboards;
	if (device->is_virtual && device->wlr_keyboard->keymap != NULL) {
		device->feeds_main = wlr_keyboard_keymaps_match(device->wlr_keyboard->keymap,
				keyboards->main.keymap);
		log_debug("virtual keyboard %s the session's keymap",
				device->feeds_main ? "has" : "has not");
	}
}

/* Every domain knows the main keyboard's keymap and repetition. */
static void show_everywhere(struct keyboards *keyboards) {
	struct domain *domain;
	if (keyboards->server->domains != NULL) {
		wl_list_for_each(domain, domains_list(keyboards->server), link) {
			seat_use_keyboard(domain->seat, &keyboards->main);
		}
	}
}

static void device_destroy(struct keyboard_device *device) {
	struct keyboards *keyboards = device->keyboards;
	listener_remove(&device->key);
	listener_remove(&device->modifiers);
	listener_remove(&device->keymap);
	listener_remove(&device->destroy);
	wl_list_remove(&device->link);
	newcomer_leave(device->newcomer);
	show_everywhere(keyboards);
	free(device);
}

/* wlroots has released what was pressed by now. */
static void handle_destroy(struct wl_listener *listener, void *data) {
	struct keyboard_device *device = wl_container_of(listener, device, destroy);
	if (device->feeds_main && device->is_virtual) {
		/* What it held down, or locked, is held down no more. */
		wlr_keyboard_notify_modifiers(&device->keyboards->main, 0, 0, 0,
				device->keyboards->main.modifiers.group);
	}
	device_destroy(device);
}

void keyboards_add(struct server *server, struct wlr_keyboard *keyboard, bool is_virtual) {
	struct keyboard_device *device = calloc(1, sizeof(*device));
	if (device == NULL) {
		return;
	}
	device->keyboards = server->keyboards;
	device->wlr_keyboard = keyboard;
	device->is_virtual = is_virtual;
	device->sends_modifiers = is_virtual || wlr_input_device_is_wl(&keyboard->base);
	wl_list_insert(&server->keyboards->devices, &device->link);
	if (!is_virtual) {
		device->newcomer = newcomer_meet(server, keyboard);
		device->feeds_main = true;
		wlr_keyboard_set_keymap(keyboard, server->keyboards->main.keymap);
	}
	listener_add(&device->key, &keyboard->events.key, handle_key);
	listener_add(&device->modifiers, &keyboard->events.modifiers, handle_modifiers);
	listener_add(&device->keymap, &keyboard->events.keymap, handle_keymap);
	listener_add(&device->destroy, &keyboard->base.events.destroy, handle_destroy);
}

/*
 * From the settings, and where they say nothing from XKB_DEFAULT_RULES, _MODEL, _LAYOUT, _VARIANT and
 * _OPTIONS; "us" if those make no sense.
 */
static struct xkb_keymap *load_keymap(const struct keyboard_settings *settings) {
	struct xkb_context *context = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
	if (context == NULL) {
		return NULL;
	}
	const struct xkb_rule_names wanted = {.layout = settings->layout,
			.variant = settings->variant,
			.options = settings->options};
	struct xkb_keymap *keymap =
			xkb_keymap_new_from_names(context, &wanted, XKB_KEYMAP_COMPILE_NO_FLAGS);
	if (keymap == NULL) {
		log_warn("the keyboard layout in XKB_DEFAULT_* does not exist: using \"us\"");
		const struct xkb_rule_names names = {
				.rules = "evdev", .model = "pc105", .layout = "us"};
		keymap = xkb_keymap_new_from_names(context, &names, XKB_KEYMAP_COMPILE_NO_FLAGS);
	}
	xkb_context_unref(context);
	return keymap;
}

bool keyboards_create(struct server *server) {
	struct xkb_keymap *keymap = load_keymap(&server->settings->keyboard);
	if (keymap == NULL) {
		log_error("no keyboard layout is installed: install xkb-data");
		return false;
	}
	struct keyboards *keyboards = calloc(1, sizeof(*keyboards));
	if (keyboards == NULL) {
		xkb_keymap_unref(keymap);
		log_error("out of memory");
		return false;
	}
	keyboards->server = server;
	wl_list_init(&keyboards->devices);
	wlr_keyboard_init(&keyboards->main, &main_impl, "silo");
	server->keyboards = keyboards;
	bool ok = wlr_keyboard_set_keymap(&keyboards->main, keymap);
	xkb_keymap_unref(keymap);
	const struct keyboard_settings *settings = &server->settings->keyboard;
	wlr_keyboard_set_repeat_info(&keyboards->main, (int32_t)settings->repeat_rate_hz,
			(int32_t)settings->repeat_delay_ms);
	listener_add(&keyboards->key, &keyboards->main.events.key, handle_main_key);
	listener_add(&keyboards->modifiers_changed, &keyboards->main.events.modifiers,
			handle_main_modifiers);
	return ok;
}

void keyboards_reload(struct server *server) {
	struct keyboards *keyboards = server->keyboards;
	const struct keyboard_settings *settings = &server->settings->keyboard;
	wlr_keyboard_set_repeat_info(&keyboards->main, (int32_t)settings->repeat_rate_hz,
			(int32_t)settings->repeat_delay_ms);
	struct xkb_keymap *keymap = load_keymap(settings);
	if (keymap == NULL || wlr_keyboard_keymaps_match(keymap, keyboards->main.keymap)) {
		xkb_keymap_unref(keymap);
		show_everywhere(keyboards);
		return;
	}
	wlr_keyboard_set_keymap(&keyboards->main, keymap);
	show_everywhere(keyboards);
	struct keyboard_device *device;
	wl_list_for_each(device, &keyboards->devices, link) {
		if (!device->is_virtual) {
			wlr_keyboard_set_keymap(device->wlr_keyboard, keymap);
		} else if (device->wlr_keyboard->keymap != NULL) {
			device->feeds_main =
					wlr_keyboard_keymaps_match(device->wlr_keyboard->keymap,
							keymap);
		}
	}
	xkb_keymap_unref(keymap);
}

void keyboards_destroy(struct server *server) {
	struct keyboards *keyboards = server->keyboards;
	if (keyboards == NULL) {
		return;
	}
	struct keyboard_device *device, *next;
	wl_list_for_each_safe(device, next, &keyboards->devices, link) {
		device_destroy(device);
	}
	listener_remove(&keyboards->key);
	listener_remove(&keyboards->modifiers_changed);
	wlr_keyboard_finish(&keyboards->main);
	free(keyboards);
	server->keyboards = NULL;
}

struct wlr_keyboard *keyboards_main(struct server *server) {
	return &server->keyboards->main;
}

uint32_t keyboards_modifiers(struct server *server) {
	return server->keyboards->modifiers;
}
