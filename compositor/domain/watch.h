/* SPDX-License-Identifier: MIT
 *
 * Tells those who watch the desktop (the panel) about it whenever it has changed, at most some
 * twenty times a second, however fast guests change their titles.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_WATCH_H
#define SILO_COMPOSITOR_DOMAIN_WATCH_H

#include <stdbool.h>
#include <systemd/sd-varlink.h>

struct server;

bool watch_create(struct server *server);
void watch_destroy(struct server *server);

/* Windows, domains, offences, workspaces or the keyboard may have changed. Cheap, legal at any time. */
void watch_changed(struct server *server);

enum watch_subject {
	WATCH_DESKTOP,  /* what a panel shows */
	WATCH_OFFENCES, /* which domains misbehaved: silo-vmd's */
	WATCH_SUBJECTS,
};

/* Tells link now, and from now on. Returns 0 or a negative errno; -EBUSY: too many watch. */
int watch_add(struct server *server, enum watch_subject subject, sd_varlink *link);

/* link is gone. */
void watch_forget(struct server *server, const sd_varlink *link);

#endif
