/* SPDX-License-Identifier: MIT
 *
 * Keyboards that are plugged in later. What types is believed to be the user, and any USB device may say
 * that it is a keyboard; so one that was not there when the session began types nothing until the
 * user has said that it may, with another keyboard or the mouse. A device's name is its own word.
 */
#ifndef SILO_COMPOSITOR_INPUT_NEWCOMER_H
#define SILO_COMPOSITOR_INPUT_NEWCOMER_H

#include <stdbool.h>

struct newcomer;
struct server;
struct wlr_keyboard;

/* silo(5): what becomes of them. */
enum newcomer_policy {
	NEWCOMER_ASK,
	NEWCOMER_ALLOW,
	NEWCOMER_DENY,
};

bool newcomers_create(struct server *server);
void newcomers_destroy(struct server *server);

/*
 * A real keyboard is there, and the user is asked if that is called for. Those of the start are
 * accepted, and the first where there was none; so are those of an outer session, and those that went with the
 * console when they come back. Returns NULL without memory.
 */
struct newcomer *newcomer_meet(struct server *server, struct wlr_keyboard *keyboard);

/*
 * May it type? While the session is locked each may, at the locker only, or who has changed the keyboard
 * meanwhile could not get in. NULL: no.
 */
bool newcomer_may_type(const struct newcomer *newcomer);

/* It is unplugged: what was asked about it is asked no more. NULL is legal. */
void newcomer_leave(struct newcomer *newcomer);

#endif
