/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: what one VM copied, before another may have it. The first byte says whether controls are
 * kept; the rest is the text. What is left of it must be text, no longer than it was, without anything
 * that a terminal would obey, and must stay as it is when it is looked at again.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "compositor/clipboard/plain.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Returns the number of code points. */
static size_t check_codes(const char *text, size_t len, bool keeps_controls) {
	size_t codes = 0;
	uint32_t code;
	for (size_t at = 0, size; at < len; at += size, codes++) {
		size = text_utf8_decode(text + at, len - at, &code);
		assert(size > 0 && code != 0);
		bool is_layout = code == '\t' || code == '\n' || code == '\r';
		bool is_control = code < 0x20 || (code >= 0x7f && code < 0xa0);
		assert(keeps_controls || is_layout || !is_control);
	}
	return codes;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	struct input input = {bytes, len};
	struct plain plain, again;
	bool keeps_controls = (input_byte(&input) & 1) != 0;
	size_t size = input.left;
	uint8_t *text = malloc(size > 0 ? size : 1);
	memcpy(text, input.at, size);
	bool was_text = text_is_utf8((const char *)text, size) && memchr(text, '\0', size) == NULL;
	bool is_taken = plain_take(text, size, keeps_controls, &plain);
	assert(is_taken == was_text);
	if (is_taken) {
		assert(plain.len <= size && (plain.removed == 0) == (plain.len == size));
		assert(check_codes((const char *)text, plain.len, keeps_controls) ==
				plain.characters);
		is_taken = plain_take(text, plain.len, keeps_controls, &again);
		assert(is_taken && again.len == plain.len && again.removed == 0);
	}
	free(text);
	return 0;
}
