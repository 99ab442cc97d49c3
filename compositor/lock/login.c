/* SPDX-License-Identifier: MIT
 *
 * What logind says is the host's own, and root's or the user's doing. Everything is asked for without
 * waiting; an answer that does not come changes nothing else. The machine is kept from sleeping by a
 * descriptor ("delay"), which is closed when the screens are blank; logind waits five seconds at most.
 */
#include "compositor/lock/login.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "compositor/listen.h"
#include "compositor/lock/idle.h"
#include "compositor/lock/lock.h"
#include "compositor/options.h"
#include "compositor/output/output.h"
#include "compositor/server.h"

#define SERVICE "org.freedesktop.login1"
#define PATH "/org/freedesktop/login1"
#define MANAGER SERVICE ".Manager"
#define SESSION SERVICE ".Session"

struct login {
	struct server *server;
	sd_bus *bus;
	char *session;   /* its object's path; NULL: not known (yet) */
	int delay;       /* while it is open, the machine does not sleep; -1: none */
	bool is_leaving; /* it is about to, and waits for the screens */
	struct wl_listener lock_changed, lock_blank;
};

/* ---- what logind is told ---- */

static int ignore_reply(sd_bus_message *reply, void *data, sd_bus_error *error) {
	if (sd_bus_message_is_method_error(reply, NULL)) {
		log_debug("logind: %s", sd_bus_message_get_error(reply)->message);
	}
	return 0;
}

static void tell(struct login *login, const char *method, bool is_so) {
	if (login->session != NULL) {
		sd_bus_call_method_async(login->bus, NULL, SERVICE, login->session, SESSION, method,
				ignore_reply, login, "b", is_so);
	}
}

void login_tell_idle(struct server *server, bool is_idle) {
	if (server->login != NULL) {
		tell(server->login, "SetIdleHint", is_idle);
	}
}

/* ---- sleep ---- */

static int handle_delay(sd_bus_message *reply, void *data, sd_bus_error *error) {
	struct login *login = data;
	int fd;
	if (sd_bus_message_is_method_error(reply, NULL)) {
		log_warn("logind lets nobody delay its sleep: the screens may not be blank in "
			 "time");
		return 0;
	}
	if (sd_bus_message_read(reply, "h", &fd) >= 0) {
		fd_close(&login->delay);
		/* The message's own goes with it. */
		login->delay = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	}
	return 0;
}

static void take_delay(struct login *login) {
	sd_bus_call_method_async(login->bus, NULL, SERVICE, PATH, MANAGER, "Inhibit", handle_delay,
			login, "ssss", "sleep", "Silo", "The screen is locked first", "delay");
}

static void handle_lock_changed(struct wl_listener *listener, void *data) {
	struct login *login = wl_container_of(listener, login, lock_changed);
	tell(login, "SetLockedHint", lock_is_on(login->server));
	/* polkit, which logind asks, may not have been there yet. */
	if (login->delay < 0 && !login->is_leaving && !lock_is_on(login->server)) {
		take_delay(login);
	}
}

static void let_sleep(struct login *login) {
	login->is_leaving = false;
	fd_close(&login->delay);
}

static void handle_lock_blank(struct wl_listener *listener, void *data) {
	struct login *login = wl_container_of(listener, login, lock_blank);
	if (login->is_leaving) {
		log_info("every screen is locked: the machine may sleep");
		let_sleep(login);
	}
}

static int handle_sleep(sd_bus_message *message, void *data, sd_bus_error *error) {
	struct login *login = data;
	struct server *server = login->server;
	int is_leaving;
	if (sd_bus_message_read(message, "b", &is_leaving) < 0) {
		return 0;
	}
	if (!is_leaving) {
		/* Who comes back has done something. */
		idle_activity(server);
		outputs_schedule(server);
		if (login->delay < 0) {
			take_delay(login);
		}
		return 0;
	}
	login->is_leaving = true;
	if (lock_now(server, "the machine goes to sleep") == LOCK_NO_LOCKER ||
			lock_is_blank(server)) {
		let_sleep(login);
	}
	return 0;
}

/* ---- lock-session, unlock-session ---- */

static int handle_lock(sd_bus_message *message, void *data, sd_bus_error *error) {
	struct login *login = data;
	lock_now(login->server, "by logind");
	return 0;
}

static int handle_unlock(sd_bus_message *message, void *data, sd_bus_error *error) {
	struct login *login = data;
	lock_end(login->server, LOCK_END_LOGIND);
	return 0;
}

static int handle_session(sd_bus_message *reply, void *data, sd_bus_error *error) {
	struct login *login = data;
	const char *path;
	if (sd_bus_message_is_method_error(reply, NULL) ||
			sd_bus_message_read(reply, "o", &path) < 0) {
		log_debug("logind knows of no session of ours");
		return 0;
	}
	login->session = strdup(path);
	if (login->session == NULL) {
		return 0;
	}
	int ret = sd_bus_match_signal_async(login->bus, NULL, SERVICE, path, SESSION, "Lock",
			handle_lock, NULL, login);
	if (ret >= 0) {
		ret = sd_bus_match_signal_async(login->bus, NULL, SERVICE, path, SESSION, "Unlock",
				handle_unlock, NULL, login);
	}
	if (ret < 0) {
		log_warn("logind's signals cannot be heard: %s", strerror(-ret));
	}
	log_debug("logind: session %s", path);
	tell(login, "SetLockedHint", lock_is_on(login->server));
	return 0;
}

/* By the process, or if it is the user manager's, as $XDG_SESSION_ID says. */
static int ask_session(struct login *login) {
	const char *id = getenv("XDG_SESSION_ID");
	char *own = NULL;
	int ret;
	if (sd_pid_get_session(0, &own) >= 0) {
		id = own;
	}
	if (id != NULL) {
		ret = sd_bus_call_method_async(login->bus, NULL, SERVICE, PATH, MANAGER,
				"GetSession", handle_session, login, "s", id);
	} else {
		ret = sd_bus_call_method_async(login->bus, NULL, SERVICE, PATH, MANAGER,
				"GetSessionByPID", handle_session, login, "u", (uint32_t)getpid());
	}
	free(own);
	return ret;
}

bool login_create(struct server *server) {
	struct login *login = calloc(1, sizeof(*login));
	if (login == NULL) {
		log_error("out of memory");
		return false;
	}
	login->server = server;
	login->delay = -1;
	server->login = login;
	if (server->session == NULL && !server->options->logind) {
		return true;
	}
	int ret = sd_bus_open_system(&login->bus);
	if (ret >= 0) {
		ret = sd_bus_attach_event(login->bus, server->event, 0);
	}
	if (ret >= 0) {
		ret = ask_session(login);
	}
	if (ret >= 0) {
		ret = sd_bus_match_signal_async(login->bus, NULL, SERVICE, PATH, MANAGER,
				"PrepareForSleep", handle_sleep, NULL, login);
	}
	if (ret < 0) {
		log_info("no logind here: the session does not lock before the machine sleeps");
		login->bus = sd_bus_flush_close_unref(login->bus);
		return true;
	}
	take_delay(login);
	listener_add(&login->lock_changed, &lock_events(server)->changed, handle_lock_changed);
	listener_add(&login->lock_blank, &lock_events(server)->blank, handle_lock_blank);
	return true;
}

void login_destroy(struct server *server) {
	struct login *login = server->login;
	if (login == NULL) {
		return;
	}
	listener_remove(&login->lock_changed);
	listener_remove(&login->lock_blank);
	fd_close(&login->delay);
	login->bus = sd_bus_flush_close_unref(login->bus);
	free(login->session);
	free(login);
	server->login = NULL;
}
