/* SPDX-License-Identifier: MIT */
#include "compositor/shell/child.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <wayland-server-core.h>

#include "base/fd.h"
#include "base/log.h"
#include "compositor/lock/locker.h"
#include "compositor/options.h"
#include "compositor/server.h"
#include "compositor/shell/host.h"
#include "compositor/shell/programs.h"
#include "compositor/shell/sockets.h"
#include "compositor/shell/spawn.h"
#include "compositor/window/titles.h"

struct child {
	struct wl_event_source *ended; /* SIGCHLD */
	struct wl_event_source *rest;  /* timer: start the manager again */
	char vmd_path[PATH_MAX];
	pid_t vmd; /* 0: does not run */
	struct respawn vmd_respawn;
	/* A manager that ran already: an idle connection, whose hang-up says that it is gone. */
	int found;
	struct wl_event_source *found_source;
};

static bool vmd_address(struct sockaddr_un *ret_address) {
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int len = snprintf(ret_address->sun_path, sizeof(ret_address->sun_path),
			"%s/silo/io.silo.Manager", runtime != NULL ? runtime : "");
	return len >= 0 && (size_t)len < sizeof(ret_address->sun_path);
}

static void forget_found(struct child *child) {
	if (child->found_source != NULL) {
		wl_event_source_remove(child->found_source);
		child->found_source = NULL;
	}
	fd_close(&child->found);
}

/* A manager that was told to end has removed its socket; one that was killed has not. */
static int handle_found(int fd, uint32_t mask, void *data) {
	struct server *server = data;
	struct child *child = server->child;
	struct sockaddr_un address;
	forget_found(child);
	if (vmd_address(&address) && access(address.sun_path, F_OK) == 0) {
		int rest_ms = respawn_rest_ms(&child->vmd_respawn);
		log_warn("silo-vmd died; it is started again in %d ms", rest_ms);
		wl_event_source_timer_update(child->rest, rest_ms);
	}
	return 0;
}

/* One that somebody has started already, such as a silo before us, is as good as ours. */
static bool find_running(struct server *server) {
	struct child *child = server->child;
	struct sockaddr_un address;
	forget_found(child);
	child->found = vmd_address(&address) ? fd_connect(address.sun_path, SOCK_STREAM) : -1;
	if (child->found >= 0) {
		child->found_source = wl_event_loop_add_fd(server->loop, child->found,
				WL_EVENT_READABLE, handle_found, server);
	}
	return child->found >= 0;
}

static void start_vmd(struct server *server) {
	struct child *child = server->child;
	char *argv[] = {child->vmd_path, NULL};
	pid_t pid = spawn(server, argv, -1);
	child->vmd = pid > 0 ? pid : 0;
	respawn_started(&child->vmd_respawn);
}

/* The desktop is of use without VMs, if only to find out why there are none. */
static void begin_vmd(struct server *server) {
	const char *name = server->options->vmd;
	if (find_running(server)) {
		log_info("silo-vmd runs already");
	} else if (spawn_find(name, server->child->vmd_path)) {
		start_vmd(server);
	} else {
		log_warn("the VM manager %s is not found%s: no VM can be started; give its path "
			 "with --vmd, or --vmd none",
				name, strchr(name, '/') == NULL ? " next to silo or in PATH" : "");
	}
}

static int handle_rest(void *data) {
	begin_vmd(data);
	return 0;
}

/*
 * The VMs run on without their manager, and a new one finds them again. One that ended by itself is
 * left alone: it was told to, or it has said what is wrong (another one serves already).
 */
static void vmd_ended(struct server *server, int status) {
	struct child *child = server->child;
	child->vmd = 0;
	bool was_well = respawn_was_well(&child->vmd_respawn);
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || !was_well)) {
		if (WEXITSTATUS(status) != 0) {
			log_error("%s ended at once with status %d; start it yourself when its "
				  "message is dealt with",
					server->options->vmd, WEXITSTATUS(status));
		}
		return;
	}
	int rest_ms = respawn_rest_ms(&child->vmd_respawn);
	log_warn("%s died (status %#x); it is started again in %d ms", server->options->vmd,
			(unsigned)status, rest_ms);
	wl_event_source_timer_update(child->rest, rest_ms);
}

static int handle_child(int number, void *data) {
	struct server *server = data;
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == server->child->vmd) {
			vmd_ended(server, status);
		} else if (programs_ended(server, pid, status) || titles_ended(server, pid) ||
				
				locker_ended(server, pid, status) ||
				host_ended(server, pid, status)) {
			continue;
		} else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
			log_warn("a program that silo started ended with status %#x",
					(unsigned)status);
		}
	}
	return 0;
}

static void say_ready(struct server *server) {
	const char *display = sockets_display(server);
	if (display != NULL) {
		log_info("ready on WAYLAND_DISPLAY=%s", display);
	}
	if (server->options->ready_fd >= 0) {
		dprintf(server->options->ready_fd, "%s\n", display != NULL ? display : "");
		close(server->options->ready_fd);
	}
	sd_notify(0, "READY=1");
}

bool child_create(struct server *server) {
	struct child *child = calloc(1, sizeof(*child));
	if (child == NULL) {
		log_error("out of memory");
		return false;
	}
	server->child = child;
	child->found = -1;
	child->ended = wl_event_loop_add_signal(server->loop, SIGCHLD, handle_child, server);
	child->rest = wl_event_loop_add_timer(server->loop, handle_rest, server);
	if (child->ended == NULL || child->rest == NULL) {
		log_error("out of memory");
		return false;
	}
	if (server->options->vmd != NULL) {
		begin_vmd(server);
	}
	if (server->options->command != NULL && spawn(server, server->options->command, -1) < 0) {
		return false;
	}
	say_ready(server);
	return true;
}

void child_destroy(struct server *server) {
	if (server->child == NULL) {
		return;
	}
	if (server->child->ended != NULL) {
		wl_event_source_remove(server->child->ended);
	}
	if (server->child->rest != NULL) {
		wl_event_source_remove(server->child->rest);
	}
	forget_found(server->child);
	free(server->child);
	server->child = NULL;
}
