/* SPDX-License-Identifier: MIT
 *
 * Key bindings of the window manager: which chord does what. The modifier that most of them share is
 * Super; in a window of another compositor, which keeps Super for itself, it is Alt.
 */
#ifndef SILO_COMPOSITOR_INPUT_BINDINGS_H
#define SILO_COMPOSITOR_INPUT_BINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xkbcommon/xkbcommon.h>

struct action;
struct server;

/* Stands for the shared modifier among WLR_MODIFIER_ bits. */
#define BINDING_MOD (1u << 31)

struct binding {
	uint32_t modifiers; /* BINDING_MOD and WLR_MODIFIER_ bits, all of them held and no others */
	xkb_keysym_t symbol; /* lower case */
	const char *action;  /* of actions[]; NULL: none */
	unsigned int number; /* for actions that take one */
	int line;            /* of the settings; 0: a default */
};

extern const struct binding bindings_default[];
extern const size_t bindings_default_len;

/* The modifier that the bindings share, a WLR_MODIFIER_ bit. */
uint32_t bindings_modifier(struct server *server);

/*
 * Runs the binding of symbol under modifiers, if there is one. Those that end the session, and
 * later all that trust rests on, are not taken from virtual keyboards. Returns whether there was
 * one.
 */
bool bindings_run(struct server *server, uint32_t modifiers, xkb_keysym_t symbol, bool is_virtual);

/* Runs what a tap of Super alone does. It is the outer session's where silo is nested. */
bool bindings_run_tap(struct server *server, bool is_virtual);

#endif
