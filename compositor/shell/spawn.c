/* SPDX-License-Identifier: MIT */
#include "compositor/shell/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "compositor/server.h"
#include "compositor/shell/sockets.h"

/* Descriptors that programs expect to be able to poll with select(). */
#define NOFILE_DEFAULT 1024

#define REST_MIN_MS 50
#define REST_MAX_MS 30000
/* What lived so long was well: the next rest is short again. */
#define WELL_MS 10000

static bool is_program(const char *dir, size_t dir_len, const char *name, char path[PATH_MAX]) {
	int len = snprintf(path, PATH_MAX, "%.*s/%s", (int)dir_len, dir, name);
	return len < PATH_MAX && access(path, X_OK) == 0;
}

bool spawn_find(const char *name, char path[PATH_MAX]) {
	/* Relative to silo's own directory; the last three are a build's. */
	static const char *const places[] = {
			".", SILO_LIBEXEC_FROM_BIN, "../vmctl", "../launcher", "../decorations"};
	if (strchr(name, '/') != NULL) {
		return snprintf(path, PATH_MAX, "%s", name) < PATH_MAX && access(path, X_OK) == 0;
	}
	char own[PATH_MAX], dir[PATH_MAX];
	ssize_t own_len = readlink("/proc/self/exe", own, sizeof(own));
	while (own_len > 0 && own[own_len - 1] != '/') {
		own_len--;
	}
	for (size_t i = 0; own_len > 0 && i < sizeof(places) / sizeof(places[0]); i++) {
		int len = snprintf(dir, sizeof(dir), "%.*s%s", (int)own_len, own, places[i]);
		if (len < PATH_MAX && is_program(dir, (size_t)len, name, path)) {
			return true;
		}
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

bool spawn_find_data(const char *name, char path[PATH_MAX]) {
	static const char *const places[] = {SILO_DATA_FROM_BIN, "."};
	char own[PATH_MAX];
	ssize_t own_len = readlink("/proc/self/exe", own, sizeof(own));
	while (own_len > 0 && own[own_len - 1] != '/') {
		own_len--;
	}
	for (size_t i = 0; own_len > 0 && i < sizeof(places) / sizeof(places[0]); i++) {
		int len = snprintf(path, PATH_MAX, "%.*s%s/%s", (int)own_len, own, places[i], name);
		if (len < PATH_MAX && access(path, R_OK) == 0) {
			return true;
		}
	}
	return false;
}

/* In the child, of which only this thread is left. */
static _Noreturn void run(struct server *server, char *const argv[], int wayland_fd) {
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
	unsetenv("WAYLAND_SOCKET");
	setenv("XDG_CURRENT_DESKTOP", "silo:wlroots", 1);
	setenv("XDG_SESSION_TYPE", "wayland", 1);
	setenv("XDG_SESSION_DESKTOP", "silo", 1);
	if (sockets_display(server) != NULL) {
		setenv("WAYLAND_DISPLAY", sockets_display(server), 1);
	}
	if (wayland_fd >= 0) {
		/* A copy is inherited; this one is closed by exec like all others. */
		int fd = dup(wayland_fd);
		char number[16];
		snprintf(number, sizeof(number), "%d", fd);
		setenv("WAYLAND_SOCKET", number, 1);
	}
	execvp(argv[0], argv);
	fprintf(stderr, "silo: cannot start %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

pid_t spawn(struct server *server, char *const argv[], int wayland_fd) {
	pid_t pid = fork();
	if (pid < 0) {
		log_error("cannot start %s: %s", argv[0], strerror(errno));
		return -1;
	}
	if (pid == 0) {
		run(server, argv, wayland_fd);
	}
	return pid;
}

void respawn_started(struct respawn *respawn) {
	respawn->started_ms = clock_now_ms();
}

bool respawn_was_well(const struct respawn *respawn) {
	return clock_now_ms() - respawn->started_ms >= WELL_MS;
}

int respawn_rest_ms(struct respawn *respawn) {
	if (respawn_was_well(respawn) || respawn->rest_ms == 0) {
		respawn->rest_ms = REST_MIN_MS;
	}
	int rest_ms = respawn->rest_ms;
	respawn->rest_ms = rest_ms * 4 < REST_MAX_MS ? rest_ms * 4 : REST_MAX_MS;
	return rest_ms;
}
