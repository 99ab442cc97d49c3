/* SPDX-License-Identifier: MIT
 *
 * How deep a client nests sub-surfaces: each level costs every commit below it, so there is an end.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_NESTING_H
#define SILO_COMPOSITOR_DOMAIN_NESTING_H

#include <stdbool.h>

struct server;

bool nesting_create(struct server *server);
void nesting_destroy(struct server *server);

#endif
