/* SPDX-License-Identifier: MIT */
#include "guest/init/init.h"

#include <errno.h>
#include <signal.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "guest/init/boot.h"

#define TERM_DEADLINE_MS 2000

/* The real-time signals are those of systemd, so that one agent serves under both. */
static sigset_t awaited(void) {
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGINT); /* Ctrl-Alt-Del */
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGPWR);
	sigaddset(&set, SIGRTMIN + 4);
	sigaddset(&set, SIGRTMIN + 5);
	return set;
}

void init_block_signals(void) {
	sigset_t set = awaited();
	sigprocmask(SIG_BLOCK, &set, NULL);
	reboot(RB_DISABLE_CAD);
}

/* Waits for a signal at most delay_ms, or for ever if that is negative. Returns it, or -1. */
static int await_signal(int64_t delay_ms) {
	sigset_t set = awaited();
	if (delay_ms < 0) {
		return sigwaitinfo(&set, NULL);
	}
	struct timespec delay = {.tv_sec = delay_ms / 1000, .tv_nsec = delay_ms % 1000 * 1000000};
	return sigtimedwait(&set, NULL, &delay);
}

enum init_end init_run(struct service *services, size_t n, const struct settings *settings) {
	for (;;) {
		int64_t next_ms = services_start(services, n, settings);
		int signal = await_signal(next_ms);
		if (signal == SIGCHLD) {
			int status;
			pid_t pid;
			while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
				services_ended(services, n, pid, status);
			}
		} else if (signal == SIGINT || signal == SIGRTMIN + 5) {
			return INIT_REBOOT;
		} else if (signal > 0) {
			return INIT_POWER_OFF;
		}
	}
}

/* Reaps until no child is left (true) or the deadline passes. */
static bool await_children(int64_t deadline_ms) {
	for (;;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);
		if (pid < 0 && errno == ECHILD) {
			return true;
		}
		int64_t left_ms = deadline_ms - clock_now_ms();
		if (pid == 0 && left_ms <= 0) {
			return false;
		} else if (pid == 0) {
			await_signal(left_ms);
		}
	}
}

_Noreturn void init_end(enum init_end end) {
	boot_step(end == INIT_REBOOT ? "reboot" : "power off");
	kill(-1, SIGTERM);
	kill(-1, SIGCONT);
	if (!await_children(clock_now_ms() + TERM_DEADLINE_MS)) {
		kill(-1, SIGKILL);
	}
	sync();
	reboot(end == INIT_REBOOT ? RB_AUTOBOOT : RB_POWER_OFF);
	for (;;) {
		pause();
	}
}
