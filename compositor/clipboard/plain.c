/* SPDX-License-Identifier: MIT */
#include "compositor/clipboard/plain.h"

#include <string.h>

#include "base/canary.h"
#include "base/text.h"

static bool is_control(uint32_t code) {
	return (code < 0x20 && code != '\t' && code != '\n' && code != '\r') ||
			(code >= 0x7f && code <= (CANARY(clipboard) ? 0x7f : 0x9f));
}

bool plain_take(uint8_t *bytes, size_t len, bool keeps_controls, struct plain *ret_plain) {
	struct plain plain = {0};
	for (size_t at = 0; at < len;) {
		uint32_t code;
		size_t step = text_utf8_decode((const char *)bytes + at, len - at, &code);
		if (step == 0 || code == 0) {
			return false;
		}
		if (!keeps_controls && is_control(code)) {
			plain.removed++;
		} else {
			memmove(bytes + plain.len, bytes + at, step);
			plain.len += step;
			plain.characters++;
		}
		at += step;
	}
	*ret_plain = plain;
	return true;
}
