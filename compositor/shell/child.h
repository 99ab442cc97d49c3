/* SPDX-License-Identifier: MIT
 *
 * What silo starts when it is ready: the VM manager and the command of its command line, each in a
 * session of its own, so that neither dies with silo's terminal, nor VMs with silo.
 */
#ifndef SILO_COMPOSITOR_SHELL_CHILD_H
#define SILO_COMPOSITOR_SHELL_CHILD_H

#include <stdbool.h>

struct server;

/* Also says that silo is ready, on --ready-fd and to a service manager. */
bool child_create(struct server *server);
void child_destroy(struct server *server);

#endif
