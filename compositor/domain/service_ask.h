/* SPDX-License-Identifier: MIT
 *
 * The methods of io.silo.Compositor that silo-ask uses. They are for the process that silo started
 * as silo-ask and nobody else: whoever could answer could say yes.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_SERVICE_ASK_H
#define SILO_COMPOSITOR_DOMAIN_SERVICE_ASK_H

#include <systemd/sd-varlink.h>

struct server;

int service_ask_bind(sd_varlink_server *varlink);

/* What is to be shown has changed. */
void service_ask_changed(struct server *server);

/* The connection has ended. */
void service_ask_forget(struct server *server, const sd_varlink *link);

#endif
