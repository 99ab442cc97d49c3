/* SPDX-License-Identifier: MIT
 *
 * Input devices and the protocols of host tools: real devices of the backend, virtual keyboards and
 * pointers, capture, lists of windows, output management.
 */
#ifndef SILO_COMPOSITOR_SHELL_TOOLS_H
#define SILO_COMPOSITOR_SHELL_TOOLS_H

#include <stdbool.h>

struct server;
struct window;

bool tools_create(struct server *server);
void tools_destroy(struct server *server);

/* Keeps the list of windows that tools see; an entry's app id is "DOMAIN.APP-ID". */
void tools_add_window(struct window *window);
void tools_update_window(struct window *window);
void tools_remove_window(struct window *window);

#endif
