/* SPDX-License-Identifier: MIT
 *
 * The notices that hang from the strip, without their window: which are shown, in what order, for
 * how long. They come from silo, which bounds them per VM; words of a guest may be in them, so they are
 * bounded and sanitised here once more, and one VM's many notices never hide another's only one.
 */
#ifndef SILO_LAUNCHER_PANEL_BOARD_H
#define SILO_LAUNCHER_PANEL_BOARD_H

#include "launcher/toolkit/canvas.h"

#include <stdint.h>
#include <systemd/sd-json.h>

#include "launcher/data/party.h"

#define BOARD_WIDTH 560
#define BOARD_NOTICES_MAX 64
/* More are counted. */
#define BOARD_SHOWN_MAX 3
/* Code points. */
#define BOARD_DETAIL_MAX 48
#define BOARD_TITLE_MAX 96
#define BOARD_TEXT_MAX 320
#define BOARD_TEXT_LINES_MAX 5

enum board_kind {
	BOARD_MESSAGE,
	BOARD_START, /* its line fills; others' run out */
	BOARD_CLIPBOARD,
};

struct board_notice {
	uint64_t id;
	enum board_kind kind;
	bool is_failure;
	struct party source, target;
	char detail[4 * BOARD_DETAIL_MAX + 1];
	char title[4 * BOARD_TITLE_MAX + 1];
	char text[4 * BOARD_TEXT_MAX + 1];
	uint64_t begins_ms, ends_ms; /* Unix time of what its line shows; 0: it has none */
	int64_t left_us;             /* how long it is still to be shown */
};

struct board {
	bool is_dark;
	struct board_notice notices[BOARD_NOTICES_MAX]; /* the newest first */
	size_t len;
	size_t shown[BOARD_SHOWN_MAX]; /* their indices, from top to bottom */
	size_t shown_len;
	bool is_held;       /* the pointer is on them: their time stands still */
	int64_t counted_us; /* until then their time has been taken off */
	uint64_t pointed;   /* the notice under it; 0: none */
};

void board_init(struct board *board, bool is_dark);

/* Takes the notices of an answer of io.silo.Compositor.Watch in place of those that were known. */
void board_take(struct board *board, sd_json_variant *notices, int64_t now_us);

/* The pointer is on a notice (0: on none), or has gone. Returns whether the picture has changed. */
bool board_hold(struct board *board, bool is_held, uint64_t pointed, int64_t now_us);

/* One whose time is over, which is forgotten by that; 0: none yet. */
uint64_t board_expire(struct board *board, int64_t now_us);

/* When board_expire() or the picture has to be looked at again; INT64_MAX: when something happens. */
int64_t board_wake_us(const struct board *board, int64_t now_us);

/* ---- board_view.c ---- */

/* How high all that is shown is; 0: nothing is. */
int board_height(const struct board *board, struct lettering *lettering, double scale, int width);

/* The id of the notice at y, 0: none. */
uint64_t board_notice_at(const struct board *board, struct lettering *lettering, double scale,
		int width, double y);

/* Draws all of it; now_ms is Unix time. */
void board_draw(const struct board *board, struct canvas *canvas, int width, uint64_t now_ms);

#endif
