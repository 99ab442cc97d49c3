/* SPDX-License-Identifier: MIT */
#include "launcher/data/history.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "launcher/data/fields.h"

#define PATH_MAX_BYTES 4096
#define FILE_BYTES_MAX (256u << 10)

/* The file's directory and itself; false if there is no place for it. */
static bool find_place(char *directory, char *path, size_t cap) {
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int n = -1;
	if (state != NULL && state[0] == '/') {
		n = snprintf(directory, cap, "%s/silo", state);
	} else if (home != NULL && home[0] == '/') {
		n = snprintf(directory, cap, "%s/.local/state/silo", home);
	}
	if (n < 0 || (size_t)n >= cap) {
		return false;
	}
	n = snprintf(path, cap, "%s/launcher.json", directory);
	return n > 0 && (size_t)n < cap;
}

static void take_entries(struct history *history, sd_json_variant *list) {
	for (size_t i = 0; i < length_of(list) && history->len < HISTORY_MAX; i++) {
		sd_json_variant *json = sd_json_variant_by_index(list, i);
		if (!sd_json_variant_is_object(json)) {
			continue;
		}
		const char *vm = string_of(json, "vm"), *id = string_of(json, "id");
		if (text_is_vm_name(vm) && id[0] != '\0' && strlen(id) <= APPLICATION_ID_MAX) {
			struct history_entry *entry = &history->entries[history->len++];
			snprintf(entry->vm, sizeof(entry->vm), "%s", vm);
			snprintf(entry->id, sizeof(entry->id), "%s", id);
		}
	}
}

void history_load(struct history *history) {
	char directory[PATH_MAX_BYTES], path[PATH_MAX_BYTES];
	struct stat info;
	sd_json_variant *json = NULL;
	history->len = 0;
	if (find_place(directory, path, sizeof(path)) && stat(path, &info) == 0 &&
			info.st_size <= (off_t)FILE_BYTES_MAX &&
			sd_json_parse_file(NULL, path, 0, &json, NULL, NULL) >= 0) {
		take_entries(history, sd_json_variant_by_key(json, "used"));
	}
	sd_json_variant_unref(json);
}

static bool format(const struct history *history, char **ret_text) {
	sd_json_variant *list = NULL, *json = NULL;
	int result = sd_json_build(&list, SD_JSON_BUILD_EMPTY_ARRAY);
	for (size_t i = 0; i < history->len && result >= 0; i++) {
		result = sd_json_variant_append_arraybo(&list,
				SD_JSON_BUILD_PAIR_STRING("vm", history->entries[i].vm),
				SD_JSON_BUILD_PAIR_STRING("id", history->entries[i].id));
	}
	if (result >= 0) {
		result = sd_json_buildo(&json, SD_JSON_BUILD_PAIR_VARIANT("used", list));
	}
	if (result >= 0) {
		result = sd_json_variant_format(json, SD_JSON_FORMAT_NEWLINE, ret_text);
	}
	sd_json_variant_unref(list);
	sd_json_variant_unref(json);
	return result >= 0;
}

static bool write_whole(const char *path, const char *text) {
	char partial[PATH_MAX_BYTES + 8];
	snprintf(partial, sizeof(partial), "%s.new", path);
	cleanup_fd int fd = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t len = strlen(text);
	return fd >= 0 && write(fd, text, len) == (ssize_t)len && rename(partial, path) == 0;
}

bool history_note(struct history *history, const char *vm, const char *id) {
	struct history_entry entry;
	snprintf(entry.vm, sizeof(entry.vm), "%s", vm);
	snprintf(entry.id, sizeof(entry.id), "%s", id);
	size_t at = 0;
	while (at < history->len &&
			(strcmp(history->entries[at].vm, entry.vm) != 0 ||
					strcmp(history->entries[at].id, entry.id) != 0)) {
		at++;
	}
	if (at == history->len && history->len < HISTORY_MAX) {
		history->len++;
	} else if (at == HISTORY_MAX) {
		at--;
	}
	memmove(&history->entries[1], &history->entries[0], at * sizeof(entry));
	history->entries[0] = entry;

	char directory[PATH_MAX_BYTES], path[PATH_MAX_BYTES];
	char *text = NULL;
	bool is_written = find_place(directory, path, sizeof(path)) &&
			(mkdir(directory, 0700) == 0 || access(directory, W_OK) == 0) &&
			format(history, &text) && write_whole(path, text);
	free(text);
	return is_written;
}

void history_apply(const struct history *history, struct model *model) {
	for (size_t i = 0; i < model->machines_len; i++) {
		struct machine *machine = &model->machines[i];
		machine->used = 0;
		for (size_t j = 0; j < machine->applications_len; j++) {
			machine->applications[j].used = 0;
		}
	}
	for (size_t i = 0; i < history->len; i++) {
		const struct history_entry *entry = &history->entries[i];
		struct machine *machine = model_find(model, entry->vm);
		if (machine == NULL) {
			continue;
		}
		uint32_t used = (uint32_t)(history->len - i);
		machine->used = machine->used == 0 ? used : machine->used;
		struct application *application = machine_find_application(machine, entry->id);
		if (application != NULL) {
			application->used = used;
		}
	}
}
