/* SPDX-License-Identifier: MIT
 *
 * Folds the events that wait for a guest which does not read them, being slow or paused, so that the
 * queue stays small however long that lasts and the guest goes on with the last state: configure events,
 * scales and outputs of a surface, motion, scrolling, gestures, visits of pointer and keyboard during
 * which nothing happened. The columns `fold`, `same` and `sum` of the policy tables say how; what has
 * no entry there (keys, buttons, offers, callbacks…) stays, in its order. Sees events as they are
 * ready for the guest, all of them checked.
 */
#ifndef SILO_PROXY_WIRE_FOLD_H
#define SILO_PROXY_WIRE_FOLD_H

#include <stddef.h>

struct wire_client;

/*
 * Looks at the events that wait and takes out what others say too, if enough wait for it to be worth
 * while: the work is in proportion to what has come since the last time. Cannot fail; without memory
 * nothing is taken out.
 */
void wire_fold(struct wire_client *client);

/* The guest is about to take len bytes: says where the first whole message begins afterwards. */
void wire_fold_taken(struct wire_client *client, size_t len);

#endif
