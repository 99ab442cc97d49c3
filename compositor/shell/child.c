/* SPDX-License-Identifier: MIT */
#include "compositor/shell/child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <wayland-server-core.h>

#include "base/log.h"
#include "compositor/options.h"
#include "compositor/server.h"
#include "compositor/shell/sockets.h"

/* Descriptors that programs expect to be able to poll with select(). */
#define NOFILE_DEFAULT 1024

struct child {
	struct wl_event_source *ended; /* SIGCHLD: nothing is to be done but to collect */
};

static int handle_child(int number, void *data) {
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
			log_warn("a program that silo started ended with status %#x",
					(unsigned)status);
		}
	}
	return 0;
}

static _Noreturn void run(struct server *server, char *const argv[]) {
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > NOFILE_DEFAULT) {
		limit.rlim_cur = NOFILE_DEFAULT;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	setsid();
	unsetenv("WLR_HEADLESS_OUTPUTS");
	unsetenv("DISPLAY");
	setenv("XDG_CURRENT_DESKTOP", "silo:wlroots", 1);
	setenv("XDG_SESSION_TYPE", "wayland", 1);
	setenv("XDG_SESSION_DESKTOP", "silo", 1);
	if (sockets_display(server) != NULL) {
		setenv("WAYLAND_DISPLAY", sockets_display(server), 1);
	}
	execvp(argv[0], argv);
	fprintf(stderr, "silo: cannot start %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static bool start(struct server *server, char *const argv[]) {
	pid_t pid = fork();
	if (pid < 0) {
		log_error("cannot start %s: %s", argv[0], strerror(errno));
		return false;
	}
	if (pid == 0) {
		run(server, argv);
	}
	return true;
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
	child->ended = wl_event_loop_add_signal(server->loop, SIGCHLD, handle_child, server);
	if (child->ended == NULL) {
		log_error("out of memory");
		return false;
	}
	char *vmd[] = {(char *)server->options->vmd, NULL};
	if (vmd[0] != NULL && !start(server, vmd)) {
		return false;
	}
	if (server->options->command != NULL && !start(server, server->options->command)) {
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
	free(server->child);
	server->child = NULL;
}
