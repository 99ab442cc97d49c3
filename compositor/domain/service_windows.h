/* SPDX-License-Identifier: MIT
 *
 * The part of io.silo.Compositor that panels, launchers and scripts use: what windows there are, and
 * what the user may do with them. Callers are the user's own host processes, so what they ask for
 * is the user's action.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_SERVICE_WINDOWS_H
#define SILO_COMPOSITOR_DOMAIN_SERVICE_WINDOWS_H

#include <systemd/sd-json.h>
#include <systemd/sd-varlink.h>

struct server;

/* Binds the methods. Returns 0 or a negative errno. */
int service_windows_bind(sd_varlink_server *varlink);

/* All that Watch tells: the parameters of one answer, which the caller owns. Returns 0 or -errno. */
int service_windows_describe(struct server *server, sd_json_variant **ret_desktop);
/* All that WatchOffences tells, in the same way. */
int service_windows_describe_offences(struct server *server, sd_json_variant **ret_offences);

#endif
