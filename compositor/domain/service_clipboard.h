/* SPDX-License-Identifier: MIT
 *
 * The methods of io.silo.Compositor about the clipboard between domains: what is in it (never the
 * content), wiping it, what its policy is.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_SERVICE_CLIPBOARD_H
#define SILO_COMPOSITOR_DOMAIN_SERVICE_CLIPBOARD_H

#include <systemd/sd-varlink.h>

int service_clipboard_bind(sd_varlink_server *varlink);

#endif
