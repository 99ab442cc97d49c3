/* SPDX-License-Identifier: MIT
 *
 * The graphics tablet as one domain knows it: one tablet with a pen and an eraser, and one pad, of no
 * maker, the same for every domain and whatever is plugged in. wlroots tells clients all that it knows of
 * a device, so it is given devices that nobody draws on; input/tablet.c says what is drawn.
 *
 * wlroots' own grabs are not used (they keep surfaces that may have gone), and the pad has one group (with
 * several, wlroots forgets rings that a client may use later).
 */
#ifndef SILO_COMPOSITOR_INPUT_TABLET_SEAT_H
#define SILO_COMPOSITOR_INPUT_TABLET_SEAT_H

#include <stdbool.h>
#include <stdint.h>
#include <wayland-server-core.h>
#include <wlr/types/wlr_tablet_pad.h>
#include <wlr/types/wlr_tablet_tool.h>
#include <wlr/types/wlr_tablet_v2.h>

struct seat;
struct wlr_surface;

enum shown_kind {
	SHOWN_PEN,
	SHOWN_ERASER,
	SHOWN_KINDS,
};

/* What the pad has; more of a real one are nobody's. */
#define PAD_BUTTONS 16
#define PAD_RINGS 2
#define PAD_STRIPS 2

struct shown_tool {
	struct tablet_seat *owner;
	struct wlr_tablet_tool device;
	struct wlr_tablet_v2_tablet_tool *tool;
	struct wl_listener set_cursor;
};

struct tablet_seat {
	struct seat *seat;
	struct wlr_tablet device;
	struct wlr_tablet_v2_tablet *tablet;
	struct shown_tool tools[SHOWN_KINDS];
	struct wlr_tablet_pad pad_device;
	struct wlr_tablet_pad_group pad_group;
	struct wlr_tablet_v2_tablet_pad *pad;
	uint32_t pad_pressed; /* buttons whose press was told to who has the keyboard, a bit each */
};

/* Shows the seat's clients a tablet with its pad. Returns NULL without memory. */
struct tablet_seat *tablet_seat_create(struct wlr_tablet_manager_v2 *manager, struct seat *seat);

/* They hear that it was unplugged. Before the wlr_seat goes. NULL is legal. */
void tablet_seat_destroy(struct tablet_seat *shown);

/* Does the client of surface listen to tablets? NULL is legal: it does not. */
bool tablet_seat_accepts(struct tablet_seat *shown, struct wlr_surface *surface);

/* Lets go of what is held of a tool, and takes it away from whose surface it is over. */
void tablet_seat_end(struct tablet_seat *shown, enum shown_kind kind);

/* The keyboard is given to surface, or (NULL) taken; so is the pad. */
void tablet_seat_focus_pad(struct tablet_seat *shown, struct wlr_surface *surface);

/* The pad is used; only who has it is told, and of releases only whose press it was told. */
void tablet_seat_pad_button(struct tablet_seat *shown, uint32_t button, uint32_t time_ms,
		bool is_press);
void tablet_seat_pad_ring(struct tablet_seat *shown, uint32_t ring, double position, bool is_finger,
		uint32_t time_ms);
void tablet_seat_pad_strip(struct tablet_seat *shown, uint32_t strip, double position,
		bool is_finger, uint32_t time_ms);

#endif
