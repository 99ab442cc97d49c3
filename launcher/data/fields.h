/* SPDX-License-Identifier: MIT
 *
 * Fields of the services' answers: one that is missing or of another kind is as an empty one.
 */
#ifndef SILO_LAUNCHER_DATA_FIELDS_H
#define SILO_LAUNCHER_DATA_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-json.h>

/* The field, or NULL; object may be NULL or no object. */
sd_json_variant *field_of(sd_json_variant *object, const char *key);

/* "", 0, false if it is none. */
const char *string_of(sd_json_variant *object, const char *key);
uint64_t number_of(sd_json_variant *object, const char *key);
bool is_true(sd_json_variant *object, const char *key);

/* How many elements it has; 0 if it is no array. */
size_t length_of(sd_json_variant *array);

/* A string that may be a guest's, as base/text.h lets it through. */
void take_text(sd_json_variant *object, const char *key, size_t codes_max, char *out, size_t cap);

#endif
