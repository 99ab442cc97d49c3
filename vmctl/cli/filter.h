/* SPDX-License-Identifier: MIT
 *
 * What a guest says on the user's terminal: printable text and newlines, nothing that moves the
 * cursor, sets a title, writes the clipboard or makes the terminal answer. For a screen, a shell's,
 * also the sequences that sequence_may_pass() lets pass. Works on a stream, so a sequence may be cut
 * anywhere between two calls.
 */
#ifndef SILO_VMCTL_CLI_FILTER_H
#define SILO_VMCTL_CLI_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "vmctl/cli/sequence.h"

enum filter_state {
	FILTER_TEXT,
	FILTER_ESCAPE,   /* after ESC */
	FILTER_SEQUENCE, /* in a control sequence, up to its final byte */
	FILTER_STRING,   /* in OSC, DCS, SOS, PM, APC, up to its terminator or the line's end */
	FILTER_STRING_ESCAPE,
};

/* Zero-initialise, but for is_screen. */
struct filter {
	bool is_screen;
	enum filter_state state;
	char partial[4]; /* an unfinished character */
	size_t partial_len;
	/* Of a screen: the sequence so far; one that is too long is longer than SEQUENCE_MAX. */
	char sequence[SEQUENCE_MAX];
	size_t sequence_len;
	struct sequence_state screen;
};

/* Room that the output of len bytes may need. */
#define FILTER_ROOM(len) (3 * ((len) + 4) + SEQUENCE_MAX)

/* Writes what may be shown of len bytes into out (FILTER_ROOM(len) bytes). Returns its length. */
size_t filter_bytes(struct filter *filter, const char *untrusted_bytes, size_t len, char *out);

#endif
