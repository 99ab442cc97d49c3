/* SPDX-License-Identifier: MIT
 *
 * Nobody is there: after a while without a key or a motion the session locks, and the screens go off,
 * as "idle" in the settings says. A window that asks for it keeps both away, if a quarter of it is in sight and the
 * settings let its machine. Host tools hear of it over ext-idle-notify, VMs never do.
 */
#ifndef SILO_COMPOSITOR_LOCK_IDLE_H
#define SILO_COMPOSITOR_LOCK_IDLE_H

#include <stdbool.h>

struct domain;
struct server;

/* So many requests to stay awake may a VM's clients have; who makes more is ended. */
#define IDLE_INHIBITORS_MAX 16

bool idle_create(struct server *server);
void idle_destroy(struct server *server);

/*
 * The user has done something. Returns whether the screens were off, so that they saw nothing of what they did it
 * to: then it is nobody's, and only switches them on.
 */
bool idle_activity(struct server *server);

/* The settings have changed. */
void idle_reload(struct server *server);

/* Has nothing happened for the time after which one of the two comes? */
bool idle_is_on(struct server *server);

/* Whose window keeps the session awake now; NULL: none does. */
struct domain *idle_inhibitor(struct server *server);

#endif
