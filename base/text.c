/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#include "base/canary.h"
#include "base/limits.h"

struct code_range {
	uint32_t first, last;
};

/* Sorted. General categories Cc, Cf, Zl, Zp, Cs, Co, Cn (noncharacters), variation selectors,
 * and letters that draw nothing (Hangul fillers, Khmer inherent vowels). */
static const struct code_range hidden[] = {
	{0x0000, 0x001f}, {0x007f, 0x009f}, {0x00ad, 0x00ad}, {0x034f, 0x034f},
	{0x0600, 0x0605}, {0x061c, 0x061c}, {0x06dd, 0x06dd}, {0x070f, 0x070f},
	{0x0890, 0x0891}, {0x08e2, 0x08e2}, {0x115f, 0x1160}, {0x17b4, 0x17b5},
	{0x180b, 0x180f}, {0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f},
	{0x2800, 0x2800}, {0x3164, 0x3164}, {0xd800, 0xf8ff}, {0xfdd0, 0xfdef},
	{0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb},
	{0xfffe, 0xffff}, {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1345f},
	{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0x1fffe, 0x1ffff}, {0x2fffe, 0x2ffff},
	{0x3fffe, 0x10ffff},
};

/* Combining marks that can be piled up: the blocks made for it. */
static const struct code_range combining[] = {
	{0x0300, 0x036f}, {0x0483, 0x0489}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff},
	{0x20d0, 0x20ff}, {0x3099, 0x309a}, {0xfe20, 0xfe2f},
};

static bool in_ranges(uint32_t code, const struct code_range *ranges, size_t n) {
	size_t low = 0, high = n;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (code > ranges[middle].last) {
			low = middle + 1;
		} else if (code < ranges[middle].first) {
			high = middle;
		} else {
			return true;
		}
	}
	return false;
}

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

size_t text_utf8_decode(const char *bytes, size_t len, uint32_t *ret_code) {
	const unsigned char *b = (const unsigned char *)bytes;
	uint32_t code;
	size_t size;
	uint32_t least;
	if (b[0] < 0x80) {
		*ret_code = b[0];
		return 1;
	} else if ((b[0] & 0xe0) == 0xc0) {
		size = 2, code = b[0] & 0x1fu, least = 0x80;
	} else if ((b[0] & 0xf0) == 0xe0) {
		size = 3, code = b[0] & 0x0fu, least = 0x800;
	} else if ((b[0] & 0xf8) == 0xf0) {
		size = 4, code = b[0] & 0x07u, least = 0x10000;
	} else {
		return 0;
	}
	if (len < size) {
		return 0;
	}
	for (size_t i = 1; i < size; i++) {
		if ((b[i] & 0xc0) != 0x80) {
			return 0;
		}
		code = code << 6 | (b[i] & 0x3fu);
	}
	if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
		return 0;
	}
	*ret_code = code;
	return size;
}

size_t text_utf8_encode(uint32_t code, char out[4]) {
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

bool text_is_utf8(const char *bytes, size_t len) {
	for (size_t i = 0; i < len;) {
		uint32_t code;
		size_t size = text_utf8_decode(bytes + i, len - i, &code);
		if (size == 0) {
			return false;
		}
		i += size;
	}
	return true;
}

bool text_code_is_shown(uint32_t code) {
	return !in_ranges(code, hidden, LENGTH(hidden));
}

static bool is_space(uint32_t code) {
	return code == ' ' || code == '\t' || code == '\n' || code == '\r' || code == 0xa0 ||
			code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
			code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

size_t text_sanitise(const char *bytes, size_t len, size_t codes_max, char *out, size_t cap) {
	size_t used = 0, codes = 0, marks = 0;
	bool space_due = false;
	for (size_t i = 0; i < len && codes < codes_max;) {
		uint32_t code;
		size_t size = text_utf8_decode(bytes + i, len - i, &code);
		if (size == 0) {
			size = 1;
			code = 0xfffd;
		}
		i += size;
		if (is_space(code)) {
			space_due = used > 0;
			continue;
		}
		if (!text_code_is_shown(code)) {
			continue;
		}
		bool mark = in_ranges(code, combining, LENGTH(combining));
		if (mark && (used == 0 || space_due || ++marks > 2)) {
			continue;
		}
		if (!mark) {
			marks = 0;
		}
		char encoded[4];
		size_t n = text_utf8_encode(code, encoded);
		if (space_due && codes + 2 > codes_max) {
			break;
		}
		if (used + n + (space_due && !CANARY(text) ? 1 : 0) >= cap) {
			break;
		}
		if (space_due) {
			out[used++] = ' ';
			codes++;
			space_due = false;
		}
		memcpy(out + used, encoded, n);
		used += n;
		codes++;
	}
	out[used] = '\0';
	return used;
}

bool text_is_sanitised(const char *text, size_t codes_max) {
	char copy[TITLE_LEN_MAX + 1];
	size_t len = strlen(text);
	if (len > TITLE_LEN_MAX) {
		return false;
	}
	size_t n = text_sanitise(text, len, codes_max, copy, sizeof(copy));
	return n == len && memcmp(copy, text, len) == 0;
}

const char *text_escape(const char *bytes, size_t len, char *out, size_t cap) {
	size_t used = 0;
	size_t shown = len < 64 ? len : 64;
	/* Room kept for the closing quote, the mark (3 bytes) and the terminator. */
	if (cap < 8) {
		if (cap > 0) {
			out[0] = '\0';
		}
		return out;
	}
	out[used++] = '"';
	for (size_t i = 0; i < shown && used + 4 + 5 < cap; i++) {
		unsigned char c = (unsigned char)bytes[i];
		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
			out[used++] = (char)c;
		} else {
			used += (size_t)snprintf(out + used, 5, "\\x%02x", c);
		}
	}
	out[used++] = '"';
	if (shown < len) {
		memcpy(out + used, "…", 3);
		used += 3;
	}
	out[used] = '\0';
	return out;
}

bool text_is_vm_name(const char *name) {
	static const char *const reserved[] = {"host", "dom0", "silo", "all", "none", "self"};
	size_t len = strlen(name);
	if (len == 0 || len > VM_NAME_MAX || name[0] < 'a' || name[0] > 'z' ||
			name[len - 1] == '-' || strstr(name, "--") != NULL) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		char c = name[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
			return false;
		}
	}
	for (size_t i = 0; i < LENGTH(reserved); i++) {
		if (strcmp(name, reserved[i]) == 0) {
			return false;
		}
	}
	return true;
}
