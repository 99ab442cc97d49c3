/* SPDX-License-Identifier: MIT
 *
 * The console on which a session runs. Who changes away from it and back faster than logind looks has its
 * devices revoked and given anew, but libseat does not tell so: the session seems never to have left, its
 * keyboards and mice are gone and its screens refuse pictures. So whoever loses an input device that is
 * still plugged in leaves the console and comes back once more, as far as wlroots can see.
 */
#ifndef SILO_COMPOSITOR_SHELL_CONSOLE_H
#define SILO_COMPOSITOR_SHELL_CONSOLE_H

#include <stdbool.h>

struct server;

/* Does nothing where there is no session: nested and headless. Returns false if memory is short. */
bool console_create(struct server *server);
void console_destroy(struct server *server);

#endif
