/* SPDX-License-Identifier: MIT */
#include "compositor/shell/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "compositor/domain/domain.h"
#include "compositor/input/focus.h"
#include "compositor/lock/lock.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/notices.h"
#include "compositor/shell/spawn.h"

/* A terminal's words, its title's two, vmctl, shell, the VM and the end. */
#define WORDS_MAX (HOST_WORDS_MAX + 8)
#define ID_MAX 32

/* So many that have just been started are remembered, for so long. */
#define STARTED_MAX 16
#define START_MS 5000

struct started {
	pid_t pid; /* 0: free */
	int64_t started_ms;
	char name[4 * HOST_NAME_CODES_MAX + 1];
};

struct host {
	struct started started[STARTED_MAX];
	size_t next; /* takes the place of the oldest */
};

static bool open_terminal(struct server *server);

static bool reload(struct server *server) {
	settings_reload(server);
	return true;
}

static bool lock_session(struct server *server) {
	return lock_now(server, "from the launcher") != LOCK_NO_LOCKER;
}

static bool end_session(struct server *server) {
	server_stop(server);
	return true;
}

/* What Silo itself brings. */
static const struct builtin {
	const char *id, *name, *category;
	bool (*is_there)(struct server *server); /* NULL: always */
	bool (*run)(struct server *server);
} builtins[] = {
		{"terminal", "Terminal", "Commands on this computer", host_has_terminal,
				open_terminal},
		{"reload", "Read the settings again", "Session", NULL, reload},
		{"lock", "Lock the screen", "Session", NULL, lock_session},
		{"end-session", "End the session", "Session", NULL, end_session},
};
#define BUILTINS (sizeof(builtins) / sizeof(builtins[0]))

static bool find_program(char *const *argv, char path[PATH_MAX]) {
	return argv != NULL && argv[0] != NULL && spawn_find(argv[0], path);
}

bool host_has_terminal(struct server *server) {
	char path[PATH_MAX];
	return find_program(server->settings->terminal, path);
}

static void remember(struct host *host, pid_t pid, const char *name) {
	struct started *started = &host->started[host->next++ % STARTED_MAX];
	*started = (struct started){.pid = pid, .started_ms = clock_now_ms()};
	snprintf(started->name, sizeof(started->name), "%s", name);
}

static void tell(struct server *server, const struct started *started, int status) {
	struct notice notice = {
			.kind = NOTICE_START,
			.is_failure = true,
			.text = "What it says is in silo's log, or in a terminal's when it is run "
				"there.",
	};
	notice_party_set(&notice.source, domains_host(server));
	text_sanitise(started->name, strlen(started->name), NOTICE_DETAIL_MAX, notice.detail,
			sizeof(notice.detail));
	snprintf(notice.title, sizeof(notice.title), "Not running: it ended at once, %s %d",
			WIFSIGNALED(status) ? "by signal" : "with status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	notices_add(server, &notice);
}

bool host_ended(struct server *server, pid_t pid, int status) {
	for (size_t i = 0; server->host != NULL && i < STARTED_MAX; i++) {
		struct started *started = &server->host->started[i];
		if (started->pid != pid) {
			continue;
		}
		started->pid = 0;
		bool is_early = clock_now_ms() - started->started_ms < START_MS;
		if (is_early && status != 0) {
			tell(server, started, status);
		}
		return true;
	}
	return false;
}

/*
 * Starts words, the first of which is found at path, called name for people; its window gets the
 * keyboard.
 */
static bool start(struct server *server, const char *name, char *path, char *const *words) {
	char *argv[WORDS_MAX];
	size_t n = 0;
	argv[n++] = path;
	while (words[n] != NULL && n < WORDS_MAX - 1) {
		argv[n] = words[n];
		n++;
	}
	argv[n] = NULL;
	pid_t pid = spawn(server, argv, -1);
	if (pid < 0) {
		return false;
	}
	remember(server->host, pid, name);
	focus_expect(server, domains_host(server)->name);
	return true;
}

static bool open_terminal(struct server *server) {
	char path[PATH_MAX];
	return find_program(server->settings->terminal, path) &&
			start(server, "Terminal", path, server->settings->terminal);
}

bool host_open_shell(struct server *server, const char *vm) {
	char *const *terminal = server->settings->terminal;
	char path[PATH_MAX], vmctl[PATH_MAX], title[VM_NAME_MAX + 16], name[VM_NAME_MAX + 1];
	char option[] = "-T", shell[] = "shell";
	if (!find_program(terminal, path) || !spawn_find("vmctl", vmctl)) {
		log_warn("no shell of %s: no terminal, or no vmctl, is found", vm);
		return false;
	}
	snprintf(title, sizeof(title), "Shell of %s", vm);
	snprintf(name, sizeof(name), "%s", vm);
	char *words[WORDS_MAX];
	size_t n = 0;
	while (terminal[n] != NULL && n < HOST_WORDS_MAX) {
		words[n] = terminal[n];
		n++;
	}
	/* The only terminal that is known well enough. */
	const char *slash = strrchr(path, '/');
	if (slash != NULL && strcmp(slash, "/foot") == 0) {
		words[n++] = option;
		words[n++] = title;
	}
	words[n++] = vmctl;
	words[n++] = shell;
	words[n++] = name;
	words[n] = NULL;
	return start(server, title, path, words);
}

static void id_of(size_t index, char id[ID_MAX]) {
	snprintf(id, ID_MAX, "settings-%zu", index);
}

bool host_launch(struct server *server, const char *id) {
	for (size_t i = 0; i < BUILTINS; i++) {
		if (strcmp(builtins[i].id, id) == 0) {
			return builtins[i].run(server);
		}
	}
	const struct settings *settings = server->settings;
	for (size_t i = 0; i < settings->applications_len; i++) {
		char path[PATH_MAX], own_id[ID_MAX];
		id_of(i, own_id);
		if (strcmp(own_id, id) == 0) {
			const struct host_application *application = &settings->applications[i];
			return find_program(application->command, path) &&
					start(server, application->name, path,
							application->command);
		}
	}
	return false;
}

static int append(sd_json_variant **array, const char *id, const char *name, const char *category) {
	return sd_json_variant_append_arraybo(array, SD_JSON_BUILD_PAIR_STRING("id", id),
			SD_JSON_BUILD_PAIR_STRING("name", name),
			SD_JSON_BUILD_PAIR_STRING("category", category));
}

static int append_builtins(struct server *server, bool are_session, sd_json_variant **array) {
	int ret = 0;
	for (size_t i = 0; i < BUILTINS && ret >= 0; i++) {
		const struct builtin *entry = &builtins[i];
		bool is_session = strcmp(entry->category, "Session") == 0;
		if (is_session == are_session &&
				(entry->is_there == NULL || entry->is_there(server))) {
			ret = append(array, entry->id, entry->name, entry->category);
		}
	}
	return ret;
}

/* What is not installed is not offered. */
int host_describe(struct server *server, sd_json_variant **ret_array) {
	const struct settings *settings = server->settings;
	int ret = sd_json_variant_new_array(ret_array, NULL, 0);
	if (ret >= 0) {
		ret = append_builtins(server, false, ret_array);
	}
	for (size_t i = 0; i < settings->applications_len && ret >= 0; i++) {
		char path[PATH_MAX], id[ID_MAX];
		id_of(i, id);
		if (find_program(settings->applications[i].command, path)) {
			ret = append(ret_array, id, settings->applications[i].name, "");
		}
	}
	return ret >= 0 ? append_builtins(server, true, ret_array) : ret;
}

bool host_create(struct server *server) {
	server->host = calloc(1, sizeof(*server->host));
	if (server->host == NULL) {
		log_error("out of memory");
	}
	return server->host != NULL;
}

void host_destroy(struct server *server) {
	free(server->host);
	server->host = NULL;
}
