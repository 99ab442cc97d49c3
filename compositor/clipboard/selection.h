/* SPDX-License-Identifier: MIT
 *
 * Selections inside one domain: a client sets its own seat's selection, within limits.
 */
#ifndef SILO_COMPOSITOR_CLIPBOARD_SELECTION_H
#define SILO_COMPOSITOR_CLIPBOARD_SELECTION_H

#include <stdbool.h>

struct seat;
struct wl_array;
struct wlr_seat_request_set_primary_selection_event;
struct wlr_seat_request_set_selection_event;

void selection_request(struct seat *seat, struct wlr_seat_request_set_selection_event *event);
void selection_request_primary(struct seat *seat,
		struct wlr_seat_request_set_primary_selection_event *event);

/* Are these MIME types (char *) few and short enough to be offered on? */
bool selection_types_are_bounded(const struct wl_array *untrusted_types);

#endif
