/* SPDX-License-Identifier: MIT
 *
 * Key bindings of the window manager. The modifier is Super; in a window of another compositor,
 * which keeps Super for itself, it is Alt.
 */
#ifndef SILO_COMPOSITOR_INPUT_BINDINGS_H
#define SILO_COMPOSITOR_INPUT_BINDINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <xkbcommon/xkbcommon.h>

struct server;

/* The modifier that the bindings share, a WLR_MODIFIER_ bit. */
uint32_t bindings_modifier(struct server *server);

/*
 * Runs the binding of symbol under modifiers, if there is one. Those that end the session, and
 * later all that trust rests on, are not taken from virtual keyboards. Returns whether there was
 * one.
 */
bool bindings_run(struct server *server, uint32_t modifiers, xkb_keysym_t symbol, bool is_virtual);

#endif
