/* SPDX-License-Identifier: MIT
 *
 * Inside of proxy/wire/: the dial channel to the compositor (docs/internal/channels.md) as the
 * clients use it. The public part of `struct wire_domain` is in client.h.
 */
#ifndef SILO_PROXY_WIRE_DOMAIN_H
#define SILO_PROXY_WIRE_DOMAIN_H

#include <stdbool.h>

#include "base/offence.h"

struct wire_client;
struct wire_domain;

/*
 * Asks for a connection; wire_client_connected() or wire_client_doom() follows. False: no memory or
 * too many under way.
 */
bool wire_domain_dial(struct wire_domain *domain, struct wire_client *client);

/* Tells the compositor what the guest did, VM_OFFENCES_PER_SECOND_MAX at most. */
void wire_domain_blame(struct wire_domain *domain, enum offence offence);

/* The client does not wait for its connection any more. */
void wire_domain_forget_dial(struct wire_domain *domain, const struct wire_client *client);

#endif
