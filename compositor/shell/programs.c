/* SPDX-License-Identifier: MIT
 *
 * The launcher is open from the moment it is asked for until its surface goes, which is not the
 * life of its process: that may go on for a while after its surface has gone, and the next launcher is
 * another process then. One that shows nothing soon gives the keyboard back.
 */
#include "compositor/shell/programs.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <wayland-server-core.h>

#include "base/fd.h"
#include "base/log.h"
#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/listen.h"
#include "compositor/lock/lock.h"
#include "compositor/options.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/ask.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/shell/spawn.h"

/* How long the keyboard is kept for a launcher that shows nothing. */
#define PATIENCE_MS 5000

struct program {
	pid_t pid;                /* 0: does not run */
	struct wl_client *client; /* NULL: not connected */
	struct wl_listener client_gone;
};

/* One that is there as long as silo is. */
struct kept {
	struct programs *programs;
	const char *name; /* NULL: it is not wanted */
	struct program program;
	struct respawn respawn;
	bool is_missing;
	bool is_repainted;            /* it was ended to come again in other colours */
	struct wl_event_source *rest; /* timer: start it again */
};

enum {
	KEPT_PANEL,
	KEPT_ASK,
	KEPT_COUNT,
};

struct programs {
	struct server *server;
	struct program launcher;
	struct kept kept[KEPT_COUNT];
	struct wl_event_source *patience; /* timer: the launcher shows nothing */
	struct wl_listener outputs_changed;
};

static void forget(struct program *program) {
	listener_remove(&program->client_gone);
	program->client = NULL;
	program->pid = 0;
}

static void handle_client_gone(struct wl_listener *listener, void *data) {
	struct program *program = wl_container_of(listener, program, client_gone);
	listener_remove(&program->client_gone);
	program->client = NULL;
}

static void handle_launcher_gone(struct wl_listener *listener, void *data) {
	struct programs *programs = wl_container_of(listener, programs, launcher.client_gone);
	handle_client_gone(listener, data);
	layer_shell_await(programs->server, false, NULL);
}

/* Starts the program of that name. Returns false (logged) if that is not possible. */
static bool start(struct programs *programs, struct program *program, const char *name,
		wl_notify_func_t handle_gone) {
	struct server *server = programs->server;
	char path[PATH_MAX];
	if (!spawn_find(name, path)) {
		log_warn("%s is not found next to silo or in PATH", name);
		return false;
	}
	struct wl_client *client;
	cleanup_fd int fd =
			clients_connect(server, CLIENT_HOST_SHELL, domains_host(server), &client);
	if (fd < 0) {
		log_error("cannot connect %s: out of memory", name);
		return false;
	}
	char light[] = "--light";
	char *argv[] = {path, server->settings->is_light ? light : NULL, NULL};
	pid_t pid = spawn(server, argv, fd);
	if (pid < 0) {
		return false; /* the client goes with its socket */
	}
	program->pid = pid;
	program->client = client;
	program->client_gone.notify = handle_gone;
	wl_client_add_destroy_listener(client, &program->client_gone);
	return true;
}

static void start_kept(struct kept *kept) {
	struct server *server = kept->programs->server;
	/* Without an output there is nothing for it to stand on. */
	if (kept->name == NULL || kept->program.pid != 0 || kept->is_missing ||
			wl_list_empty(&server->outputs->list)) {
		return;
	}
	forget(&kept->program);
	respawn_started(&kept->respawn);
	kept->is_missing = !start(kept->programs, &kept->program, kept->name, handle_client_gone);
	if (kept->is_missing && kept == &kept->programs->kept[KEPT_ASK]) {
		ask_lose(server);
	}
}

static int handle_rest(void *data) {
	start_kept(data);
	return 0;
}

static void start_all(struct programs *programs) {
	for (size_t i = 0; i < KEPT_COUNT; i++) {
		start_kept(&programs->kept[i]);
	}
}

static void handle_outputs_changed(struct wl_listener *listener, void *data) {
	struct programs *programs = wl_container_of(listener, programs, outputs_changed);
	start_all(programs);
}

static void kept_ended(struct kept *kept, int status) {
	forget(&kept->program);
	if (kept->is_repainted) {
		kept->is_repainted = false;
		start_kept(kept);
		return;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		return; /* its outputs have gone, and the next brings it back */
	}
	int rest_ms = respawn_rest_ms(&kept->respawn);
	log_warn("%s died (status %#x); it is started again in %d ms", kept->name, (unsigned)status,
			rest_ms);
	wl_event_source_timer_update(kept->rest, rest_ms);
}

bool programs_ended(struct server *server, pid_t pid, int status) {
	struct programs *programs = server->programs;
	if (programs == NULL) {
		return false;
	}
	for (size_t i = 0; i < KEPT_COUNT; i++) {
		if (pid == programs->kept[i].program.pid) {
			kept_ended(&programs->kept[i], status);
			return true;
		}
	}
	if (pid == programs->launcher.pid) {
		programs->launcher.pid = 0;
	}
	/* How a launcher ends that is closed before it has shown itself. */
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM;
}

void programs_repaint(struct server *server) {
	struct programs *programs = server->programs;
	for (size_t i = 0; programs != NULL && i < KEPT_COUNT; i++) {
		struct kept *kept = &programs->kept[i];
		if (kept->program.pid != 0) {
			kept->is_repainted = kill(kept->program.pid, SIGTERM) == 0;
		}
	}
}

static pid_t pid_of(struct server *server, size_t index) {
	return server->programs != NULL ? server->programs->kept[index].program.pid : 0;
}

pid_t programs_panel(struct server *server) {
	return pid_of(server, KEPT_PANEL);
}

pid_t programs_ask(struct server *server) {
	return pid_of(server, KEPT_ASK);
}

static int handle_patience(void *data) {
	struct programs *programs = data;
	if (layer_shell_awaits(programs->server)) {
		log_warn("%s shows nothing: the keyboard is the windows' again",
				programs->server->options->launcher);
		layer_shell_await(programs->server, false, NULL);
	}
	return 0;
}

/* Returns whether it was open. */
static bool close_launcher(struct programs *programs) {
	struct server *server = programs->server;
	struct program *launcher = &programs->launcher;
	if (launcher->client != NULL && layer_shell_shows(server, launcher->client)) {
		layer_shell_close(server, launcher->client);
		return true;
	}
	if (layer_shell_awaits(server)) {
		if (launcher->pid != 0) {
			kill(launcher->pid, SIGTERM);
		}
		layer_shell_await(server, false, NULL);
		return true;
	}
	return false;
}

void programs_close_launcher(struct server *server) {
	if (server->programs != NULL) {
		close_launcher(server->programs);
	}
}

bool programs_toggle_launcher(struct server *server) {
	struct programs *programs = server->programs;
	const char *name = server->options->launcher;
	if (programs == NULL || name == NULL || lock_is_on(server)) {
		return false;
	}
	if (close_launcher(programs)) {
		return true;
	}
	struct program *launcher = &programs->launcher;
	forget(launcher);
	if (!start(programs, launcher, name, handle_launcher_gone)) {
		return false;
	}
	layer_shell_await(server, true, "Silo: launcher");
	wl_event_source_timer_update(programs->patience, PATIENCE_MS);
	return true;
}

bool programs_create(struct server *server) {
	struct programs *programs = calloc(1, sizeof(*programs));
	if (programs == NULL) {
		log_error("out of memory");
		return false;
	}
	programs->server = server;
	server->programs = programs;
	programs->kept[KEPT_PANEL].name = server->options->panel;
	programs->kept[KEPT_ASK].name = server->options->ask;
	programs->patience = wl_event_loop_add_timer(server->loop, handle_patience, programs);
	bool is_fine = programs->patience != NULL;
	for (size_t i = 0; i < KEPT_COUNT; i++) {
		struct kept *kept = &programs->kept[i];
		kept->programs = programs;
		kept->rest = wl_event_loop_add_timer(server->loop, handle_rest, kept);
		is_fine = is_fine && kept->rest != NULL;
	}
	if (!is_fine) {
		log_error("out of memory");
		return false;
	}
	listener_add(&programs->outputs_changed, &server->outputs->changed, handle_outputs_changed);
	start_all(programs);
	return true;
}

void programs_destroy(struct server *server) {
	struct programs *programs = server->programs;
	if (programs == NULL) {
		return;
	}
	listener_remove(&programs->outputs_changed);
	forget(&programs->launcher);
	for (size_t i = 0; i < KEPT_COUNT; i++) {
		forget(&programs->kept[i].program);
		if (programs->kept[i].rest != NULL) {
			wl_event_source_remove(programs->kept[i].rest);
		}
	}
	if (programs->patience != NULL) {
		wl_event_source_remove(programs->patience);
	}
	free(programs);
	server->programs = NULL;
}
