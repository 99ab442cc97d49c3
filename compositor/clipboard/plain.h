/* SPDX-License-Identifier: MIT
 *
 * Is it text, and how much? A guest's bytes that are to be pasted as text somewhere else. Nothing is
 * parsed but UTF-8; HTML is text like any other, and stays the markup that it is.
 */
#ifndef SILO_COMPOSITOR_CLIPBOARD_PLAIN_H
#define SILO_COMPOSITOR_CLIPBOARD_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct plain {
	size_t len;        /* bytes that are left */
	size_t characters; /* code points that are left */
	size_t removed;    /* controls that are not */
};

/*
 * Checks that bytes are strict UTF-8 without NUL, and, unless keeps_controls, takes out what a terminal
 * would obey: C0 and C1 controls but tab and line ends, and DEL. Returns false if it is no text.
 */
bool plain_take(uint8_t *bytes, size_t len, bool keeps_controls, struct plain *ret_plain);

#endif
