/* SPDX-License-Identifier: MIT
 *
 * systemd-logind, where it is there and silo has a console: "loginctl lock-session" locks, "unlock-session" unlocks (logind asks who may), the
 * machine goes to sleep only when every screen shows the lock, and logind is told whether the session is locked and
 * idle. Without logind nothing of it happens.
 */
#ifndef SILO_COMPOSITOR_LOCK_LOGIN_H
#define SILO_COMPOSITOR_LOCK_LOGIN_H

#include <stdbool.h>

struct server;

/* Never waits for logind. False only without memory. */
bool login_create(struct server *server);
void login_destroy(struct server *server);

/* Nobody is there any more, or is again. */
void login_tell_idle(struct server *server, bool is_idle);

#endif
