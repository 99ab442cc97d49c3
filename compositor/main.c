/* SPDX-License-Identifier: MIT
 *
 * silo: the compositor.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <wayland-server-core.h>
#include <wlr/util/log.h>

#include "base/log.h"
#include "base/text.h"
#include "compositor/lock/command.h"
#include "compositor/options.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"

/* text_escape() needs no more. */
#define LOG_TEXT_SIZE 300

static void handle_wlr_log(enum wlr_log_importance importance, const char *format, va_list args) {
	log_writev(importance == WLR_ERROR ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG, format, args);
}

/* libwayland tells of every client that breaks the protocol, in the client's own words. */
static void handle_wl_log(const char *format, va_list args) {
	static struct log_limit limit = {.burst = 10};
	char text[128], escaped[LOG_TEXT_SIZE];
	vsnprintf(text, sizeof(text), format, args);
	log_limited(&limit, LOG_LEVEL_WARN, "%s",
			text_escape(text, strcspn(text, "\n"), escaped, sizeof(escaped)));
}

/*
 * What the event loop will wait for is blocked before any library starts a thread: one with a signal
 * unblocked would swallow it, and a SIGTERM there would end silo uncleanly.
 */
static void block_signals(void) {
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	/* A reader that has gone is an error of its pipe, not the session's end. */
	signal(SIGPIPE, SIG_IGN);
}

int main(int argc, char *argv[]) {
	struct options options;
	options_init(&options);
	switch (options_parse(&options, argc, argv)) {
	case OPTIONS_RUN:
		break;
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_CHECK:
		return settings_check(options.config);
	case OPTIONS_LOCK:
		return lock_command();
	case OPTIONS_USAGE:
		fputs("silo: see silo --help\n", stderr);
		return 2;
	}
	log_init("silo", NULL, options.log_level);
	wlr_log_init(options.log_level == LOG_LEVEL_DEBUG ? WLR_DEBUG : WLR_ERROR, handle_wlr_log);
	block_signals();
	wl_log_set_handler_server(handle_wl_log);
	struct server *server = server_create(&options);
	if (server == NULL) {
		return 1;
	}
	server_run(server);
	server_destroy(server);
	return 0;
}
