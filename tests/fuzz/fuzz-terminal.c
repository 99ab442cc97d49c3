/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: what a guest says on the user's terminal. The first byte says whether a screen is
 * meant and where the stream is cut. What comes out must not depend on the cuts, and must hold no
 * control character but those that the filter's header allows, no escape sequence that a terminal
 * answers, and no C1 control in either of its two writings.
 */
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/fuzz/input.h"
#include "vmctl/cli/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Filters bytes in pieces of at most step; the caller owns the result. */
static char *filter_all(const char *bytes, size_t len, bool is_screen, size_t step,
		size_t *ret_len) {
	struct filter filter = {.is_screen = is_screen};
	char *all = malloc(FILTER_ROOM(len) + 1);
	size_t used = 0;
	for (size_t at = 0; at < len;) {
		size_t part = len - at < step ? len - at : step;
		char *piece = malloc(part);
		char *out = malloc(FILTER_ROOM(part));
		memcpy(piece, bytes + at, part);
		size_t n = filter_bytes(&filter, piece, part, out);
		assert(n <= FILTER_ROOM(part) && n <= FILTER_ROOM(len) - used);
		memcpy(all + used, out, n);
		used += n;
		at += part;
		free(out);
		free(piece);
	}
	char undo[SEQUENCE_UNDO_MAX];
	assert(sequence_undo(&filter.screen, undo) < sizeof(undo));
	*ret_len = used;
	return all;
}

/* Length of the sequence at text, which begins with ESC; asserts that it is a harmless one. */
static size_t check_sequence(const char *text, size_t len) {
	assert(len >= 2);
	if (text[1] != '[') {
		/* Two bytes, or a set of characters. */
		bool is_set = text[1] == '(' || text[1] == ')';
		assert(is_set ? len >= 3 : strchr("78DEMH=>", text[1]) != NULL);
		return is_set ? 3 : 2;
	}
	size_t at = 2;
	while (at < len && (text[at] < 0x40 || text[at] > 0x7e)) {
		assert(text[at] >= 0x20);
		at++;
	}
	/* Not: reports (n, c, x), windows (t), media copy (i), key codes. */
	assert(at < len && strchr("ncxti", text[at]) == NULL);
	return at + 1;
}

static void check_shown(const char *text, size_t len, bool is_screen) {
	for (size_t at = 0; at < len;) {
		uint32_t code;
		size_t size = text_utf8_decode(text + at, len - at, &code);
		assert(size > 0);
		if (code == 0x1b) {
			assert(is_screen);
			size = check_sequence(text + at, len - at);
		} else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
			bool moves = code == '\a' || code == '\b' || code == '\r' || code == '\f' ||
					code == '\v' || code == 0x0e || code == 0x0f;
			assert(code == '\n' || code == '\t' || (is_screen && moves));
		}
		at += size;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	struct input input = {bytes, len};
	uint8_t choice = input_byte(&input);
	bool is_screen = (choice & 1) != 0;
	size_t whole_len, pieces_len;
	const char *text = (const char *)input.at;
	char *whole = filter_all(text, input.left, is_screen, input.left + 1, &whole_len);
	char *pieces = filter_all(text, input.left, is_screen, 1 + (choice >> 1) % 8, &pieces_len);
	assert(whole_len == pieces_len && memcmp(whole, pieces, whole_len) == 0);
	check_shown(whole, whole_len, is_screen);
	free(whole);
	free(pieces);
	return 0;
}
