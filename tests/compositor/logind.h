/* SPDX-License-Identifier: MIT
 *
 * A stand-in for systemd-logind on a stand-in for the system bus: one connection, the methods that silo calls, the
 * signals that it hears. In the compositor's own loop.
 */
#ifndef SILO_TESTS_COMPOSITOR_LOGIND_H
#define SILO_TESTS_COMPOSITOR_LOGIND_H

#include <stdbool.h>
#include <systemd/sd-bus.h>

struct server;

struct logind {
	int listener;
	sd_bus *bus;
	sd_event_source *source;
	sd_event *event;
	bool has_session;               /* silo has asked for its session */
	bool is_locked_hint, idle_hint; /* as silo has told last */
	int delays;                     /* times that sleep was delayed */
	int delay;                      /* our end of the last delay's pipe; -1: none */
};

/* Listens at path, which $DBUS_SYSTEM_BUS_ADDRESS is set to; before silo starts. */
void logind_listen(struct logind *logind, const char *path);

/* Serves, in silo's loop. */
void logind_serve(struct logind *logind, struct server *server);

/* Lock or Unlock, of silo's session. */
void logind_signal(struct logind *logind, const char *member);
void logind_prepare_for_sleep(struct logind *logind, bool is_leaving);

/* Does silo still hold the machine awake? */
bool logind_is_delayed(const struct logind *logind);

void logind_finish(struct logind *logind);

#endif
