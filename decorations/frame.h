/* SPDX-License-Identifier: MIT
 *
 * The frame around a window, popup or fullscreen surface: which pieces it consists of and where
 * everything in it lies. All of it is outside the client area. Lengths are logical pixels unless
 * said otherwise; positions are relative to the client area's top left corner, so most are
 * negative. Pieces have whole logical coordinates, so that a scene graph that rounds v × scale to
 * device pixels snaps them as frame_paint.h does. Title and label come sanitised and are not
 * trusted to be.
 */
#ifndef SILO_DECORATIONS_FRAME_H
#define SILO_DECORATIONS_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "decorations/lettering.h"
#include "decorations/palette.h"
#include "decorations/title.h"

#define FRAME_BAR 32        /* height of the title bar */
#define FRAME_TITLE_SIZE 13 /* of its letters */
#define FRAME_EDGE 4        /* width of the other edges */
#define FRAME_RADIUS 8      /* outer corners; client corners stay square */
#define FRAME_KEYLINE 1     /* outside the insets */
#define FRAME_TAB 22        /* height of a label tab above the top edge */
#define FRAME_POPUP_EDGE 2  /* a popup's frame */
#define FRAME_CHIP 18       /* a popup's glyph chip */
#define FRAME_WIDTH_MIN 128 /* outer width at which cell, four characters and close button fit */
#define FRAME_PIECES_MAX 20

enum frame_kind {
	FRAME_WINDOW,     /* title bar and edges */
	FRAME_TAB_WINDOW, /* the client draws its own title bar: label tab and edges */
	FRAME_POPUP,
	FRAME_FULLSCREEN, /* edges alone; the strip tells the name */
	FRAME_BARE,       /* none: fullscreen of a VM that may; the strip's line stays */
};

/* Parts of a frame that can be pressed, also the answers of a hit test. */
enum frame_part {
	FRAME_PART_NONE, /* not the frame's */
	FRAME_PART_CLIENT,
	FRAME_PART_BAR,
	FRAME_PART_PLATE, /* plate or label tab: the VM's menu; dragging a tab moves */
	FRAME_PART_MINIMISE,
	FRAME_PART_MAXIMISE,
	FRAME_PART_CLOSE,
	FRAME_PART_BADGE,
	FRAME_PART_EMULATED,
	FRAME_PART_LEFT,
	FRAME_PART_RIGHT,
	FRAME_PART_TOP,
	FRAME_PART_BOTTOM,
	FRAME_PART_TOP_LEFT,
	FRAME_PART_TOP_RIGHT,
	FRAME_PART_BOTTOM_LEFT,
	FRAME_PART_BOTTOM_RIGHT,
	FRAME_PART_COUNT,
};

/* Misbehaviour that the host has noticed. */
enum frame_badge {
	FRAME_BADGE_NONE,
	FRAME_BADGE_HELD_BACK,
	FRAME_BADGE_NOT_RESPONDING,
	FRAME_BADGE_FROZEN,
};

/* Buttons that a frame has, a mask. */
enum frame_button {
	FRAME_BUTTON_MINIMISE = 1,
	FRAME_BUTTON_MAXIMISE = 2,
	FRAME_BUTTON_CLOSE = 4,
};

/* What a frame shows. What it points to is borrowed: it must live until the frame is painted. */
struct frame_spec {
	enum frame_kind kind;
	const char *label;           /* the VM's name; NULL is "" */
	struct title_picture *title; /* borrowed; NULL: none yet */
	struct vm_colors colors;
	enum glyph glyph;
	unsigned int buttons; /* enum frame_button */
	bool active;          /* has the keyboard */
	bool maximised;       /* square, no keyline */
	bool emulated;        /* the VM runs under software emulation: permanent mark */
	bool urgent;
	bool shadow; /* while it floats; drawn by shadow.h */
	bool chip;   /* popup only: it leaves its parent's frame, glyph chip outside */
	enum frame_badge badge;
	bool pattern; /* the edges are wholly of the fill, with the edge code of the glyph on them */
	enum frame_part hovered, pressed; /* a button, or FRAME_PART_NONE */
	bool dark;
	double scale; /* device pixels per logical one, 0.5 to 8 (clamped) */
	/* The client area on its output. x, y matter for rounding at fractional scales only. */
	int x, y, width, height;
};

/* What a frame adds to the client area on each side, the keyline not counted. */
struct frame_insets {
	int left, top, right, bottom;
};

/* One rectangle of the frame; pieces never overlap and leave no gap. */
struct frame_piece {
	int x, y, width, height;
	bool is_solid;      /* opaque and of one colour: needs no bitmap */
	struct color color; /* if is_solid */
};

/* Device pixels, relative to the client area's top left corner on the device. */
struct frame_box {
	int x, y, width, height;
};

struct frame {
	struct frame_spec spec;
	struct frame_insets insets;
	size_t n_pieces;
	struct frame_piece pieces[FRAME_PIECES_MAX];
	int radius, keyline; /* device pixels */
	struct frame_box outer;
	/* Of what the bar or tab holds; empty where there is none. */
	struct frame_box bar, plate, name, title, badge, emulated, minimise, maximise, close;
	bool badge_is_short, emulated_is_short; /* only the hatch fits */
	bool has_keyboard_mark;
};

/* The insets of a frame of that kind. */
struct frame_insets frame_insets(enum frame_kind kind);

/*
 * The smallest client area that may be given to a window so that its frame can show what it must.
 */
void frame_min_client_size(const struct frame_spec *spec, int *ret_width, int *ret_height);

/*
 * Lays the frame out for spec, whose width and height are 1 to 65535 (clamped). Everything that
 * changes the picture is in spec: if no field has changed, neither has the picture; x and y change
 * it at fractional scales only.
 */
void frame_layout(struct frame *frame, const struct frame_spec *spec, struct lettering *lettering);

/* Device pixels of a whole logical offset from the client area's left, or top. */
int frame_device_x(const struct frame *frame, int x);
int frame_device_y(const struct frame *frame, int y);

/* The words of a badge, or NULL for none. */
const char *frame_badge_text(enum frame_badge badge);

#endif
