/* SPDX-License-Identifier: MIT */
#include "compositor/input/chord.h"

bool chord_hold(struct chord *chord, uint32_t keycode, uint32_t depressed) {
	if (chord->len == CHORD_KEYS_MAX) {
		return false;
	}
	if (chord->len == 0) {
		chord->before = depressed;
		chord->was_binding = false;
	}
	chord->keys[chord->len++] = keycode;
	return true;
}

enum chord_release chord_release(struct chord *chord, uint32_t keycode) {
	for (size_t i = 0; i < chord->len; i++) {
		if (chord->keys[i] == keycode) {
			bool was_alone = chord->len == 1 && !chord->was_binding;
			chord->keys[i] = chord->keys[--chord->len];
			/* Of several, none has been alone. */
			chord->was_binding |= chord->len > 0;
			return was_alone ? CHORD_TAP : CHORD_PART;
		}
	}
	return CHORD_NOT_HELD;
}

uint32_t chord_hidden(const struct chord *chord, uint32_t depressed) {
	return chord->len > 0 ? depressed & ~chord->before : 0;
}
