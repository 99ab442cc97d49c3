/* SPDX-License-Identifier: MIT */
#include "vmctl/cli/filter.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define ESCAPE 0x1b
#define BELL 0x07
#define CANCEL 0x18
#define SUBSTITUTE 0x1a

/* How long a character that begins with byte should be; 0: none begins so. */
static size_t character_len(unsigned char byte) {
	if (byte < 0x80) {
		return 1;
	}
	if (byte >= 0xc2 && byte <= 0xdf) {
		return 2;
	}
	if ((byte & 0xf0) == 0xe0) {
		return 3;
	}
	return byte >= 0xf0 && byte <= 0xf4 ? 4 : 0;
}

/* One whole character in ordinary text. */
static size_t put_text(struct filter *filter, const char *bytes, size_t len, char *out) {
	uint32_t code;
	if (text_utf8_decode(bytes, len, &code) != len) {
		return text_utf8_encode(0xfffd, out);
	}
	if (code == ESCAPE) {
		filter->state = FILTER_ESCAPE;
		return 0;
	}
	/* C1 in UTF-8: some terminals take them for control sequences. */
	if (code == 0x9b) {
		filter->state = FILTER_SEQUENCE;
		return 0;
	}
	if (code == 0x90 || code == 0x98 || (code >= 0x9d && code <= 0x9f)) {
		filter->state = FILTER_STRING;
		return 0;
	}
	if (code != '\n' && code != '\t' && !text_code_is_shown(code)) {
		return 0;
	}
	memcpy(out, bytes, len);
	return len;
}

static void step_escape(struct filter *filter, unsigned char byte) {
	if (byte == '[') {
		filter->state = FILTER_SEQUENCE;
	} else if (byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_') {
		filter->state = FILTER_STRING;
	} else if (byte < 0x20 || byte > 0x2f) {
		/* Its final byte; before it may come intermediate ones. */
		filter->state = byte == ESCAPE ? FILTER_ESCAPE : FILTER_TEXT;
	}
}

/* A byte inside a sequence. Returns whether it was swallowed; a newline ends every sequence. */
static bool step_sequence(struct filter *filter, unsigned char byte) {
	if (byte == '\n' || byte == CANCEL || byte == SUBSTITUTE) {
		filter->state = FILTER_TEXT;
		return byte != '\n';
	}
	switch (filter->state) {
	case FILTER_ESCAPE:
		step_escape(filter, byte);
		break;
	case FILTER_SEQUENCE:
		if (byte == ESCAPE) {
			filter->state = FILTER_ESCAPE;
		} else if (byte >= 0x40 && byte <= 0x7e) {
			filter->state = FILTER_TEXT;
		}
		break;
	case FILTER_STRING:
		if (byte == ESCAPE) {
			filter->state = FILTER_STRING_ESCAPE;
		} else if (byte == BELL) {
			filter->state = FILTER_TEXT;
		}
		break;
	case FILTER_STRING_ESCAPE:
		filter->state = FILTER_STRING;
		if (byte == '\\') {
			filter->state = FILTER_TEXT;
		} else if (byte == ESCAPE) {
			filter->state = FILTER_STRING_ESCAPE;
		}
		break;
	case FILTER_TEXT:
		break;
	}
	return true;
}

size_t filter_bytes(struct filter *filter, const char *untrusted_bytes, size_t len, char *out) {
	size_t out_len = 0;
	for (size_t i = 0; i < len; i++) {
		char byte = untrusted_bytes[i];
		if (filter->state != FILTER_TEXT && step_sequence(filter, (unsigned char)byte)) {
			continue;
		}
		bool continues = ((unsigned char)byte & 0xc0) == 0x80;
		if (filter->partial_len > 0 && !continues) {
			out_len += text_utf8_encode(0xfffd, out + out_len);
			filter->partial_len = 0;
		}
		size_t needed = filter->partial_len > 0
				? character_len((unsigned char)filter->partial[0])
				: character_len((unsigned char)byte);
		if (needed == 0) {
			out_len += text_utf8_encode(0xfffd, out + out_len);
			continue;
		}
		filter->partial[filter->partial_len++] = byte;
		if (filter->partial_len == needed) {
			filter->partial_len = 0;
			out_len += put_text(filter, filter->partial, needed, out + out_len);
		}
	}
	return out_len;
}
