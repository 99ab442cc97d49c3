/* SPDX-License-Identifier: MIT
 *
 * The geometry of one window: area, clip, frame, and what the client is told about them.
 */
#ifndef SILO_COMPOSITOR_WINDOW_ARRANGE_H
#define SILO_COMPOSITOR_WINDOW_ARRANGE_H

struct window;
struct wlr_box;

/* Answers the initial commit: what the window may be, and how large at most. */
void arrange_initial(struct window *window);

/* The first buffer is there: finds a place for the window and shows it there. */
void arrange_first(struct window *window);

/* The client has drawn: takes over the size that it has, within bounds. */
void arrange_committed(struct window *window);

/* State or surroundings have changed: computes the area anew and tells the client. */
void arrange_state(struct window *window);

/* Only the frame's picture may have changed. */
void arrange_frame(struct window *window);

/* The area with the frame around it, in the layout. A tab above it is not counted. */
void arrange_get_frame(const struct window *window, struct wlr_box *ret_frame);

#endif
