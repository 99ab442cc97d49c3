/* SPDX-License-Identifier: MIT */
#include "compositor/shell/child.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <wayland-server-core.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "compositor/options.h"
#include "compositor/server.h"
#include "compositor/shell/sockets.h"

/* Descriptors that programs expect to be able to poll with select(). */
#define NOFILE_DEFAULT 1024

/* The VM manager is started again when it dies; at once at first, then with longer and longer
 * rests. */
#define VMD_REST_MIN_MS 50
#define VMD_REST_MAX_MS 30000
/* A manager that lived so long was well: the next rest is short again. */
#define VMD_WELL_MS 10000

struct child {
	struct wl_event_source *ended; /* SIGCHLD */
	struct wl_event_source *rest;  /* timer: start the manager again */
	char vmd_path[PATH_MAX];
	pid_t vmd; /* 0: does not run */
	int64_t vmd_started_ms;
	int vmd_rest_ms;
};

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

/* Returns the program's process id, or -1 (logged). */
static pid_t start(struct server *server, char *const argv[]) {
	pid_t pid = fork();
	if (pid < 0) {
		log_error("cannot start %s: %s", argv[0], strerror(errno));
		return -1;
	}
	if (pid == 0) {
		run(server, argv);
	}
	return pid;
}

static bool is_program(const char *dir, size_t dir_len, const char *name, char path[PATH_MAX]) {
	int len = snprintf(path, PATH_MAX, "%.*s/%s", (int)dir_len, dir, name);
	return len < PATH_MAX && access(path, X_OK) == 0;
}

/* A name without a slash is looked for next to silo itself, in the build that it is part of, in PATH. */
static bool find_vmd(const char *name, char path[PATH_MAX]) {
	if (strchr(name, '/') != NULL) {
		return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX && access(path, X_OK) == 0;
	}
	char own[PATH_MAX];
	ssize_t own_len = readlink("/proc/self/exe", own, sizeof(own));
	while (own_len > 0 && own[own_len - 1] != '/') {
		own_len--;
	}
	if (own_len > 0 && is_program(own, (size_t)own_len - 1, name, path)) {
		return true;
	}
	char build[PATH_MAX];
	int build_len = snprintf(build, sizeof(build), "%.*s../vmctl",
			own_len > 0 ? (int)own_len : 0, own);
	if (own_len > 0 && build_len < PATH_MAX &&
			is_program(build, (size_t)build_len, name, path)) {
		return true;
	}
	const char *dirs = getenv("PATH");
	while (dirs != NULL && *dirs != '\0') {
		size_t len = strcspn(dirs, ":");
		if (len > 0 && is_program(dirs, len, name, path)) {
			return true;
		}
		dirs += len + (dirs[len] == ':');
	}
	return false;
}

/* One that somebody has started already is as good as ours. */
static bool vmd_serves(void) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int len = snprintf(address.sun_path, sizeof(address.sun_path), "%s/silo/io.silo.Manager",
			runtime != NULL ? runtime : "");
	if (len < 0 || (size_t)len >= sizeof(address.sun_path)) {
		return false;
	}
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static void start_vmd(struct server *server) {
	struct child *child = server->child;
	char *argv[] = {child->vmd_path, NULL};
	pid_t pid = start(server, argv);
	child->vmd = pid > 0 ? pid : 0;
	child->vmd_started_ms = clock_now_ms();
}

/* The desktop is of use without VMs, if only to find out why there are none. */
static void begin_vmd(struct server *server) {
	const char *name = server->options->vmd;
	if (vmd_serves()) {
		log_info("silo-vmd runs already");
	} else if (find_vmd(name, server->child->vmd_path)) {
		start_vmd(server);
	} else {
		log_warn("the VM manager %s is not found%s: no VM can be started; give its path "
			 "with --vmd, or --vmd none",
				name, strchr(name, '/') == NULL ? " next to silo or in PATH" : "");
	}
}

static int handle_rest(void *data) {
	start_vmd(data);
	return 0;
}

/*
 * The VMs run on without their manager, and a new one finds them again. One that ended by itself is
 * left alone: it was told to, or it has said what is wrong (another one serves already).
 */
static void vmd_ended(struct server *server, int status) {
	struct child *child = server->child;
	child->vmd = 0;
	bool was_well = clock_now_ms() - child->vmd_started_ms >= VMD_WELL_MS;
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || !was_well)) {
		if (WEXITSTATUS(status) != 0) {
			log_error("%s ended at once with status %d; start it yourself when its "
				  "message is dealt with",
					server->options->vmd, WEXITSTATUS(status));
		}
		return;
	}
	if (was_well || child->vmd_rest_ms == 0) {
		child->vmd_rest_ms = VMD_REST_MIN_MS;
	}
	log_warn("%s died (status %#x); it is started again in %d ms", server->options->vmd,
			(unsigned)status, child->vmd_rest_ms);
	wl_event_source_timer_update(child->rest, child->vmd_rest_ms);
	child->vmd_rest_ms = child->vmd_rest_ms * 4 < VMD_REST_MAX_MS ? child->vmd_rest_ms * 4
								      : VMD_REST_MAX_MS;
}

static int handle_child(int number, void *data) {
	struct server *server = data;
	int status;
	pid_t pid;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == server->child->vmd) {
			vmd_ended(server, status);
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
	child->ended = wl_event_loop_add_signal(server->loop, SIGCHLD, handle_child, server);
	child->rest = wl_event_loop_add_timer(server->loop, handle_rest, server);
	if (child->ended == NULL || child->rest == NULL) {
		log_error("out of memory");
		return false;
	}
	if (server->options->vmd != NULL) {
		begin_vmd(server);
	}
	if (server->options->command != NULL && start(server, server->options->command) < 0) {
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
	free(server->child);
	server->child = NULL;
}
