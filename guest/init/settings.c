/* SPDX-License-Identifier: MIT */
#include "guest/init/settings.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Letters, digits, '-' and '_': what a host or user name may be made of. */
static bool is_name(const char *text, size_t len) {
	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
				(c >= '0' && c <= '9') || (i > 0 && (c == '-' || c == '_'));
		if (!good) {
			return false;
		}
	}
	return len > 0;
}

static void take(const char *word, size_t len, const char *key, char *value, size_t cap) {
	size_t key_len = strlen(key);
	if (len <= key_len || strncmp(word, key, key_len) != 0) {
		return;
	}
	word += key_len;
	len -= key_len;
	if (len < cap && is_name(word, len)) {
		memcpy(value, word, len);
		value[len] = '\0';
	}
}

void settings_parse(struct settings *settings, const char *cmdline) {
	*settings = (struct settings){.hostname = "silo", .user = "user"};
	while (*cmdline != '\0') {
		cmdline += strspn(cmdline, " \t\n");
		size_t len = strcspn(cmdline, " \t\n");
		take(cmdline, len, "silo.vm=", settings->hostname, sizeof(settings->hostname));
		take(cmdline, len, "silo.hostname=", settings->hostname,
				sizeof(settings->hostname));
		if (len == strlen("silo.root=allow") &&
				strncmp(cmdline, "silo.root=allow", len) == 0) {
			settings->root_allowed = true;
		}
		take(cmdline, len, "silo.user=", settings->user, sizeof(settings->user));
		cmdline += len;
	}
}

int settings_find_user(struct settings *settings, const char *passwd_path) {
	FILE *file = fopen(passwd_path, "re");
	if (file == NULL) {
		return -errno;
	}
	const struct passwd *entry;
	bool found = false;
	while (!found && (entry = fgetpwent(file)) != NULL) {
		found = strcmp(entry->pw_name, settings->user) == 0;
		if (found) {
			settings->uid = entry->pw_uid;
			settings->gid = entry->pw_gid;
			snprintf(settings->home, sizeof(settings->home), "%s", entry->pw_dir);
		}
	}
	fclose(file);
	return found ? 0 : -ENOENT;
}
