/* SPDX-License-Identifier: MIT */
#include "decorations/strip_items.h"

#include <math.h>
#include <stdio.h>

#include "decorations/marks.h"
#include "decorations/plate.h"

#define ITEM_GAP 24
#define ICON_WIDTH 16 /* with the room after it */
#define TILE_SIZE 16
#define TILE_GAP 6
#define NAME_WIDTH_MAX 160

/* What matters most first. */
enum item_kind {
	ITEM_CANNOT_ASK,
	ITEM_CAPTURE,
	ITEM_CAPS_LOCK,
	ITEM_AWAKE,
	ITEM_HINT,
	ITEM_KINDS,
};

/* From the right end to the left. */
static const enum item_kind places[ITEM_KINDS] = {
		ITEM_CANNOT_ASK, ITEM_HINT, ITEM_CAPS_LOCK, ITEM_AWAKE, ITEM_CAPTURE};

struct item {
	const char *words; /* NULL: it is not true now */
	bool has_icon;
	enum icon icon;
	struct plate who; /* its tile and name stand after the words; without label: nobody's */
	bool is_hint;     /* no state: it may be left out without a word */
};

struct painter {
	const struct strip_spec *spec;
	struct lettering *lettering;
	struct item items[ITEM_KINDS];
};

static void collect(struct painter *painter) {
	const struct strip_spec *spec = painter->spec;
	struct item *items = painter->items;
	if (spec->cannot_ask) {
		items[ITEM_CANNOT_ASK] = (struct item){.words = "Silo cannot ask: all is no"};
	}
	if (spec->captured_by != NULL) {
		items[ITEM_CAPTURE] = (struct item){.words = "Captured by",
				.has_icon = true,
				.icon = ICON_CAPTURE,
				.who = {.label = spec->captured_by, .glyph = GLYPH_HOST}};
	}
	if (spec->caps_lock) {
		items[ITEM_CAPS_LOCK] = (struct item){
				.words = "Caps Lock", .has_icon = true, .icon = ICON_CAPS_LOCK};
	}
	if (spec->awake_label != NULL) {
		items[ITEM_AWAKE] = (struct item){.words = "Kept awake by",
				.who = {spec->awake_label, spec->awake_colors, spec->awake_glyph}};
	}
	items[ITEM_HINT] = (struct item){.words = spec->hint, .is_hint = true};
}

static struct line_style words_style(const struct painter *painter, const struct item *item) {
	return (struct line_style){
			.size = 12 * painter->spec->scale, .weight = item->is_hint ? 400 : 500};
}

static struct line_style name_style(const struct painter *painter) {
	return (struct line_style){.size = 12 * painter->spec->scale,
			.weight = 600,
			.max_width = NAME_WIDTH_MAX * painter->spec->scale};
}

static double item_width(const struct painter *painter, const struct item *item) {
	double scale = painter->spec->scale;
	struct line_style words = words_style(painter, item), name = name_style(painter);
	double width = lettering_width(painter->lettering, item->words, &words);
	width += item->has_icon ? ICON_WIDTH * scale : 0;
	if (item->who.label != NULL) {
		width += (TILE_SIZE + 2 * TILE_GAP) * scale +
				lettering_width(painter->lettering, item->who.label, &name);
	}
	return ceil(width);
}

static void paint_item(const struct painter *painter, cairo_t *cr, const struct item *item,
		double x, double middle) {
	const struct theme *theme = theme_get(painter->spec->dark);
	double scale = painter->spec->scale;
	struct line_style words = words_style(painter, item), name = name_style(painter);
	if (item->has_icon) {
		marks_icon(cr, item->icon, round(x + 4 * scale), round(middle), scale, theme->ink);
		x += ICON_WIDTH * scale;
	}
	x += lettering_draw(painter->lettering, cr, item->words, &words,
			item->is_hint ? theme->ink2 : theme->ink, x, middle);
	if (item->who.label == NULL) {
		return;
	}
	double size = round(TILE_SIZE * scale), left = round(x + TILE_GAP * scale);
	double top = round(middle - size / 2), radius = 3 * scale;
	if (item->who.glyph == GLYPH_HOST) {
		/* As wide as the tile, which would leave it no room. */
		marks_silo(cr, left + size / 2, top + size / 2, size, theme->ink);
	} else {
		marks_round_path(cr, left, top, size, size,
				(struct radii){radius, radius, radius, radius});
		marks_set_color(cr, item->who.colors.fill, 1);
		cairo_fill(cr);
		plate_draw_glyph(&item->who, cr, left + size / 2, top + size / 2, 9 * scale);
	}
	lettering_draw(painter->lettering, cr, item->who.label, &name, theme->ink,
			left + size + TILE_GAP * scale, middle);
}

/* Leaves out what matters least until the rest has room; returns how many states that were. */
static int make_room(struct painter *painter, double room) {
	double width = -ITEM_GAP * painter->spec->scale;
	for (int i = 0; i < ITEM_KINDS; i++) {
		const struct item *item = &painter->items[i];
		if (item->words != NULL) {
			width += item_width(painter, item) + ITEM_GAP * painter->spec->scale;
		}
	}
	int left_out = 0;
	for (int i = ITEM_KINDS - 1; i >= 0; i--) {
		struct item *item = &painter->items[i];
		double mark = left_out > 0 ? 2 * ITEM_GAP * painter->spec->scale : 0;
		if (item->words == NULL || width + mark <= room) {
			continue;
		}
		width -= item_width(painter, item) + ITEM_GAP * painter->spec->scale;
		left_out += !item->is_hint;
		item->words = NULL;
	}
	return left_out;
}

void strip_items_paint(const struct strip_spec *spec, struct lettering *lettering, cairo_t *cr,
		double start, double end, double middle) {
	struct painter painter = {.spec = spec, .lettering = lettering};
	collect(&painter);
	int left_out = make_room(&painter, end - start);
	for (int i = 0; i < ITEM_KINDS; i++) {
		const struct item *item = &painter.items[places[i]];
		if (item->words != NULL) {
			end = round(end - item_width(&painter, item));
			paint_item(&painter, cr, item, end, middle);
			end -= ITEM_GAP * spec->scale;
		}
	}
	if (left_out > 0) {
		char number[16];
		snprintf(number, sizeof(number), "+%d", left_out);
		struct item more = {.words = number};
		end = round(end - item_width(&painter, &more));
		if (end >= start) {
			paint_item(&painter, cr, &more, end, middle);
		}
	}
}
