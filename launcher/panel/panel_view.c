/* SPDX-License-Identifier: MIT
 *
 * Draws the panel. Lengths are logical pixels.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "launcher/panel/panel.h"

#define MIDDLE (PANEL_HEIGHT / 2 + 0.5)
#define MARK_WIDTH 52
#define WORKSPACES_X 64
#define WORKSPACE 28
#define WORKSPACE_STEP 32
#define GROUP_HEIGHT 32
#define GROUP_RADIUS 6
#define GROUP_GAP 8
#define PLATE_NAME_X 40
#define PLATE_TAIL 12
#define PLATE_NAME_MAX 160
#define TITLE_PAD 14
#define END_GAP 20
#define COUNT_WIDTH 40
/* Below these contrasts with the ground a VM's colour alone would not be seen. */
#define FAINT 2

/* How much of groups is shown, from roomy to tight. */
static const struct density {
	double title_max; /* 0: no titles */
	size_t titles;    /* of one group; the rest is counted */
} densities[] = {{210, 24}, {140, 24}, {90, 24}, {140, 1}, {0, 0}};

static void add_part(struct panel_view *view, enum part_kind kind, size_t index, struct box box) {
	if (view->parts_len < PANEL_PARTS_MAX) {
		view->parts[view->parts_len++] = (struct panel_part){kind, index, box};
	}
}

static bool is_hovered(const struct panel_view *view, const struct box *box) {
	return box_contains(box, view->pointer_x, view->pointer_y);
}

static double draw_workspaces(const struct panel *panel, struct panel_view *view,
		struct canvas *canvas) {
	const struct theme *theme = canvas->theme;
	double x = WORKSPACES_X;
	for (unsigned int i = 1; i <= panel->workspaces; i++) {
		struct box box = {x, MIDDLE - WORKSPACE / 2.0, WORKSPACE, WORKSPACE};
		bool is_current = i == panel->workspace;
		bool is_used = (panel->used_workspaces & 1u << i) != 0;
		if (is_current || is_hovered(view, &box)) {
			canvas_round(canvas, box, GROUP_RADIUS,
					is_current ? theme->ink : theme->line);
		}
		char number[8];
		snprintf(number, sizeof(number), "%u", i);
		struct color dim = is_used ? theme->ink2 : theme->ink3;
		canvas_text(canvas, number, x + WORKSPACE / 2.0, MIDDLE,
				&(struct text_look){.size = 13,
						.weight = is_current ? 600 : 500,
						.color = is_current ? theme->surface : dim,
						.align = ALIGN_MIDDLE,
						.is_number = true});
		add_part(view, PART_WORKSPACE, i, box);
		x += WORKSPACE_STEP;
	}
	if (panel->workspaces == 0) {
		return x;
	}
	canvas_fill(canvas, (struct box){x + 8, MIDDLE - 10, 1, 20}, theme->line);
	return x + 21;
}

/* ---- groups ---- */

static struct text_look name_look(struct color color) {
	return (struct text_look){
			.size = 13, .weight = 600, .color = color, .max_width = PLATE_NAME_MAX};
}

static double plate_width(struct canvas *canvas, const struct panel_group *group) {
	struct text_look look = name_look(canvas->theme->ink);
	return PLATE_NAME_X + canvas_text_width(canvas, group->label, &look) + PLATE_TAIL;
}

static struct text_look title_look(const struct panel_window *window, const struct theme *theme,
		double max_width) {
	return (struct text_look){
			.size = 13,
			.weight = window->is_focused ? 600 : 400,
			.color = window->is_focused ? theme->ink : theme->ink2,
			.max_width = fmax(1, max_width - 2 * TITLE_PAD),
			.is_title = true,
	};
}

static const char *title_of(const struct panel_window *window) {
	return window->title[0] != '\0' ? window->title : "…";
}

/* The width of its measure is that of the bold title, so that focus moves nothing. */
static double title_width(struct canvas *canvas, const struct panel_window *window, double most) {
	struct text_look look = title_look(window, canvas->theme, most);
	look.weight = 600;
	return fmin(most, canvas_text_width(canvas, title_of(window), &look) + 2 * TITLE_PAD);
}

/* Which windows have their titles shown: the focused one comes first if there is room for one. */
static size_t shown_windows(const struct panel *panel, const struct panel_group *group,
		const struct density *density, size_t *ret_first) {
	*ret_first = group->first;
	for (size_t i = group->first; density->titles == 1 && i < group->first + group->len; i++) {
		if (panel->windows[i].is_focused) {
			*ret_first = i;
		}
	}
	return group->len < density->titles ? group->len : density->titles;
}

static double group_width(const struct panel *panel, struct canvas *canvas,
		const struct panel_group *group, const struct density *density) {
	size_t first, shown = shown_windows(panel, group, density, &first);
	double width = plate_width(canvas, group);
	for (size_t i = first; i < first + shown; i++) {
		width += title_width(canvas, &panel->windows[i], density->title_max);
	}
	return width + (shown < group->len ? COUNT_WIDTH : 0);
}

static const struct density *choose_density(const struct panel *panel, struct canvas *canvas,
		double room) {
	size_t last = sizeof(densities) / sizeof(densities[0]) - 1;
	for (size_t i = 0; i < last; i++) {
		double width = 0;
		for (size_t j = 0; j < panel->groups_len; j++) {
			width += group_width(panel, canvas, &panel->groups[j], &densities[i]) +
					GROUP_GAP;
		}
		if (width <= room) {
			return &densities[i];
		}
	}
	return &densities[last];
}

static void draw_name(struct canvas *canvas, const struct panel_group *group, struct box part,
		double x, struct color color) {
	if (part.width <= 0) {
		return;
	}
	canvas_clip(canvas, part);
	marks_glyph(canvas->cr, group->glyph, canvas_snap(canvas, x + GROUP_HEIGHT / 2.0),
			canvas_snap(canvas, MIDDLE), 13 * canvas->scale, color);
	struct text_look look = name_look(color);
	canvas_text(canvas, group->label, x + PLATE_NAME_X, MIDDLE, &look);
	canvas_unclip(canvas);
}

static void draw_plate(const struct panel *panel, struct canvas *canvas,
		const struct panel_group *group, double x, double width, uint64_t now_ms) {
	double top = MIDDLE - GROUP_HEIGHT / 2.0, level = 1;
	const struct machine *machine = model_find(&panel->model, group->name);
	if (group->is_starting && machine != NULL) {
		level = machine_level(machine, now_ms);
	}
	double full = width * level;
	canvas_fill(canvas, (struct box){x, top, full, GROUP_HEIGHT}, group->colors.fill);
	if (group->is_starting) {
		canvas_outline(canvas, (struct box){x, top, width, GROUP_HEIGHT}, GROUP_RADIUS, 2,
				group->colors.fill);
	} else {
		canvas_fill(canvas, (struct box){x, top, GROUP_HEIGHT, GROUP_HEIGHT},
				group->colors.plate);
	}
	draw_name(canvas, group, (struct box){x, top, full, GROUP_HEIGHT}, x, group->colors.text);
	draw_name(canvas, group, (struct box){x + full, top, width - full, GROUP_HEIGHT}, x,
			canvas->theme->ink);
}

static void draw_title(const struct panel *panel, struct panel_view *view, struct canvas *canvas,
		const struct panel_group *group, size_t index, double x, double width) {
	const struct theme *theme = canvas->theme;
	const struct panel_window *window = &panel->windows[index];
	struct box box = {x, MIDDLE - GROUP_HEIGHT / 2.0, width, GROUP_HEIGHT};
	if (is_hovered(view, &box)) {
		canvas_fill(canvas, box, theme->line);
	}
	struct text_look look = title_look(window, theme, width);
	canvas_text(canvas, title_of(window), x + TITLE_PAD, MIDDLE, &look);
	bool is_faint = color_contrast(group->colors.fill, theme->sunken) < FAINT;
	struct color mark = is_faint ? theme->ink : group->colors.fill;
	if (window->is_focused) {
		canvas_fill(canvas, (struct box){x + 12, MIDDLE + 13, width - 24, 3}, mark);
	}
	if (window->is_urgent) {
		canvas_round(canvas, (struct box){x + width - 12, MIDDLE - 11, 6, 6}, 3,
				theme->ink);
	}
	add_part(view, PART_WINDOW, index, box);
}

static double draw_group(const struct panel *panel, struct panel_view *view, struct canvas *canvas,
		size_t index, double x, const struct density *density, uint64_t now_ms) {
	const struct theme *theme = canvas->theme;
	const struct panel_group *group = &panel->groups[index];
	size_t first, shown = shown_windows(panel, group, density, &first);
	double width = group_width(panel, canvas, group, density);
	double plate = plate_width(canvas, group), scale = canvas->scale;
	double top = MIDDLE - GROUP_HEIGHT / 2.0, r = GROUP_RADIUS * scale;
	cairo_save(canvas->cr);
	marks_round_path(canvas->cr, canvas_snap(canvas, x), canvas_snap(canvas, top),
			canvas_snap(canvas, x + width) - canvas_snap(canvas, x),
			canvas_snap(canvas, GROUP_HEIGHT), (struct radii){r, r, r, r});
	cairo_clip(canvas->cr);
	canvas_fill(canvas, (struct box){x, top, width, GROUP_HEIGHT},
			panel->is_dark ? theme->raised : theme->sunken);
	add_part(view, PART_PLATE, index, (struct box){x, top, plate, GROUP_HEIGHT});
	draw_plate(panel, canvas, group, x, plate, now_ms);
	double at = x + plate;
	for (size_t i = first; i < first + shown; i++) {
		double title = title_width(canvas, &panel->windows[i], density->title_max);
		draw_title(panel, view, canvas, group, i, at, title);
		at += title;
	}
	if (shown < group->len) {
		char count[24];
		snprintf(count, sizeof(count), shown > 0 ? "+%zu" : "%zu", group->len - shown);
		canvas_text(canvas, count, at + COUNT_WIDTH / 2.0, MIDDLE,
				&(struct text_look){.size = 13,
						.weight = 500,
						.color = theme->ink2,
						.align = ALIGN_MIDDLE,
						.is_number = true});
	}
	cairo_restore(canvas->cr);
	return width;
}

/* Returns where it begins. */
static double draw_clock(struct canvas *canvas, int width, const char *date, const char *time) {
	const struct theme *theme = canvas->theme;
	double x = width - END_GAP;
	x -= canvas_text(canvas, time, x, MIDDLE,
			&(struct text_look){.size = 14,
					.weight = 600,
					.color = theme->ink,
					.align = ALIGN_RIGHT,
					.is_number = true});
	x -= 12;
	x -= canvas_text(canvas, date, x, MIDDLE,
			&(struct text_look){.size = 13,
					.color = theme->ink2,
					.align = ALIGN_RIGHT,
					.is_number = true});
	return x;
}

#define BATTERY_WIDTH 20
#define BATTERY_HEIGHT 11
/* On a narrower one the windows need the room; the notice has told. */
#define CLIPBOARD_WIDTH_MIN 900

/* A body with its pole at the right, filled as far as it is; a flash while it is charged. Returns
 * where it begins. */
static double draw_battery(struct canvas *canvas, const struct battery *battery, double end) {
	const struct theme *theme = canvas->theme;
	char percent[8];
	snprintf(percent, sizeof(percent), "%d", battery->percent);
	double x = end -
			canvas_text(canvas, percent, end, MIDDLE,
					&(struct text_look){.size = 13,
							.color = theme->ink2,
							.align = ALIGN_RIGHT,
							.is_number = true});
	x -= 6 + 2 + BATTERY_WIDTH;
	double top = MIDDLE - BATTERY_HEIGHT / 2.0;
	canvas_outline(canvas, (struct box){x, top, BATTERY_WIDTH, BATTERY_HEIGHT}, 3, 1.5,
			theme->ink);
	canvas_fill(canvas, (struct box){x + BATTERY_WIDTH + 1, MIDDLE - 2, 1.5, 4}, theme->ink);
	double level = (BATTERY_WIDTH - 6) * battery->percent / 100.0;
	canvas_fill(canvas, (struct box){x + 3, top + 3, level, BATTERY_HEIGHT - 6}, theme->ink);
	if (battery->is_charging) {
		x -= 12;
		canvas_figure(canvas, FIGURE_FLASH, x + 4, MIDDLE, theme->ink);
	}
	return x;
}

#define TILE 16

/* What waits to be pasted. Returns where it begins. */
static double draw_clipboard(const struct panel *panel, struct canvas *canvas, double end) {
	const struct theme *theme = canvas->theme;
	const struct party *party = &panel->copied_from;
	double x = end -
			canvas_text(canvas, panel->copied, end, MIDDLE,
					&(struct text_look){.size = 13,
							.color = theme->ink2,
							.align = ALIGN_RIGHT,
							.is_number = true});
	const char *label = party->is_host ? "This computer" : party->label;
	x -= 8;
	x -= canvas_text(canvas, label, x, MIDDLE,
			&(struct text_look){.size = 13,
					.weight = 600,
					.color = theme->ink,
					.align = ALIGN_RIGHT});
	x -= 6 + TILE;
	if (party->is_host) {
		marks_silo(canvas->cr, canvas_snap(canvas, x + TILE / 2.0),
				canvas_snap(canvas, MIDDLE), TILE * canvas->scale, theme->ink);
	} else {
		canvas_fill(canvas, (struct box){x, MIDDLE - TILE / 2.0, TILE, TILE},
				party->colors.fill);
		marks_glyph(canvas->cr, party->glyph, canvas_snap(canvas, x + TILE / 2.0),
				canvas_snap(canvas, MIDDLE), 0.5 * TILE * canvas->scale,
				party->colors.text);
	}
	x -= 16;
	canvas_figure(canvas, FIGURE_CLIPBOARD, x + 4, MIDDLE, theme->ink);
	return x - 4;
}

void panel_draw(const struct panel *panel, struct panel_view *view, struct canvas *canvas,
		int width, const char *date, const char *time, uint64_t now_ms) {
	const struct theme *theme = canvas->theme;
	view->parts_len = 0;
	canvas_fill(canvas, (struct box){0, 0, width, PANEL_HEIGHT}, theme->surface);
	canvas_fill(canvas, (struct box){0, 0, width, 1}, theme->line);
	struct box mark = {0, 0, MARK_WIDTH, PANEL_HEIGHT};
	if (panel->is_launcher_open) {
		canvas_fill(canvas, mark, theme->ink);
	} else if (is_hovered(view, &mark)) {
		canvas_fill(canvas, (struct box){0, 1, MARK_WIDTH, PANEL_HEIGHT - 1}, theme->line);
	}
	marks_silo(canvas->cr, canvas_snap(canvas, MARK_WIDTH / 2.0), canvas_snap(canvas, MIDDLE),
			18 * canvas->scale, panel->is_launcher_open ? theme->surface : theme->ink);
	add_part(view, PART_MARK, 0, mark);
	double x = draw_workspaces(panel, view, canvas);
	double end = draw_clock(canvas, width, date, time) - END_GAP;
	if (panel->battery.is_there) {
		end = draw_battery(canvas, &panel->battery, end) - END_GAP;
	}
	if (panel->copied_from.is_there && width >= CLIPBOARD_WIDTH_MIN) {
		end = draw_clipboard(panel, canvas, end) - END_GAP;
	}
	const struct density *density = choose_density(panel, canvas, end - x);
	canvas_clip(canvas, (struct box){x, 0, fmax(1, end - x), PANEL_HEIGHT});
	for (size_t i = 0; i < panel->groups_len && x < end; i++) {
		x += draw_group(panel, view, canvas, i, x, density, now_ms) + GROUP_GAP;
	}
	canvas_unclip(canvas);
	/* What is not seen cannot be pressed. */
	for (size_t i = 0; i < view->parts_len; i++) {
		struct box *box = &view->parts[i].box;
		box->width = fmin(box->width, fmax(0, end - box->x));
	}
}
