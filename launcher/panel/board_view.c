/* SPDX-License-Identifier: MIT
 *
 * Draws the notices: one sheet that hangs from the strip, so that its place says whose it is. Lengths
 * are logical pixels.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "launcher/panel/board.h"

#define NOTICE_HEIGHT 108
#define LINE_HEIGHT 8 /* more, if there is one that shows time */
#define TEXT_STEP 18  /* each line of text after the first */
#define COUNT_HEIGHT 30
#define RADIUS 12
#define PAD 24
#define HATCH 8
#define PLATE_Y 17
#define PLATE_HEIGHT 28
#define PLATE_WIDTH_MAX 180
#define TITLE_Y 67
#define TEXT_Y 90
#define CROSS_ROOM 24
/* A start is never told done before it is. */
#define LEVEL_STARTING_MAX 0.95

static const struct text_look text_look = {.size = 13};

static double text_width(int width) {
	return fmax(1, width - 2 * PAD);
}

/* How many bytes of text fit into a line: up to a blank, or all of it. */
static size_t fitting(struct canvas *canvas, const char *text, double room) {
	char head[4 * BOARD_TEXT_MAX + 1];
	size_t best = 0, len = strlen(text);
	for (size_t end = 0; end <= len; end++) {
		if (end < len && text[end] != ' ') {
			continue;
		}
		memcpy(head, text, end);
		head[end] = '\0';
		if (canvas_text_width(canvas, head, &text_look) > room) {
			break;
		}
		best = end;
	}
	return best > 0 ? best : len;
}

/* Calls draw (may be NULL) for each line; returns how many there are, at least one. */
static size_t break_text(struct canvas *canvas, const char *text, double room,
		void (*draw)(struct canvas *canvas, const char *line, double y, double room),
		double y) {
	size_t lines = 0;
	while (lines == 0 || (*text != '\0' && lines < BOARD_TEXT_LINES_MAX)) {
		char line[4 * BOARD_TEXT_MAX + 1];
		size_t len = lines + 1 == BOARD_TEXT_LINES_MAX ? strlen(text)
							       : fitting(canvas, text, room);
		memcpy(line, text, len);
		line[len] = '\0';
		if (draw != NULL) {
			draw(canvas, line, y + (double)lines * TEXT_STEP, room);
		}
		text += len;
		text += strspn(text, " ");
		lines++;
	}
	return lines;
}

static bool has_line(const struct board_notice *notice) {
	return notice->ends_ms > notice->begins_ms;
}

static int notice_height(struct canvas *canvas, const struct board_notice *notice, int width) {
	size_t lines = break_text(canvas, notice->text, text_width(width), NULL, 0);
	return NOTICE_HEIGHT + (int)(lines - 1) * TEXT_STEP + (has_line(notice) ? LINE_HEIGHT : 0);
}

/* Only measures. */
static struct canvas measuring(struct lettering *lettering, double scale) {
	return (struct canvas){.lettering = lettering, .scale = scale};
}

int board_height(const struct board *board, struct lettering *lettering, double scale, int width) {
	struct canvas canvas = measuring(lettering, scale);
	int height = 0;
	for (size_t i = 0; i < board->shown_len; i++) {
		height += notice_height(&canvas, &board->notices[board->shown[i]], width);
	}
	return height + (board->len > board->shown_len ? COUNT_HEIGHT : 0);
}

uint64_t board_notice_at(const struct board *board, struct lettering *lettering, double scale,
		int width, double y) {
	struct canvas canvas = measuring(lettering, scale);
	double top = 0;
	for (size_t i = 0; i < board->shown_len; i++) {
		const struct board_notice *notice = &board->notices[board->shown[i]];
		top += notice_height(&canvas, notice, width);
		if (y < top) {
			return notice->id;
		}
	}
	return 0;
}

/* ---- drawing ---- */

static void draw_sheet(struct canvas *canvas, int width, int height) {
	const struct theme *theme = canvas->theme;
	cairo_t *cr = canvas->cr;
	double w = canvas_snap(canvas, width), h = canvas_snap(canvas, height);
	double line = fmax(1, canvas_snap(canvas, 1)), r = RADIUS * canvas->scale;
	/* The line is on the free sides; the upper one is the strip's. */
	marks_round_path(cr, 0, 0, w, h, (struct radii){0, 0, r, r});
	marks_set_color(cr, theme->keyline, 1);
	cairo_fill(cr);
	marks_round_path(cr, line, 0, w - 2 * line, h - line,
			(struct radii){0, 0, r - line, r - line});
	marks_set_color(cr, theme->raised, 1);
	cairo_fill(cr);
	/* What follows stays inside. */
	marks_round_path(cr, line, 0, w - 2 * line, h - line,
			(struct radii){0, 0, r - line, r - line});
	cairo_clip(cr);
}

static double draw_host(struct canvas *canvas, const char *label, bool is_clipboard, double x,
		double y) {
	const struct theme *theme = canvas->theme;
	struct text_look look = {.size = 13, .weight = 600, .color = theme->ink};
	double width = 36 + canvas_text_width(canvas, label, &look) + 12;
	double middle = y + PLATE_HEIGHT / 2.0;
	canvas_outline(canvas, (struct box){x, y, width, PLATE_HEIGHT}, PLATE_RADIUS, 1,
			theme->ink3);
	if (is_clipboard) {
		canvas_figure(canvas, FIGURE_CLIPBOARD, x + 19, middle, theme->ink);
	} else {
		marks_silo(canvas->cr, canvas_snap(canvas, x + 19), canvas_snap(canvas, middle),
				16 * canvas->scale, theme->ink);
	}
	canvas_text(canvas, label, x + 36, middle, &look);
	return width;
}

static double draw_party(struct canvas *canvas, const struct board_notice *notice,
		const struct party *party, double x, double y) {
	if (!party->is_there || party->is_host) {
		/* A copy's other end, where it is no VM and not this computer. */
		bool is_clipboard = notice->kind == BOARD_CLIPBOARD && !party->is_there;
		return draw_host(canvas, is_clipboard ? "Silo clipboard" : "This computer",
				is_clipboard, x, y);
	}
	struct plate plate = {party->label, party->colors, party->glyph};
	return canvas_plate(canvas, &plate, x, y, PLATE_HEIGHT, 13, PLATE_WIDTH_MAX);
}

/* Who, and what it is about. */
static void draw_head(struct canvas *canvas, const struct board_notice *notice, int width,
		double top) {
	const struct theme *theme = canvas->theme;
	double x = PAD, middle = top + PLATE_Y + PLATE_HEIGHT / 2.0;
	x += draw_party(canvas, notice, &notice->source, x, top + PLATE_Y);
	bool is_copy = notice->kind == BOARD_CLIPBOARD && notice->source.is_there;
	if (notice->target.is_there || is_copy) {
		canvas_figure(canvas, FIGURE_ARROW, x + 24, middle, theme->ink);
		x += 48;
		x += draw_party(canvas, notice, &notice->target, x, top + PLATE_Y);
	}
	canvas_text(canvas, notice->detail, width - PAD, middle,
			&(struct text_look){.size = 13,
					.color = theme->ink,
					.align = ALIGN_RIGHT,
					.max_width = fmax(1, width - PAD - x - 16),
					.is_title = true});
}

static void draw_text_line(struct canvas *canvas, const char *line, double y, double room) {
	struct text_look look = text_look;
	look.color = canvas->theme->ink2;
	look.max_width = room;
	canvas_text(canvas, line, PAD, y, &look);
}

/* The part of it that is filled, 0 to 1. */
static double line_level(const struct board_notice *notice, uint64_t now_ms) {
	double all = (double)(notice->ends_ms - notice->begins_ms);
	double done = now_ms > notice->begins_ms ? (double)(now_ms - notice->begins_ms) / all : 0;
	if (notice->kind == BOARD_START) {
		return fmin(LEVEL_STARTING_MAX, done);
	}
	/* What is left, in whole seconds. */
	double seconds = ceil((1 - done) * all / 1000);
	return fmin(1, fmax(0, seconds * 1000 / all));
}

static void draw_notice(const struct board *board, struct canvas *canvas,
		const struct board_notice *notice, int width, double top, double height,
		uint64_t now_ms) {
	const struct theme *theme = canvas->theme;
	if (notice->is_failure) {
		double y = canvas_snap(canvas, top);
		marks_hatch(canvas->cr, 0, y, canvas_snap(canvas, HATCH),
				canvas_snap(canvas, top + height) - y, canvas->scale, theme->ink);
	}
	draw_head(canvas, notice, width, top);
	bool is_pointed = board->is_held && board->pointed == notice->id;
	canvas_text(canvas, notice->title, PAD, top + TITLE_Y,
			&(struct text_look){.size = 15,
					.weight = 600,
					.color = theme->ink,
					.max_width = text_width(width) -
							(is_pointed ? CROSS_ROOM : 0)});
	if (is_pointed) {
		canvas_figure(canvas, FIGURE_CROSS, width - PAD - 6, top + TITLE_Y, theme->ink2);
	}
	break_text(canvas, notice->text, text_width(width), draw_text_line, top + TEXT_Y);
	if (has_line(notice)) {
		double level = line_level(notice, now_ms);
		canvas_fill(canvas, (struct box){0, top + height - 4, width, 3}, theme->line);
		canvas_fill(canvas, (struct box){0, top + height - 4, width * level, 3},
				theme->ink);
	}
}

void board_draw(const struct board *board, struct canvas *canvas, int width, uint64_t now_ms) {
	const struct theme *theme = canvas->theme;
	double top = 0;
	draw_sheet(canvas, width, board_height(board, canvas->lettering, canvas->scale, width));
	for (size_t i = 0; i < board->shown_len; i++) {
		const struct board_notice *notice = &board->notices[board->shown[i]];
		double height = notice_height(canvas, notice, width);
		if (i > 0) {
			canvas_fill(canvas, (struct box){0, top, width, 1}, theme->line);
		}
		draw_notice(board, canvas, notice, width, top, height, now_ms);
		top += height;
	}
	if (board->len > board->shown_len) {
		char text[32];
		snprintf(text, sizeof(text), "%zu more", board->len - board->shown_len);
		canvas_fill(canvas, (struct box){0, top, width, 1}, theme->line);
		canvas_text(canvas, text, PAD, top + COUNT_HEIGHT / 2.0,
				&(struct text_look){.size = 12,
						.color = theme->ink2,
						.is_number = true});
	}
}
