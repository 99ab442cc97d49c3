/* SPDX-License-Identifier: MIT
 *
 * The shell's own programs: silo starts them itself, with a connection that nobody else can get
 * (class CLIENT_HOST_SHELL). The panel and silo-ask are there as long as silo is; the launcher comes
 * with its key and goes with it. The desktop works without any.
 */
#ifndef SILO_COMPOSITOR_SHELL_PROGRAMS_H
#define SILO_COMPOSITOR_SHELL_PROGRAMS_H

#include <stdbool.h>
#include <sys/types.h>

struct server;

bool programs_create(struct server *server);
void programs_destroy(struct server *server);

/* A process that silo started has ended. Returns whether it was one of these and all is said. */
bool programs_ended(struct server *server, pid_t pid, int status);

/* The process of the panel, and of what asks the user; 0: it does not run. */
pid_t programs_panel(struct server *server);
pid_t programs_ask(struct server *server);

/*
 * Opens the launcher, or closes it if it is open. From the moment it is asked for no window has the
 * keyboard. Returns false if there is none (logged, unless it was not wanted).
 */
bool programs_toggle_launcher(struct server *server);

/* Closes the launcher, if it is open. */
void programs_close_launcher(struct server *server);

/* The host's colours have changed: those that are told them at their start are started again. */
void programs_repaint(struct server *server);

#endif
