/* SPDX-License-Identifier: MIT */
#include "guest/agent/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parse/agent.h"

/* The basics, the file's and the command's own. */
#define ENVIRONMENT_MAX (32 + AGENT_ENV_MAX + AGENT_ENV_MAX)

static int user_copy(struct user *user, const struct passwd *entry) {
	*user = (struct user){
			.name = strdup(entry->pw_name),
			.home = strdup(entry->pw_dir),
			.shell = strdup(entry->pw_shell[0] != '\0' ? entry->pw_shell : "/bin/sh"),
			.uid = entry->pw_uid,
			.gid = entry->pw_gid,
	};
	if (user->name == NULL || user->home == NULL || user->shell == NULL) {
		user_finish(user);
		return -ENOMEM;
	}
	return 0;
}

int user_init(struct user *user, const char *name) {
	errno = 0;
	const struct passwd *entry = getpwnam(name);
	if (entry == NULL) {
		return errno != 0 ? -errno : -ENOENT;
	}
	return user_copy(user, entry);
}

int user_init_self(struct user *user) {
	const struct passwd *entry = getpwuid(getuid());
	if (entry != NULL) {
		return user_copy(user, entry);
	}
	char name[16];
	snprintf(name, sizeof(name), "%u", getuid());
	struct passwd nameless = {
			.pw_name = name,
			.pw_dir = (char[]){"/"},
			.pw_shell = (char[]){""},
			.pw_uid = getuid(),
			.pw_gid = getgid(),
	};
	return user_copy(user, &nameless);
}

void user_finish(struct user *user) {
	free(user->name);
	free(user->home);
	free(user->shell);
	*user = (struct user){0};
}

int user_become(const struct user *user) {
	if (getuid() != 0) {
		return 0;
	}
	if (initgroups(user->name, user->gid) < 0 || setgid(user->gid) < 0 ||
			setuid(user->uid) < 0) {
		return -errno;
	}
	return 0;
}

/* Adds text (taken over; NULL: no memory), replacing a variable of the same name. */
static bool put(char **environment, char *text) {
	if (text == NULL) {
		return false;
	}
	size_t name = strcspn(text, "=") + 1, i = 0;
	while (environment[i] != NULL && strncmp(environment[i], text, name) != 0) {
		i++;
	}
	if (i >= ENVIRONMENT_MAX) {
		free(text);
		return true;
	}
	free(environment[i]);
	environment[i] = text;
	return true;
}

static char *join(const char *name, const char *value) {
	char *text;
	return asprintf(&text, "%s=%s", name, value) < 0 ? NULL : text;
}

static bool put_basics(char **environment, const struct user *user) {
	char runtime[64], bus[128];
	snprintf(runtime, sizeof(runtime), "/run/user/%u", user->uid);
	snprintf(bus, sizeof(bus), "%s/bus", runtime);
	const char *path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin";
	bool good = put(environment, join("HOME", user->home)) &&
			put(environment, join("USER", user->name)) &&
			put(environment, join("LOGNAME", user->name)) &&
			put(environment, join("SHELL", user->shell)) &&
			put(environment, join("PATH", path)) &&
			put(environment, join("LANG", "C.UTF-8")) &&
			put(environment, join("XDG_RUNTIME_DIR", runtime)) &&
			put(environment, join("XDG_SESSION_TYPE", "wayland")) &&
			put(environment, join("WAYLAND_DISPLAY", "wayland-0"));
	if (good && access(bus, F_OK) == 0) {
		snprintf(bus, sizeof(bus), "unix:path=%s/bus", runtime);
		good = put(environment, join("DBUS_SESSION_BUS_ADDRESS", bus));
	}
	return good;
}

static bool put_file(char **environment, const char *path) {
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		return true;
	}
	char *line = NULL;
	size_t cap = 0, lines = 0;
	bool good = true;
	while (good && lines++ < AGENT_ENV_MAX && getline(&line, &cap, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (agent_env_is_valid(line)) {
			good = put(environment, strdup(line));
		}
	}
	free(line);
	fclose(file);
	return good;
}

char **environment_create(const struct user *user, const char *defaults_path,
		const char *const *overrides) {
	char **environment = calloc(ENVIRONMENT_MAX + 1, sizeof(*environment));
	if (environment == NULL) {
		return NULL;
	}
	bool good = put_basics(environment, user) &&
			(defaults_path == NULL || put_file(environment, defaults_path));
	for (size_t i = 0; good && overrides[i] != NULL; i++) {
		good = put(environment, strdup(overrides[i]));
	}
	if (!good) {
		environment_free(environment);
		return NULL;
	}
	return environment;
}

void environment_free(char **environment) {
	for (size_t i = 0; environment != NULL && environment[i] != NULL; i++) {
		free(environment[i]);
	}
	free(environment);
}
