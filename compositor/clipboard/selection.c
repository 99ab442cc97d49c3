/* SPDX-License-Identifier: MIT */
#include "compositor/clipboard/selection.h"

#include <string.h>
#include <wlr/types/wlr_data_device.h>
#include <wlr/types/wlr_primary_selection.h>
#include <wlr/types/wlr_seat.h>

#include "base/limits.h"
#include "compositor/input/seat.h"

bool selection_types_are_bounded(const struct wl_array *untrusted_types) {
	char *const *types = untrusted_types->data;
	size_t len = untrusted_types->size / sizeof(*types);
	if (len > MIME_TYPES_MAX) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if (strnlen(types[i], MIME_TYPE_LEN_MAX + 1) > MIME_TYPE_LEN_MAX) {
			return false;
		}
	}
	return true;
}

/* The source that is not taken is told so by its destruction. */
void selection_request(struct seat *seat, struct wlr_seat_request_set_selection_event *event) {
	if (event->source != NULL && !selection_types_are_bounded(&event->source->mime_types)) {
		wlr_data_source_destroy(event->source);
		return;
	}
	wlr_seat_set_selection(seat->wlr_seat, event->source, event->serial);
}

void selection_request_primary(struct seat *seat,
		struct wlr_seat_request_set_primary_selection_event *event) {
	if (event->source != NULL && !selection_types_are_bounded(&event->source->mime_types)) {
		wlr_primary_selection_source_destroy(event->source);
		return;
	}
	wlr_seat_set_primary_selection(seat->wlr_seat, event->source, event->serial);
}
