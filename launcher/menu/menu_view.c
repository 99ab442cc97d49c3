/* SPDX-License-Identifier: MIT */
#include "launcher/menu/menu_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "launcher/menu/menu_column.h"

#define RADIUS 12
#define PAD 24
#define FIELD_Y 20
#define FIELD_HEIGHT 44
#define LIST_Y 80
#define ROW_HEIGHT 60
#define ROW_STEP 64
#define HEADING 44  /* of this computer's, with the line above it */
#define ROW_INSET 8 /* a row reaches beyond the field on both sides */
#define FOOT_HEIGHT 52
#define ICON 40
#define ICON_EDGE 3
#define PLATE_HEIGHT 24
#define PLATE_WIDTH_MAX 190
#define VERBS_WIDTH 200
#define VERBS_HEAD 44
#define VERB_HEIGHT 36
#define VERBS_PAD 8

/* Of an icon made of letters: the same in both themes. */
static const struct color icon_paper = {0xf3, 0xf2, 0xef}, icon_ink = {0x34, 0x37, 0x3c};

static double field_width(int width) {
	return fmax(1, width - MENU_COLUMN - 2 * PAD);
}

static bool has_empty_text(const struct menu *menu) {
	char room[4 * QUERY_CODES_MAX + 64];
	return menu_empty_text(menu, room, sizeof(room))[0] != '\0';
}

/* Where the row of a match lies that is not above those in sight. */
static double row_top(const struct menu *menu, size_t index) {
	double top = LIST_Y + (double)(index - menu->first) * ROW_STEP;
	top += has_empty_text(menu) ? ROW_STEP : 0;
	bool is_below = menu_shows_heading(menu) && index >= menu->matches.vms_len;
	return top + (is_below ? HEADING : 0);
}

static struct box row_box(const struct menu *menu, int width, size_t index) {
	return (struct box){MENU_COLUMN + PAD - ROW_INSET, row_top(menu, index),
			field_width(width) + 2 * ROW_INSET, ROW_HEIGHT};
}

static struct box verbs_box(const struct menu *menu, int height) {
	size_t index = 0;
	const struct machine *machine = model_find(&menu->model, menu->verbs.vm);
	if (machine != NULL) {
		index = (size_t)(machine - menu->model.machines);
	}
	struct box row = menu_column_box(menu, index);
	double length = VERBS_HEAD + VERB_HEIGHT * (double)menu->verbs.len + VERBS_PAD;
	double top = fmin(row.y + 8, height - length - 8);
	return (struct box){MENU_COLUMN - 60, fmax(8, top), VERBS_WIDTH, length};
}

static struct box verb_box(struct box menu, size_t index) {
	return (struct box){menu.x + VERBS_PAD, menu.y + VERBS_HEAD + VERB_HEIGHT * (double)index,
			menu.width - 2 * VERBS_PAD, VERB_HEIGHT};
}

void menu_view_measure(struct menu *menu, int width, int height) {
	double room = height - FOOT_HEIGHT - LIST_Y;
	menu->rows = room >= ROW_STEP ? (size_t)(room / ROW_STEP) : 1;
	menu->machine_rows = menu_column_rows(height);
}

struct menu_spot menu_view_spot(const struct menu *menu, int width, int height, double x,
		double y) {
	if (menu->verbs.vm[0] != '\0') {
		struct box sheet = verbs_box(menu, height);
		for (size_t i = 0; i < menu->verbs.len; i++) {
			struct box box = verb_box(sheet, i);
			if (box_contains(&box, x, y)) {
				return (struct menu_spot){SPOT_VERB, i};
			}
		}
		if (box_contains(&sheet, x, y)) {
			return (struct menu_spot){.kind = SPOT_VERBS};
		}
	}
	size_t rows = menu_visible_rows(menu);
	for (size_t i = 0; i < rows && menu->first + i < menu->matches.len; i++) {
		struct box box = row_box(menu, width, menu->first + i);
		if (box_contains(&box, x, y)) {
			return (struct menu_spot){SPOT_ROW, menu->first + i};
		}
	}
	size_t last = menu->first_machine + menu->machine_rows;
	for (size_t i = menu->first_machine; i < last && i < menu->model.machines_len; i++) {
		struct box box = menu_column_box(menu, i);
		if (box_contains(&box, x, y)) {
			return (struct menu_spot){SPOT_MACHINE, i};
		}
	}
	struct box host = menu_column_host_box(menu, height);
	if (menu->model.host != NULL && box_contains(&host, x, y)) {
		return (struct menu_spot){SPOT_MACHINE, menu->model.machines_len};
	}
	return (struct menu_spot){.kind = SPOT_NONE};
}

static void draw_ground(struct canvas *canvas, int width, int height) {
	const struct theme *theme = canvas->theme;
	cairo_t *cr = canvas->cr;
	double w = canvas_snap(canvas, width), h = canvas_snap(canvas, height);
	double line = fmax(1, canvas_snap(canvas, 1)), r = RADIUS * canvas->scale;
	/* The line is on the free sides, top and right; the others touch the screen and the panel. */
	marks_round_path(cr, 0, 0, w, h, (struct radii){0, r, 0, 0});
	marks_set_color(cr, theme->line, 1);
	cairo_fill(cr);
	marks_round_path(cr, 0, line, w - line, h - line, (struct radii){0, r - line, 0, 0});
	marks_set_color(cr, theme->raised, 1);
	cairo_fill(cr);
	canvas_fill(canvas, (struct box){MENU_COLUMN, 1, 1, height - 1}, theme->line);
}

static void draw_count(const struct menu *menu, struct canvas *canvas, int width) {
	const struct theme *theme = canvas->theme;
	size_t vms = matches_machines(&menu->matches), n = menu->matches.len;
	if (n == 0) {
		return;
	}
	char text[96];
	snprintf(text, sizeof(text), "%zu application%s, %zu VM%s", n, n == 1 ? "" : "s", vms,
			vms == 1 ? "" : "s");
	text[vms == 0 ? strcspn(text, ",") : strlen(text)] = '\0';
	canvas_text(canvas, text, width - PAD - 16, FIELD_Y + FIELD_HEIGHT / 2.0,
			&(struct text_look){.size = 12,
					.color = theme->ink2,
					.align = ALIGN_RIGHT,
					.is_number = true});
}

/* This computer's has no hue. */
static struct plate plate_of(const struct canvas *canvas, const struct machine *machine) {
	bool is_dark = canvas->theme == theme_get(true);
	bool is_host = machine->glyph == GLYPH_HOST;
	return (struct plate){machine->label,
			is_host ? theme_host_colors(is_dark) : machine->colors, machine->glyph};
}

static void draw_field(const struct menu *menu, struct canvas *canvas, int width) {
	const struct theme *theme = canvas->theme;
	double x = MENU_COLUMN + PAD, middle = FIELD_Y + FIELD_HEIGHT / 2.0;
	struct box field = {x, FIELD_Y, field_width(width), FIELD_HEIGHT};
	canvas_round(canvas, field, 8, theme->sunken);
	canvas_outline(canvas, field, 8, menu->is_in_column ? 1 : 2,
			menu->is_in_column ? theme->ink3 : theme->ink);
	canvas_figure(canvas, FIGURE_SEARCH, x + 22, middle, theme->ink2);
	double at = x + 44;
	const struct machine *only =
			menu->only[0] != '\0' ? model_find(&menu->model, menu->only) : NULL;
	if (only != NULL) {
		struct plate plate = plate_of(canvas, only);
		at += canvas_plate(canvas, &plate, at, middle - PLATE_HEIGHT / 2.0, PLATE_HEIGHT,
				      12, PLATE_WIDTH_MAX) +
				8;
	}
	double end = x + field.width - 16 - 150;
	struct text_look look = {.size = 16, .color = theme->ink};
	double room = fmax(1, end - at), shown = canvas_text_width(canvas, menu->query, &look);
	/* Of a long query the end is seen. */
	double shift = fmin(0, room - 4 - shown);
	canvas_clip(canvas, (struct box){at, FIELD_Y, room, FIELD_HEIGHT});
	canvas_text(canvas, menu->query, at + shift, middle, &look);
	size_t len = strlen(menu->query);
	bool ends_blank = len > 0 && menu->query[len - 1] == ' ';
	double caret = at + shift + shown + (len > 0 ? 2 : 0) + (ends_blank ? 4 : 0);
	if (!menu->is_in_column) {
		canvas_fill(canvas, (struct box){caret, middle - 10, 2, 20}, theme->ink);
	}
	canvas_unclip(canvas);
	draw_count(menu, canvas, width);
}

/* The first two letters of the name: Silo opens no guest's pictures. */
static void initials(const char *name, char out[12]) {
	size_t len = strlen(name), at = 0, used = 0;
	for (int i = 0; i < 2 && at < len; i++) {
		uint32_t code;
		size_t size = text_utf8_decode(name + at, len - at, &code);
		if (size == 0 || name[at] == ' ') {
			break;
		}
		memcpy(out + used, name + at, size);
		used += size;
		at += size;
	}
	out[used] = '\0';
}

static void draw_icon(struct canvas *canvas, const struct match *match, double x, double y) {
	char letters[12];
	bool is_host = match->machine->glyph == GLYPH_HOST;
	canvas_fill(canvas, (struct box){x, y, ICON, ICON},
			is_host ? canvas->theme->ink2 : match->machine->colors.fill);
	canvas_fill(canvas,
			(struct box){x + ICON_EDGE, y + ICON_EDGE, ICON - 2 * ICON_EDGE,
					ICON - 2 * ICON_EDGE},
			icon_paper);
	initials(match->application->name, letters);
	canvas_text(canvas, letters, x + ICON / 2.0, y + ICON / 2.0,
			&(struct text_look){.size = 14,
					.weight = 600,
					.color = icon_ink,
					.align = ALIGN_MIDDLE,
					.max_width = ICON - 2 * ICON_EDGE});
}

/* The VM's plate, or that it is none, up to right. Returns where it begins. */
static double draw_whose(struct canvas *canvas, const struct machine *machine, double right,
		double y, struct color dim) {
	if (machine->glyph == GLYPH_HOST) {
		return right -
				canvas_text(canvas, "not in a VM", right, y + PLATE_HEIGHT / 2.0,
						&(struct text_look){.size = 12,
								.color = dim,
								.align = ALIGN_RIGHT});
	}
	struct plate plate = plate_of(canvas, machine);
	double x = right - canvas_plate_width(canvas, &plate, PLATE_HEIGHT, 12, PLATE_WIDTH_MAX);
	canvas_plate(canvas, &plate, x, y, PLATE_HEIGHT, 12, PLATE_WIDTH_MAX);
	return x;
}

static void draw_heading(const struct menu *menu, struct canvas *canvas, int width) {
	const struct theme *theme = canvas->theme;
	double y = row_top(menu, menu->matches.vms_len) - HEADING, x = MENU_COLUMN + PAD;
	if (menu->matches.vms_len > menu->first || has_empty_text(menu)) {
		canvas_fill(canvas, (struct box){x, y + 8, field_width(width), 1}, theme->line);
	}
	canvas_text(canvas, "This computer", x, y + 29,
			&(struct text_look){.size = 12, .weight = 600, .color = theme->ink2});
}

static void draw_row(struct canvas *canvas, const struct match *match, struct box row,
		bool is_selected) {
	const struct theme *theme = canvas->theme;
	struct color ink = is_selected ? theme->raised : theme->ink;
	struct color dim = is_selected ? color_mix(theme->raised, theme->ink, 0.28) : theme->ink2;
	if (is_selected) {
		canvas_round(canvas, row, 8, theme->ink);
	}
	double x = row.x + ROW_INSET, right = row.x + row.width - ROW_INSET;
	draw_icon(canvas, match, x + 6, row.y + 10);
	double plate_x = draw_whose(canvas, match->machine, right - (is_selected ? 40 : 8),
			row.y + 18, dim);
	struct text_look name = {.size = 15,
			.color = ink,
			.max_width = fmax(1, plate_x - x - 62 - 12),
			.is_title = true,
			.marks = match->marks,
			.marks_len = match->marks_len};
	bool has_category = match->application->category[0] != '\0';
	canvas_text(canvas, match->application->name, x + 62, row.y + (has_category ? 22 : 30),
			&name);
	struct text_look category = {
			.size = 12, .color = dim, .max_width = name.max_width, .is_title = true};
	canvas_text(canvas, match->application->category, x + 62, row.y + 42, &category);
	if (is_selected) {
		canvas_figure(canvas, FIGURE_RETURN, right - 12, row.y + 30, ink);
	}
}

static void draw_list(const struct menu *menu, struct canvas *canvas, int width, int height) {
	const struct theme *theme = canvas->theme;
	canvas_clip(canvas,
			(struct box){MENU_COLUMN + 1, LIST_Y, width - MENU_COLUMN - 1,
					height - LIST_Y - FOOT_HEIGHT});
	size_t rows = menu_visible_rows(menu);
	for (size_t i = 0; i < rows && menu->first + i < menu->matches.len; i++) {
		size_t index = menu->first + i;
		draw_row(canvas, &menu->matches.list[index], row_box(menu, width, index),
				index == menu->selected && !menu->is_in_column);
	}
	if (menu_shows_heading(menu)) {
		draw_heading(menu, canvas, width);
	}
	char room[4 * QUERY_CODES_MAX + 64];
	canvas_text(canvas, menu_empty_text(menu, room, sizeof(room)), MENU_COLUMN + PAD,
			LIST_Y + 32,
			&(struct text_look){.size = 14,
					.color = theme->ink2,
					.max_width = field_width(width)});
	double track = (double)menu->rows * ROW_STEP - 4, len = (double)menu->matches.len;
	if (menu->matches.len > menu->rows) {
		double thumb = fmax(24, track * (double)menu->rows / len);
		double most = len - (double)menu->rows;
		double top = LIST_Y + (track - thumb) * (double)menu->first / most;
		canvas_round(canvas, (struct box){width - 10, top, 4, thumb}, 2, theme->ink3);
	}
	canvas_unclip(canvas);
}

static void draw_hints(const struct menu *menu, struct canvas *canvas, double middle) {
	static const char *const list[][2] = {{"Enter", "open"}, {"Tab", "choose VM"},
			{"Menu", "start, stop"}, {"Esc", "close"}};
	static const char *const column[][2] = {{"↑", ""}, {"↓", "choose"}, {"Tab", "applications"},
			{"Menu", "start, stop"}, {"Esc", "all VMs"}};
	const char *const(*hints)[2] = menu->is_in_column ? column : list;
	size_t len = menu->is_in_column ? 5 : 4;
	double x = MENU_COLUMN + PAD;
	bool is_host = menu->model.host != NULL && menu_machine(menu) == menu->model.host;
	for (size_t i = 0; i < len; i++) {
		if (is_host && strcmp(hints[i][0], "Menu") == 0) {
			continue;
		}
		x += canvas_key(canvas, hints[i][0], x, middle) + 6;
		if (hints[i][1][0] != '\0') {
			x += canvas_text(canvas, hints[i][1], x, middle,
					     &(struct text_look){.size = 12,
							     .color = canvas->theme->ink2}) +
					18;
		}
	}
}

static void draw_foot(const struct menu *menu, struct canvas *canvas, int width, int height) {
	const struct theme *theme = canvas->theme;
	double top = height - FOOT_HEIGHT, middle = top + FOOT_HEIGHT / 2.0;
	canvas_fill(canvas, (struct box){MENU_COLUMN, top, width - MENU_COLUMN - 1, 1},
			theme->line);
	const struct machine *machine = menu->is_in_column ? menu_machine(menu) : NULL;
	const char *text = menu->message;
	if (text[0] == '\0' && machine != NULL && machine->state == MACHINE_FAILED) {
		text = machine->reason;
	}
	if (menu->is_asking) {
		canvas_text(canvas, "Enter again ends the session. Virtual machines run on.",
				MENU_COLUMN + PAD, middle,
				&(struct text_look){
						.size = 13, .weight = 600, .color = theme->ink});
		return;
	}
	if (text[0] == '\0') {
		draw_hints(menu, canvas, middle);
		return;
	}
	canvas_figure(canvas, FIGURE_CROSS, MENU_COLUMN + PAD + 8, middle, theme->ink);
	canvas_text(canvas, text, MENU_COLUMN + PAD + 24, middle,
			&(struct text_look){.size = 13,
					.weight = 500,
					.color = theme->ink,
					.max_width = fmax(1, field_width(width) - 24)});
}

static void draw_verbs(const struct menu *menu, struct canvas *canvas, int height) {
	const struct theme *theme = canvas->theme;
	const struct machine *machine = model_find(&menu->model, menu->verbs.vm);
	if (menu->verbs.vm[0] == '\0' || machine == NULL) {
		return;
	}
	struct box sheet = verbs_box(menu, height);
	canvas_round(canvas, sheet, 8, theme->surface);
	canvas_outline(canvas, sheet, 8, 1, theme->ink3);
	struct plate plate = plate_of(canvas, machine);
	canvas_plate(canvas, &plate, sheet.x + 12, sheet.y + 10, PLATE_HEIGHT, 12,
			VERBS_WIDTH - 24);
	for (size_t i = 0; i < menu->verbs.len; i++) {
		struct box box = verb_box(sheet, i);
		bool is_selected = i == menu->verbs.selected;
		if (is_selected) {
			canvas_round(canvas, box, 6, theme->ink);
		}
		canvas_text(canvas, menu_verb_text(menu->verbs.verbs[i]), box.x + 12,
				box.y + VERB_HEIGHT / 2.0,
				&(struct text_look){.size = 14,
						.weight = 500,
						.color = is_selected ? theme->raised : theme->ink});
	}
}

void menu_view_draw(const struct menu *menu, struct canvas *canvas, int width, int height,
		uint64_t now_ms) {
	draw_ground(canvas, width, height);
	menu_column_draw(menu, canvas, height, now_ms);
	draw_field(menu, canvas, width);
	draw_list(menu, canvas, width, height);
	draw_foot(menu, canvas, width, height);
	draw_verbs(menu, canvas, height);
}
