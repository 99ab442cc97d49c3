/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/applications.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmctl/supervisor/places.h"

#define FILE_NAME "applications.json"

void applications_finish(struct applications *applications) {
	free(applications->entries);
	*applications = (struct applications){0};
}

const struct agent_application *applications_find(const struct applications *applications,
		const char *id) {
	for (size_t i = 0; i < applications->len; i++) {
		if (strcmp(applications->entries[i].id, id) == 0) {
			return &applications->entries[i];
		}
	}
	return NULL;
}

bool applications_add(struct applications *applications, const struct agent_application *entry) {
	if (!agent_application_is_valid(entry) || applications->len == AGENT_APPS_MAX) {
		return false;
	}
	if (applications->entries == NULL) {
		applications->entries = calloc(AGENT_APPS_MAX, sizeof(*applications->entries));
		if (applications->entries == NULL) {
			return false;
		}
	}
	if (applications_find(applications, entry->id) == NULL) {
		applications->entries[applications->len++] = *entry;
	}
	return true;
}

bool applications_equal(const struct applications *a, const struct applications *b) {
	if (a->len != b->len) {
		return false;
	}
	for (size_t i = 0; i < a->len; i++) {
		const struct agent_application *left = &a->entries[i], *right = &b->entries[i];
		if (strcmp(left->id, right->id) != 0 || strcmp(left->name, right->name) != 0 ||
				strcmp(left->category, right->category) != 0) {
			return false;
		}
	}
	return true;
}

int applications_to_json(const struct applications *applications, sd_json_variant **ret_json) {
	sd_json_variant *list = NULL;
	int result = sd_json_build(&list, SD_JSON_BUILD_EMPTY_ARRAY);
	for (size_t i = 0; i < applications->len && result >= 0; i++) {
		const struct agent_application *entry = &applications->entries[i];
		result = sd_json_variant_append_arraybo(&list,
				SD_JSON_BUILD_PAIR_STRING("id", entry->id),
				SD_JSON_BUILD_PAIR_STRING("name", entry->name),
				SD_JSON_BUILD_PAIR_CONDITION(entry->category[0] != '\0', "category",
						SD_JSON_BUILD_STRING(entry->category)));
	}
	if (result < 0) {
		sd_json_variant_unref(list);
		return result;
	}
	*ret_json = list;
	return 0;
}

bool applications_write(const struct applications *applications, const char *state_dir) {
	sd_json_variant *json = NULL;
	bool is_written = applications_to_json(applications, &json) >= 0 &&
			place_write_json(json, state_dir, FILE_NAME);
	sd_json_variant_unref(json);
	return is_written;
}

/* Copies the string at key, cut if it is too long: then the entry is not valid, or another one. */
static bool copy_string(sd_json_variant *json, const char *key, char *out, size_t cap) {
	sd_json_variant *value = sd_json_variant_by_key(json, key);
	if (value == NULL || !sd_json_variant_is_string(value)) {
		return false;
	}
	return (size_t)snprintf(out, cap, "%s", sd_json_variant_string(value)) < cap;
}

void applications_read(struct applications *applications, const char *state_dir) {
	char path[PLACE_MAX];
	sd_json_variant *json = NULL;
	applications->len = 0;
	if (!place_join(path, state_dir, FILE_NAME) ||
			sd_json_parse_file(NULL, path, 0, &json, NULL, NULL) < 0 ||
			!sd_json_variant_is_array(json)) {
		sd_json_variant_unref(json);
		return;
	}
	for (size_t i = 0; i < sd_json_variant_elements(json); i++) {
		sd_json_variant *entry = sd_json_variant_by_index(json, i);
		struct agent_application application = {0};
		if (!sd_json_variant_is_object(entry) ||
				!copy_string(entry, "id", application.id, sizeof(application.id)) ||
				!copy_string(entry, "name", application.name,
						sizeof(application.name))) {
			continue;
		}
		copy_string(entry, "category", application.category, sizeof(application.category));
		applications_add(applications, &application);
	}
	sd_json_variant_unref(json);
}
