/* SPDX-License-Identifier: MIT */
#include "decorations/frame.h"

#include <math.h>

#include "decorations/marks.h"

#define CLIENT_SIZE_MAX 65535
/* Below this outer width a bar holds plate and close button only. */
#define COMPACT_WIDTH 160
#define PLATE_GAP 10
#define PLATE_TAIL 12          /* after the name */
#define PLATE_TAIL_KEYBOARD 34 /* the same with the keyboard mark */
#define NAME_MIN 34            /* four characters */
#define PLATE_SHARE_MAX 0.4    /* of the bar, for names that are too long */
#define BUTTON_WIDTH 36
#define BUTTON_END 2 /* right of the last button */
#define BADGE_GAP 10
#define TITLE_GAP 14
#define TITLE_END 12
#define TAB_CELL 26
#define TAB_TAIL_KEYBOARD 28
#define TAB_WIDTH_LEAST 96 /* a tab may stick out of a window narrower than this */

struct frame_insets frame_insets(enum frame_kind kind) {
	switch (kind) {
	case FRAME_WINDOW:
		return (struct frame_insets){FRAME_EDGE, FRAME_BAR, FRAME_EDGE, FRAME_EDGE};
	case FRAME_POPUP:
		return (struct frame_insets){FRAME_POPUP_EDGE, FRAME_POPUP_EDGE, FRAME_POPUP_EDGE,
				FRAME_POPUP_EDGE};
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
		int mark = spec->emulated ? BADGE_HEIGHT + BADGE_GAP : 0;
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

/* Straight parts of an edge, from the outside in. At most three. */
struct edge_layers {
	size_t n;
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
	bool flooded = spec->active || width <= 2 || spec->kind == FRAME_FULLSCREEN;
	add_layer(&edge, flooded ? width : width / 2, spec->colors.fill);
	if (!flooded) {
		add_layer(&edge, width - width / 2, theme->bar);
	}
	return edge;
}

static void add_side_edges(struct frame *frame, const struct edge_layers *edge, int y,
		int height_left, int y_right, int height_right) {
	int depth = 0;
	for (size_t i = edge->n; i-- > 0;) {
		int width = edge->layers[i].width;
		const struct color *color = &edge->layers[i].color;
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
		add_piece(frame, x - out, y, width + 2 * out, height, &edge->layers[i].color);
		depth += height;
	}
}

/* Square corners all round: every piece is solid. */
static void add_square_pieces(struct frame *frame, int keyline) {
	struct edge_layers edge = edge_layers(frame, keyline);
	int width = frame->spec.width, height = frame->spec.height, depth = 0;
	add_flat_edge(frame, &edge, 0, width, true, true);
	add_flat_edge(frame, &edge, 0, width, false, true);
	for (size_t i = edge.n; i-- > 0;) {
		int layer = edge.layers[i].width;
		add_piece(frame, -depth - layer, -depth, layer, height + 2 * depth,
				&edge.layers[i].color);
		add_piece(frame, width + depth, -depth, layer, height + 2 * depth,
				&edge.layers[i].color);
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

static void place_buttons(struct frame *frame, bool compact) {
	const struct frame_box *bar = &frame->bar;
	int width = scaled(frame, BUTTON_WIDTH);
	int x = bar->x + bar->width - scaled(frame, BUTTON_END);
	const struct {
		unsigned int flag;
		struct frame_box *box;
	} buttons[] = {
			{FRAME_BUTTON_CLOSE, &frame->close},
			{FRAME_BUTTON_MAXIMISE, &frame->maximise},
			{FRAME_BUTTON_MINIMISE, &frame->minimise},
	};
	for (size_t i = 0; i < sizeof(buttons) / sizeof(buttons[0]); i++) {
		bool wanted = (frame->spec.buttons & buttons[i].flag) != 0;
		if (wanted && (!compact || buttons[i].flag == FRAME_BUTTON_CLOSE)) {
			x -= width;
			*buttons[i].box = (struct frame_box){x, bar->y, width, bar->height};
		}
	}
}

/* Places one badge left of *right, short if it must be so that room stays for least. */
static void place_badge(struct frame *frame, struct lettering *lettering, const char *text,
		int least, int *right, struct frame_box *box, bool *is_short) {
	double scale = frame->spec.scale;
	int gap = scaled(frame, BADGE_GAP);
	int width = (int)marks_badge_width(lettering, text, scale);
	*is_short = *right - gap - width < least;
	if (*is_short) {
		width = (int)marks_badge_width(lettering, NULL, scale);
	}
	if (*right - width < least) {
		return;
	}
	int height = scaled(frame, BADGE_HEIGHT);
	int y = frame->bar.y + (frame->bar.height - height) / 2;
	int space = *right - gap - width < least ? *right - width - least : gap;
	*box = (struct frame_box){*right - space - width, y, width, height};
	*right = box->x;
}

static void layout_bar(struct frame *frame, struct lettering *lettering) {
	const struct frame_spec *spec = &frame->spec;
	struct frame_box *bar = &frame->bar;
	*bar = (struct frame_box){
			frame->outer.x, frame->outer.y, frame->outer.width, -frame->outer.y};
	bool compact = spec->width + 2 * FRAME_EDGE < COMPACT_WIDTH;
	place_buttons(frame, compact);
	int right = bar->x + bar->width - scaled(frame, BUTTON_END);
	const struct frame_box *buttons[] = {&frame->close, &frame->maximise, &frame->minimise};
	for (size_t i = 0; i < 3; i++) {
		right = buttons[i]->width > 0 ? buttons[i]->x : right;
	}
	struct line_style style = {.size = 13 * spec->scale, .weight = 600};
	int name = (int)lettering_width(lettering, spec->label, &style);
	int before = bar->height + scaled(frame, PLATE_GAP), tail = scaled(frame, PLATE_TAIL);
	int name_least = name < scaled(frame, NAME_MIN) ? name : scaled(frame, NAME_MIN);
	int least = bar->x + before + name_least + tail;
	if (spec->emulated) {
		place_badge(frame, lettering, "Emulated", least, &right, &frame->emulated,
				&frame->emulated_is_short);
	}
	if (spec->badge != FRAME_BADGE_NONE) {
		place_badge(frame, lettering, frame_badge_text(spec->badge), least, &right,
				&frame->badge, &frame->badge_is_short);
	}
	int room = right - bar->x - before;
	frame->has_keyboard_mark = spec->active && !compact;
	if (frame->has_keyboard_mark) {
		tail = scaled(frame, PLATE_TAIL_KEYBOARD);
	}
	int share = (int)(bar->width * PLATE_SHARE_MAX) - before - tail;
	int limit = compact || share > room - tail ? room - tail : share;
	limit = limit < name_least ? name_least : limit;
	name = name < limit ? name : limit;
	frame->plate = (struct frame_box){bar->x, bar->y, before + name + tail, bar->height};
	frame->name = (struct frame_box){bar->x + before, bar->y, name, bar->height};
	int title_x = bar->x + frame->plate.width + scaled(frame, TITLE_GAP);
	int title_width = right - scaled(frame, TITLE_END) - title_x;
	if (title_width > scaled(frame, 16)) {
		frame->title = (struct frame_box){title_x, bar->y, title_width, bar->height};
	}
}

static void layout_tab(struct frame *frame, struct lettering *lettering) {
	const struct frame_spec *spec = &frame->spec;
	struct line_style style = {.size = 13 * spec->scale, .weight = 600};
	int name = (int)lettering_width(lettering, spec->label, &style);
	int before = scaled(frame, TAB_CELL + PLATE_GAP);
	frame->has_keyboard_mark = spec->active;
	int tail = scaled(frame, spec->active ? TAB_TAIL_KEYBOARD : PLATE_TAIL);
	int mark = 0;
	if (spec->emulated) {
		mark = (int)marks_badge_width(lettering, "Emulated", spec->scale);
		frame->emulated_is_short = before + name + tail + mark > frame->outer.width;
		if (frame->emulated_is_short) {
			mark = (int)marks_badge_width(lettering, NULL, spec->scale);
		}
	}
	int most = frame->outer.width;
	int widest = most > scaled(frame, TAB_WIDTH_LEAST) ? most : scaled(frame, TAB_WIDTH_LEAST);
	int limit = widest - before - tail - mark;
	int least = name < scaled(frame, NAME_MIN) ? name : scaled(frame, NAME_MIN);
	limit = limit < least ? least : limit;
	name = name < limit ? name : limit;
	int y = frame_device_y(frame, -FRAME_EDGE - FRAME_TAB);
	struct frame_box *plate = &frame->plate;
	*plate = (struct frame_box){frame->outer.x, y, before + name + tail + mark, -y};
	frame->name = (struct frame_box){plate->x + before, y, name, -y};
	if (spec->emulated) {
		int height = scaled(frame, BADGE_HEIGHT);
		int pad = scaled(frame, 2);
		frame->emulated = (struct frame_box){
				plate->x + plate->width - mark - pad, y + pad, mark, height};
	}
}

void frame_layout(struct frame *frame, const struct frame_spec *spec, struct lettering *lettering) {
	*frame = (struct frame){.spec = *spec, .insets = frame_insets(spec->kind)};
	struct frame_spec *own = &frame->spec;
	own->label = own->label != NULL ? own->label : "";
	own->scale = own->scale >= 0.5 ? fmin(own->scale, 8) : own->scale > 0 ? 0.5 : 1;
	own->width = clamp_int(own->width, 1, CLIENT_SIZE_MAX);
	own->height = clamp_int(own->height, 1, CLIENT_SIZE_MAX);
	bool is_window = own->kind == FRAME_WINDOW || own->kind == FRAME_TAB_WINDOW;
	int keyline = own->maximised || own->kind == FRAME_FULLSCREEN ? 0 : FRAME_KEYLINE;
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
