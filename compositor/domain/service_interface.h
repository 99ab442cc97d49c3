/* SPDX-License-Identifier: MIT
 *
 * io.silo.Compositor, described for introspection; protocols/varlink says the same in words.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_SERVICE_INTERFACE_H
#define SILO_COMPOSITOR_DOMAIN_SERVICE_INTERFACE_H

#include <systemd/sd-varlink-idl.h>

#define SERVICE_NAME "io.silo.Compositor"

extern const sd_varlink_interface *const service_interface;

#endif
