/* SPDX-License-Identifier: MIT */
#include "vmctl/cli/sequence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number of more digits is none that means anything, but may be a long loop. */
#define DIGITS_MAX 4

/* Only digits, ';' and, in colours, ':'; no number is too long. */
static bool are_numbers(const char *text, size_t len, bool has_colons) {
	size_t digits = 0;
	for (size_t i = 0; i < len; i++) {
		bool is_digit = text[i] >= '0' && text[i] <= '9';
		digits = is_digit ? digits + 1 : 0;
		if (digits > DIGITS_MAX ||
				!(is_digit || text[i] == ';' || (has_colons && text[i] == ':'))) {
			return false;
		}
	}
	return true;
}

static bool set_mode(struct sequence_state *state, unsigned long mode, bool is_on) {
	switch (mode) {
	case 1:
		state->has_cursor_keys = is_on;
		return true;
	case 7:
		state->has_no_wrap = !is_on;
		return true;
	case 12: /* blinking */
		return true;
	case 25:
		state->has_hidden_cursor = !is_on;
		return true;
	case 47:
	case 1047:
	case 1049:
		state->has_alternate_screen = is_on;
		return true;
	case 1048:
		return true;
	case 2004:
		state->has_paste = is_on;
		return true;
	default:
		return false; /* reports of mouse and focus, and all that is not known */
	}
}

/* CSI ? NUMBERS h or l: it passes if each of its modes may. */
static bool may_set_modes(struct sequence_state *state, const char *text, size_t len, bool is_on) {
	struct sequence_state next = *state;
	if (len == 0 || !are_numbers(text, len, false)) {
		return false;
	}
	for (size_t at = 0; at < len;) {
		char *end;
		unsigned long mode = strtoul(text + at, &end, 10);
		if (!set_mode(&next, mode, is_on)) {
			return false;
		}
		at = (size_t)(end - text) + 1;
	}
	*state = next;
	return true;
}

/* Without a prefix or intermediate bytes. */
static bool may_pass_plain(struct sequence_state *state, const char *text, size_t len, char final) {
	if (!are_numbers(text, len, final == 'm')) {
		return false;
	}
	switch (final) {
	case 'J': /* 3 would erase what has scrolled away */
		return memchr(text, '3', len) == NULL;
	case 'h':
	case 'l': /* insert mode */
		return len == 1 && text[0] == '4';
	case 's':
	case 'u':
		return len == 0;
	case 'r':
		state->has_region = len > 0;
		return true;
	default:
		return strchr("@ABCDEFGHIKLMPSTXZ`abdefgm", final) != NULL;
	}
}

static bool may_pass_control(struct sequence_state *state, const char *text, size_t len,
		char final) {
	if (len > 0 && text[0] == '?') {
		bool is_mode = final == 'h' || final == 'l';
		return is_mode && may_set_modes(state, text + 1, len - 1, final == 'h');
	}
	if (final == 'q' && len > 0 && text[len - 1] == ' ' && are_numbers(text, len - 1, false)) {
		state->has_shape = true;
		return true;
	}
	if (final == 'p' && len == 1 && text[0] == '!') {
		return true;
	}
	return may_pass_plain(state, text, len, final);
}

bool sequence_may_pass(struct sequence_state *state, const char *sequence, size_t len) {
	if (len >= 3 && sequence[1] == '[') {
		char text[SEQUENCE_MAX + 1];
		memcpy(text, sequence + 2, len - 3);
		text[len - 3] = '\0';
		return may_pass_control(state, text, len - 3, sequence[len - 1]);
	}
	if (len == 2) {
		if (sequence[1] == '=' || sequence[1] == '>') {
			state->has_keypad = sequence[1] == '=';
		}
		return strchr("78DEMH=>", sequence[1]) != NULL;
	}
	if (len == 3 && (sequence[1] == '(' || sequence[1] == ')')) {
		state->has_charset = true;
		return strchr("0AB", sequence[2]) != NULL;
	}
	return false;
}

size_t sequence_undo(const struct sequence_state *state, char out[SEQUENCE_UNDO_MAX]) {
	/* The region first: taking it away moves the cursor, which is kept. */
	int n = snprintf(out, SEQUENCE_UNDO_MAX, "\033[0m%s%s%s%s%s%s%s%s%s",
			state->has_charset ? "\033(B\033)B\017" : "",
			state->has_region ? "\0337\033[r\0338" : "",
			state->has_alternate_screen ? "\033[?1049l" : "",
			state->has_hidden_cursor ? "\033[?25h" : "",
			state->has_no_wrap ? "\033[?7h" : "",
			state->has_cursor_keys ? "\033[?1l" : "", state->has_keypad ? "\033>" : "",
			state->has_paste ? "\033[?2004l" : "", state->has_shape ? "\033[0 q" : "");
	return (size_t)n;
}
