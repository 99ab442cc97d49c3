/* SPDX-License-Identifier: MIT
 *
 * The part of io.silo.Compositor by which the launcher starts what runs on this computer itself.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_SERVICE_HOST_H
#define SILO_COMPOSITOR_DOMAIN_SERVICE_HOST_H

#include <systemd/sd-varlink.h>

/* Binds its methods. Negative errno on failure. */
int service_host_bind(sd_varlink_server *varlink);

#endif
