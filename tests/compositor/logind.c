/* SPDX-License-Identifier: MIT */
#include "tests/compositor/logind.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "compositor/server.h"
#include "tests/compositor/fixture.h"

#define PATH "/org/freedesktop/login1"
#define SESSION PATH "/session/_31"

static int handle_inhibit(struct logind *logind, sd_bus_message *call) {
	int pipe[2];
	assert_int_equal(pipe2(pipe, O_CLOEXEC), 0);
	fd_close(&logind->delay);
	logind->delay = pipe[0];
	logind->delays++;
	int ret = sd_bus_reply_method_return(call, "h", pipe[1]);
	close(pipe[1]);
	return ret;
}

/* Everything that is called, the bus's own methods too. */
static int handle_call(sd_bus_message *call, void *data, sd_bus_error *error) {
	struct logind *logind = data;
	const char *member = sd_bus_message_get_member(call);
	int is_so;
	if (sd_bus_message_is_method_call(call, NULL, "Hello") > 0) {
		return sd_bus_reply_method_return(call, "s", ":1.1");
	}
	if (sd_bus_message_is_method_call(call, NULL, "Inhibit") > 0) {
		return handle_inhibit(logind, call);
	}
	if (member != NULL && strncmp(member, "GetSession", strlen("GetSession")) == 0) {
		logind->has_session = true;
		return sd_bus_reply_method_return(call, "o", SESSION);
	}
	if (member != NULL && strcmp(member, "SetLockedHint") == 0) {
		assert_true(sd_bus_message_read(call, "b", &is_so) >= 0);
		logind->is_locked_hint = is_so;
	} else if (member != NULL && strcmp(member, "SetIdleHint") == 0) {
		assert_true(sd_bus_message_read(call, "b", &is_so) >= 0);
		logind->idle_hint = is_so;
	}
	return sd_bus_message_is_method_call(call, NULL, NULL) > 0
			? sd_bus_reply_method_return(call, NULL)
			: 0;
}

static int handle_caller(sd_event_source *source, int fd, uint32_t events, void *data) {
	struct logind *logind = data;
	int caller = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	assert_true(caller >= 0);
	sd_id128_t id = SD_ID128_MAKE(51, 10, 51, 10, 51, 10, 51, 10, 51, 10, 51, 10, 51, 10, 51,
			10);
	assert_true(sd_bus_new(&logind->bus) >= 0);
	assert_true(sd_bus_set_fd(logind->bus, caller, caller) >= 0);
	assert_true(sd_bus_set_server(logind->bus, true, id) >= 0);
	assert_true(sd_bus_set_anonymous(logind->bus, true) >= 0);
	assert_true(sd_bus_negotiate_fds(logind->bus, true) >= 0);
	assert_true(sd_bus_start(logind->bus) >= 0);
	assert_true(sd_bus_add_filter(logind->bus, NULL, handle_call, logind) >= 0);
	assert_true(sd_bus_attach_event(logind->bus, logind->event, 0) >= 0);
	return 0;
}

void logind_listen(struct logind *logind, const char *path) {
	char address[128];
	*logind = (struct logind){.delay = -1};
	logind->listener = fd_listen(path, SOCK_STREAM);
	assert_true(logind->listener >= 0);
	snprintf(address, sizeof(address), "unix:path=%s", path);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", address, 1);
	setenv("XDG_SESSION_ID", "1", 1);
}

void logind_serve(struct logind *logind, struct server *server) {
	logind->event = server->event;
	assert_true(sd_event_add_io(server->event, &logind->source, logind->listener, POLLIN,
				    handle_caller, logind) >= 0);
}

static void emit(struct logind *logind, const char *path, const char *interface, const char *member,
		const char *types, int value) {
	sd_bus_message *message = NULL;
	assert_true(sd_bus_message_new_signal(logind->bus, &message, path, interface, member) >= 0);
	assert_true(sd_bus_message_set_sender(message, "org.freedesktop.login1") >= 0);
	if (types != NULL) {
		assert_true(sd_bus_message_append(message, types, value) >= 0);
	}
	assert_true(sd_bus_send(logind->bus, message, NULL) >= 0);
	sd_bus_message_unref(message);
}

void logind_signal(struct logind *logind, const char *member) {
	emit(logind, SESSION, "org.freedesktop.login1.Session", member, NULL, 0);
}

void logind_prepare_for_sleep(struct logind *logind, bool is_leaving) {
	emit(logind, PATH, "org.freedesktop.login1.Manager", "PrepareForSleep", "b", is_leaving);
}

bool logind_is_delayed(const struct logind *logind) {
	struct pollfd pollfd = {.fd = logind->delay, .events = POLLIN};
	return logind->delay >= 0 && poll(&pollfd, 1, 0) == 0;
}

void logind_finish(struct logind *logind) {
	sd_event_source_unref(logind->source);
	logind->bus = sd_bus_flush_close_unref(logind->bus);
	fd_close(&logind->listener);
	fd_close(&logind->delay);
	unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
	unsetenv("XDG_SESSION_ID");
}
