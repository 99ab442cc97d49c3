/* SPDX-License-Identifier: MIT */
#include "launcher/data/fields.h"

#include <string.h>

#include "base/text.h"

sd_json_variant *field_of(sd_json_variant *object, const char *key) {
	return object != NULL && sd_json_variant_is_object(object)
			? sd_json_variant_by_key(object, key)
			: NULL;
}

const char *string_of(sd_json_variant *object, const char *key) {
	sd_json_variant *value = field_of(object, key);
	return value != NULL && sd_json_variant_is_string(value) ? sd_json_variant_string(value)
								 : "";
}

uint64_t number_of(sd_json_variant *object, const char *key) {
	sd_json_variant *value = field_of(object, key);
	return value != NULL && sd_json_variant_is_unsigned(value) ? sd_json_variant_unsigned(value)
								   : 0;
}

bool is_true(sd_json_variant *object, const char *key) {
	sd_json_variant *value = field_of(object, key);
	return value != NULL && sd_json_variant_is_boolean(value) && sd_json_variant_boolean(value);
}

size_t length_of(sd_json_variant *array) {
	return array != NULL && sd_json_variant_is_array(array) ? sd_json_variant_elements(array)
								: 0;
}

void take_text(sd_json_variant *object, const char *key, size_t codes_max, char *out, size_t cap) {
	const char *text = string_of(object, key);
	text_sanitise(text, strlen(text), codes_max, out, cap);
}
