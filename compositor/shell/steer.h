/* SPDX-License-Identifier: MIT
 *
 * The user's last resort against a VM: to freeze it, so that it goes on later, or to kill it. Asks the
 * VM manager and never waits; what goes wrong is told in a notice.
 */
#ifndef SILO_COMPOSITOR_SHELL_STEER_H
#define SILO_COMPOSITOR_SHELL_STEER_H

struct domain;
struct server;

/* Freezes the VM, or lets a frozen one go on. Nothing happens for the host. */
void steer_freeze(struct server *server, struct domain *domain);

/* Ends the VM at once, as if its power went. Nothing happens for the host. */
void steer_kill(struct server *server, struct domain *domain);

#endif
