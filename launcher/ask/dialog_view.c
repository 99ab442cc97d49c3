/* SPDX-License-Identifier: MIT
 *
 * Draws a question. Lengths are logical pixels.
 */
#include <math.h>
#include <stdio.h>

#include "launcher/ask/dialog.h"

#define PAD 32
#define RADIUS 12
#define HEAD_Y 43
#define HEAD_X 65
#define HEAD_SIZE 20
#define HEAD_SIZE_MIN 13
#define WELL_Y 79
#define WELL_HEIGHT 72
#define PLATE_HEIGHT 36
#define PLATE_WIDTH_MAX 200
#define ARROW_ROOM 92
#define FACTS_Y 164
#define FACT_STEP 28
#define FACT_X 112
#define FACT_X_MAX 208
#define FACT_GAP 16
#define BOX_STEP 32
#define BOX_SIDE 16
#define FOOT_HEIGHT 84
#define BUTTON_WIDTH 128
#define BUTTON_HEIGHT 40
#define BUTTON_GAP 20

static size_t count_boxes(const struct dialog *dialog) {
	return (dialog->remember[0] != '\0') + (dialog->mute[0] != '\0');
}

/* Nobody is asked about whom: there is no well. */
static bool has_well(const struct dialog *dialog) {
	return dialog->source.is_there || dialog->target.is_there;
}

static double facts_y(const struct dialog *dialog) {
	return has_well(dialog) ? FACTS_Y : WELL_Y;
}

static double boxes_y(const struct dialog *dialog) {
	return facts_y(dialog) + FACT_STEP * (double)dialog->facts_len;
}

/* The line above the buttons. */
static double foot_y(const struct dialog *dialog) {
	return boxes_y(dialog) + 20 + BOX_STEP * (double)count_boxes(dialog);
}

int dialog_height(const struct dialog *dialog) {
	return (int)foot_y(dialog) + FOOT_HEIGHT;
}

static void draw_head(const struct dialog *dialog, struct canvas *canvas) {
	const struct theme *theme = canvas->theme;
	double right = DIALOG_WIDTH - PAD;
	if (dialog->waiting > 0) {
		char text[32];
		snprintf(text, sizeof(text), "%u more", dialog->waiting);
		right -= 16 +
				canvas_text(canvas, text, DIALOG_WIDTH - PAD, HEAD_Y,
						&(struct text_look){.size = 12,
								.color = theme->ink2,
								.align = ALIGN_RIGHT,
								.is_number = true});
	}
	marks_silo(canvas->cr, canvas_snap(canvas, PAD + 9), canvas_snap(canvas, HEAD_Y),
			16 * canvas->scale, theme->ink);
	/* Long names make it smaller: what is asked is read to its end. */
	struct text_look look = {.size = HEAD_SIZE, .weight = 600, .color = theme->ink};
	while (look.size > HEAD_SIZE_MIN &&
			canvas_text_width(canvas, dialog->question, &look) > right - HEAD_X) {
		look.size--;
	}
	look.max_width = right - HEAD_X;
	canvas_text(canvas, dialog->question, HEAD_X, HEAD_Y, &look);
}

static double host_width(struct canvas *canvas, const struct text_look *look) {
	return 46 + canvas_text_width(canvas, "This computer", look) + 16;
}

static double party_width(struct canvas *canvas, const struct party *party) {
	const struct text_look look = {.size = 14, .weight = 600};
	if (party->is_host) {
		return host_width(canvas, &look);
	}
	const struct plate plate = {party->label, party->colors, party->glyph};
	return canvas_plate_width(canvas, &plate, PLATE_HEIGHT, 14, PLATE_WIDTH_MAX);
}

static double draw_party(struct canvas *canvas, const struct party *party, double x, double y) {
	const struct theme *theme = canvas->theme;
	if (!party->is_host) {
		const struct plate plate = {party->label, party->colors, party->glyph};
		return canvas_plate(canvas, &plate, x, y, PLATE_HEIGHT, 14, PLATE_WIDTH_MAX);
	}
	const struct text_look look = {.size = 14, .weight = 600, .color = theme->ink};
	double width = host_width(canvas, &look), middle = y + PLATE_HEIGHT / 2.0;
	canvas_round(canvas, (struct box){x, y, width, PLATE_HEIGHT}, PLATE_RADIUS, theme->raised);
	canvas_outline(canvas, (struct box){x, y, width, PLATE_HEIGHT}, PLATE_RADIUS, 1,
			theme->ink3);
	marks_silo(canvas->cr, canvas_snap(canvas, x + 24), canvas_snap(canvas, middle),
			16 * canvas->scale, theme->ink);
	canvas_text(canvas, "This computer", x + 46, middle, &look);
	return width;
}

/* From whom to whom. */
static void draw_well(const struct dialog *dialog, struct canvas *canvas) {
	const struct theme *theme = canvas->theme;
	const struct party *source = &dialog->source, *target = &dialog->target;
	double y = WELL_Y + (WELL_HEIGHT - PLATE_HEIGHT) / 2.0;
	if (!has_well(dialog)) {
		return;
	}
	canvas_round(canvas, (struct box){PAD, WELL_Y, DIALOG_WIDTH - 2 * PAD, WELL_HEIGHT}, 6,
			theme->sunken);
	double width = (source->is_there ? party_width(canvas, source) : 0) +
			(target->is_there ? party_width(canvas, target) : 0) +
			(source->is_there && target->is_there ? ARROW_ROOM : 0);
	double x = (DIALOG_WIDTH - width) / 2;
	if (source->is_there) {
		x += draw_party(canvas, source, x, y);
	}
	if (source->is_there && target->is_there) {
		canvas_figure(canvas, FIGURE_ARROW, x + ARROW_ROOM / 2.0, y + PLATE_HEIGHT / 2.0,
				theme->ink);
		x += ARROW_ROOM;
	}
	if (target->is_there) {
		draw_party(canvas, target, x, y);
	}
}

static void draw_facts(const struct dialog *dialog, struct canvas *canvas) {
	const struct theme *theme = canvas->theme;
	struct text_look name = {.size = 14, .color = theme->ink2};
	double x = FACT_X;
	for (size_t i = 0; i < dialog->facts_len; i++) {
		x = fmax(x,
				PAD + canvas_text_width(canvas, dialog->facts[i].name, &name) +
						FACT_GAP);
	}
	x = fmin(x, FACT_X_MAX);
	name.max_width = x - PAD - 8;
	for (size_t i = 0; i < dialog->facts_len; i++) {
		double y = facts_y(dialog) + FACT_STEP * ((double)i + 0.5);
		canvas_text(canvas, dialog->facts[i].name, PAD, y, &name);
		canvas_text(canvas, dialog->facts[i].value, x, y,
				&(struct text_look){.size = 14,
						.weight = i == 0 ? 500 : 400,
						.color = theme->ink,
						.max_width = DIALOG_WIDTH - PAD - x,
						.is_number = true});
	}
}

/* The ring of what the keys go to. */
static void draw_ring(struct canvas *canvas, struct box box, double radius) {
	canvas_outline(canvas, (struct box){box.x - 4, box.y - 4, box.width + 8, box.height + 8},
			radius + 4, 2, canvas->theme->ink);
}

static void draw_box(struct dialog *dialog, struct canvas *canvas, enum dialog_part part,
		const char *words, bool is_on, double middle) {
	const struct theme *theme = canvas->theme;
	const struct box box = {PAD, middle - BOX_SIDE / 2.0, BOX_SIDE, BOX_SIDE};
	bool is_pointed = dialog->pointed == part;
	canvas_outline(canvas, box, 3, is_pointed ? 2 : 1, is_pointed ? theme->ink : theme->ink2);
	if (is_on) {
		canvas_round(canvas, (struct box){box.x + 4, box.y + 4, 8, 8}, 1, theme->ink);
	}
	if (dialog->focus == part) {
		draw_ring(canvas, box, 3);
	}
	double width = canvas_text(canvas, words, PAD + 28, middle,
			&(struct text_look){.size = 14,
					.color = theme->ink,
					.max_width = DIALOG_WIDTH - 2 * PAD - 28});
	dialog->parts[part] = (struct box){PAD - 8, middle - BOX_STEP / 2.0, width + 44, BOX_STEP};
}

static void draw_boxes(struct dialog *dialog, struct canvas *canvas) {
	double middle = boxes_y(dialog) + 25;
	if (dialog->remember[0] != '\0') {
		draw_box(dialog, canvas, DIALOG_REMEMBER, dialog->remember, dialog->remembers,
				middle);
		middle += BOX_STEP;
	}
	if (dialog->mute[0] != '\0') {
		char words[DIALOG_TEXT_BYTES + 32];
		snprintf(words, sizeof(words), "Stop asking for %s", dialog->mute);
		draw_box(dialog, canvas, DIALOG_MUTE, words, dialog->mutes, middle);
	}
}

static void draw_button(struct dialog *dialog, struct canvas *canvas, enum dialog_part part,
		const char *words, double x, bool is_live) {
	const struct theme *theme = canvas->theme;
	const struct box box = {x, foot_y(dialog) + 16, BUTTON_WIDTH, BUTTON_HEIGHT};
	bool is_no = part == DIALOG_NO, is_pointed = is_live && dialog->pointed == part;
	struct color ink = is_no ? theme->raised : is_live ? theme->ink : theme->ink3;
	if (is_no) {
		canvas_round(canvas, box, 6, theme->ink);
	} else {
		canvas_outline(canvas, box, 6, is_pointed ? 2 : 1, is_live ? theme->ink2 : ink);
	}
	if (dialog->focus == part) {
		draw_ring(canvas, box, 6);
	}
	canvas_text(canvas, words, x + BUTTON_WIDTH / 2.0, box.y + BUTTON_HEIGHT / 2.0,
			&(struct text_look){.size = 14,
					.weight = 600,
					.color = ink,
					.align = ALIGN_MIDDLE,
					.max_width = BUTTON_WIDTH - 16});
	dialog->parts[part] = box;
}

static void draw_foot(struct dialog *dialog, struct canvas *canvas, bool listens) {
	const struct theme *theme = canvas->theme;
	double y = foot_y(dialog), no_x = DIALOG_WIDTH - PAD - BUTTON_WIDTH;
	char hint[DIALOG_TEXT_BYTES + 32] = "Enter means no";
	canvas_fill(canvas, (struct box){0, y, DIALOG_WIDTH, 1}, theme->line);
	if (dialog->focus == DIALOG_ACTION) {
		snprintf(hint, sizeof(hint), "Enter means no, Space: %s", dialog->action);
	}
	canvas_text(canvas, hint, PAD, y + 36,
			&(struct text_look){.size = 12,
					.color = theme->ink2,
					.max_width = no_x - BUTTON_GAP - BUTTON_WIDTH - PAD - 8});
	draw_button(dialog, canvas, DIALOG_ACTION, dialog->action, no_x - BUTTON_GAP - BUTTON_WIDTH,
			listens && !dialog->mutes);
	draw_button(dialog, canvas, DIALOG_NO, "No", no_x, true);
}

void dialog_draw(struct dialog *dialog, struct canvas *canvas, int64_t now_us) {
	const struct theme *theme = canvas->theme;
	cairo_t *cr = canvas->cr;
	double w = canvas_snap(canvas, DIALOG_WIDTH);
	double h = canvas_snap(canvas, dialog_height(dialog));
	double line = fmax(1, canvas_snap(canvas, 1)), r = RADIUS * canvas->scale;
	for (int part = 0; part < DIALOG_PARTS; part++) {
		dialog->parts[part] = (struct box){0};
	}
	marks_round_path(cr, 0, 0, w, h, (struct radii){r, r, r, r});
	marks_set_color(cr, theme->keyline, 1);
	cairo_fill(cr);
	r -= line;
	marks_round_path(cr, line, line, w - 2 * line, h - 2 * line, (struct radii){r, r, r, r});
	marks_set_color(cr, theme->raised, 1);
	cairo_fill(cr);
	draw_head(dialog, canvas);
	draw_well(dialog, canvas);
	draw_facts(dialog, canvas);
	draw_boxes(dialog, canvas);
	draw_foot(dialog, canvas, dialog_listens(dialog, now_us));
}
