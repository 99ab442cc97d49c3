/* SPDX-License-Identifier: MIT
 *
 * xdg-activation: a client may pass the keyboard on to another window of its own domain, if that
 * domain has the keyboard and the window is of the current workspace. Any other request marks the
 * window as one that asks for attention, and nothing else comes of it.
 */
#ifndef SILO_COMPOSITOR_WINDOW_ACTIVATION_H
#define SILO_COMPOSITOR_WINDOW_ACTIVATION_H

#include <stdbool.h>

struct server;

bool activation_create(struct server *server);
void activation_destroy(struct server *server);

#endif
