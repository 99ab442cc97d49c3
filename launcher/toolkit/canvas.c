/* SPDX-License-Identifier: MIT */
#include "launcher/toolkit/canvas.h"

#include <math.h>

bool box_contains(const struct box *box, double x, double y) {
	return x >= box->x && x < box->x + box->width && y >= box->y && y < box->y + box->height;
}

void canvas_begin(struct canvas *canvas, struct lettering *lettering, bool dark, double scale,
		void *pixels, int width, int height, size_t stride) {
	cairo_surface_t *surface = cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_ARGB32,
			width, height, (int)stride);
	*canvas = (struct canvas){
			.cr = cairo_create(surface),
			.lettering = lettering,
			.theme = theme_get(dark),
			.scale = scale,
	};
	cairo_surface_destroy(surface);
	cairo_set_operator(canvas->cr, CAIRO_OPERATOR_CLEAR);
	cairo_paint(canvas->cr);
	cairo_set_operator(canvas->cr, CAIRO_OPERATOR_OVER);
}

bool canvas_end(struct canvas *canvas) {
	bool is_drawn = cairo_status(canvas->cr) == CAIRO_STATUS_SUCCESS;
	cairo_surface_flush(cairo_get_target(canvas->cr));
	cairo_destroy(canvas->cr);
	canvas->cr = NULL;
	return is_drawn;
}

double canvas_snap(const struct canvas *canvas, double length) {
	return round(length * canvas->scale);
}

/* Widths come from snapped edges, so that neighbours meet; nothing is thinner than a pixel. */
static struct box to_device(const struct canvas *canvas, struct box box) {
	double left = canvas_snap(canvas, box.x), top = canvas_snap(canvas, box.y);
	double right = canvas_snap(canvas, box.x + box.width);
	double bottom = canvas_snap(canvas, box.y + box.height);
	return (struct box){left, top, box.width > 0 ? fmax(1, right - left) : 0,
			box.height > 0 ? fmax(1, bottom - top) : 0};
}

void canvas_fill(struct canvas *canvas, struct box box, struct color color) {
	struct box device = to_device(canvas, box);
	marks_fill_rect(canvas->cr, device.x, device.y, device.width, device.height, color, 1);
}

void canvas_round(struct canvas *canvas, struct box box, double radius, struct color color) {
	struct box device = to_device(canvas, box);
	double r = radius * canvas->scale;
	marks_round_path(canvas->cr, device.x, device.y, device.width, device.height,
			(struct radii){r, r, r, r});
	marks_set_color(canvas->cr, color, 1);
	cairo_fill(canvas->cr);
}

void canvas_outline(struct canvas *canvas, struct box box, double radius, double line,
		struct color color) {
	struct box device = to_device(canvas, box);
	marks_round_outline(canvas->cr, device.x, device.y, device.width, device.height,
			radius * canvas->scale, fmax(1, canvas_snap(canvas, line)), color, 1);
}

void canvas_clip(struct canvas *canvas, struct box box) {
	struct box device = to_device(canvas, box);
	cairo_save(canvas->cr);
	cairo_rectangle(canvas->cr, device.x, device.y, device.width, device.height);
	cairo_clip(canvas->cr);
}

void canvas_unclip(struct canvas *canvas) {
	cairo_restore(canvas->cr);
}

static struct line_style style_of(const struct canvas *canvas, const struct text_look *look) {
	return (struct line_style){
			.size = look->size * canvas->scale,
			.weight = look->weight != 0 ? look->weight : 400,
			.max_width = look->max_width * canvas->scale,
			.is_title = look->is_title,
			.is_number = look->is_number,
			.marks = look->marks,
			.marks_len = look->marks_len,
	};
}

double canvas_text_width(struct canvas *canvas, const char *text, const struct text_look *look) {
	struct line_style style = style_of(canvas, look);
	return lettering_width(canvas->lettering, text, &style) / canvas->scale;
}

double canvas_text(struct canvas *canvas, const char *text, double x, double y,
		const struct text_look *look) {
	struct line_style style = style_of(canvas, look);
	if (look->align != ALIGN_LEFT) {
		double width = canvas_text_width(canvas, text, look);
		x -= look->align == ALIGN_MIDDLE ? width / 2 : width;
	}
	return lettering_draw(canvas->lettering, canvas->cr, text, &style, look->color,
			       x * canvas->scale, y * canvas->scale) /
			canvas->scale;
}

/* Before and after the name, in heights of the plate. */
#define PLATE_LEAD 0.32
#define PLATE_TAIL 0.42

static struct text_look plate_look(const struct plate *plate, double height, double size,
		double max_width) {
	double room = max_width - height * (1 + PLATE_LEAD + PLATE_TAIL);
	return (struct text_look){
			.size = size,
			.weight = 600,
			.color = plate->colors.text,
			.max_width = max_width > 0 ? fmax(1, room) : 0,
	};
}

double canvas_plate_width(struct canvas *canvas, const struct plate *plate, double height,
		double size, double max_width) {
	struct text_look look = plate_look(plate, height, size, max_width);
	double name = canvas_text_width(canvas, plate->name, &look);
	return canvas_snap(canvas, height * (1 + PLATE_LEAD + PLATE_TAIL) + name) / canvas->scale;
}

double canvas_plate(struct canvas *canvas, const struct plate *plate, double x, double y,
		double height, double size, double max_width) {
	struct text_look look = plate_look(plate, height, size, max_width);
	double width = canvas_plate_width(canvas, plate, height, size, max_width);
	double r = PLATE_RADIUS * canvas->scale;
	struct box device = to_device(canvas, (struct box){x, y, width, height});
	cairo_save(canvas->cr);
	marks_round_path(canvas->cr, device.x, device.y, device.width, device.height,
			(struct radii){r, r, r, r});
	cairo_clip(canvas->cr);
	canvas_fill(canvas, (struct box){x, y, width, height}, plate->colors.fill);
	canvas_fill(canvas, (struct box){x, y, height, height}, plate->colors.plate);
	double middle = y + height / 2;
	marks_glyph(canvas->cr, plate->glyph, device.x + device.height / 2,
			device.y + device.height / 2, 0.44 * height * canvas->scale,
			plate->colors.text);
	canvas_text(canvas, plate->name, x + height * (1 + PLATE_LEAD), middle, &look);
	cairo_restore(canvas->cr);
	return width;
}

double canvas_key(struct canvas *canvas, const char *key, double x, double middle) {
	struct text_look look = {.size = 11,
			.weight = 500,
			.color = canvas->theme->ink2,
			.align = ALIGN_MIDDLE};
	double width = fmax(22, canvas_text_width(canvas, key, &look) + 12);
	canvas_outline(canvas, (struct box){x, middle - 10, width, 20}, 4, 1, canvas->theme->ink3);
	canvas_text(canvas, key, x + width / 2, middle, &look);
	return width;
}

void canvas_figure(struct canvas *canvas, enum figure figure, double x, double y,
		struct color color) {
	cairo_t *cr = canvas->cr;
	cairo_save(cr);
	cairo_translate(cr, x * canvas->scale, y * canvas->scale);
	cairo_scale(cr, canvas->scale, canvas->scale);
	cairo_new_path(cr);
	cairo_set_line_width(cr, 1.5);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	marks_set_color(cr, color, 1);
	switch (figure) {
	case FIGURE_SEARCH:
		cairo_arc(cr, -1.5, -1.5, 5, 0, 2 * M_PI);
		cairo_new_sub_path(cr);
		cairo_move_to(cr, 2.3, 2.3);
		cairo_line_to(cr, 6.5, 6.5);
		break;
	case FIGURE_RETURN:
		cairo_move_to(cr, 5, -5);
		cairo_line_to(cr, 5, 1);
		cairo_line_to(cr, -5, 1);
		cairo_move_to(cr, -1.5, -2.5);
		cairo_line_to(cr, -5, 1);
		cairo_line_to(cr, -1.5, 4.5);
		break;
	case FIGURE_ARROW:
		cairo_move_to(cr, -6, 0);
		cairo_line_to(cr, 6, 0);
		cairo_move_to(cr, 2, -4);
		cairo_line_to(cr, 6, 0);
		cairo_line_to(cr, 2, 4);
		break;
	case FIGURE_CLIPBOARD:
		marks_round_path(cr, -4.75, -5.25, 9.5, 12, (struct radii){1.5, 1.5, 1.5, 1.5});
		cairo_stroke(cr);
		cairo_rectangle(cr, -2.5, -7, 5, 3.5);
		cairo_fill(cr);
		break;
	case FIGURE_FLASH:
		cairo_move_to(cr, 1, -5.5);
		cairo_line_to(cr, -2.5, 0.75);
		cairo_line_to(cr, 2.5, -0.75);
		cairo_line_to(cr, -1, 5.5);
		break;
	case FIGURE_CROSS:
		cairo_move_to(cr, -4, -4);
		cairo_line_to(cr, 4, 4);
		cairo_move_to(cr, 4, -4);
		cairo_line_to(cr, -4, 4);
		break;
	}
	cairo_stroke(cr);
	cairo_restore(cr);
}
