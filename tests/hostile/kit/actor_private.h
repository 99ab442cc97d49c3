/* SPDX-License-Identifier: MIT
 *
 * Shared by the files of the actor.
 */
#ifndef SILO_TESTS_HOSTILE_KIT_ACTOR_PRIVATE_H
#define SILO_TESTS_HOSTILE_KIT_ACTOR_PRIVATE_H

#include "tests/hostile/kit/actor.h"

/* Writes an event down. */
void actor_note(struct actor *actor, enum event_kind kind, uint32_t a, uint32_t b);

/* Makes the devices of the seat and listens to them. */
void actor_listen_input(struct actor *actor);

#endif
