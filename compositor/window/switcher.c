/* SPDX-License-Identifier: MIT
 *
 * The order of use is taken when it opens and stands still meanwhile; windows that go leave it, new
 * ones are not in it. It is painted before an output is drawn, and only if something has changed.
 */
#include "compositor/window/switcher.h"

#include <math.h>
#include <stdlib.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_output_layout.h>
#include <wlr/types/wlr_scene.h>

#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/input/cursor.h"
#include "compositor/input/focus.h"
#include "compositor/input/pointer.h"
#include "compositor/listen.h"
#include "compositor/output/buffer.h"
#include "compositor/output/layers.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/window/titles.h"
#include "compositor/window/window.h"
#include "compositor/window/workspace.h"
#include "decorations/switcher.h"

/* More windows than these are not in it: those used longest ago. */
#define ENTRIES_MAX 64
#define MARGIN 24 /* around the sheet, at least */
#define SCRIM_ALPHA 0.55f

struct switcher {
	struct server *server;
	bool is_open;
	struct window *entries[ENTRIES_MAX]; /* by last use */
	size_t len, selected;
	struct wlr_box usable; /* of the output that has it */
	float scale;
	struct wlr_scene_tree *tree;
	struct wlr_scene_rect *scrim;
	struct wlr_scene_buffer *sheet;
	struct wlr_box sheet_box;   /* in the layout; empty until it is painted */
	struct wl_listener drawing; /* connected while it is to be painted */
	struct wl_listener outputs_changed;
};

/* The entries as columns and rows: which entry is where. */
struct grid {
	struct switcher_column columns[ENTRIES_MAX];
	const struct domain *domains[ENTRIES_MAX];
	size_t columns_len;
	struct switcher_row rows[ENTRIES_MAX];
	size_t entries[ENTRIES_MAX]; /* of each row */
	size_t first[ENTRIES_MAX];   /* a column's first row in rows */
	size_t column, row;          /* the selected one */
};

static void add_column(struct grid *grid, const struct domain *domain) {
	for (size_t i = 0; i < grid->columns_len; i++) {
		if (grid->domains[i] == domain) {
			return;
		}
	}
	grid->domains[grid->columns_len] = domain;
	grid->columns[grid->columns_len++] = (struct switcher_column){
			.label = domain->label, .colors = domain->colors, .glyph = domain->glyph};
}

/* The VM of the window in use comes first, then by last use. */
static void make_grid(const struct switcher *switcher, struct grid *grid) {
	struct server *server = switcher->server;
	struct window *in_use = focus_in_use(server);
	int size = (int)round((double)switcher->scale * SWITCHER_TITLE_SIZE);
	*grid = (struct grid){0};
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < switcher->len; i++) {
			const struct domain *domain = switcher->entries[i]->domain;
			if (pass == 1 || (in_use != NULL && domain == in_use->domain)) {
				add_column(grid, domain);
			}
		}
	}
	size_t len = 0;
	for (size_t c = 0; c < grid->columns_len; c++) {
		struct switcher_column *column = &grid->columns[c];
		column->rows = &grid->rows[len];
		grid->first[c] = len;
		for (size_t i = 0; i < switcher->len; i++) {
			struct window *window = switcher->entries[i];
			if (window->domain != grid->domains[c]) {
				continue;
			}
			if (i == switcher->selected) {
				grid->column = c;
				grid->row = column->rows_len;
			}
			bool is_here = window->workspace == workspaces_current(server);
			grid->entries[len] = i;
			grid->rows[len++] = (struct switcher_row){
					.title = titles_get(window, TITLE_SWITCHER, size),
					.workspace = is_here ? 0 : window->workspace + 1,
					.is_minimized = window->is_minimized,
					.is_urgent = window->is_urgent};
			column->rows_len++;
		}
	}
}

static struct switcher_spec make_spec(const struct switcher *switcher, const struct grid *grid) {
	return (struct switcher_spec){.columns = grid->columns,
			.columns_len = grid->columns_len,
			.column = grid->column,
			.row = grid->row,
			.width_max = switcher->usable.width - 2 * MARGIN,
			.height_max = switcher->usable.height - 2 * MARGIN,
			.dark = !switcher->server->settings->is_light,
			.scale = (double)switcher->scale};
}

static void paint(struct switcher *switcher) {
	struct grid grid;
	make_grid(switcher, &grid);
	struct switcher_spec spec = make_spec(switcher, &grid);
	struct switcher_layout layout;
	switcher_lay_out(&spec, &layout);
	int width = (int)round(layout.width * spec.scale);
	int height = (int)round(layout.height * spec.scale);
	struct pixels *pixels = pixels_create(width, height);
	if (pixels == NULL) {
		return;
	}
	switcher_paint(&spec, &layout, switcher->server->outputs->lettering, pixels->data, width,
			height, pixels->stride);
	wlr_scene_buffer_set_buffer(switcher->sheet, &pixels->base);
	wlr_scene_buffer_set_dest_size(switcher->sheet, layout.width, layout.height);
	wlr_buffer_drop(&pixels->base);
	const struct wlr_box *usable = &switcher->usable;
	switcher->sheet_box = (struct wlr_box){.x = usable->x + (usable->width - layout.width) / 2,
			.y = usable->y + (usable->height - layout.height) * 2 / 5,
			.width = layout.width,
			.height = layout.height};
	wlr_scene_node_set_position(&switcher->sheet->node, switcher->sheet_box.x,
			switcher->sheet_box.y);
}

static void handle_drawing(struct wl_listener *listener, void *data) {
	struct switcher *switcher = wl_container_of(listener, switcher, drawing);
	listener_remove(&switcher->drawing);
	paint(switcher);
}

void switcher_touch(struct server *server) {
	struct switcher *switcher = server->switcher;
	if (switcher != NULL && switcher->is_open && switcher->drawing.link.next == NULL) {
		listener_add(&switcher->drawing, &server->outputs->drawing, handle_drawing);
		outputs_schedule(server);
	}
}

bool switcher_is_open(struct server *server) {
	return server->switcher != NULL && server->switcher->is_open;
}

static void collect(struct switcher *switcher) {
	struct server *server = switcher->server;
	switcher->len = 0;
	struct window *window;
	wl_list_for_each(window, windows_order(server), order) {
		if (switcher->len < ENTRIES_MAX) {
			switcher->entries[switcher->len++] = window;
		}
	}
}

static bool open_sheet(struct switcher *switcher) {
	struct server *server = switcher->server;
	struct wlr_cursor *cursor = cursor_wlr(server);
	struct output *output = focus_output(server);
	if (output == NULL) {
		output = outputs_at(server, cursor->x, cursor->y);
	}
	collect(switcher);
	if (output == NULL || switcher->len == 0 || layer_shell_is_modal(server)) {
		return false;
	}
	output_get_usable(output, &switcher->usable);
	switcher->scale = output->wlr_output->scale;
	switcher->is_open = true;
	const struct focus_hold hold = {.output = output, .label = "Silo: windows"};
	focus_set_hold(server, &hold);
	pointer_end(server);
	struct wlr_box box;
	wlr_output_layout_get_box(server->outputs->layout, NULL, &box);
	wlr_scene_rect_set_size(switcher->scrim, box.width, box.height);
	wlr_scene_node_set_position(&switcher->scrim->node, box.x, box.y);
	wlr_scene_node_set_enabled(&switcher->tree->node, true);
	pointer_rebase(server);
	return true;
}

static void close_sheet(struct switcher *switcher) {
	struct server *server = switcher->server;
	switcher->is_open = false;
	listener_remove(&switcher->drawing);
	wlr_scene_node_set_enabled(&switcher->tree->node, false);
	wlr_scene_buffer_set_buffer(switcher->sheet, NULL);
	switcher->sheet_box = (struct wlr_box){0};
	/* Whoever may have the keyboard now: the window in use, but for the shell's own. */
	layer_shell_press(server, NULL, false);
	pointer_rebase(server);
}

/* The entry so many after the selected one; with is_within, of its domain. */
static size_t entry_after(const struct switcher *switcher, size_t by, bool is_within) {
	const struct domain *domain = switcher->entries[switcher->selected]->domain;
	size_t at = switcher->selected;
	do {
		at = (at + by) % switcher->len;
	} while (is_within && switcher->entries[at]->domain != domain);
	return at;
}

void switcher_step(struct server *server, bool is_backwards, bool is_within) {
	struct switcher *switcher = server->switcher;
	bool is_first = !switcher->is_open;
	if (is_first && !open_sheet(switcher)) {
		return;
	}
	size_t by = is_backwards ? switcher->len - 1 : 1;
	if (!is_first) {
		switcher->selected = entry_after(switcher, by, is_within);
	} else {
		switcher->selected = 0;
		struct window *in_use = focus_in_use(server);
		if (in_use != NULL && switcher->entries[0] == in_use) {
			switcher->selected = entry_after(switcher, by, is_within);
		}
	}
	switcher_touch(server);
}

static void select_at(struct switcher *switcher, const struct grid *grid, size_t column,
		size_t row) {
	size_t last = grid->columns[column].rows_len - 1;
	switcher->selected = grid->entries[grid->first[column] + (row < last ? row : last)];
	switcher_touch(switcher->server);
}

bool switcher_key(struct server *server, xkb_keysym_t symbol) {
	struct switcher *switcher = server->switcher;
	struct grid grid;
	make_grid(switcher, &grid);
	size_t columns = grid.columns_len, rows = grid.columns[grid.column].rows_len;
	switch (symbol) {
	case XKB_KEY_Left:
		select_at(switcher, &grid, (grid.column + columns - 1) % columns, grid.row);
		return true;
	case XKB_KEY_Right:
		select_at(switcher, &grid, (grid.column + 1) % columns, grid.row);
		return true;
	case XKB_KEY_Up:
		select_at(switcher, &grid, grid.column, (grid.row + rows - 1) % rows);
		return true;
	case XKB_KEY_Down:
		select_at(switcher, &grid, grid.column, (grid.row + 1) % rows);
		return true;
	case XKB_KEY_Return:
	case XKB_KEY_KP_Enter:
		switcher_commit(server);
		return true;
	case XKB_KEY_Escape:
		switcher_cancel(server);
		return true;
	default:
		return false;
	}
}

void switcher_commit(struct server *server) {
	struct switcher *switcher = server->switcher;
	if (switcher->is_open) {
		/* While the keyboard is held: the window that was in use does not get it first. */
		focus_show(server, switcher->entries[switcher->selected]);
		close_sheet(switcher);
	}
}

void switcher_cancel(struct server *server) {
	if (switcher_is_open(server)) {
		close_sheet(server->switcher);
	}
}

bool switcher_press(struct server *server, double lx, double ly) {
	struct switcher *switcher = server->switcher;
	if (!switcher->is_open) {
		return false;
	}
	struct grid grid;
	make_grid(switcher, &grid);
	struct switcher_spec spec = make_spec(switcher, &grid);
	struct switcher_layout layout;
	switcher_lay_out(&spec, &layout);
	size_t column, row;
	bool is_on_sheet = wlr_box_contains_point(&switcher->sheet_box, lx, ly);
	if (is_on_sheet &&
			switcher_row_at(&spec, &layout, lx - switcher->sheet_box.x,
					ly - switcher->sheet_box.y, &column, &row)) {
		select_at(switcher, &grid, column, row);
		switcher_commit(server);
	} else if (!is_on_sheet) {
		switcher_cancel(server);
	}
	return true;
}

void switcher_forget_window(struct server *server, struct window *window) {
	struct switcher *switcher = server->switcher;
	if (switcher == NULL || !switcher->is_open) {
		return;
	}
	size_t len = 0, selected = switcher->selected;
	for (size_t i = 0; i < switcher->len; i++) {
		if (switcher->entries[i] != window) {
			switcher->entries[len++] = switcher->entries[i];
		} else if (i < selected) {
			switcher->selected--;
		}
	}
	switcher->len = len;
	if (len == 0) {
		switcher_cancel(server);
		return;
	}
	switcher->selected = switcher->selected < len ? switcher->selected : len - 1;
	switcher_touch(server);
}

static void handle_outputs_changed(struct wl_listener *listener, void *data) {
	struct switcher *switcher = wl_container_of(listener, switcher, outputs_changed);
	switcher_cancel(switcher->server);
}

bool switcher_create(struct server *server) {
	struct switcher *switcher = calloc(1, sizeof(*switcher));
	if (switcher == NULL) {
		log_error("out of memory");
		return false;
	}
	switcher->server = server;
	const float ground[2][3] = {{0, 0, 0}, {0x10 / 255.0f, 0x11 / 255.0f, 0x14 / 255.0f}};
	const float *tone = ground[server->settings->is_light];
	const float color[4] = {tone[0] * SCRIM_ALPHA, tone[1] * SCRIM_ALPHA, tone[2] * SCRIM_ALPHA,
			SCRIM_ALPHA};
	switcher->tree = wlr_scene_tree_create(server->layers->trees[LAYER_SWITCHER]);
	if (switcher->tree != NULL) {
		wlr_scene_node_set_enabled(&switcher->tree->node, false);
		switcher->scrim = wlr_scene_rect_create(switcher->tree, 1, 1, color);
		switcher->sheet = wlr_scene_buffer_create(switcher->tree, NULL);
	}
	if (switcher->scrim == NULL || switcher->sheet == NULL) {
		if (switcher->tree != NULL) {
			wlr_scene_node_destroy(&switcher->tree->node);
		}
		free(switcher);
		log_error("out of memory");
		return false;
	}
	listener_add(&switcher->outputs_changed, &server->outputs->changed, handle_outputs_changed);
	server->switcher = switcher;
	return true;
}

void switcher_destroy(struct server *server) {
	struct switcher *switcher = server->switcher;
	if (switcher == NULL) {
		return;
	}
	listener_remove(&switcher->drawing);
	listener_remove(&switcher->outputs_changed);
	wlr_scene_node_destroy(&switcher->tree->node);
	free(switcher);
	server->switcher = NULL;
}
