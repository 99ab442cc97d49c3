/* SPDX-License-Identifier: MIT
 *
 * The protocols that wlroots serves by itself, without any decision of ours: surfaces, pools,
 * viewports and the like. Who may bind which: domain/globals.c.
 */
#ifndef SILO_COMPOSITOR_PROTOCOLS_H
#define SILO_COMPOSITOR_PROTOCOLS_H

#include <stdbool.h>

struct server;

struct protocols {
	struct wlr_compositor *compositor;
};

bool protocols_create(struct server *server);
void protocols_destroy(struct server *server);

#endif
