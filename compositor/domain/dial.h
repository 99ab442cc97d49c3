/* SPDX-License-Identifier: MIT
 *
 * A dial channel: over it the VM's proxy asks for client connections, one byte each. Its bytes come
 * from the proxy, which may have been taken over; its life is the domain's.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_DIAL_H
#define SILO_COMPOSITOR_DOMAIN_DIAL_H

struct dial;
struct domain;

/* Serves fd (SOCK_SEQPACKET), which it owns unless it returns NULL. */
struct dial *dial_create(struct domain *domain, int fd);

/* Asks the proxy to pass nothing on for so many milliseconds, 1 to 255. NULL is legal. */
void dial_silence(struct dial *dial, int ms);

/* NULL is legal. */
void dial_destroy(struct dial *dial);

#endif
