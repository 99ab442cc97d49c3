/* SPDX-License-Identifier: MIT
 *
 * Chords that are held. Some actions last until their chord is let go (the reveal); others are done only
 * when it has been held for a second, which a sheet under the strip shows meanwhile (freeze, kill). One
 * at a time; letting go of any of its keys ends it.
 */
#ifndef SILO_COMPOSITOR_INPUT_HOLD_H
#define SILO_COMPOSITOR_INPUT_HOLD_H

#include <stdbool.h>
#include <stdint.h>

struct action;
struct server;

bool hold_create(struct server *server);
void hold_destroy(struct server *server);

/* The chord of action, which has an end or asks to be confirmed, is pressed, with these modifiers. */
void hold_begin(struct server *server, const struct action *action, uint32_t modifiers);

/* The key of the chord that has just been pressed; nothing happens unless one begins with it. */
void hold_note_key(struct server *server, uint32_t keycode);

/* A key is let go, or modifiers have changed: ends what is held if it was a part of it. */
void hold_release_key(struct server *server, uint32_t keycode);
void hold_update_modifiers(struct server *server, uint32_t modifiers);

/* Ends what is held, as if it were let go. */
void hold_cancel(struct server *server);

#endif
