/* SPDX-License-Identifier: MIT */
#include "decorations/marks.h"

#include <math.h>

static const struct color badge_paper = {0xff, 0xff, 0xff}, badge_ink = {0x14, 0x16, 0x1a};

void marks_set_color(cairo_t *cr, struct color color, double alpha) {
	cairo_set_source_rgba(cr, color.r / 255.0, color.g / 255.0, color.b / 255.0, alpha);
}

void marks_fill_rect(cairo_t *cr, double x, double y, double width, double height,
		struct color color, double alpha) {
	marks_set_color(cr, color, alpha);
	cairo_rectangle(cr, x, y, width, height);
	cairo_fill(cr);
}

void marks_round_path(cairo_t *cr, double x, double y, double width, double height,
		struct radii r) {
	double right = x + width, bottom = y + height;
	cairo_new_sub_path(cr);
	cairo_arc(cr, right - r.top_right, y + r.top_right, r.top_right, -M_PI_2, 0);
	cairo_arc(cr, right - r.bottom_right, bottom - r.bottom_right, r.bottom_right, 0, M_PI_2);
	cairo_arc(cr, x + r.bottom_left, bottom - r.bottom_left, r.bottom_left, M_PI_2, M_PI);
	cairo_arc(cr, x + r.top_left, y + r.top_left, r.top_left, M_PI, 1.5 * M_PI);
	cairo_close_path(cr);
}

void marks_round_outline(cairo_t *cr, double x, double y, double width, double height,
		double radius, double line, struct color color, double alpha) {
	double r = fmax(0, radius - line / 2);
	marks_round_path(cr, x + line / 2, y + line / 2, width - line, height - line,
			(struct radii){r, r, r, r});
	marks_set_color(cr, color, alpha);
	cairo_set_line_width(cr, line);
	cairo_stroke(cr);
}

static void polygon(cairo_t *cr, const double (*points)[2], size_t n) {
	for (size_t i = 0; i < n; i++) {
		cairo_line_to(cr, points[i][0], points[i][1]);
	}
	cairo_close_path(cr);
	cairo_fill(cr);
}

static void stroke_points(cairo_t *cr, const double (*points)[2], size_t n) {
	for (size_t i = 0; i < n; i++) {
		cairo_line_to(cr, points[i][0], points[i][1]);
	}
	cairo_stroke(cr);
}

/* The moon: a disc less a smaller one, as one path of two arcs that meet. */
static void crescent(cairo_t *cr) {
	const double big = 0.96, small = 0.74, x = 0.5, y = -0.3;
	double apart = hypot(x, y), towards = atan2(y, x);
	double along = (apart * apart + big * big - small * small) / (2 * apart);
	double half_big = acos(along / big), half_small = acos((apart - along) / small);
	cairo_arc(cr, 0, 0, big, towards + half_big, towards - half_big + 2 * M_PI);
	cairo_arc_negative(cr, x, y, small, towards + M_PI + half_small,
			towards + M_PI - half_small);
	cairo_close_path(cr);
	cairo_fill(cr);
}

static void star(cairo_t *cr) {
	for (int i = 0; i < 10; i++) {
		double r = i % 2 == 0 ? 1.06 : 0.44;
		cairo_line_to(cr, sin(i * M_PI / 5) * r, 0.06 - cos(i * M_PI / 5) * r);
	}
	cairo_close_path(cr);
	cairo_fill(cr);
}

static void square(cairo_t *cr, double x, double y, double size) {
	double side = round(size * 0.8);
	cairo_rectangle(cr, round(x - side / 2), round(y - side / 2), side, side);
	cairo_fill(cr);
}

/* In a coordinate system of which the glyph's circle is the unit circle. */
static void unit_glyph(cairo_t *cr, enum glyph glyph) {
	static const double diamond[][2] = {{0, -1.06}, {1.06, 0}, {0, 1.06}, {-1.06, 0}};
	static const double triangle[][2] = {{0, -0.94}, {1.04, 0.82}, {-1.04, 0.82}};
	static const double hourglass[][2] = {
			{-0.86, -0.94}, {0.86, -0.94}, {-0.86, 0.94}, {0.86, 0.94}};
	static const double zigzag[][2] = {
			{-1, 0.34}, {-0.5, -0.34}, {0, 0.34}, {0.5, -0.34}, {1, 0.34}};
	static const double chevron_up[][2] = {{-0.84, -0.72}, {0, -0.08}, {0.84, -0.72}};
	static const double chevron_low[][2] = {{-0.84, 0.08}, {0, 0.72}, {0.84, 0.08}};
	switch (glyph) {
	case GLYPH_TRIANGLE:
		polygon(cr, triangle, 3);
		break;
	case GLYPH_DISC:
		cairo_arc(cr, 0, 0, 0.92, 0, 2 * M_PI);
		cairo_fill(cr);
		break;
	case GLYPH_DIAMOND:
		polygon(cr, diamond, 4);
		break;
	case GLYPH_RING:
		cairo_arc(cr, 0, 0, 0.72, 0, 2 * M_PI);
		cairo_set_line_width(cr, 0.44);
		cairo_stroke(cr);
		break;
	case GLYPH_PLUS:
		cairo_rectangle(cr, -0.3, -0.94, 0.6, 1.88);
		cairo_rectangle(cr, -0.94, -0.3, 1.88, 0.6);
		cairo_fill(cr);
		break;
	case GLYPH_BARS:
		cairo_rectangle(cr, -0.94, -0.88, 0.44, 1.76);
		cairo_rectangle(cr, -0.22, -0.88, 0.44, 1.76);
		cairo_rectangle(cr, 0.5, -0.88, 0.44, 1.76);
		cairo_fill(cr);
		break;
	case GLYPH_CRESCENT:
		crescent(cr);
		break;
	case GLYPH_ZIGZAG:
		cairo_set_line_width(cr, 0.46);
		stroke_points(cr, zigzag, 5);
		break;
	case GLYPH_CHEVRONS:
		cairo_set_line_width(cr, 0.44);
		stroke_points(cr, chevron_up, 3);
		stroke_points(cr, chevron_low, 3);
		break;
	case GLYPH_HOURGLASS:
		polygon(cr, hourglass, 4);
		break;
	case GLYPH_STAR:
		star(cr);
		break;
	case GLYPH_SQUARE:
	case GLYPH_HOST:
		break;
	}
}

void marks_glyph(cairo_t *cr, enum glyph glyph, double x, double y, double size,
		struct color color) {
	cairo_new_path(cr);
	marks_set_color(cr, color, 1);
	if (glyph == GLYPH_SQUARE) {
		square(cr, x, y, size);
		return;
	} else if (glyph >= GLYPH_HOST) {
		/* The mark is drawn in a box of 16 where glyphs have 14. */
		marks_silo(cr, x, y, size * 16 / 14, color);
		return;
	}
	cairo_save(cr);
	cairo_translate(cr, x, y);
	cairo_scale(cr, size / 2, size / 2);
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_MITER);
	unit_glyph(cr, glyph);
	cairo_restore(cr);
}

void marks_silo(cairo_t *cr, double x, double y, double size, struct color color) {
	static const int columns[3][2] = {{-7, 9}, {-2, 14}, {3, 11}};
	double unit = fmax(1, round(size * 4 / 16) / 4);
	marks_set_color(cr, color, 1);
	for (size_t i = 0; i < 3; i++) {
		double width = round(4 * unit), height = round(columns[i][1] * unit);
		double left = round(x + columns[i][0] * unit), bottom = round(y + 7 * unit);
		marks_round_path(cr, left, bottom - height, width, height,
				(struct radii){width / 2, width / 2, 0, 0});
		cairo_fill(cr);
	}
}

void marks_keyboard(cairo_t *cr, double x, double y, double scale, struct color color) {
	double left = round(x - 8 * scale), top = round(y - 5 * scale);
	double rule = fmax(1, round(scale));
	double width = round(16 * scale), height = round(10 * scale);
	marks_round_outline(cr, left, top, width, height, 2 * scale, rule, color, 0.9);
	for (int i = 0; i < 4; i++) {
		marks_fill_rect(cr, left + round((3 + 3 * i) * scale), top + round(3 * scale), rule,
				rule, color, 0.9);
	}
	marks_fill_rect(cr, left + round(4 * scale), top + round(6 * scale),
			width - 2 * round(4 * scale), rule, color, 0.9);
}

static void lines(cairo_t *cr, double x1, double y1, double x2, double y2) {
	cairo_move_to(cr, x1, y1);
	cairo_line_to(cr, x2, y2);
}

/* Where straight strokes of an icon lie, so that at fractional scales too their edges are pixels'. */
struct strokes {
	double scale, width;
};

static struct strokes strokes_at(double scale) {
	bool is_whole = rint(scale) == scale;
	return (struct strokes){scale, is_whole ? 1.5 : fmax(1, round(1.5 * scale)) / scale};
}

static double stroke(const struct strokes *strokes, double at) {
	if (rint(strokes->scale) == strokes->scale) {
		return at;
	}
	double half = strokes->width / 2;
	return round((at - half) * strokes->scale) / strokes->scale + half;
}

static void stroke_box(cairo_t *cr, const struct strokes *strokes, double low_x, double low_y,
		double high_x, double high_y) {
	double x = stroke(strokes, low_x), y = stroke(strokes, low_y);
	cairo_rectangle(cr, x, y, stroke(strokes, high_x) - x, stroke(strokes, high_y) - y);
}

void marks_icon(cairo_t *cr, enum icon icon, double x, double y, double scale, struct color color) {
	const struct strokes strokes = strokes_at(scale);
	cairo_save(cr);
	cairo_new_path(cr);
	cairo_translate(cr, x, y);
	cairo_scale(cr, scale, scale);
	marks_set_color(cr, color, 1);
	cairo_set_line_width(cr, strokes.width);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	switch (icon) {
	case ICON_CLOSE:
		lines(cr, -4.5, -4.5, 4.5, 4.5);
		lines(cr, 4.5, -4.5, -4.5, 4.5);
		break;
	case ICON_MAXIMISE:
		stroke_box(cr, &strokes, -4.75, -4.75, 4.75, 4.75);
		break;
	case ICON_RESTORE:
		stroke_box(cr, &strokes, -4.75, -2.25, 2.25, 4.75);
		cairo_move_to(cr, -1.75, stroke(&strokes, -4.75));
		cairo_line_to(cr, stroke(&strokes, 4.75), stroke(&strokes, -4.75));
		cairo_line_to(cr, stroke(&strokes, 4.75), 1.75);
		break;
	case ICON_MINIMISE:
		lines(cr, -5, stroke(&strokes, 0.25), 5, stroke(&strokes, 0.25));
		break;
	case ICON_CAPS_LOCK:
		cairo_move_to(cr, 0, -5.5);
		cairo_line_to(cr, 5, -0.5);
		cairo_line_to(cr, 2, -0.5);
		cairo_line_to(cr, 2, 2.25);
		cairo_line_to(cr, -2, 2.25);
		cairo_line_to(cr, -2, -0.5);
		cairo_line_to(cr, -5, -0.5);
		cairo_close_path(cr);
		lines(cr, -2, 5.25, 2, 5.25);
		break;
	case ICON_CAPTURE:
		stroke_box(cr, &strokes, -6.25, -5.25, 6.25, 3.75);
		lines(cr, -3, stroke(&strokes, 6.25), 3, stroke(&strokes, 6.25));
		cairo_move_to(cr, 1.25, -0.75);
		cairo_arc(cr, 0, -0.75, 1.25, 0, 2 * M_PI);
		break;
	case ICON_LOCK:
		marks_round_path(cr, -5, -1, 10, 8, (struct radii){1.5, 1.5, 1.5, 1.5});
		cairo_move_to(cr, -3, -1);
		cairo_line_to(cr, -3, -3.5);
		cairo_arc(cr, 0, -3.5, 3, M_PI, 2 * M_PI);
		cairo_line_to(cr, 3, -1);
		break;
	}
	cairo_stroke(cr);
	cairo_restore(cr);
}

static struct line_style badge_style(double scale) {
	return (struct line_style){.size = 12 * scale, .weight = 600};
}

void marks_hatch(cairo_t *cr, double x, double y, double width, double height, double scale,
		struct color color) {
	double step = 6 * scale;
	cairo_save(cr);
	cairo_rectangle(cr, x, y, width, height);
	cairo_clip(cr);
	marks_set_color(cr, color, 1);
	cairo_set_line_width(cr, step * 0.45);
	for (double at = x - height - step; at < x + width + height; at += step) {
		lines(cr, at, y + height + 2, at + height + 4, y - 2);
	}
	cairo_stroke(cr);
	cairo_restore(cr);
}

double marks_badge_width(struct lettering *lettering, const char *text, double scale) {
	if (text == NULL) {
		return round(BADGE_HEIGHT * scale);
	}
	struct line_style style = badge_style(scale);
	return round(40 * scale + lettering_width(lettering, text, &style));
}

void marks_badge(struct lettering *lettering, cairo_t *cr, const char *text, double x, double y,
		double scale) {
	double width = marks_badge_width(lettering, text, scale),
	       height = round(BADGE_HEIGHT * scale);
	double radius = 4 * scale;
	cairo_save(cr);
	marks_round_path(cr, x, y, width, height, (struct radii){radius, radius, radius, radius});
	cairo_clip(cr);
	marks_fill_rect(cr, x, y, width, height, badge_paper, 1);
	marks_hatch(cr, x, y, height, height, scale, badge_ink);
	cairo_restore(cr);
	marks_round_outline(cr, x, y, width, height, radius, fmax(1, round(scale)), badge_ink, 1);
	if (text != NULL) {
		struct line_style style = badge_style(scale);
		lettering_draw(lettering, cr, text, &style, badge_ink, x + 30 * scale,
				y + height / 2);
	}
}

static struct line_style emulated_style(double scale) {
	return (struct line_style){.size = 12 * scale, .weight = 500};
}

static const char *emulated_text(bool is_short) {
	return is_short ? "E" : "Emulated";
}

double marks_emulated_width(struct lettering *lettering, bool is_short, double scale) {
	struct line_style style = emulated_style(scale);
	double pad = is_short ? 10 : 14;
	return round(pad * scale + lettering_width(lettering, emulated_text(is_short), &style));
}

void marks_emulated(struct lettering *lettering, cairo_t *cr, bool is_short, double x, double y,
		double scale) {
	struct line_style style = emulated_style(scale);
	double width = marks_emulated_width(lettering, is_short, scale);
	double height = round(EMULATED_HEIGHT * scale), radius = 4 * scale;
	marks_round_path(cr, x, y, width, height, (struct radii){radius, radius, radius, radius});
	marks_set_color(cr, badge_paper, 1);
	cairo_fill(cr);
	marks_round_outline(cr, x, y, width, height, radius, fmax(1, round(scale)), badge_ink, 1);
	lettering_draw(lettering, cr, emulated_text(is_short), &style, badge_ink,
			x + (is_short ? 5 : 7) * scale, y + height / 2);
}
