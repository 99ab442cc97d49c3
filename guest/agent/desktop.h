/* SPDX-License-Identifier: MIT
 *
 * Desktop entries: what a program in this VM says of itself in its .desktop file. Read here, as the
 * VM's user; the host never sees such a file, nor the command line in it.
 */
#ifndef SILO_GUEST_AGENT_DESKTOP_H
#define SILO_GUEST_AGENT_DESKTOP_H

#include <stdbool.h>
#include <stddef.h>

#include "parse/agent.h"

/* A whole file; the longest value that is looked at; words of a command. */
#define DESKTOP_FILE_MAX (64u << 10)
#define DESKTOP_VALUE_MAX 1023
#define DESKTOP_WORDS_MAX 64

struct desktop_entry {
	char name[AGENT_APP_NAME_MAX + 1];         /* sanitised */
	char category[AGENT_APP_CATEGORY_MAX + 1]; /* the first main category, or "" */
	char exec[DESKTOP_VALUE_MAX + 1];
	char try_exec[DESKTOP_VALUE_MAX + 1];
	bool is_terminal; /* Terminal=true */
	bool is_shown;    /* false: Hidden, NoDisplay, or for one desktop only */
};

/* The words of a command; they lie in text. */
struct desktop_command {
	const char *words[DESKTOP_WORDS_MAX + 1]; /* ends with NULL */
	char text[2 * (DESKTOP_VALUE_MAX + 1)];
};

/*
 * Reads the group [Desktop Entry] of the file in bytes. Returns false if it is no application
 * (another Type, no Name or Exec, or a value that is too long).
 */
bool desktop_parse(const char *bytes, size_t len, struct desktop_entry *ret_entry);

/*
 * Splits the entry's Exec into words: quotes and escapes are honoured, field codes are left out (no
 * file is ever passed) but for %c and %%. Returns false if it is malformed or has no word.
 */
bool desktop_split(const struct desktop_entry *entry, struct desktop_command *ret_command);

#endif
