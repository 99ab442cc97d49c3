/* SPDX-License-Identifier: MIT
 *
 * What key bindings can do, by name. Everything here is a user's own action.
 */
#ifndef SILO_COMPOSITOR_INPUT_ACTIONS_H
#define SILO_COMPOSITOR_INPUT_ACTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct server;

struct action {
	const char *name;  /* as in silo(5) */
	bool takes_number; /* a workspace's, 1 to WORKSPACES_MAX */
	bool is_switchers; /* works while the switcher is open; no other does */
	bool is_trusted;   /* never from virtual keyboards */
	void (*run)(struct server *server, unsigned int number);
	void (*end)(struct server *server); /* the chord is let go; NULL: that means nothing */
	/* What the sheet says while it is held, for it is run only after a second; NULL: at once. */
	const char *confirm;
};

extern const struct action actions[];
extern const size_t actions_len;

/* Finds an action by its name. Returns NULL if there is none. */
const struct action *action_find(const char *name);

#endif
