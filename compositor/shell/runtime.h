/* SPDX-License-Identifier: MIT
 *
 * The runtime directory $XDG_RUNTIME_DIR/silo and the lock that makes this silo the only one in it.
 */
#ifndef SILO_COMPOSITOR_SHELL_RUNTIME_H
#define SILO_COMPOSITOR_SHELL_RUNTIME_H

#include <stdbool.h>

struct server;

bool runtime_create(struct server *server);
void runtime_destroy(struct server *server);

/*
 * The path of name in the directory, or NULL if it does not fit in a socket address. Caller frees.
 */
char *runtime_path(struct server *server, const char *name);

#endif
