/* SPDX-License-Identifier: MIT */
#include "vmctl/supervisor/cgroup.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "vmctl/supervisor/places.h"

/* The file's text without its end of line; false if it cannot be read or is longer than cap. */
static bool read_text(const char *path, char *out, size_t cap) {
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd >= 0 ? read(fd, out, cap) : -1;
	if (len <= 0 || (size_t)len == cap) {
		return false;
	}
	out[len] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return true;
}

/* The path in the line "0::/path", that of the unified hierarchy. */
static bool own_group(const char *self, char out[PLACE_MAX]) {
	FILE *file = fopen(self, "re");
	char line[PLACE_MAX];
	bool is_found = false;
	while (!is_found && file != NULL && fgets(line, sizeof(line), file) != NULL) {
		is_found = strncmp(line, "0::/", 4) == 0 && strchr(line, '\n') != NULL;
	}
	if (file != NULL) {
		fclose(file);
	}
	if (is_found) {
		line[strcspn(line, "\n")] = '\0';
		snprintf(out, PLACE_MAX, "%s", line + 3);
	}
	return is_found;
}

static bool read_value(const char *mount, const char *group, const char *name, char out[64]) {
	static const char *const below[] = {"", "/unified"};
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		char path[3 * PLACE_MAX];
		int len = snprintf(path, sizeof(path), "%s%s%s/%s", mount, below[i], group, name);
		if (len > 0 && (size_t)len < sizeof(path) && read_text(path, out, 64)) {
			return true;
		}
	}
	return false;
}

/* "max" and what is no number are no limit: 0. */
static uint64_t limit_of(const char *text) {
	return text[0] >= '0' && text[0] <= '9' ? strtoull(text, NULL, 10) : 0;
}

/* "200000 100000": microseconds of each period. */
static uint64_t cpu_percent_of(const char *text) {
	const char *space = strchr(text, ' ');
	uint64_t quota_us = limit_of(text), period_us = space != NULL ? limit_of(space + 1) : 0;
	return quota_us != 0 && period_us != 0 ? quota_us * 100 / period_us : 0;
}

void cgroup_describe(struct record *record, const struct vm *vm, const char *self,
		const char *mount) {
	char group[PLACE_MAX], unit[UNIT_MAX], value[64];
	record->unit[0] = record->unlimited[0] = '\0';
	record->memory_limit = record->tasks_limit = record->cpu_limit_percent = 0;
	snprintf(unit, sizeof(unit), "silo-vm-%s.service", vm->name);
	const char *last = own_group(self, group) ? strrchr(group, '/') : NULL;
	if (last == NULL || strcmp(last + 1, unit) != 0) {
		snprintf(record->unlimited, sizeof(record->unlimited),
				"memory, tasks, cpu: systemd runs no unit for it");
		return;
	}
	memcpy(record->unit, unit, sizeof(unit));
	if (read_value(mount, group, "memory.max", value)) {
		record->memory_limit = limit_of(value);
	}
	if (read_value(mount, group, "pids.max", value)) {
		record->tasks_limit = limit_of(value);
	}
	if (read_value(mount, group, "cpu.max", value)) {
		record->cpu_limit_percent = cpu_percent_of(value);
	}
	const char *missing[] = {record->memory_limit == 0 ? "memory" : NULL,
			record->tasks_limit == 0 ? "tasks" : NULL,
			record->cpu_limit_percent == 0 ? "cpu" : NULL};
	char list[32] = "";
	for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
		if (missing[i] != NULL) {
			size_t len = strlen(list);
			snprintf(list + len, sizeof(list) - len, "%s%s", len > 0 ? ", " : "",
					missing[i]);
		}
	}
	if (list[0] != '\0') {
		snprintf(record->unlimited, sizeof(record->unlimited),
				"%s: systemd has no such controller for the user's units", list);
	}
}
