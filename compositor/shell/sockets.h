/* SPDX-License-Identifier: MIT
 *
 * The Wayland sockets that host programs connect to: $WAYLAND_DISPLAY, and on request one for
 * tools. Clients of a domain never come this way.
 */
#ifndef SILO_COMPOSITOR_SHELL_SOCKETS_H
#define SILO_COMPOSITOR_SHELL_SOCKETS_H

#include <stdbool.h>

struct server;

bool sockets_create(struct server *server);
void sockets_destroy(struct server *server);

/* The name of the display, as for $WAYLAND_DISPLAY; NULL: there is none. */
const char *sockets_display(struct server *server);

#endif
