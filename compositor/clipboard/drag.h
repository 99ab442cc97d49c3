/* SPDX-License-Identifier: MIT
 *
 * Drag and drop inside one domain. Only the dragging seat is fed while it lasts, and over other
 * domains' surfaces it has no focus. The icon is clipped to a bound and has its domain's edge.
 */
#ifndef SILO_COMPOSITOR_CLIPBOARD_DRAG_H
#define SILO_COMPOSITOR_CLIPBOARD_DRAG_H

struct seat;
struct wlr_drag;
struct wlr_seat_request_start_drag_event;

/* A client asks for a drag: granted if it holds the button it names. */
void drag_request(struct seat *seat, struct wlr_seat_request_start_drag_event *event);

/* A drag has begun. */
void drag_start(struct seat *seat, struct wlr_drag *drag);

/*
 * Ends the seat's drag, if there is one, and tells its source: wlroots, whose grabs are ended, ends the drag but
 * leaves its client waiting. One without a source ends with the grabs.
 */
void drag_end(struct seat *seat);

#endif
