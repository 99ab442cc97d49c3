/* SPDX-License-Identifier: MIT */
#include "launcher/menu/menu_column.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "launcher/menu/menu_view.h"
#include "launcher/toolkit/vessel.h"

#define TOP 60
#define ROW_STEP 66
#define ROW_HEIGHT 64
#define HOST_HEIGHT 88 /* this computer, with the line above it */
#define VESSEL_WIDTH 32
#define VESSEL_HEIGHT 42
#define TEXT_X 74
#define CAPTION_MAX (MACHINE_REASON_MAX * 4 + 32)

size_t menu_column_rows(int height) {
	double room = height - TOP - HOST_HEIGHT;
	return room >= ROW_STEP ? (size_t)(room / ROW_STEP) : 1;
}

struct box menu_column_box(const struct menu *menu, size_t index) {
	double place = (double)index - (double)menu->first_machine;
	return (struct box){12, TOP + place * ROW_STEP, MENU_COLUMN - 24, ROW_HEIGHT};
}

static void caption(const struct machine *machine, uint64_t now_ms, char out[CAPTION_MAX]) {
	int percent = (int)(machine_level(machine, now_ms) * 100);
	switch (machine->state) {
	case MACHINE_STOPPED:
		snprintf(out, CAPTION_MAX, "Stopped");
		break;
	case MACHINE_STARTING:
		snprintf(out, CAPTION_MAX, percent > 0 ? "Starting, %d %%" : "Starting", percent);
		break;
	case MACHINE_RUNNING:
		snprintf(out, CAPTION_MAX,
				machine->windows == 0                   ? "Running"
						: machine->windows == 1 ? "Running, %u window"
									: "Running, %u windows",
				machine->windows);
		break;
	case MACHINE_PAUSED:
		snprintf(out, CAPTION_MAX, "Paused");
		break;
	case MACHINE_STOPPING:
		snprintf(out, CAPTION_MAX, "Shutting down");
		break;
	case MACHINE_FAILED:
		snprintf(out, CAPTION_MAX, "%s: %s",
				machine->expected_ms == 0 ? "Did not start" : "Failed",
				machine->reason);
		break;
	}
}

/* In GB as people say it, one figure after the point if it is not 0. */
static void format_memory(uint64_t bytes, char *out, size_t cap) {
	uint64_t tenths = (bytes * 10 + (1u << 29)) >> 30;
	if (tenths % 10 == 0) {
		snprintf(out, cap, "%llu", (unsigned long long)(tenths / 10));
	} else {
		snprintf(out, cap, "%llu.%llu", (unsigned long long)(tenths / 10),
				(unsigned long long)(tenths % 10));
	}
}

static void draw_head(const struct menu *menu, struct canvas *canvas) {
	const struct theme *theme = canvas->theme;
	uint64_t used = 0;
	for (size_t i = 0; i < menu->model.machines_len; i++) {
		const struct machine *machine = &menu->model.machines[i];
		used += machine_is_alive(machine) ? machine->memory : 0;
	}
	canvas_text(canvas, "Virtual machines", 24, 33,
			&(struct text_look){.size = 13, .weight = 600, .color = theme->ink2});
	char mine[24], all[24], text[64];
	format_memory(used, mine, sizeof(mine));
	format_memory(menu->model.host_memory, all, sizeof(all));
	snprintf(text, sizeof(text), "%s of %s GB", mine, all);
	canvas_text(canvas, text, MENU_COLUMN - 24, 33,
			&(struct text_look){.size = 12,
					.color = theme->ink2,
					.align = ALIGN_RIGHT,
					.is_number = true});
}

static enum vessel_mark mark_of(const struct machine *machine) {
	return machine->state == MACHINE_PAUSED            ? VESSEL_PAUSED
			: machine->state == MACHINE_FAILED ? VESSEL_FAILED
							   : VESSEL_PLAIN;
}

static void draw_machine(const struct menu *menu, struct canvas *canvas,
		const struct machine *machine, struct box row, uint64_t now_ms) {
	const struct theme *theme = canvas->theme;
	bool is_marked = machine == menu_machine(menu);
	bool has_keys = is_marked && menu->is_in_column;
	if (is_marked) {
		canvas_round(canvas, row, 8, theme->surface);
	}
	if (has_keys) {
		canvas_outline(canvas, row, 8, 2, theme->ink);
	}
	struct vessel vessel = {
			.colors = machine->colors,
			.glyph = machine->glyph,
			.level = machine_level(machine, now_ms),
			.mark = mark_of(machine),
	};
	vessel_draw(canvas, &vessel, (struct box){26, row.y + 11, VESSEL_WIDTH, VESSEL_HEIGHT});
	char text[CAPTION_MAX], memory[24], amount[32] = "";
	double width = 0, right = MENU_COLUMN - 26;
	if (machine_is_alive(machine) && machine->memory > 0) {
		struct text_look look = {.size = 12,
				.color = theme->ink2,
				.align = ALIGN_RIGHT,
				.is_number = true};
		format_memory(machine->memory, memory, sizeof(memory));
		snprintf(amount, sizeof(amount), "%s GB", memory);
		width = canvas_text(canvas, amount, right, row.y + 23, &look) + 8;
	}
	canvas_text(canvas, machine->label, TEXT_X, row.y + 23,
			&(struct text_look){.size = 14,
					.weight = 600,
					.color = theme->ink,
					.max_width = right - TEXT_X - width});
	caption(machine, now_ms, text);
	canvas_text(canvas, text, TEXT_X, row.y + 43,
			&(struct text_look){.size = 12,
					.color = theme->ink2,
					.max_width = right - TEXT_X,
					.is_number = true});
}

struct box menu_column_host_box(const struct menu *menu, int height) {
	size_t rows = menu_column_rows(height), len = menu->model.machines_len;
	size_t left = len - menu->first_machine, shown = left < rows ? left : rows;
	return (struct box){12, TOP + (double)shown * ROW_STEP + 17, MENU_COLUMN - 24, ROW_HEIGHT};
}

static void draw_host(const struct menu *menu, struct canvas *canvas, int height) {
	const struct theme *theme = canvas->theme;
	struct vessel vessel = {.glyph = GLYPH_HOST, .level = 1};
	if (menu->model.host == NULL) {
		return;
	}
	struct box row = menu_column_host_box(menu, height);
	double y = row.y - 17;
	bool is_marked = menu->model.host == menu_machine(menu);
	if (is_marked) {
		canvas_round(canvas, row, 8, theme->surface);
	}
	if (is_marked && menu->is_in_column) {
		canvas_outline(canvas, row, 8, 2, theme->ink);
	}
	canvas_fill(canvas, (struct box){24, y + 8, MENU_COLUMN - 48, 1}, theme->line);
	vessel_draw(canvas, &vessel, (struct box){26, y + 28, VESSEL_WIDTH, VESSEL_HEIGHT});
	canvas_text(canvas, "This computer", TEXT_X, y + 40,
			&(struct text_look){.size = 14, .weight = 600, .color = theme->ink});
	canvas_text(canvas, "Outside every VM", TEXT_X, y + 60,
			&(struct text_look){.size = 12, .color = theme->ink2});
}

void menu_column_draw(const struct menu *menu, struct canvas *canvas, int height, uint64_t now_ms) {
	const struct theme *theme = canvas->theme;
	size_t rows = menu_column_rows(height), len = menu->model.machines_len;
	draw_head(menu, canvas);
	size_t shown = 0;
	for (; shown < rows && menu->first_machine + shown < len; shown++) {
		size_t index = menu->first_machine + shown;
		draw_machine(menu, canvas, &menu->model.machines[index],
				menu_column_box(menu, index), now_ms);
	}
	if (len > rows) {
		double track = (double)rows * ROW_STEP - 2;
		double thumb = fmax(24, track * (double)rows / (double)len);
		double most = (double)(len - rows);
		double top = TOP + (track - thumb) * (double)menu->first_machine / most;
		canvas_round(canvas, (struct box){MENU_COLUMN - 8, top, 4, thumb}, 2, theme->ink3);
	}
	draw_host(menu, canvas, height);
}
