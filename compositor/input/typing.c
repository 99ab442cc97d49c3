/* SPDX-License-Identifier: MIT */
#include "compositor/input/typing.h"

#include <stdbool.h>
#include <wlr/types/wlr_keyboard.h>
#include <wlr/types/wlr_seat.h>

#include "base/clock.h"
#include "compositor/domain/domain.h"
#include "compositor/input/keyboard.h"
#include "compositor/input/seat.h"

#define EVDEV_OFFSET 8

struct search {
	xkb_keysym_t symbol;
	xkb_layout_index_t layout;
	xkb_keycode_t code; /* 0: not found */
};

static void look_at(struct xkb_keymap *keymap, xkb_keycode_t code, void *data) {
	struct search *search = data;
	const xkb_keysym_t *symbols;
	int len = xkb_keymap_key_get_syms_by_level(keymap, code, search->layout, 0, &symbols);
	if (search->code == 0 && len == 1 && symbols[0] == search->symbol) {
		search->code = code;
	}
}

static uint32_t mask_of(const struct wlr_keyboard *keyboard, uint32_t modifiers) {
	uint32_t mask = 0;
	for (size_t i = 0; i < WLR_MODIFIER_COUNT; i++) {
		if ((modifiers & (1u << i)) != 0 && keyboard->mod_indexes[i] != XKB_MOD_INVALID) {
			mask |= 1u << keyboard->mod_indexes[i];
		}
	}
	return mask;
}

void typing_chord(struct seat *seat, uint32_t modifiers, xkb_keysym_t symbol) {
	struct wlr_keyboard *keyboard = keyboards_main(seat->domain->server);
	struct search search = {.symbol = symbol, .layout = keyboard->modifiers.group};
	if (keyboard->keymap != NULL) {
		xkb_keymap_key_for_each(keyboard->keymap, look_at, &search);
	}
	if (search.code == 0) {
		return;
	}
	struct wlr_keyboard_modifiers held = {.depressed = mask_of(keyboard, modifiers),
			.group = keyboard->modifiers.group};
	uint32_t now_ms = (uint32_t)clock_now_ms(), key = search.code - EVDEV_OFFSET;
	seat_use_keyboard(seat, keyboard);
	wlr_seat_keyboard_notify_modifiers(seat->wlr_seat, &held);
	seat_key(seat, keyboard, now_ms, key, true);
	seat_key(seat, keyboard, now_ms, key, false);
	wlr_seat_keyboard_notify_modifiers(seat->wlr_seat, &seat->shown.modifiers);
}
