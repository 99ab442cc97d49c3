/* SPDX-License-Identifier: MIT */
#include "vmctl/cli/filter.h"

#include <stdbool.h>
#include <string.h>

#include "base/canary.h"
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

/* Notes a byte of the sequence that has begun. */
static void note(struct filter *filter, char byte) {
	if (filter->sequence_len < SEQUENCE_MAX || CANARY(terminal)) {
		filter->sequence[filter->sequence_len] = byte;
	}
	filter->sequence_len++;
}

static void begin_sequence(struct filter *filter, enum filter_state state) {
	filter->state = state;
	filter->sequence_len = 0;
	note(filter, ESCAPE);
	if (state == FILTER_SEQUENCE) {
		note(filter, '[');
	}
}

/* Writes the sequence that is complete now, if it may pass. */
static size_t put_sequence(struct filter *filter, char *out) {
	size_t len = filter->sequence_len;
	if (!filter->is_screen || len > SEQUENCE_MAX ||
			!sequence_may_pass(&filter->screen, filter->sequence, len)) {
		return 0;
	}
	memcpy(out, filter->sequence, len);
	return len;
}

/* Bell, backspace, carriage return, form feed and the two sets of characters. */
static bool moves_on_screen(uint32_t code) {
	return code == BELL || code == '\b' || code == '\r' || code == '\f' || code == '\v' ||
			code == 0x0e || code == 0x0f;
}

/* One whole character in ordinary text. */
static size_t put_text(struct filter *filter, const char *bytes, size_t len, char *out) {
	uint32_t code;
	if (text_utf8_decode(bytes, len, &code) != len) {
		return text_utf8_encode(0xfffd, out);
	}
	if (code == ESCAPE) {
		begin_sequence(filter, FILTER_ESCAPE);
		return 0;
	}
	/* C1 in UTF-8: some terminals take them for control sequences. */
	if (code == 0x9b) {
		begin_sequence(filter, FILTER_SEQUENCE);
		return 0;
	}
	if (code == 0x90 || code == 0x98 || (code >= 0x9d && code <= 0x9f)) {
		filter->state = FILTER_STRING;
		return 0;
	}
	bool is_shown = code == '\n' || code == '\t' || text_code_is_shown(code) ||
			(filter->is_screen && moves_on_screen(code));
	if (!is_shown) {
		return 0;
	}
	if (code == 0x0e) {
		filter->screen.has_charset = true;
	}
	memcpy(out, bytes, len);
	return len;
}

static size_t step_escape(struct filter *filter, unsigned char byte, char *out) {
	if (byte == ESCAPE) {
		begin_sequence(filter, FILTER_ESCAPE);
		return 0;
	}
	note(filter, (char)byte);
	if (byte == '[' && filter->sequence_len == 2) {
		filter->state = FILTER_SEQUENCE;
	} else if (byte == ']' || byte == 'P' || byte == 'X' || byte == '^' || byte == '_') {
		filter->state = FILTER_STRING;
	} else if (byte < 0x20 || byte > 0x2f) {
		/* Its final byte; before it may come intermediate ones. */
		filter->state = FILTER_TEXT;
		return put_sequence(filter, out);
	}
	return 0;
}

static size_t step_control(struct filter *filter, unsigned char byte, char *out) {
	if (byte == ESCAPE) {
		begin_sequence(filter, FILTER_ESCAPE);
		return 0;
	}
	note(filter, (char)byte);
	if (byte >= 0x40 && byte <= 0x7e) {
		filter->state = FILTER_TEXT;
		return put_sequence(filter, out);
	}
	return 0;
}

static void step_string(struct filter *filter, unsigned char byte) {
	if (byte == ESCAPE) {
		filter->state = FILTER_STRING_ESCAPE;
	} else if (byte == BELL || (filter->state == FILTER_STRING_ESCAPE && byte == '\\')) {
		filter->state = FILTER_TEXT;
	} else {
		filter->state = FILTER_STRING;
	}
}

/* A byte inside a sequence. Returns whether it was swallowed; a newline ends every sequence.
 * *ret_len is what was written to out. */
static bool step_sequence(struct filter *filter, unsigned char byte, char *out, size_t *ret_len) {
	*ret_len = 0;
	if (byte == '\n' || byte == CANCEL || byte == SUBSTITUTE) {
		filter->state = FILTER_TEXT;
		return byte != '\n';
	}
	switch (filter->state) {
	case FILTER_ESCAPE:
		*ret_len = step_escape(filter, byte, out);
		break;
	case FILTER_SEQUENCE:
		*ret_len = step_control(filter, byte, out);
		break;
	case FILTER_STRING:
	case FILTER_STRING_ESCAPE:
		step_string(filter, byte);
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
		size_t n;
		if (filter->state != FILTER_TEXT &&
				step_sequence(filter, (unsigned char)byte, out + out_len, &n)) {
			out_len += n;
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
