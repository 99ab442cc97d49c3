/* SPDX-License-Identifier: MIT
 *
 * The pointer: what it is over, whose seat hears of it, and the user's own actions with it (moving
 * and resizing windows, frame buttons).
 */
#ifndef SILO_COMPOSITOR_INPUT_POINTER_H
#define SILO_COMPOSITOR_INPUT_POINTER_H

#include <stdbool.h>
#include <stdint.h>

struct seat;
struct server;
struct window;
struct wlr_input_device;
struct wlr_scene_tree;

bool pointer_create(struct server *server);
void pointer_destroy(struct server *server);

/* Takes motion, buttons and scrolling from a pointer device until it is destroyed. */
void pointer_add(struct server *server, struct wlr_input_device *device);

/* What a finger or a pen does that no client knows as such. */
enum pointer_deed {
	POINTER_PRESS,
	POINTER_MOVE,
	POINTER_RELEASE,
};

/* As if the pointer had been moved to that place of the layout and that button (BTN_…; 0 with
 * POINTER_MOVE) been pressed or released. */
void pointer_emulate(struct server *server, enum pointer_deed deed, uint32_t button, double x,
		double y, uint32_t time_ms);

/* Is a button held, of a mouse or as if? */
bool pointer_is_held(struct server *server);

/* A pen is over a client area of seat, and its client hears of that as such: no client has the pointer's
 * focus. */
void pointer_give_way(struct server *server, struct seat *seat);
/* The pen has left. */
void pointer_take_back(struct server *server);

/* Something under the pointer may have changed: finds out what it is over now. */
void pointer_rebase(struct server *server);

/* Does a client of seat hold a pointer button that was pressed in its client area? */
bool pointer_holds_grab(struct server *server, struct seat *seat);

/* A client asks to be moved or resized: granted while it holds a button that is window's. */
void pointer_request_move(struct window *window, uint32_t serial);
void pointer_request_resize(struct window *window, uint32_t serial, uint32_t edges);

/* A drag of seat has begun; it ends by itself. */
void pointer_begin_drag(struct server *server, struct seat *seat);

/* The drag of seat that has just begun is one of a finger or a pen: the left button is held until
 * pointer_emulate() releases it. No client hears of that press. */
void pointer_hold_drag(struct server *server, struct seat *seat);

/* What follows the pointer; NULL: nothing. */
void pointer_set_drag_icon(struct server *server, struct wlr_scene_tree *icon);

/* window is hidden: ends what a held button means for it. Buttons stay held, for nobody. */
void pointer_leave_window(struct server *server, struct window *window);

/* Ends what a held button means, for whomever. Buttons stay held, for nobody. */
void pointer_end(struct server *server);

/* seat's domain loses the keyboard: what its clients do with held buttons, a drag too, ends. */
void pointer_leave_seat(struct server *server, struct seat *seat);

/* The same, and no client has the pointer's focus until pointer_rebase() finds one. */
void pointer_leave(struct server *server);

/* window, or seat, is going. */
void pointer_forget_window(struct server *server, struct window *window);
void pointer_forget_seat(struct server *server, struct seat *seat);

#endif
