/* SPDX-License-Identifier: MIT */
#include "decorations/frame.h"

#include <math.h>

#include "decorations/marks.h"

#define CLIENT_SIZE_MAX 65535
#define POSITION_MAX (1 << 20)
#define PLATE_GAP 10
#define PLATE_TAIL 12          /* after the name */
#define PLATE_TAIL_KEYBOARD 34 /* the same with the keyboard mark */
#define NAME_MIN 34            /* four characters */
#define PLATE_SHARE 0.4        /* of the bar may be the plate before its name is cut */
#define PLATE_FREE 240         /* or this, while there is room beside the buttons */
#define BUTTON_WIDTH 36
#define BUTTON_END 2 /* right of the last button */
#define BADGE_GAP 10
#define TITLE_GAP 14
#define TITLE_END 12
#define TITLE_MIN 16
#define EMULATED_LEAST 32 /* room for the short mark */
#define TAB_CELL 26
#define TAB_TAIL_KEYBOARD 30
#define TAB_MARK_GAP 6
#define TAB_WIDTH_LEAST 96 /* a tab may stick out of a window narrower than this */

struct frame_insets frame_insets(enum frame_kind kind) {
	switch (kind) {
	case FRAME_WINDOW:
		return (struct frame_insets){FRAME_EDGE, FRAME_BAR, FRAME_EDGE, FRAME_EDGE};
	case FRAME_POPUP:
		return (struct frame_insets){FRAME_POPUP_EDGE, FRAME_POPUP_EDGE, FRAME_POPUP_EDGE,
				FRAME_POPUP_EDGE};
	case FRAME_BARE:
		return (struct frame_insets){0};
	case FRAME_TAB_WINDOW:
	case FRAME_FULLSCREEN:
		break;
	}
	return (struct frame_insets){FRAME_EDGE, FRAME_EDGE, FRAME_EDGE, FRAME_EDGE};
}

void frame_min_client_size(const struct frame_spec *spec, int *ret_width, int *ret_height) {
	*ret_width = 1;
	*ret_height = 1;
	if (spec->kind == FRAME_WINDOW || spec->kind == FRAME_TAB_WINDOW) {
		int mark = spec->emulated ? EMULATED_LEAST : 0;
		*ret_width = FRAME_WIDTH_MIN + mark - 2 * FRAME_EDGE;
		*ret_height = 2 * FRAME_RADIUS;
	}
}

const char *frame_badge_text(enum frame_badge badge) {
	switch (badge) {
	case FRAME_BADGE_HELD_BACK:
		return "Held back";
	case FRAME_BADGE_NOT_RESPONDING:
		return "Not responding";
	case FRAME_BADGE_FROZEN:
		return "Frozen";
	case FRAME_BADGE_NONE:
		break;
	}
	return NULL;
}

int frame_device_x(const struct frame *frame, int x) {
	double scale = frame->spec.scale;
	return (int)(round((frame->spec.x + x) * scale) - round(frame->spec.x * scale));
}

int frame_device_y(const struct frame *frame, int y) {
	double scale = frame->spec.scale;
	return (int)(round((frame->spec.y + y) * scale) - round(frame->spec.y * scale));
}

static int min_int(int a, int b) {
	return a < b ? a : b;
}

static int max_int(int a, int b) {
	return a > b ? a : b;
}

static int clamp_int(int value, int low, int high) {
	return value < low ? low : value > high ? high : value;
}

static int scaled(const struct frame *frame, double length) {
	return (int)round(length * frame->spec.scale);
}

static void add_piece(struct frame *frame, int x, int y, int width, int height,
		const struct color *color) {
	if (width <= 0 || height <= 0) {
		return;
	}
	struct frame_piece *piece = &frame->pieces[frame->n_pieces++];
	*piece = (struct frame_piece){.x = x, .y = y, .width = width, .height = height};
	if (color != NULL) {
		piece->is_solid = true;
		piece->color = *color;
	}
}

/* Straight parts of an edge, from the outside in. At most three, or one that is painted: at a
 * fractional scale layers of whole logical pixels would be of different widths on each side, and of
 * others than in the corners. */
struct edge_layers {
	size_t n;
	bool is_painted;
	struct {
		int width;
		struct color color;
	} layers[3];
};

static void add_layer(struct edge_layers *edge, int width, struct color color) {
	if (width > 0) {
		edge->layers[edge->n].width = width;
		edge->layers[edge->n++].color = color;
	}
}

static struct edge_layers edge_layers(const struct frame *frame, int keyline) {
	const struct frame_spec *spec = &frame->spec;
	const struct theme *theme = theme_get(spec->dark);
	struct edge_layers edge = {0};
	add_layer(&edge, keyline, theme->keyline);
	int width = frame->insets.left;
	bool flooded = spec->active || spec->pattern || width <= 2 ||
			spec->kind == FRAME_FULLSCREEN;
	add_layer(&edge, flooded ? width : width / 2, spec->colors.fill);
	if (!flooded) {
		add_layer(&edge, width - width / 2, theme->bar);
	}
	bool is_coded = spec->pattern && width >= FRAME_EDGE;
	if (is_coded || (edge.n > 1 && rint(spec->scale) != spec->scale)) {
		edge = (struct edge_layers){
				.n = 1, .is_painted = true, .layers[0].width = width + keyline};
	}
	return edge;
}

/* NULL: it is to be painted. */
static const struct color *layer_color(const struct edge_layers *edge, size_t index) {
	return edge->is_painted ? NULL : &edge->layers[index].color;
}

static void add_side_edges(struct frame *frame, const struct edge_layers *edge, int y,
		int height_left, int y_right, int height_right) {
	int depth = 0;
	for (size_t i = edge->n; i-- > 0;) {
		int width = edge->layers[i].width;
		const struct color *color = layer_color(edge, i);
		add_piece(frame, -depth - width, y, width, height_left, color);
		add_piece(frame, frame->spec.width + depth, y_right, width, height_right, color);
		depth += width;
	}
}

static void add_flat_edge(struct frame *frame, const struct edge_layers *edge, int x, int width,
		bool top, bool miter) {
	int depth = 0;
	for (size_t i = edge->n; i-- > 0;) {
		int height = edge->layers[i].width;
		/* The pieces of a square corner belong to top and bottom, layer by layer. */
		int out = miter ? depth + height : 0;
		int y = top ? -depth - height : frame->spec.height + depth;
		add_piece(frame, x - out, y, width + 2 * out, height, layer_color(edge, i));
		depth += height;
	}
}

/* Square corners all round: every layer is of one colour. */
static void add_square_pieces(struct frame *frame, int keyline) {
	struct edge_layers edge = edge_layers(frame, keyline);
	int width = frame->spec.width, height = frame->spec.height, depth = 0;
	add_flat_edge(frame, &edge, 0, width, true, true);
	add_flat_edge(frame, &edge, 0, width, false, true);
	for (size_t i = edge.n; i-- > 0;) {
		int layer = edge.layers[i].width;
		add_piece(frame, -depth - layer, -depth, layer, height + 2 * depth,
				layer_color(&edge, i));
		add_piece(frame, width + depth, -depth, layer, height + 2 * depth,
				layer_color(&edge, i));
		depth += layer;
	}
}

/* A bar or tab, straight edges, and the rounded lower corners as small bitmaps. */
static void add_window_pieces(struct frame *frame, int keyline) {
	const struct frame_insets *in = &frame->insets;
	struct edge_layers edge = edge_layers(frame, keyline);
	int width = frame->spec.width, height = frame->spec.height;
	int out = in->left + keyline;
	/* What a corner takes of the straight edges beyond the client's corner. */
	int corner = frame->radius > 0 ? FRAME_RADIUS - FRAME_EDGE : 0;
	int top_corner = frame->spec.kind == FRAME_TAB_WINDOW ? corner : 0;
	add_piece(frame, -out, -in->top - keyline, width + 2 * out, in->top + keyline, NULL);
	if (frame->spec.kind == FRAME_TAB_WINDOW) {
		int tab = (int)ceil(frame->plate.width / frame->spec.scale) + 1;
		add_piece(frame, -out, -in->top - FRAME_TAB - keyline, tab + 2 * keyline, FRAME_TAB,
				NULL);
		add_piece(frame, width, 0, out, top_corner, NULL);
	}
	add_side_edges(frame, &edge, 0, height - corner, top_corner, height - corner - top_corner);
	add_piece(frame, -out, height - corner, out, corner, NULL);
	add_piece(frame, width, height - corner, out, corner, NULL);
	if (corner == 0) {
		/* Layers of square lower corners would cross: one bitmap for the bottom. */
		add_piece(frame, -out, height, width + 2 * out, in->bottom + keyline, NULL);
		return;
	}
	add_piece(frame, -out, height, out + corner, in->bottom + keyline, NULL);
	add_piece(frame, width - corner, height, out + corner, in->bottom + keyline, NULL);
	add_flat_edge(frame, &edge, corner, width - 2 * corner, false, false);
}

/* The widths of what a bar holds, in device pixels, before they are placed. */
struct bar_room {
	int before, name, name_least, tail; /* of the plate */
	int mark, badge; /* the short mark and the whole badge with the gap before them; 0: none */
	int right;       /* what is still free ends here */
};

/* Places as many of the buttons as leave room for the rest: close goes last. */
static void place_buttons(struct frame *frame, struct bar_room *room) {
	const struct frame_box *bar = &frame->bar;
	int width = scaled(frame, BUTTON_WIDTH);
	int least = bar->x + room->before + room->name_least + room->tail + room->mark;
	const struct {
		unsigned int flag;
		struct frame_box *box;
	} buttons[] = {
			{FRAME_BUTTON_CLOSE, &frame->close},
			{FRAME_BUTTON_MAXIMISE, &frame->maximise},
			{FRAME_BUTTON_MINIMISE, &frame->minimise},
	};
	for (size_t i = 0; i < sizeof(buttons) / sizeof(buttons[0]); i++) {
		if ((frame->spec.buttons & buttons[i].flag) == 0) {
			continue;
		}
		if (i > 0 && room->right - width < least) {
			return;
		}
		room->right -= width;
		*buttons[i].box = (struct frame_box){room->right, bar->y, width, bar->height};
	}
}

static void place_badge(struct frame *frame, struct bar_room *room, int width, int height,
		struct frame_box *box) {
	int y = frame->bar.y + (frame->bar.height - height) / 2;
	room->right -= scaled(frame, BADGE_GAP) + width;
	*box = (struct frame_box){room->right, y, width, height};
}

/* Emulation mark and misbehaviour badge: with words where they fit beside the whole name. */
static void place_badges(struct frame *frame, struct lettering *lettering, struct bar_room *room) {
	const struct frame_spec *spec = &frame->spec;
	int gap = scaled(frame, BADGE_GAP);
	int least = frame->bar.x + room->before + room->name_least + room->tail;
	int wish = least - room->name_least + room->name;
	if (spec->emulated) {
		int width = (int)marks_emulated_width(lettering, false, spec->scale);
		frame->emulated_is_short = room->right - gap - width < wish + room->badge;
		if (frame->emulated_is_short) {
			width = (int)marks_emulated_width(lettering, true, spec->scale);
		}
		place_badge(frame, room, width, scaled(frame, EMULATED_HEIGHT), &frame->emulated);
	}
	if (spec->badge != FRAME_BADGE_NONE) {
		const char *text = frame_badge_text(spec->badge);
		int width = (int)marks_badge_width(lettering, text, spec->scale);
		frame->badge_is_short = room->right - gap - width < wish;
		if (frame->badge_is_short) {
			width = (int)marks_badge_width(lettering, NULL, spec->scale);
		}
		if (room->right - gap - width >= least) {
			place_badge(frame, room, width, scaled(frame, BADGE_HEIGHT), &frame->badge);
		}
	}
}

static struct bar_room bar_room(struct frame *frame, struct lettering *lettering) {
	const struct frame_spec *spec = &frame->spec;
	const struct frame_box *bar = &frame->bar;
	struct line_style style = {.size = 13 * spec->scale, .weight = 600};
	struct bar_room room = {.before = bar->height + scaled(frame, PLATE_GAP),
			.name = (int)lettering_width(lettering, spec->label, &style),
			.tail = scaled(frame, spec->active ? PLATE_TAIL_KEYBOARD : PLATE_TAIL),
			.right = bar->x + bar->width - scaled(frame, BUTTON_END)};
	room.name_least = min_int(room.name, scaled(frame, NAME_MIN));
	int gap = scaled(frame, BADGE_GAP);
	if (spec->emulated) {
		room.mark = gap + (int)marks_emulated_width(lettering, true, spec->scale);
	}
	if (spec->badge != FRAME_BADGE_NONE) {
		const char *text = frame_badge_text(spec->badge);
		room.badge = gap + (int)marks_badge_width(lettering, text, spec->scale);
	}
	/* In the narrowest windows the keyboard mark gives way to the name; the flood tells. */
	int least = room.before + room.name_least + room.tail + room.mark +
			scaled(frame, BUTTON_WIDTH);
	frame->has_keyboard_mark = spec->active && bar->x + least <= room.right;
	if (!frame->has_keyboard_mark) {
		room.tail = scaled(frame, PLATE_TAIL);
	}
	return room;
}

static void layout_bar(struct frame *frame, struct lettering *lettering) {
	struct frame_box *bar = &frame->bar;
	*bar = (struct frame_box){
			frame->outer.x, frame->outer.y, frame->outer.width, -frame->outer.y};
	struct bar_room room = bar_room(frame, lettering);
	place_buttons(frame, &room);
	place_badges(frame, lettering, &room);
	int share = max_int((int)(bar->width * PLATE_SHARE), scaled(frame, PLATE_FREE));
	int limit = min_int(share, room.right - bar->x) - room.before - room.tail;
	int name = min_int(room.name, max_int(limit, room.name_least));
	frame->plate = (struct frame_box){
			bar->x, bar->y, room.before + name + room.tail, bar->height};
	frame->name = (struct frame_box){bar->x + room.before, bar->y, name, bar->height};
	int title_x = bar->x + frame->plate.width + scaled(frame, TITLE_GAP);
	int title_width = room.right - scaled(frame, TITLE_END) - title_x;
	if (title_width > scaled(frame, TITLE_MIN)) {
		frame->title = (struct frame_box){title_x, bar->y, title_width, bar->height};
	}
}

static void layout_tab(struct frame *frame, struct lettering *lettering) {
	const struct frame_spec *spec = &frame->spec;
	struct line_style style = {.size = 13 * spec->scale, .weight = 600};
	int name = (int)lettering_width(lettering, spec->label, &style);
	int before = scaled(frame, TAB_CELL + PLATE_GAP);
	int tail = scaled(frame, spec->active ? TAB_TAIL_KEYBOARD : PLATE_TAIL);
	int most = max_int(frame->outer.width, scaled(frame, TAB_WIDTH_LEAST));
	int mark = 0, badge = 0, gap = scaled(frame, TAB_MARK_GAP);
	/* The whole name first, then the badge's words, then the mark's. */
	int room = most - before - name - tail;
	frame->has_keyboard_mark = spec->active;
	if (spec->emulated) {
		mark = gap + (int)marks_emulated_width(lettering, true, spec->scale);
	}
	if (spec->badge != FRAME_BADGE_NONE) {
		const char *text = frame_badge_text(spec->badge);
		badge = gap + (int)marks_badge_width(lettering, text, spec->scale);
		frame->badge_is_short = mark + badge > room;
		if (frame->badge_is_short) {
			badge = gap + (int)marks_badge_width(lettering, NULL, spec->scale);
		}
	}
	if (spec->emulated) {
		int whole = gap + (int)marks_emulated_width(lettering, false, spec->scale);
		frame->emulated_is_short = whole + badge > room;
		mark = frame->emulated_is_short ? mark : whole;
	}
	int limit = max_int(most - before - tail - mark - badge, scaled(frame, NAME_MIN));
	name = min_int(name, limit);
	int y = frame_device_y(frame, -FRAME_EDGE - FRAME_TAB);
	struct frame_box *plate = &frame->plate;
	*plate = (struct frame_box){frame->outer.x, y, before + name + tail + mark + badge, -y};
	frame->name = (struct frame_box){plate->x + before, y, name, -y};
	if (spec->emulated) {
		int height = scaled(frame, EMULATED_HEIGHT);
		frame->emulated = (struct frame_box){plate->x + plate->width - mark - badge,
				y + (-y - height) / 2, mark - gap, height};
	}
	if (badge > 0) {
		int height = scaled(frame, BADGE_HEIGHT);
		frame->badge = (struct frame_box){plate->x + plate->width - badge,
				y + (-y - height) / 2, badge - gap, height};
	}
}

void frame_layout(struct frame *frame, const struct frame_spec *spec, struct lettering *lettering) {
	*frame = (struct frame){.spec = *spec, .insets = frame_insets(spec->kind)};
	struct frame_spec *own = &frame->spec;
	own->label = own->label != NULL ? own->label : "";
	own->scale = own->scale >= 0.5 ? fmin(own->scale, 8) : own->scale > 0 ? 0.5 : 1;
	own->width = clamp_int(own->width, 1, CLIENT_SIZE_MAX);
	own->height = clamp_int(own->height, 1, CLIENT_SIZE_MAX);
	own->x = clamp_int(own->x, -POSITION_MAX, POSITION_MAX);
	own->y = clamp_int(own->y, -POSITION_MAX, POSITION_MAX);
	bool is_window = own->kind == FRAME_WINDOW || own->kind == FRAME_TAB_WINDOW;
	int keyline = own->maximised || own->kind == FRAME_FULLSCREEN || own->kind == FRAME_BARE
			? 0
			: FRAME_KEYLINE;
	bool is_round = is_window && !own->maximised && own->width >= 2 * FRAME_RADIUS &&
			own->height >= 2 * FRAME_RADIUS;
	frame->radius = is_round ? (int)floor(FRAME_RADIUS * own->scale) : 0;
	frame->keyline = keyline > 0 ? scaled(frame, keyline) : 0;
	const struct frame_insets *in = &frame->insets;
	int left = frame_device_x(frame, -in->left), top = frame_device_y(frame, -in->top);
	frame->outer = (struct frame_box){left, top,
			frame_device_x(frame, own->width + in->right) - left,
			frame_device_y(frame, own->height + in->bottom) - top};
	if (own->kind == FRAME_WINDOW) {
		layout_bar(frame, lettering);
	} else if (own->kind == FRAME_TAB_WINDOW) {
		layout_tab(frame, lettering);
	}
	if (is_window) {
		add_window_pieces(frame, keyline);
		return;
	}
	add_square_pieces(frame, keyline);
	if (own->kind == FRAME_POPUP && own->chip) {
		int out = in->left + keyline;
		add_piece(frame, -out, -out - FRAME_CHIP, FRAME_CHIP + 2 * keyline, FRAME_CHIP,
				NULL);
	}
}
