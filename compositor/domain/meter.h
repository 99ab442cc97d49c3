/* SPDX-License-Identifier: MIT
 *
 * What the clients of each domain cost the compositor: time, and of each object what adds up. A proxy
 * meters its guest first; here the same limits stand again, should it be taken over. Bytes are a
 * hostile guest's, libwayland has checked their form.
 *
 * Time: who waits for the compositor gets a fair share of it. A domain that has used up its own,
 * while others want some, is told to be silent for a while, which its proxy obeys by not reading;
 * one that goes on all the same loses its clients.
 */
#ifndef SILO_COMPOSITOR_DOMAIN_METER_H
#define SILO_COMPOSITOR_DOMAIN_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bucket.h"

struct domain;
struct server;

/* Part of a domain. */
struct share {
	struct bucket time; /* nanoseconds of dispatching */
	int64_t active_ms;  /* when it last asked for something */
	int64_t silent_ms;  /* until when it was told to be silent */
};

bool meter_create(struct server *server);
void meter_destroy(struct server *server);

void share_init(struct share *share);

/* The time from now on is not for the client that was served last: others are, or an output is. */
void meter_break(struct server *server);

#endif
