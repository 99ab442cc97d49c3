/* SPDX-License-Identifier: MIT
 *
 * Translates messages between a client and the host: the numbers of objects, descriptors, and what
 * only exists on one side. Everything else passes unread.
 */
#ifndef SILO_GUEST_BRIDGE_RELAY_H
#define SILO_GUEST_BRIDGE_RELAY_H

#include <stddef.h>
#include <stdint.h>

struct client;

/*
 * Takes the whole messages at the start of len bytes that came from the client (requests) or from
 * the host (events). Returns how many bytes that was. On a fault the client is ended.
 */
size_t relay_requests(struct client *client, const uint8_t *bytes, size_t len);
size_t relay_events(struct client *client, const uint8_t *bytes, size_t len);

#endif
