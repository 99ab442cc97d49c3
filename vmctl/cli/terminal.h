/* SPDX-License-Identifier: MIT
 *
 * The user's own terminal while it is a guest's screen: raw, and brought back whatever happens but
 * SIGKILL; and the keys with which the user leaves.
 */
#ifndef SILO_VMCTL_CLI_TERMINAL_H
#define SILO_VMCTL_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "vmctl/cli/sequence.h"

/* How the user leaves. */
enum terminal_exit {
	TERMINAL_TILDE,  /* Enter ~ . as in ssh: seldom typed, and no program's key */
	TERMINAL_BRACKET /* Ctrl+] */
};

struct terminal {
	enum terminal_exit exit;
	bool is_raw;
	struct termios saved;
	/* Of the keys: what has been typed of the way out. */
	bool is_line_start, has_tilde;
};

/* Are standard input and output a terminal? */
bool terminal_is_there(void);

/* Its size; 80 by 24 if it does not know. */
void terminal_size(unsigned *ret_columns, unsigned *ret_rows);

/* Goes raw. False if that is impossible. */
bool terminal_enter(struct terminal *terminal, enum terminal_exit exit);

/* Comes back, undoing what sequences did (state may be NULL). Harmless if it is not raw. */
void terminal_leave(struct terminal *terminal, const struct sequence_state *state);

/*
 * What is to be sent of len typed bytes, in place; there must be room for one more. Returns its
 * length and sets *ret_leaves if the user leaves, which drops what was typed after.
 */
size_t terminal_keys(struct terminal *terminal, char *bytes, size_t len, bool *ret_leaves);

#endif
