/* SPDX-License-Identifier: MIT
 *
 * Which escape sequences of a guest may reach the user's terminal in a shell: those that colour, move
 * and erase, each known by its final byte. What makes a terminal answer, print, resize, retitle, or
 * forget what scrolled away, and what is not known, is none of them.
 */
#ifndef SILO_VMCTL_CLI_SEQUENCE_H
#define SILO_VMCTL_CLI_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>

/* A longer one is none that a terminal needs. */
#define SEQUENCE_MAX 64

/* What the sequences that passed have changed, so that it can be undone. */
struct sequence_state {
	bool has_alternate_screen, has_hidden_cursor, has_no_wrap, has_region, has_shape;
	bool has_cursor_keys, has_keypad, has_paste, has_charset;
};

/* May the sequence (from ESC to its final byte) pass? Notes in state what it changes. */
bool sequence_may_pass(struct sequence_state *state, const char *sequence, size_t len);

/* Room for sequence_undo(). */
#define SEQUENCE_UNDO_MAX 96

/* Writes what brings the terminal back into out. Returns its length. */
size_t sequence_undo(const struct sequence_state *state, char out[SEQUENCE_UNDO_MAX]);

#endif
