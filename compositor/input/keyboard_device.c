/* SPDX-License-Identifier: MIT
 *
 * Keyboards that come and go, and the one as which they act together.
 */
#include <stdlib.h>
#include <wlr/backend/wayland.h>
#include <wlr/interfaces/wlr_keyboard.h>
#include <wlr/types/wlr_input_device.h>
#include <xkbcommon/xkbcommon.h>

#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/input/hold.h"
#include "compositor/input/keyboard.h"
#include "compositor/input/keyboard_private.h"
#include "compositor/input/newcomer.h"
#include "compositor/input/seat.h"
#include "compositor/listen.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"

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

static bool may_type(const struct keyboard_device *device) {
	return device->is_virtual || newcomer_may_type(device->newcomer);
}

uint32_t keyboards_held_by_user(const struct keyboards *keyboards) {
	struct keyboard_device *device;
	uint32_t modifiers = 0;
	wl_list_for_each(device, &keyboards->devices, link) {
		if (!device->is_virtual && may_type(device)) {
			modifiers |= wlr_keyboard_get_modifiers(device->wlr_keyboard);
		}
	}
	return modifiers;
}

static void handle_main_key(struct wl_listener *listener, void *data) {
	struct keyboards *keyboards = wl_container_of(listener, keyboards, key);
	keyboards_process_key(keyboards, &keyboards->main, data, keyboards->is_virtual);
}

static void handle_main_modifiers(struct wl_listener *listener, void *data) {
	struct keyboards *keyboards = wl_container_of(listener, keyboards, modifiers_changed);
	keyboards_process_modifiers(keyboards, &keyboards->main);
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
		keyboards_process_key(keyboards, device->wlr_keyboard, data, true);
	}
}

static void handle_modifiers(struct wl_listener *listener, void *data) {
	struct keyboard_device *device = wl_container_of(listener, device, modifiers);
	struct wlr_keyboard_modifiers *modifiers = &device->wlr_keyboard->modifiers;
	if (!may_type(device)) {
		return;
	}
	/* Not earlier: with a key, main has them before the device itself. */
	hold_update_modifiers(device->keyboards->server, keyboards_held_by_user(device->keyboards));
	if (!device->feeds_main) {
		keyboards_process_modifiers(device->keyboards, device->wlr_keyboard);
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
