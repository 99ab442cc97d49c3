/* SPDX-License-Identifier: MIT
 *
 * Workspaces: each window is of one, and all outputs show the windows of the current one. A window
 * of another has no pictures taken, hears no keys and no pointer, and learns of nothing of it but
 * that it is not active. Only the user changes workspaces.
 */
#ifndef SILO_COMPOSITOR_WINDOW_WORKSPACE_H
#define SILO_COMPOSITOR_WINDOW_WORKSPACE_H

#include <stdbool.h>

struct server;
struct window;

#define WORKSPACES_DEFAULT 4
#define WORKSPACES_MAX 9

bool workspaces_create(struct server *server);
void workspaces_destroy(struct server *server);

/* How many there are, 1 to WORKSPACES_MAX, and the index of the current one. */
unsigned int workspaces_count(struct server *server);
unsigned int workspaces_current(struct server *server);

/* Shows workspace index and gives the keyboard to its window that was used last. Returns false,
 * with nothing changed, if there is no such workspace. */
bool workspaces_switch(struct server *server, unsigned int index);

/* As above, but the keyboard goes to window, of that workspace; NULL: to none. */
void workspaces_switch_to(struct server *server, unsigned int index, struct window *window);

/* There are count workspaces now: the windows of those that are no more go to the last one. */
void workspaces_limit(struct server *server, unsigned int count);

/* Moves window, mapped, to workspace index. Returns false if there is none. */
bool workspaces_move(struct window *window, unsigned int index);

#endif
