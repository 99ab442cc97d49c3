/* SPDX-License-Identifier: MIT
 *
 * xdg-decoration: every client that asks is told that the title bar is ours. A client that does not
 * ask draws its own, inside its area, and has a label tab for a frame.
 */
#ifndef SILO_COMPOSITOR_WINDOW_DECORATION_H
#define SILO_COMPOSITOR_WINDOW_DECORATION_H

#include <stdbool.h>

struct server;
struct window;

bool decorations_create(struct server *server);
void decorations_destroy(struct server *server);

/* At window's initial commit: tells its client, if it has asked. */
void decoration_announce(struct window *window);

#endif
