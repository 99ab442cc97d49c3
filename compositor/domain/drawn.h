/* SPDX-License-Identifier: MIT
 *
 * What guests' surfaces show costs: pixels that change, which are uploaded and drawn, and memory of
 * the buffers, which may be holes until the compositor reads them. The proxy meters both first.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_DRAWN_H
#define SILO_COMPOSITOR_DOMAIN_DRAWN_H

#include <stdbool.h>

struct server;

bool drawn_create(struct server *server);
void drawn_destroy(struct server *server);

#endif
