/* SPDX-License-Identifier: MIT
 *
 * What an attack program is: a table of cases, each of which attacks a compositor and says whether
 * it held. The kit's main() runs one case a process, against whatever world the environment names:
 *
 *   SILO_HOSTILE_ATTACKER, _VICTIM   Wayland sockets of the attacker's domain and of another
 *   SILO_HOSTILE_HOST                a socket of the host's own programs (default: _VICTIM)
 *   SILO_HOSTILE_TOOLS               a socket that offers pictures
 *   SILO_HOSTILE_USER                a socket that offers virtual input (default: _TOOLS)
 *   SILO_HOSTILE_FILL                the attacker's colour 0xrrggbb, where windows wear one
 *   SILO_HOSTILE_STRIP               height of a part of the screen that is the compositor's own
 *   SILO_HOSTILE_QUIET               milliseconds without a change after which a picture is final
 *   SILO_HOSTILE_PIDS                processes that must live on, separated by commas
 *   SILO_HOSTILE_LOG                 what the compositor has written
 *   SILO_HOSTILE_GUARD_LOG           what that has written which stands before it
 *   SILO_HOSTILE_PICTURE             where to leave a picture of the end
 *
 * All may be the same ordinary compositor's socket.
 */
#ifndef SILO_TESTS_HOSTILE_KIT_ATTACK_H
#define SILO_TESTS_HOSTILE_KIT_ATTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/hostile/kit/actor.h"
#include "tests/probe/probe.h"

/* Colours that nothing else on a screen has. */
#define EVIL 0xffff00ff
#define GOOD 0xff00ff7f
#define ANCHOR 0xff0bb0f1

enum verdict {
	HELD,   /* the defence stands */
	BROKEN, /* the attack succeeded */
	CANNOT, /* the compositor lacks what the attack needs: said why */
};

struct box {
	int x, y, width, height;
};

struct arena {
	const char *attacker_socket, *victim_socket, *host_socket, *tools_socket;
	struct probe screen, user;
	struct capture *picture;
	int width, height; /* of the first output, pixels */
	uint32_t fill;     /* 0: windows do not wear their domain's colour */
	int strip;
	int quiet_ms; /* 0: what was asked for is shown at once */
	char reason[512];
};

struct attack_case {
	const char *id; /* "A3.1" */
	const char *title;
	enum verdict (*run)(struct arena *arena);
	/* What must fall to it: NULL is a bare wlroots compositor; else names of base/defence.h, with
	 * commas between them, which Silo is run without. */
	const char *control;
	/* Text of silo(5) that the session of Silo is set to; NULL: nothing. */
	const char *settings;
};

/* Every attack program has these. */
extern const struct attack_case attack_cases[];
extern const size_t attack_cases_len;

/* Notes the reason of a verdict, as printf(), and returns the verdict. */
enum verdict because(struct arena *arena, enum verdict verdict, const char *format, ...)
		__attribute__((format(printf, 3, 4)));

/* Connects; a case that gets no connection cannot go on, and the process ends. */
void arena_attacker(struct arena *arena, struct actor *actor);
void arena_victim(struct arena *arena, struct actor *actor);
void arena_host(struct arena *arena, struct actor *actor);

/* Takes a picture of the screen as it is after everybody's requests. */
void arena_look(struct arena *arena);
/* Of the last picture: a pixel 0xrrggbb, and where a colour (its alpha is ignored) is. */
uint32_t arena_pixel(const struct arena *arena, int x, int y);
size_t arena_find(const struct arena *arena, uint32_t color, struct box *ret_box);
/* How many pixels of that colour lie outside of inside. */
size_t arena_find_outside(const struct arena *arena, uint32_t color, const struct box *inside);

/* Is there, close to the middle of each side, a line in the colour of the attacker's machine? */
bool arena_is_framed(const struct arena *arena, const struct box *client);
/* How many pixels of that colour stand in the part of the screen that is the compositor's own. */
size_t arena_find_in_strip(const struct arena *arena, uint32_t color);

/* The title of the window whose title or application id holds pattern, as the compositor knows it. */
bool arena_title(struct arena *arena, const char *pattern, char *out, size_t cap);

/* The most memory that the processes that must live on have had at one time, KiB: what was taken and
 * given back counts too. */
size_t arena_memory_kib(const struct arena *arena);
/* The processor's time that they have used so far. */
int64_t arena_time_ms(const struct arena *arena);
/* Has one of them written that text into its log since it was started? */
bool arena_log_holds(const struct arena *arena, const char *text);
/* Has whatever stands before the compositor ended the attacker's connection? */
bool arena_is_refused(const struct arena *arena);

/* The user. */
void arena_point(struct arena *arena, int x, int y);
void arena_press(struct arena *arena, uint32_t button, bool is_pressed);
void arena_click(struct arena *arena, int x, int y);
/* Clicks on what has that colour in a new picture, near its middle. False: nothing has. */
bool arena_click_on(struct arena *arena, uint32_t color);
void arena_type(struct arena *arena, const char *text);
void arena_chord(struct arena *arena, const char *chord);
void arena_hold(struct arena *arena, const char *key, bool is_pressed);

#endif
