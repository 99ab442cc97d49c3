/* SPDX-License-Identifier: MIT
 *
 * Fuzz target: guests' texts as they are shown and logged. Two bytes say how many code points and how
 * many bytes there is room for; the rest is the text, which is taken for a copy, too. What comes out must be what the headers promise,
 * in a buffer that is not a byte too large.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "compositor/clipboard/plain.h"
#include "parse/agent.h"
#include "tests/fuzz/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Returns the number of code points, each of which may be shown. */
static size_t check_shown(const char *text, size_t len) {
	size_t codes = 0;
	uint32_t code;
	for (size_t at = 0, size; at < len; at += size, codes++) {
		size = text_utf8_decode(text + at, len - at, &code);
		assert(size > 0 && text_code_is_shown(code));
		char again[4];
		assert(text_utf8_encode(code, again) == size);
		assert(memcmp(again, text + at, size) == 0);
	}
	return codes;
}

static void check_sanitise(const char *bytes, size_t len, size_t codes_max, size_t cap) {
	char *out = malloc(cap);
	size_t n = text_sanitise(bytes, len, codes_max, out, cap);
	assert(n < cap && out[n] == '\0' && strlen(out) == n);
	assert(check_shown(out, n) <= codes_max);
	assert(n > TITLE_LEN_MAX || text_is_sanitised(out, codes_max));
	free(out);
}

static void check_escape(const char *bytes, size_t len, size_t cap) {
	char *out = malloc(cap);
	text_escape(bytes, len, out, cap);
	size_t n = strlen(out);
	assert(n < cap);
	for (size_t i = 0; i < n; i++) {
		assert((unsigned char)out[i] >= 0x20 && out[i] != 0x7f);
	}
	free(out);
}

/* As names of VMs, programs, variables: terminated, and no larger than they are. */
static void check_names(const char *bytes, size_t len) {
	char *name = strndup(bytes, len);
	if (text_is_vm_name(name)) {
		assert(strlen(name) <= VM_NAME_MAX && strpbrk(name, "/. \n") == NULL);
	}
	if (agent_id_is_valid(name)) {
		assert(strlen(name) <= AGENT_APP_ID_MAX && strpbrk(name, "/ \n") == NULL);
		assert(name[0] != '.' && name[0] != '-');
	}
	if (agent_env_is_valid(name)) {
		size_t variable = strcspn(name, "=");
		assert(variable > 0 && variable < strlen(name));
	}
	free(name);
	if (len == AGENT_BOOT_ID_LEN && agent_boot_id_is_valid(bytes)) {
		assert(memchr(bytes, '/', len) == NULL);
	}
}

/* As a copy from one VM that is pasted in another. */
static void check_copy(const char *bytes, size_t len, bool keeps_controls) {
	struct plain plain;
	uint8_t *copy = malloc(len + 1);
	memcpy(copy, bytes, len);
	bool is_text = plain_take(copy, len, keeps_controls, &plain);
	assert(is_text == (text_is_utf8(bytes, len) && memchr(bytes, '\0', len) == NULL));
	size_t characters = 0;
	uint32_t code;
	for (size_t at = 0, size; is_text && at < plain.len; at += size, characters++) {
		size = text_utf8_decode((const char *)copy + at, plain.len - at, &code);
		assert(size > 0 && code != 0);
		assert(keeps_controls || code == '\t' || code == '\n' || code == '\r' ||
				(code >= 0x20 && code < 0x7f) || code > 0x9f);
	}
	if (is_text) {
		assert(plain.len <= len && plain.characters == characters);
		assert((plain.removed == 0) == (plain.len == len));
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len) {
	struct input input = {bytes, len};
	size_t codes_max = input_byte(&input);
	size_t cap = (size_t)input_byte(&input) + 1;
	char *text = malloc(input.left + 1);
	memcpy(text, input.at, input.left);
	check_sanitise(text, input.left, codes_max, cap);
	check_sanitise(text, input.left, TITLE_LEN_MAX, TITLE_LEN_MAX + 1);
	check_escape(text, input.left, cap);
	check_names(text, input.left);
	check_copy(text, input.left, false);
	check_copy(text, input.left, true);
	if (text_is_utf8(text, input.left)) {
		uint32_t code;
		for (size_t at = 0; at < input.left;) {
			at += text_utf8_decode(text + at, input.left - at, &code);
		}
	}
	free(text);
	return 0;
}
