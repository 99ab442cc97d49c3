/* SPDX-License-Identifier: MIT */
#include "guest/init/service.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define REST_MIN_MS 100
#define REST_MAX_MS 10000
/* A service that ran so long starts again at once. */
#define STEADY_MS 10000

static void set_environment(const struct settings *settings, bool as_user) {
	char runtime[32];
	snprintf(runtime, sizeof(runtime), "/run/user/%u", settings->uid);
	clearenv();
	setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", 1);
	setenv("LANG", "C.UTF-8", 1);
	setenv("HOME", as_user ? settings->home : "/", 1);
	setenv("XDG_RUNTIME_DIR", runtime, 1);
	if (as_user) {
		setenv("USER", settings->user, 1);
		setenv("WAYLAND_DISPLAY", "wayland-0", 1);
	}
}

/* The console as the service's own terminal, which the user may open too. */
static void take_console(const struct settings *settings) {
	char name[64] = "", path[80];
	int active = open("/sys/class/tty/console/active", O_RDONLY | O_CLOEXEC);
	ssize_t n = active >= 0 ? read(active, name, sizeof(name) - 1) : 0;
	name[n > 0 ? n : 0] = '\0';
	name[strcspn(name, "\n")] = '\0';
	/* The last one is what /dev/console means; that itself can be nobody's terminal. */
	const char *space = strrchr(name, ' ');
	snprintf(path, sizeof(path), "/dev/%s", space != NULL ? space + 1 : name);
	int fd = open(path, O_RDWR);
	if (fd < 0) {
		return;
	}
	(void)!fchown(fd, settings->uid, (gid_t)-1);
	for (int i = 0; i < 3; i++) {
		dup2(fd, i);
	}
	if (fd > 2) {
		close(fd);
	}
	ioctl(STDIN_FILENO, TIOCSCTTY, 0);
}

static void exec_service(const struct service *service, const struct settings *settings) {
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	set_environment(settings, service->as_user);
	int null = open("/dev/null", O_RDONLY);
	if (null >= 0) {
		dup2(null, 0);
		close(null);
	}
	if (service->on_console) {
		take_console(settings);
	}
	if (service->as_user &&
			(setgroups(0, NULL) < 0 || setgid(settings->gid) < 0 ||
					setuid(settings->uid) < 0)) {
		_exit(126);
	}
	execv(service->argv[0], (char *const *)service->argv);
	_exit(127);
}

static void start(struct service *service, const struct settings *settings) {
	service->missing = access(service->argv[0], X_OK) < 0;
	if (service->missing) {
		log_warn("%s: %s", service->argv[0], strerror(errno));
		return;
	}
	service->started_ms = clock_now_ms();
	pid_t pid = fork();
	if (pid == 0) {
		exec_service(service, settings);
	}
	if (pid > 0) {
		service->pid = pid;
	} else {
		log_error("fork: %s", strerror(errno));
		service->start_ms = clock_now_ms() + REST_MAX_MS;
	}
}

int64_t services_start(struct service *services, size_t n, const struct settings *settings) {
	int64_t next_ms = -1, now_ms = clock_now_ms();
	for (size_t i = 0; i < n; i++) {
		struct service *service = &services[i];
		if (service->pid != 0 || service->missing) {
			continue;
		}
		if (service->start_ms <= now_ms) {
			start(service, settings);
		}
		if (service->pid == 0 && !service->missing) {
			int64_t left_ms =
					service->start_ms > now_ms ? service->start_ms - now_ms : 0;
			next_ms = next_ms < 0 || left_ms < next_ms ? left_ms : next_ms;
		}
	}
	return next_ms;
}

void services_ended(struct service *services, size_t n, pid_t pid, int status) {
	for (size_t i = 0; i < n; i++) {
		struct service *service = &services[i];
		if (service->pid != pid) {
			continue;
		}
		int64_t now_ms = clock_now_ms();
		bool steady = now_ms - service->started_ms >= STEADY_MS;
		unsigned rest_ms = steady ? REST_MIN_MS : service->rest_ms * 2;
		rest_ms = rest_ms < REST_MIN_MS ? REST_MIN_MS : rest_ms;
		service->rest_ms = rest_ms < REST_MAX_MS ? rest_ms : REST_MAX_MS;
		service->pid = 0;
		service->start_ms = now_ms + service->rest_ms;
		if (WIFSIGNALED(status)) {
			log_warn("%s: killed by signal %d", service->argv[0], WTERMSIG(status));
		} else {
			log_warn("%s: ended with status %d", service->argv[0], WEXITSTATUS(status));
		}
	}
}
