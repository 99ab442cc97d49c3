/* SPDX-License-Identifier: MIT
 *
 * What is told of copies and pastes: whose, what kind and how much, where to, and what came of it, each
 * time, in the look's words. Nothing of the content.
 */
#ifndef SILO_COMPOSITOR_CLIPBOARD_TELL_H
#define SILO_COMPOSITOR_CLIPBOARD_TELL_H

#include <stdbool.h>
#include <stddef.h>

#include "compositor/clipboard/clipboard.h"

/* What it is about. */
struct told {
	const struct notice_party *source, *target; /* NULL: Silo's clipboard itself */
	const char *detail;
	bool is_failure;
	int64_t left_ms, all_ms; /* until it is wiped; 0: is not told */
	bool stays;              /* as long as that */
};

/* Puts the notice in the place of the last one. title and text are formats of one line each. */
void tell(struct server *server, const struct told *told, const char *title, const char *text);

/* "Text, 212 characters", "PNG picture, 14 KiB"; cap bytes. */
void tell_content(const struct clipboard_status *status, char *out, size_t cap);

/* "256 KiB", "1.5 MiB"; cap bytes. */
void tell_size(size_t bytes, char *out, size_t cap);

/* A party's name in a sentence: its label, or "this computer". */
const char *tell_name(const struct notice_party *party);

#endif
