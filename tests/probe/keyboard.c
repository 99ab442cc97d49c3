/* SPDX-License-Identifier: MIT */
#include "tests/probe/keyboard.h"

#include <linux/input-event-codes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xkbcommon/xkbcommon.h>

#include "base/text.h"
#include "tests/probe/probe.h"
#include "virtual-keyboard-unstable-v1-client-protocol.h"

/* xkb's key codes are evdev's and 8. */
#define XKB_OFFSET 8

struct keyboard {
	struct xkb_context *context;
	struct xkb_keymap *keymap;
	struct xkb_state *state;
	struct zwp_virtual_keyboard_v1 *device;
};

/* A key and the modifiers that make it give one symbol. */
struct stroke {
	xkb_keycode_t key;
	xkb_mod_mask_t mods;
};

static const struct {
	const char *name;
	uint32_t key;
} modifier_keys[] = {
		{"shift", KEY_LEFTSHIFT},
		{"ctrl", KEY_LEFTCTRL},
		{"control", KEY_LEFTCTRL},
		{"alt", KEY_LEFTALT},
		{"super", KEY_LEFTMETA},
		{"logo", KEY_LEFTMETA},
		{"altgr", KEY_RIGHTALT},
};

static bool upload_keymap(struct keyboard *keyboard) {
	char *text = xkb_keymap_get_as_string(keyboard->keymap, XKB_KEYMAP_FORMAT_TEXT_V1);
	if (text == NULL) {
		return false;
	}
	size_t size = strlen(text) + 1;
	int fd = memfd_create("keymap", MFD_CLOEXEC);
	bool written = fd >= 0 && write(fd, text, size) == (ssize_t)size;
	if (written) {
		zwp_virtual_keyboard_v1_keymap(keyboard->device, WL_KEYBOARD_KEYMAP_FORMAT_XKB_V1,
				fd, (uint32_t)size);
	}
	if (fd >= 0) {
		close(fd);
	}
	free(text);
	return written;
}

struct keyboard *keyboard_get(struct probe *probe) {
	if (probe->keyboard != NULL) {
		return probe->keyboard;
	}
	if (probe->keyboards == NULL || probe->seat == NULL) {
		return NULL;
	}
	struct keyboard *keyboard = calloc(1, sizeof(*keyboard));
	if (keyboard == NULL) {
		return NULL;
	}
	keyboard->device = zwp_virtual_keyboard_manager_v1_create_virtual_keyboard(probe->keyboards,
			probe->seat);
	keyboard->context = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
	if (keyboard->context != NULL) {
		keyboard->keymap = xkb_keymap_new_from_names(keyboard->context, NULL,
				XKB_KEYMAP_COMPILE_NO_FLAGS);
	}
	if (keyboard->keymap != NULL) {
		keyboard->state = xkb_state_new(keyboard->keymap);
	}
	if (keyboard->state == NULL || !upload_keymap(keyboard)) {
		keyboard_destroy(keyboard);
		return NULL;
	}
	wl_display_roundtrip(probe->display);
	probe->keyboard = keyboard;
	return keyboard;
}

void keyboard_destroy(struct keyboard *keyboard) {
	if (keyboard == NULL) {
		return;
	}
	zwp_virtual_keyboard_v1_destroy(keyboard->device);
	xkb_state_unref(keyboard->state);
	xkb_keymap_unref(keyboard->keymap);
	xkb_context_unref(keyboard->context);
	free(keyboard);
}

static void send_modifiers(struct keyboard *keyboard) {
	struct xkb_state *state = keyboard->state;
	zwp_virtual_keyboard_v1_modifiers(keyboard->device,
			xkb_state_serialize_mods(state, XKB_STATE_MODS_DEPRESSED),
			xkb_state_serialize_mods(state, XKB_STATE_MODS_LATCHED),
			xkb_state_serialize_mods(state, XKB_STATE_MODS_LOCKED),
			xkb_state_serialize_layout(state, XKB_STATE_LAYOUT_EFFECTIVE));
}

/* The compositor does not derive modifiers from a virtual keyboard's keys: both are sent. */
static void send_key(struct keyboard *keyboard, uint32_t key, bool pressed) {
	zwp_virtual_keyboard_v1_key(keyboard->device, (uint32_t)probe_now_ms(), key,
			pressed ? WL_KEYBOARD_KEY_STATE_PRESSED : WL_KEYBOARD_KEY_STATE_RELEASED);
	enum xkb_state_component changed = xkb_state_update_key(keyboard->state, key + XKB_OFFSET,
			pressed ? XKB_KEY_DOWN : XKB_KEY_UP);
	if (changed != 0) {
		send_modifiers(keyboard);
	}
}

/* Finds the key that gives sym with the fewest modifiers. */
static bool find_stroke(struct keyboard *keyboard, xkb_keysym_t sym, struct stroke *ret_stroke) {
	struct xkb_keymap *keymap = keyboard->keymap;
	xkb_level_index_t best = XKB_LEVEL_INVALID;
	xkb_keycode_t last = xkb_keymap_max_keycode(keymap);
	for (xkb_keycode_t key = xkb_keymap_min_keycode(keymap); key <= last; key++) {
		xkb_level_index_t levels = xkb_keymap_num_levels_for_key(keymap, key, 0);
		for (xkb_level_index_t level = 0; level < levels && level < best; level++) {
			const xkb_keysym_t *syms;
			xkb_mod_mask_t mods = 0;
			if (xkb_keymap_key_get_syms_by_level(keymap, key, 0, level, &syms) != 1 ||
					syms[0] != sym ||
					xkb_keymap_key_get_mods_for_level(keymap, key, 0, level,
							&mods, 1) == 0) {
				continue;
			}
			best = level;
			*ret_stroke = (struct stroke){key, mods};
		}
	}
	return best != XKB_LEVEL_INVALID;
}

/* Presses, or releases, the keys of the modifiers in mods. */
static void hold_mods(struct keyboard *keyboard, xkb_mod_mask_t mods, bool pressed) {
	static const struct {
		const char *mod;
		uint32_t key;
	} keys[] = {{XKB_MOD_NAME_SHIFT, KEY_LEFTSHIFT}, {"Mod5", KEY_RIGHTALT}};
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		xkb_mod_index_t index = xkb_keymap_mod_get_index(keyboard->keymap, keys[i].mod);
		if (index != XKB_MOD_INVALID && (mods & 1u << index) != 0) {
			send_key(keyboard, keys[i].key, pressed);
		}
	}
}

static void strike(struct keyboard *keyboard, struct stroke stroke) {
	hold_mods(keyboard, stroke.mods, true);
	send_key(keyboard, stroke.key - XKB_OFFSET, true);
	send_key(keyboard, stroke.key - XKB_OFFSET, false);
	hold_mods(keyboard, stroke.mods, false);
}

static bool stroke_of_code(struct keyboard *keyboard, uint32_t code, struct stroke *ret_stroke) {
	xkb_keysym_t sym = code == '\n' ? XKB_KEY_Return : xkb_utf32_to_keysym(code);
	return sym != XKB_KEY_NoSymbol && find_stroke(keyboard, sym, ret_stroke);
}

bool keyboard_type(struct keyboard *keyboard, const char *text) {
	for (int sending = 0; sending < 2; sending++) {
		size_t len = strlen(text);
		for (size_t at = 0; at < len;) {
			uint32_t code;
			struct stroke stroke;
			size_t size = text_utf8_decode(text + at, len - at, &code);
			if (size == 0 || !stroke_of_code(keyboard, code, &stroke)) {
				return false;
			}
			if (sending) {
				strike(keyboard, stroke);
			}
			at += size;
		}
	}
	return true;
}

static bool find_named(struct keyboard *keyboard, const char *name, struct stroke *ret_stroke) {
	uint32_t code;
	size_t size = name[0] != '\0' ? text_utf8_decode(name, strlen(name), &code) : 0;
	if (size > 0 && name[size] == '\0') {
		return stroke_of_code(keyboard, code, ret_stroke);
	}
	xkb_keysym_t sym = xkb_keysym_from_name(name, XKB_KEYSYM_CASE_INSENSITIVE);
	return sym != XKB_KEY_NoSymbol && find_stroke(keyboard, sym, ret_stroke);
}

static bool find_modifier(const char *name, uint32_t *ret_key) {
	for (size_t i = 0; i < sizeof(modifier_keys) / sizeof(modifier_keys[0]); i++) {
		if (strcasecmp(name, modifier_keys[i].name) == 0) {
			*ret_key = modifier_keys[i].key;
			return true;
		}
	}
	return false;
}

bool keyboard_hold(struct keyboard *keyboard, const char *name, bool pressed) {
	uint32_t key;
	struct stroke stroke;
	if (!find_modifier(name, &key)) {
		if (!find_named(keyboard, name, &stroke)) {
			return false;
		}
		key = stroke.key - XKB_OFFSET;
	}
	send_key(keyboard, key, pressed);
	return true;
}

bool keyboard_chord(struct keyboard *keyboard, const char *chord) {
	char names[128];
	if (strlen(chord) >= sizeof(names)) {
		return false;
	}
	memcpy(names, chord, strlen(chord) + 1);
	uint32_t held[8];
	size_t n_held = 0;
	char *name = names;
	/* A plus at the very end is the key itself. */
	for (char *plus; (plus = strchr(name, '+')) != NULL && plus[1] != '\0'; name = plus + 1) {
		*plus = '\0';
		if (n_held == 8 || !find_modifier(name, &held[n_held++])) {
			return false;
		}
	}
	struct stroke stroke = {0};
	uint32_t lone;
	bool is_modifier = find_modifier(name, &lone);
	if (is_modifier) {
		stroke.key = lone + XKB_OFFSET;
	} else if (!find_named(keyboard, name, &stroke)) {
		return false;
	}
	for (size_t i = 0; i < n_held; i++) {
		send_key(keyboard, held[i], true);
	}
	strike(keyboard, stroke);
	while (n_held > 0) {
		send_key(keyboard, held[--n_held], false);
	}
	return true;
}
