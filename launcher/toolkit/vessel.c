/* SPDX-License-Identifier: MIT */
#include "launcher/toolkit/vessel.h"

#include <math.h>

/* Below this contrast with the ground the outline is helped by a keyline and an ink glyph. */
#define FAINT 2.2
#define LINE 2

static void dome(struct canvas *canvas, struct box box, double grow) {
	double scale = canvas->scale;
	double x = canvas_snap(canvas, box.x) - grow, y = canvas_snap(canvas, box.y) - grow;
	double width = canvas_snap(canvas, box.width) + 2 * grow;
	double height = canvas_snap(canvas, box.height) + 2 * grow;
	double foot = fmax(0, 3 * scale + grow);
	marks_round_path(canvas->cr, x, y, width, height,
			(struct radii){width / 2, width / 2, foot, foot});
}

static void stroke_dome(struct canvas *canvas, struct box box, double grow, double line,
		struct color color, double alpha) {
	dome(canvas, box, grow);
	marks_set_color(canvas->cr, color, alpha);
	cairo_set_line_width(canvas->cr, line);
	cairo_stroke(canvas->cr);
}

static void draw_mark(struct canvas *canvas, enum vessel_mark mark, struct box box) {
	const struct theme *theme = canvas->theme;
	double x = box.x + box.width - 8, y = box.y + box.height - 14;
	if (mark == VESSEL_PLAIN) {
		return;
	}
	canvas_fill(canvas, (struct box){x, y, 14, 14}, theme->raised);
	if (mark == VESSEL_PAUSED) {
		canvas_fill(canvas, (struct box){x + 3, y + 2, 3, 10}, theme->ink);
		canvas_fill(canvas, (struct box){x + 8, y + 2, 3, 10}, theme->ink);
	} else {
		canvas_figure(canvas, FIGURE_CROSS, x + 7, y + 7, theme->ink);
	}
}

static void draw_glyph(struct canvas *canvas, const struct vessel *vessel, struct box box,
		double level_y, struct color above) {
	double middle_x = canvas_snap(canvas, box.x + box.width / 2);
	double middle_y = canvas_snap(canvas, box.y + box.height * 0.56);
	double size = box.width * 0.46 * canvas->scale;
	const struct {
		double top, bottom;
		struct color color;
	} parts[] = {
			{box.y, level_y, above},
			{level_y, box.y + box.height, vessel->colors.text},
	};
	for (size_t i = 0; i < 2; i++) {
		if (parts[i].bottom > parts[i].top) {
			canvas_clip(canvas,
					(struct box){box.x, parts[i].top, box.width,
							parts[i].bottom - parts[i].top});
			marks_glyph(canvas->cr, vessel->glyph, middle_x, middle_y, size,
					parts[i].color);
			canvas_unclip(canvas);
		}
	}
}

void vessel_draw(struct canvas *canvas, const struct vessel *vessel, struct box box) {
	const struct theme *theme = canvas->theme;
	bool is_host = vessel->glyph == GLYPH_HOST;
	struct color fill = is_host ? theme->ink : vessel->colors.fill;
	bool is_faint = color_contrast(fill, theme->raised) < FAINT;
	double level = is_host ? 1 : fmin(1, fmax(0, vessel->level));
	double level_y = box.y + box.height * (1 - level);
	cairo_save(canvas->cr);
	dome(canvas, box, 0);
	cairo_clip(canvas->cr);
	canvas_fill(canvas, (struct box){box.x, level_y, box.width, box.height * level}, fill);
	cairo_restore(canvas->cr);
	if (is_faint) {
		double keyline = fmax(1, canvas_snap(canvas, 1));
		stroke_dome(canvas, box, keyline / 2, keyline, theme->ink, 0.35);
	}
	double line = fmax(1, canvas_snap(canvas, LINE));
	if (level < 1) {
		stroke_dome(canvas, box, -line / 2, line, fill, 1);
	}
	if (is_host) {
		marks_silo(canvas->cr, canvas_snap(canvas, box.x + box.width / 2),
				canvas_snap(canvas, box.y + box.height * 0.56),
				box.width * 0.5 * canvas->scale, theme->raised);
	} else {
		draw_glyph(canvas, vessel, box, level_y, is_faint ? theme->ink : fill);
	}
	draw_mark(canvas, vessel->mark, box);
}
