/* SPDX-License-Identifier: MIT
 *
 * The part of io.silo.Compositor by which the user's own programs (silo-vmd, the panel) give and take
 * back notices.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_SERVICE_NOTICES_H
#define SILO_COMPOSITOR_DOMAIN_SERVICE_NOTICES_H

#include <systemd/sd-varlink.h>

/* Binds its methods. Negative errno on failure. */
int service_notices_bind(sd_varlink_server *varlink);

#endif
