/* SPDX-License-Identifier: MIT
 *
 * Its life is that of its connection: one that goes on as another process (swaylock's "daemonize")
 * lives, one whose connection has ended is dead, whatever its process does.
 */
#include "compositor/lock/locker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wayland-server-core.h>

#include "base/defence.h"
#include "base/fd.h"
#include "base/log.h"
#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/listen.h"
#include "compositor/lock/lock.h"
#include "compositor/lock/surface.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/spawn.h"

/* One that shows nothing for so long is ended and started again. Emulated machines are slow. */
#define PATIENCE_MS 30000
/* One that is still there so long after the session was unlocked is ended. */
#define PARTING_MS 5000
#define CONFIG "swaylock.conf"

struct locker {
	struct server *server;
	pid_t pid;                /* 0: does not run */
	struct wl_client *client; /* NULL: not connected */
	struct respawn respawn;
	int patience_ms;
	struct wl_event_source *rest;     /* timer: start it again */
	struct wl_event_source *patience; /* timer: it shows nothing, or does not go */
	struct wl_listener client_gone;
};

/* ---- what to start ---- */

static bool join(char path[PATH_MAX], const char *folder, const char *name) {
	return folder != NULL && folder[0] == '/' &&
			snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX &&
			access(path, R_OK) == 0;
}

/* The person's own configuration of swaylock in Silo, else Silo's. */
static bool find_config(char path[PATH_MAX]) {
	return join(path, getenv("XDG_CONFIG_HOME"), "silo/" CONFIG) ||
			(getenv("XDG_CONFIG_HOME") == NULL &&
					join(path, getenv("HOME"), ".config/silo/" CONFIG)) ||
			spawn_find_data(CONFIG, path);
}

const char *locker_missing(struct server *server) {
	char path[PATH_MAX];
	const char *name = server->settings->locker[0];
	return spawn_find(name, path) ? NULL : name;
}

/* The command, as it is in the settings; plain swaylock gets the configuration that goes with it. */
static pid_t run(struct server *server, int fd) {
	char path[PATH_MAX], config[PATH_MAX], option[] = "--config";
	char *argv[HOST_WORDS_MAX + 3];
	char *const *words = server->settings->locker;
	if (!spawn_find(words[0], path)) {
		log_error("%s is not found: install it to unlock the session, or end it from "
			  "another console",
				words[0]);
		return -1;
	}
	size_t n = 0;
	argv[n++] = path;
	while (words[n] != NULL && n < HOST_WORDS_MAX) {
		argv[n] = words[n];
		n++;
	}
	if (n == 1 && strcmp(words[0], "swaylock") == 0 && find_config(config)) {
		argv[n++] = option;
		argv[n++] = config;
	}
	argv[n] = NULL;
	return spawn(server, argv, fd);
}

/* ---- its life ---- */

static void forget_client(struct locker *locker) {
	listener_remove(&locker->client_gone);
	locker->client = NULL;
}

static void end_process(struct locker *locker) {
	if (locker->pid != 0) {
		kill(locker->pid, SIGKILL);
		locker->pid = 0;
	}
}

static void rest(struct locker *locker, const char *what) {
	int rest_ms = respawn_rest_ms(&locker->respawn);
	log_warn("the locker %s; it is started again in %d ms, and the session stays locked", what,
			rest_ms);
	wl_event_source_timer_update(locker->rest, rest_ms);
	wl_event_source_timer_update(locker->patience, 0);
}

static void handle_client_gone(struct wl_listener *listener, void *data) {
	struct locker *locker = wl_container_of(listener, locker, client_gone);
	forget_client(locker);
	if (!DEFENDS(lock_death)) {
		lock_end(locker->server, LOCK_END_LOCKER);
	}
	if (lock_is_on(locker->server)) {
		end_process(locker);
		rest(locker, "died");
	}
}

void locker_start(struct server *server) {
	struct locker *locker = server->locker;
	if (locker == NULL || locker->client != NULL) {
		return;
	}
	struct wl_client *client = NULL;
	cleanup_fd int fd =
			clients_connect(server, CLIENT_HOST_LOCKER, domains_host(server), &client);
	respawn_started(&locker->respawn);
	end_process(locker);
	pid_t pid = fd >= 0 ? run(server, fd) : -1;
	if (pid < 0) {
		rest(locker, "cannot be started"); /* the client goes with its socket */
		return;
	}
	locker->pid = pid;
	locker->client = client;
	locker->client_gone.notify = handle_client_gone;
	wl_client_add_destroy_listener(client, &locker->client_gone);
	wl_event_source_timer_update(locker->patience, locker->patience_ms);
}

static int handle_rest(void *data) {
	struct locker *locker = data;
	if (lock_is_on(locker->server)) {
		locker_start(locker->server);
	}
	return 0;
}

static int handle_patience(void *data) {
	struct locker *locker = data;
	if (lock_is_on(locker->server) && lock_surfaces_are_shown(locker->server)) {
		return 0;
	}
	end_process(locker);
	if (!lock_is_on(locker->server)) {
		return 0;
	}
	if (locker->client != NULL) {
		struct wl_client *client = locker->client;
		forget_client(locker);
		wl_client_destroy(client);
	}
	rest(locker, "shows nothing");
	return 0;
}

void locker_stop(struct server *server, bool has_said_so) {
	struct locker *locker = server->locker;
	if (locker == NULL) {
		return;
	}
	if (locker->pid != 0 && !has_said_so) {
		kill(locker->pid, SIGTERM);
	}
	forget_client(locker);
	wl_event_source_timer_update(locker->rest, 0);
	wl_event_source_timer_update(locker->patience, locker->pid != 0 ? PARTING_MS : 0);
	locker->respawn = (struct respawn){0};
}

bool locker_ended(struct server *server, pid_t pid, int status) {
	struct locker *locker = server->locker;
	if (locker == NULL || locker->pid == 0 || pid != locker->pid) {
		return false;
	}
	locker->pid = 0;
	return true;
}

void locker_set_patience(struct server *server, int time_ms) {
	server->locker->patience_ms = time_ms;
}

bool locker_create(struct server *server) {
	struct locker *locker = calloc(1, sizeof(*locker));
	if (locker == NULL) {
		log_error("out of memory");
		return false;
	}
	locker->server = server;
	locker->patience_ms = PATIENCE_MS;
	server->locker = locker;
	locker->rest = wl_event_loop_add_timer(server->loop, handle_rest, locker);
	locker->patience = wl_event_loop_add_timer(server->loop, handle_patience, locker);
	if (locker->rest == NULL || locker->patience == NULL) {
		log_error("out of memory");
		return false;
	}
	if (lock_is_on(server)) {
		locker_start(server);
	}
	return true;
}

void locker_destroy(struct server *server) {
	struct locker *locker = server->locker;
	if (locker == NULL) {
		return;
	}
	forget_client(locker);
	end_process(locker);
	if (locker->rest != NULL) {
		wl_event_source_remove(locker->rest);
	}
	if (locker->patience != NULL) {
		wl_event_source_remove(locker->patience);
	}
	free(locker);
	server->locker = NULL;
	lock_remove_mark(server);
}
