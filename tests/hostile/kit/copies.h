/* SPDX-License-Identifier: MIT
 *
 * Copies between machines, as far as attacks on them have much in common: attacker and victim with a window each,
 * the user's chords, sources that behave in every way, and what is pasted.
 */
#ifndef SILO_TESTS_HOSTILE_KIT_COPIES_H
#define SILO_TESTS_HOSTILE_KIT_COPIES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "tests/hostile/kit/attack.h"

#define COPY "Alt+Shift+c"
#define PASTE "Alt+Shift+v"
#define PATIENCE_MS 3000
#define READ_MAX 4096
#define FDS_MAX 4

extern struct actor attacker, victim;
extern struct actor_window evil, good;

/* What a source does when it is asked. */
struct source {
	const char *bytes; /* NULL: keeps the pipe and says nothing */
	size_t len;
	size_t floods; /* writes so many bytes more, as they go */
	bool drips;    /* a byte each time it is looked at */
	int fds[FDS_MAX];
	size_t fds_len, written;
	int sends;
};

/* Writes what the source has to write by and by. */
void copies_pump(struct source *source);

/* Connects both and maps their windows. False: the user's clicks do not reach them. */
bool copies_set_up(struct arena *arena);

/* Lives until the log says so; source (NULL: none) goes on writing. False: it did not in time. */
bool copies_await(struct arena *arena, const char *text, struct source *source);

/* The user selects something of that type in the window of that colour, which has the keyboard then. */
bool copies_choose(struct arena *arena, struct actor *actor, uint32_t color, const char *type,
		struct source *source);

/* The same, and presses the chord; waits until the log has outcome. */
bool copies_copy(struct arena *arena, struct actor *actor, uint32_t color, const char *type,
		struct source *source, const char *outcome);

/* Presses the other chord in that window. Returns what it gets, up to READ_MAX bytes, or -1: nothing. */
ssize_t copies_paste(struct arena *arena, struct actor *actor, uint32_t color, const char *outcome,
		char out[READ_MAX]);

#endif
