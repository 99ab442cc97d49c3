/* SPDX-License-Identifier: MIT
 *
 * xdg-activation: a client may pass the keyboard on to another window of its own domain, if that
 * domain has the keyboard; nothing else comes of a token.
 */
#ifndef SILO_COMPOSITOR_WINDOW_ACTIVATION_H
#define SILO_COMPOSITOR_WINDOW_ACTIVATION_H

#include <stdbool.h>

struct server;

bool activation_create(struct server *server);
void activation_destroy(struct server *server);

#endif
