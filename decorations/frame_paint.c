/* SPDX-License-Identifier: MIT */
#include "decorations/frame_paint.h"

#include <math.h>
#include <string.h>

#include "decorations/edge_code.h"
#include "decorations/marks.h"

#define TAB_RADIUS 6

static double rule(const struct frame *frame) {
	return fmax(1, round(frame->spec.scale));
}

static struct radii outer_radii(const struct frame *frame, double grow) {
	double r = frame->radius > 0 ? frame->radius + grow : 0;
	bool tab = frame->spec.kind == FRAME_TAB_WINDOW;
	return (struct radii){tab ? 0 : r, r, r, r};
}

static void outer_path(cairo_t *cr, const struct frame *frame, double grow) {
	const struct frame_box *o = &frame->outer;
	struct radii radii = outer_radii(frame, grow);
	if (grow < 0) {
		radii.top_left = fmax(0, radii.top_left);
		radii.top_right = fmax(0, radii.top_right);
		radii.bottom_left = fmax(0, radii.bottom_left);
		radii.bottom_right = fmax(0, radii.bottom_right);
	}
	marks_round_path(cr, o->x - grow, o->y - grow, o->width + 2 * grow, o->height + 2 * grow,
			radii);
}

static void paint_plate(cairo_t *cr, const struct frame *frame, const struct frame_box *plate,
		int cell) {
	const struct vm_colors *colors = &frame->spec.colors;
	marks_fill_rect(cr, plate->x, plate->y, plate->width, plate->height, colors->fill, 1);
	marks_fill_rect(cr, plate->x, plate->y, cell, plate->height, colors->plate, 1);
}

/* Keyline, body and the line of an inactive frame: everything without figures. */
static void paint_ground(cairo_t *cr, const struct frame *frame) {
	const struct frame_spec *spec = &frame->spec;
	const struct theme *theme = theme_get(spec->dark);
	if (frame->keyline > 0) {
		outer_path(cr, frame, frame->keyline);
		marks_set_color(cr, theme->keyline, 1);
		cairo_fill(cr);
	}
	cairo_save(cr);
	outer_path(cr, frame, 0);
	cairo_clip(cr);
	const struct frame_box *o = &frame->outer;
	marks_fill_rect(cr, o->x, o->y, o->width, o->height,
			spec->active ? spec->colors.fill : theme->bar, 1);
	if (spec->kind == FRAME_WINDOW) {
		paint_plate(cr, frame, &frame->plate, frame->bar.height);
	}
	cairo_restore(cr);
	if (!spec->active) {
		outer_path(cr, frame, 0);
		outer_path(cr, frame, -(frame_device_x(frame, 2) - frame_device_x(frame, 0)));
		cairo_set_fill_rule(cr, CAIRO_FILL_RULE_EVEN_ODD);
		marks_set_color(cr, spec->colors.fill, 1);
		cairo_fill(cr);
		cairo_set_fill_rule(cr, CAIRO_FILL_RULE_WINDING);
	}
}

/* The edges with the code of the glyph, which also those see who do not see the colour. */
static void paint_code(cairo_t *cr, const struct frame *frame) {
	const struct frame_spec *spec = &frame->spec;
	const struct frame_box *o = &frame->outer;
	if (!spec->pattern || frame->insets.left < FRAME_EDGE) {
		return;
	}
	double edge = -o->x, line = round(2 * spec->scale);
	double top = frame->insets.top > FRAME_EDGE ? 0 : o->y;
	double bottom = o->y + o->height, right = o->x + o->width;
	cairo_save(cr);
	outer_path(cr, frame, 0);
	cairo_clip(cr);
	marks_fill_rect(cr, o->x, top, edge, bottom - top, spec->colors.fill, 1);
	marks_fill_rect(cr, right - edge, top, edge, bottom - top, spec->colors.fill, 1);
	marks_fill_rect(cr, o->x, bottom - edge, o->width, edge, spec->colors.fill, 1);
	edge_code_line(cr, spec->glyph, o->x + edge / 2, top, o->x + edge / 2, bottom - edge, line,
			spec->scale, spec->colors.text);
	edge_code_line(cr, spec->glyph, right - edge / 2, top, right - edge / 2, bottom - edge,
			line, spec->scale, spec->colors.text);
	edge_code_line(cr, spec->glyph, o->x + edge, bottom - edge / 2, right - edge,
			bottom - edge / 2, line, spec->scale, spec->colors.text);
	if (top < 0) {
		marks_fill_rect(cr, o->x, top, o->width, edge, spec->colors.fill, 1);
		edge_code_line(cr, spec->glyph, o->x + edge, top + edge / 2, right - edge,
				top + edge / 2, line, spec->scale, spec->colors.text);
	}
	cairo_restore(cr);
}

static void paint_name(cairo_t *cr, const struct frame *frame, struct lettering *lettering,
		double middle) {
	const struct frame_spec *spec = &frame->spec;
	struct line_style style = {.size = 13 * spec->scale,
			.weight = 600,
			.max_width = frame->name.width + 1};
	lettering_draw(lettering, cr, spec->label, &style, spec->colors.text, frame->name.x,
			middle);
}

static void paint_urgent(cairo_t *cr, const struct frame *frame, double cell) {
	double scale = frame->spec.scale;
	marks_set_color(cr, frame->spec.colors.text, 1);
	cairo_arc(cr, frame->plate.x + cell - 6 * scale, frame->plate.y + 7 * scale, 3 * scale, 0,
			2 * M_PI);
	cairo_fill(cr);
}

static void paint_button(cairo_t *cr, const struct frame *frame, enum frame_part part,
		const struct frame_box *box, enum icon icon) {
	const struct frame_spec *spec = &frame->spec;
	if (box->width == 0) {
		return;
	}
	struct color figure = spec->active ? spec->colors.text : theme_get(spec->dark)->ink;
	bool pressed = spec->pressed == part;
	if (spec->hovered == part || pressed) {
		bool inverts = part == FRAME_PART_CLOSE && spec->active;
		struct color ground = inverts ? spec->colors.text : spec->colors.plate;
		figure = inverts ? spec->colors.fill : spec->colors.text;
		/* Inactive frames keep their line above the button. */
		double top = spec->active ? 0 : frame_device_y(frame, 2);
		marks_fill_rect(cr, box->x, box->y + top, box->width, box->height - top, ground, 1);
	}
	double shift = pressed ? rule(frame) : 0;
	marks_icon(cr, icon, box->x + round(box->width / 2.0),
			box->y + round(box->height / 2.0) + shift, spec->scale, figure);
}

static void paint_bar(cairo_t *cr, const struct frame *frame, struct lettering *lettering) {
	const struct frame_spec *spec = &frame->spec;
	const struct frame_box *bar = &frame->bar, *plate = &frame->plate;
	const struct theme *theme = theme_get(spec->dark);
	double scale = spec->scale, middle = bar->y + bar->height / 2.0;
	marks_glyph(cr, spec->glyph, bar->x + bar->height / 2.0, middle, 14 * scale,
			spec->colors.text);
	paint_name(cr, frame, lettering, middle);
	if (spec->urgent) {
		paint_urgent(cr, frame, bar->height);
	}
	if (frame->has_keyboard_mark) {
		marks_keyboard(cr, plate->x + plate->width - 17 * scale, middle, scale,
				spec->colors.text);
	}
	if (frame->has_keyboard_mark && frame->title.width > 0) {
		marks_fill_rect(cr, plate->x + plate->width, round(bar->y + 8 * scale), rule(frame),
				round(bar->height - 16 * scale), spec->colors.text, 0.35);
	}
	paint_button(cr, frame, FRAME_PART_MINIMISE, &frame->minimise, ICON_MINIMISE);
	paint_button(cr, frame, FRAME_PART_MAXIMISE, &frame->maximise,
			spec->maximised ? ICON_RESTORE : ICON_MAXIMISE);
	paint_button(cr, frame, FRAME_PART_CLOSE, &frame->close, ICON_CLOSE);
	if (frame->badge.width > 0) {
		marks_badge(lettering, cr,
				frame->badge_is_short ? NULL : frame_badge_text(spec->badge),
				frame->badge.x, frame->badge.y, scale);
	}
	if (frame->title.width > 0 && spec->title != NULL) {
		title_draw(spec->title, lettering, cr, false,
				spec->active ? spec->colors.text : theme->ink2, frame->title.x,
				middle, frame->title.width);
	}
	/* A hairline that parts the bar from the client area. */
	double line = rule(frame);
	static const struct color black = {0};
	marks_fill_rect(cr, 0, -line, frame_device_x(frame, spec->width), line, black,
			spec->active ? 0.28 : 0.14);
}

static void tab_path(cairo_t *cr, const struct frame *frame, double grow) {
	const struct frame_box *plate = &frame->plate;
	double r = TAB_RADIUS * frame->spec.scale + grow;
	marks_round_path(cr, plate->x - grow, plate->y - grow, plate->width + 2 * grow,
			plate->height + grow, (struct radii){r, r, 0, 0});
}

static void paint_tab(cairo_t *cr, const struct frame *frame, struct lettering *lettering) {
	const struct frame_spec *spec = &frame->spec;
	const struct frame_box *plate = &frame->plate;
	double scale = spec->scale, middle = plate->y + plate->height / 2.0;
	int cell = (int)round(26 * scale);
	cairo_save(cr);
	tab_path(cr, frame, 0);
	cairo_clip(cr);
	paint_plate(cr, frame, plate, cell);
	cairo_restore(cr);
	marks_glyph(cr, spec->glyph, plate->x + cell / 2.0, middle, 12 * scale, spec->colors.text);
	paint_name(cr, frame, lettering, middle);
	if (spec->urgent) {
		paint_urgent(cr, frame, cell);
	}
	if (frame->badge.width > 0) {
		marks_badge(lettering, cr,
				frame->badge_is_short ? NULL : frame_badge_text(spec->badge),
				frame->badge.x, frame->badge.y, scale);
	}
	if (frame->has_keyboard_mark) {
		marks_keyboard(cr, frame->name.x + frame->name.width + 14 * scale, middle, scale,
				spec->colors.text);
	}
}

static void paint_chip(cairo_t *cr, const struct frame *frame) {
	const struct frame_spec *spec = &frame->spec;
	double size = round(FRAME_CHIP * spec->scale), line = frame->keyline;
	double x = frame->outer.x, y = frame_device_y(frame, -FRAME_POPUP_EDGE - FRAME_CHIP);
	marks_fill_rect(cr, x - line, y - line, size + 2 * line, size + line,
			theme_get(spec->dark)->keyline, 1);
	marks_fill_rect(cr, x, y, size, size, spec->colors.fill, 1);
	marks_glyph(cr, spec->glyph, x + size / 2, y + size / 2, 9 * spec->scale,
			spec->colors.text);
}

/* What lies in a piece; the caller's surface clips it. Letters and figures are above the client area. */
static void paint_frame(cairo_t *cr, const struct frame *frame, const struct frame_piece *piece,
		struct lettering *lettering) {
	const struct frame_spec *spec = &frame->spec;
	const struct theme *theme = theme_get(spec->dark);
	if (spec->kind == FRAME_TAB_WINDOW) {
		tab_path(cr, frame, frame->keyline);
		marks_set_color(cr, theme->keyline, 1);
		cairo_fill(cr);
	}
	if (spec->kind == FRAME_POPUP && spec->chip) {
		paint_chip(cr, frame);
	}
	paint_ground(cr, frame);
	paint_code(cr, frame);
	if (piece->y >= 0) {
		return;
	}
	if (spec->kind == FRAME_WINDOW) {
		paint_bar(cr, frame, lettering);
	} else if (spec->kind == FRAME_TAB_WINDOW) {
		paint_tab(cr, frame, lettering);
	}
	if (frame->emulated.width > 0) {
		marks_emulated(lettering, cr, frame->emulated_is_short, frame->emulated.x,
				frame->emulated.y, spec->scale);
	}
}

void frame_piece_size(const struct frame *frame, const struct frame_piece *piece, int *ret_width,
		int *ret_height) {
	*ret_width = frame_device_x(frame, piece->x + piece->width) -
			frame_device_x(frame, piece->x);
	*ret_height = frame_device_y(frame, piece->y + piece->height) -
			frame_device_y(frame, piece->y);
}

bool frame_paint(const struct frame *frame, const struct frame_piece *piece,
		struct lettering *lettering, void *pixels, int width, int height, size_t stride) {
	memset(pixels, 0, stride * (size_t)height);
	cairo_surface_t *surface = cairo_image_surface_create_for_data(pixels, CAIRO_FORMAT_ARGB32,
			width, height, (int)stride);
	cairo_t *cr = cairo_create(surface);
	if (piece->is_solid) {
		marks_set_color(cr, piece->color, 1);
		cairo_paint(cr);
	} else {
		cairo_translate(cr, -frame_device_x(frame, piece->x),
				-frame_device_y(frame, piece->y));
		paint_frame(cr, frame, piece, lettering);
	}
	bool painted = cairo_status(cr) == CAIRO_STATUS_SUCCESS;
	cairo_destroy(cr);
	cairo_surface_flush(surface);
	painted = painted && cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS;
	cairo_surface_destroy(surface);
	return painted;
}
