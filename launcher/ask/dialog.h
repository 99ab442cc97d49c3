/* SPDX-License-Identifier: MIT
 *
 * A question without its window: what it says, what a key or a click means, when it listens. What it
 * says is silo's own; all of it is bounded again. "No" is what everything means that is not plainly
 * yes, and nothing means anything until the user has had time to see what is asked.
 */
#ifndef SILO_LAUNCHER_ASK_DIALOG_H
#define SILO_LAUNCHER_ASK_DIALOG_H

#include "launcher/toolkit/canvas.h"

#include <stdint.h>

#include "launcher/data/party.h"
#include "launcher/toolkit/input.h"

#define DIALOG_WIDTH 560
#define DIALOG_FACTS_MAX 4
/* Code points of any text. */
#define DIALOG_TEXT_MAX 96
#define DIALOG_TEXT_BYTES (4 * DIALOG_TEXT_MAX + 1)
/* So long without any input, since it was last drawn anew, it has to be before it listens. */
#define DIALOG_DEAD_US INT64_C(500000)

/* What the keys can go to, in the order of Tab. */
enum dialog_part {
	DIALOG_NO,
	DIALOG_REMEMBER,
	DIALOG_MUTE,
	DIALOG_ACTION,
	DIALOG_PARTS,
	DIALOG_NOTHING = DIALOG_PARTS,
};

struct dialog_fact {
	char name[DIALOG_TEXT_BYTES], value[DIALOG_TEXT_BYTES];
};

struct dialog_answer {
	bool is_allowed, is_remembered, is_muted;
};

struct dialog {
	bool is_dark;
	uint64_t id; /* 0: nothing is asked */
	struct party source, target;
	char question[DIALOG_TEXT_BYTES], action[DIALOG_TEXT_BYTES];
	char remember[DIALOG_TEXT_BYTES]; /* "": there is no such box */
	char mute[DIALOG_TEXT_BYTES];     /* whom it would mute; "": likewise */
	struct dialog_fact facts[DIALOG_FACTS_MAX];
	size_t facts_len;
	unsigned int waiting; /* more questions */
	bool remembers, mutes;
	enum dialog_part focus, pointed;
	bool is_drawn;    /* as it is now, for the user to see */
	int64_t since_us; /* since then nothing was typed or clicked, if it is drawn */
	struct box parts[DIALOG_PARTS]; /* where they were drawn last; empty: not there */
};

void dialog_init(struct dialog *dialog, bool is_dark);

/* Takes an answer of io.silo.Compositor.WatchQuestions; NULL: nothing is asked. */
void dialog_take(struct dialog *dialog, sd_json_variant *answer);

/* Its picture is on the screen. */
void dialog_shown(struct dialog *dialog, int64_t now_us);

/* When it begins to listen, if that is not now; INT64_MAX: when it is shown, or it listens. */
int64_t dialog_wake_us(const struct dialog *dialog, int64_t now_us);

bool dialog_listens(const struct dialog *dialog, int64_t now_us);

/* What follows from an event: whether it is drawn anew, or has been answered. */
enum dialog_effect {
	DIALOG_UNCHANGED,
	DIALOG_CHANGED,
	DIALOG_ANSWERED,
};

enum dialog_effect dialog_key(struct dialog *dialog, const struct key_press *press, int64_t now_us,
		struct dialog_answer *ret_answer);
enum dialog_effect dialog_press(struct dialog *dialog, uint32_t button, double x, double y,
		int64_t now_us, struct dialog_answer *ret_answer);
enum dialog_effect dialog_motion(struct dialog *dialog, double x, double y);

/* It is answered: nothing is asked until the next dialog_take(). */
void dialog_end(struct dialog *dialog);

/* ---- dialog_view.c ---- */

int dialog_height(const struct dialog *dialog);

/* Draws all of it and notes its parts. */
void dialog_draw(struct dialog *dialog, struct canvas *canvas, int64_t now_us);

#endif
