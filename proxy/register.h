/* SPDX-License-Identifier: MIT
 *
 * Registers a domain at the compositor of this session, for a proxy that was started by hand. In a
 * session silo-vmd does it and hands over the dial channel.
 */
#ifndef SILO_PROXY_REGISTER_H
#define SILO_PROXY_REGISTER_H

/*
 * Returns the proxy's end of the dial channel of the new domain, or a negative errno after one line
 * in the log. label and color may be NULL. Blocks until the compositor has answered.
 */
int register_domain(const char *name, const char *label, const char *color);

#endif
