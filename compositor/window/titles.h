/* SPDX-License-Identifier: MIT
 *
 * Titles of windows as pictures. A guest's words are set by silo-text in its box; here they are only sent
 * there, and what comes back is bounded and checked: whoever lies is ended. Nothing waits for it: until a
 * picture is there, and while silo-text is dead, a frame shows its VM's name alone.
 */
#ifndef SILO_COMPOSITOR_WINDOW_TITLES_H
#define SILO_COMPOSITOR_WINDOW_TITLES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct server;
struct title_picture;
struct window;

/* Where a title is shown: each has a size of letters of its own. */
enum title_use {
	TITLE_FRAME,
	TITLE_SWITCHER,
	TITLE_REVEAL,
	TITLE_USES,
};

/* Of each window; zeroed at first. */
struct title_slot {
	struct title_picture *picture; /* NULL: none yet */
	uint32_t picture_of;           /* title_number of the title that it shows */
	int size;                      /* of the letters that are wanted, device pixels; 0: none */
	int64_t asked_ms;              /* when it was asked for last */
	bool is_asked;                 /* and has not been answered */
};

bool titles_create(struct server *server);
void titles_destroy(struct server *server);

/*
 * The window's title in letters of that size, for that use; the slot's, until the next call for window.
 * NULL: it has none, or not yet; then, and when it comes later, whoever shows it is repainted.
 */
struct title_picture *titles_get(struct window *window, enum title_use use, int size);

/* The window goes. */
void titles_forget(struct window *window);

/* A process that silo started has ended. Returns whether it was silo-text's. */
bool titles_ended(struct server *server, pid_t pid);

#endif
