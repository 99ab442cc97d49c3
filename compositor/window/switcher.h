/* SPDX-License-Identifier: MIT
 *
 * The window switcher: while a modifier is held, a sheet over the darkened screen shows the windows of
 * all workspaces, minimised ones too, and keys choose one. Meanwhile no client hears a key or sees the
 * pointer, whatever it does. Titles are the only thing of a guest in it.
 */
#ifndef SILO_COMPOSITOR_WINDOW_SWITCHER_H
#define SILO_COMPOSITOR_WINDOW_SWITCHER_H

#include <stdbool.h>
#include <xkbcommon/xkbcommon.h>

struct server;
struct window;

bool switcher_create(struct server *server);
void switcher_destroy(struct server *server);

bool switcher_is_open(struct server *server);

/* Opens it on the window used before the one in use, or goes on to the next one in order of use; with
 * is_within, of the selected window's VM. */
void switcher_step(struct server *server, bool is_backwards, bool is_within);

/* A key while it is open: arrows, Return, Escape. Returns whether it was one of these. */
bool switcher_key(struct server *server, xkb_keysym_t symbol);

/* All modifiers are released: the selected window is shown and gets the keyboard. */
void switcher_commit(struct server *server);

/* Closes it; nothing has changed. */
void switcher_cancel(struct server *server);

/* The user presses a button: on a row, that is chosen; else it closes. Returns whether it was open. */
bool switcher_press(struct server *server, double lx, double ly);

/* window goes, or its title or state has changed. */
void switcher_forget_window(struct server *server, struct window *window);
void switcher_touch(struct server *server);

#endif
