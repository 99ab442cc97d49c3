/* SPDX-License-Identifier: MIT
 *
 * io.silo.Compositor, the Varlink service in the runtime directory: registers domains, lists
 * windows. Callers are the user's own host processes.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_SERVICE_H
#define SILO_COMPOSITOR_DOMAIN_SERVICE_H

#include <stdbool.h>

struct server;

bool service_create(struct server *server);
void service_destroy(struct server *server);

#endif
