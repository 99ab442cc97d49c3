/* SPDX-License-Identifier: MIT
 *
 * A chord of the compositor's own is swallowed whole: what is pressed from its modifier on is held back,
 * and told to the focused window only when a key follows that is no binding. So a guest sees neither
 * the modifiers of a copy or a lock nor that there was one.
 */
#ifndef SILO_COMPOSITOR_INPUT_CHORD_H
#define SILO_COMPOSITOR_INPUT_CHORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Modifier keys that a hand can hold; more are told at once. */
#define CHORD_KEYS_MAX 8

struct chord {
	uint32_t keys[CHORD_KEYS_MAX]; /* held back */
	size_t len;
	uint32_t before;  /* modifiers that were down before the first of them */
	bool was_binding; /* one was run since then */
};

enum chord_release {
	CHORD_NOT_HELD, /* its press was told */
	CHORD_PART,     /* of a chord: nobody's */
	CHORD_TAP,      /* it was pressed and released alone, and nobody has been told yet */
};

/* Holds a key back that is pressed while depressed are down. Returns false if there is no room. */
bool chord_hold(struct chord *chord, uint32_t keycode, uint32_t depressed);

/* A key is released. */
enum chord_release chord_release(struct chord *chord, uint32_t keycode);

/* Which of the modifiers that are down now are held back. */
uint32_t chord_hidden(const struct chord *chord, uint32_t depressed);

#endif
