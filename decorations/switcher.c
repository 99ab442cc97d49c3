/* SPDX-License-Identifier: MIT */
#include "decorations/switcher.h"

#include <math.h>
#include <stdio.h>

#include "decorations/marks.h"

#define PADDING 16
#define GAP 16 /* between columns */
#define COLUMN_WIDTH 280
#define COLUMN_WIDTH_MIN 160
#define PLATE 28
#define PLATE_GAP 8 /* between the plate and the rows */
#define ROW 44
#define RADIUS 12
#define ROW_RADIUS 6
#define MORE 24 /* the line that says how many do not fit */

static size_t longest(const struct switcher_spec *spec) {
	size_t rows = 1;
	for (size_t i = 0; i < spec->columns_len; i++) {
		rows = spec->columns[i].rows_len > rows ? spec->columns[i].rows_len : rows;
	}
	return rows;
}

static int sheet_width(size_t columns, int column_width) {
	return 2 * PADDING + (int)columns * (column_width + GAP) - GAP;
}

void switcher_lay_out(const struct switcher_spec *spec, struct switcher_layout *ret_layout) {
	size_t columns = spec->columns_len < SWITCHER_COLUMNS_MAX ? spec->columns_len
								  : SWITCHER_COLUMNS_MAX;
	columns = columns > 0 ? columns : 1;
	while (columns > 1 && sheet_width(columns, COLUMN_WIDTH_MIN) > spec->width_max) {
		columns--;
	}
	int width = (spec->width_max - 2 * PADDING + GAP) / (int)columns - GAP;
	width = width > COLUMN_WIDTH ? COLUMN_WIDTH : width;
	width = width < COLUMN_WIDTH_MIN ? COLUMN_WIDTH_MIN : width;
	const int fixed = 2 * PADDING + PLATE + PLATE_GAP;
	size_t rows = longest(spec);
	int room = spec->height_max - fixed;
	bool is_cut = (int)rows * ROW > room;
	if (is_cut) {
		rows = room >= ROW + MORE ? (size_t)((room - MORE) / ROW) : 1;
	}
	*ret_layout = (struct switcher_layout){
			.width = sheet_width(columns, width),
			.height = fixed + (int)rows * ROW + (is_cut ? MORE : 0),
			.column_width = width,
			.first_column = spec->column >= columns ? spec->column - columns + 1 : 0,
			.columns = columns,
			.rows = rows,
	};
}

size_t switcher_first_row(const struct switcher_spec *spec, const struct switcher_layout *layout,
		size_t column) {
	return column == spec->column && spec->row >= layout->rows ? spec->row - layout->rows + 1
								   : 0;
}

bool switcher_row_at(const struct switcher_spec *spec, const struct switcher_layout *layout,
		double x, double y, size_t *ret_column, size_t *ret_row) {
	double left = x - PADDING, top = y - PADDING - PLATE - PLATE_GAP;
	if (left < 0 || top < 0) {
		return false;
	}
	int stride = layout->column_width + GAP;
	size_t place = (size_t)(left / stride), line = (size_t)(top / ROW);
	size_t column = layout->first_column + place;
	if (place >= layout->columns || left - (double)place * stride >= layout->column_width ||
			line >= layout->rows || column >= spec->columns_len) {
		return false;
	}
	size_t row = switcher_first_row(spec, layout, column) + line;
	if (row >= spec->columns[column].rows_len) {
		return false;
	}
	*ret_column = column;
	*ret_row = row;
	return true;
}

struct painting {
	const struct switcher_spec *spec;
	const struct switcher_layout *layout;
	const struct theme *theme;
	struct lettering *lettering;
	cairo_t *cr;
};

static double snap(const struct painting *painting, double v) {
	return round(v * painting->spec->scale);
}

/* The VM's plate over the whole width of its column. */
static void paint_plate(const struct painting *painting, const struct switcher_column *column,
		int x, int y) {
	double scale = painting->spec->scale;
	double left = snap(painting, x), top = snap(painting, y);
	double width = snap(painting, x + painting->layout->column_width) - left;
	double side = snap(painting, y + PLATE) - top, middle = top + side / 2;
	cairo_t *cr = painting->cr;
	const double radius = 3 * scale;
	marks_round_path(cr, left, top, width, side,
			(struct radii){radius, radius, radius, radius});
	marks_set_color(cr, column->colors.fill, 1);
	cairo_fill(cr);
	marks_round_path(cr, left, top, side, side, (struct radii){radius, 0, 0, radius});
	marks_set_color(cr, column->colors.plate, 1);
	cairo_fill(cr);
	if (column->glyph == GLYPH_HOST) {
		marks_silo(cr, left + side / 2, middle, 16 * scale, column->colors.text);
	} else {
		marks_glyph(cr, column->glyph, left + side / 2, middle, 12 * scale,
				column->colors.text);
	}
	struct line_style style = {
			.size = 13 * scale, .weight = 600, .max_width = width - side - 20 * scale};
	lettering_draw(painting->lettering, cr, column->label, &style, column->colors.text,
			left + side + 10 * scale, middle);
}

/* At the row's right: its workspace, and whether it is minimised. Returns where the title ends. */
static double paint_facts(const struct painting *painting, const struct switcher_row *row,
		struct color color, double right, double middle) {
	double scale = painting->spec->scale;
	if (row->workspace > 0) {
		char number[16];
		snprintf(number, sizeof(number), "%u", row->workspace);
		struct line_style style = {.size = 12 * scale, .weight = 400};
		double width = lettering_width(painting->lettering, number, &style);
		double box = round(fmax(width + 10 * scale, 20 * scale));
		right -= box;
		marks_round_outline(painting->cr, right, round(middle - 10 * scale), box,
				round(20 * scale), 3 * scale, fmax(1, round(scale)), color, 1);
		lettering_draw(painting->lettering, painting->cr, number, &style, color,
				right + (box - width) / 2, middle);
		right -= 8 * scale;
	}
	if (row->is_minimized) {
		marks_icon(painting->cr, ICON_MINIMISE, right - 8 * scale, middle, scale, color);
		right -= 24 * scale;
	}
	return right;
}

static void paint_row(const struct painting *painting, const struct switcher_row *row,
		bool is_selected, int x, int y) {
	const struct theme *theme = painting->theme;
	double scale = painting->spec->scale;
	double left = snap(painting, x), top = snap(painting, y);
	double right = snap(painting, x + painting->layout->column_width);
	double height = snap(painting, y + ROW) - top, middle = top + height / 2;
	if (is_selected) {
		const double radius = ROW_RADIUS * scale;
		marks_round_path(painting->cr, left, top, right - left, height,
				(struct radii){radius, radius, radius, radius});
		marks_set_color(painting->cr, theme->ink, 1);
		cairo_fill(painting->cr);
	}
	struct color ink = is_selected ? theme->raised : theme->ink;
	struct color faint = is_selected ? theme->raised : theme->ink2;
	double end = paint_facts(painting, row, faint, right - round(12 * scale), middle);
	if (row->is_urgent) {
		marks_set_color(painting->cr, ink, 1);
		cairo_arc(painting->cr, left + 8 * scale, top + 10 * scale, 3 * scale, 0, 2 * M_PI);
		cairo_fill(painting->cr);
	}
	double from = left + round(16 * scale), room = fmax(1, end - from - 4 * scale);
	if (row->title != NULL) {
		title_draw(row->title, painting->lettering, painting->cr, true, ink, from, middle,
				room);
		return;
	}
	struct line_style style = {
			.size = SWITCHER_TITLE_SIZE * scale, .weight = 400, .max_width = room};
	lettering_draw(painting->lettering, painting->cr, "No title", &style, faint, from, middle);
}

static void paint_column(const struct painting *painting, size_t index, int x) {
	const struct switcher_spec *spec = painting->spec;
	const struct switcher_layout *layout = painting->layout;
	const struct switcher_column *column = &spec->columns[index];
	paint_plate(painting, column, x, PADDING);
	size_t first = switcher_first_row(spec, layout, index);
	int y = PADDING + PLATE + PLATE_GAP;
	for (size_t i = first; i < column->rows_len && i < first + layout->rows; i++) {
		paint_row(painting, &column->rows[i], index == spec->column && i == spec->row, x,
				y);
		y += ROW;
	}
	if (column->rows_len > layout->rows) {
		char more[48];
		snprintf(more, sizeof(more), "%zu of %zu", layout->rows, column->rows_len);
		struct line_style style = {.size = 12 * spec->scale, .weight = 400};
		lettering_draw(painting->lettering, painting->cr, more, &style,
				painting->theme->ink2, snap(painting, x + PADDING),
				snap(painting, y + MORE / 2.0));
	}
}

bool switcher_paint(const struct switcher_spec *spec, const struct switcher_layout *layout,
		struct lettering *lettering, void *pixels, int width, int height, size_t stride) {
	cairo_surface_t *surface = cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_ARGB32,
			width, height, (int)stride);
	cairo_t *cr = cairo_create(surface);
	const struct painting painting = {.spec = spec,
			.layout = layout,
			.theme = theme_get(spec->dark),
			.lettering = lettering,
			.cr = cr};
	double radius = RADIUS * spec->scale;
	marks_round_path(cr, 0, 0, width, height, (struct radii){radius, radius, radius, radius});
	marks_set_color(cr, painting.theme->raised, 1);
	cairo_fill(cr);
	for (size_t i = 0; i < layout->columns; i++) {
		size_t column = layout->first_column + i;
		if (column < spec->columns_len) {
			paint_column(&painting, column,
					PADDING + (int)i * (layout->column_width + GAP));
		}
	}
	bool painted = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
	cairo_destroy(cr);
	cairo_surface_flush(surface);
	cairo_surface_destroy(surface);
	return painted;
}
