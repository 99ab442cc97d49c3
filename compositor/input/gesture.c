/* SPDX-License-Identifier: MIT */
#include "compositor/input/gesture.h"

#include <stdlib.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_pointer.h>
#include <wlr/types/wlr_pointer_gestures_v1.h>
#include <wlr/types/wlr_seat.h>

#include "base/clock.h"
#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/input/cursor.h"
#include "compositor/input/focus.h"
#include "compositor/input/seat.h"
#include "compositor/listen.h"
#include "compositor/server.h"

enum kind {
	KIND_NONE,
	KIND_SWIPE,
	KIND_PINCH,
	KIND_HOLD,
};

struct gestures {
	struct server *server;
	struct wlr_pointer_gestures_v1 *manager;
	enum kind kind; /* goes on now, for seat */
	struct seat *seat;
	struct wl_listener swipe_begin, swipe_update, swipe_end;
	struct wl_listener pinch_begin, pinch_update, pinch_end;
	struct wl_listener hold_begin, hold_end;
};

/* Ends what goes on. */
static void end(struct gestures *gestures, uint32_t time_ms, bool is_cancelled) {
	struct wlr_seat *seat = gestures->seat != NULL ? gestures->seat->wlr_seat : NULL;
	enum kind kind = gestures->kind;
	gestures->kind = KIND_NONE;
	gestures->seat = NULL;
	if (seat != NULL && kind == KIND_SWIPE) {
		wlr_pointer_gestures_v1_send_swipe_end(gestures->manager, seat, time_ms,
				is_cancelled);
	} else if (seat != NULL && kind == KIND_PINCH) {
		wlr_pointer_gestures_v1_send_pinch_end(gestures->manager, seat, time_ms,
				is_cancelled);
	} else if (seat != NULL && kind == KIND_HOLD) {
		wlr_pointer_gestures_v1_send_hold_end(gestures->manager, seat, time_ms,
				is_cancelled);
	}
}

/* Whose it is that begins now: NULL: nobody's. */
static struct wlr_seat *begin(struct gestures *gestures, enum kind kind) {
	end(gestures, (uint32_t)clock_now_ms(), true);
	struct domain *domain = focus_domain(gestures->server);
	if (domain == NULL || domain->seat->wlr_seat->pointer_state.focused_client == NULL) {
		return NULL;
	}
	gestures->kind = kind;
	gestures->seat = domain->seat;
	return domain->seat->wlr_seat;
}

static struct wlr_seat *going_on(const struct gestures *gestures, enum kind kind) {
	return gestures->kind == kind ? gestures->seat->wlr_seat : NULL;
}

static void handle_swipe_begin(struct wl_listener *listener, void *data) {
	struct gestures *gestures = wl_container_of(listener, gestures, swipe_begin);
	const struct wlr_pointer_swipe_begin_event *event = data;
	struct wlr_seat *seat = begin(gestures, KIND_SWIPE);
	if (seat != NULL) {
		wlr_pointer_gestures_v1_send_swipe_begin(gestures->manager, seat, event->time_msec,
				event->fingers);
	}
}

static void handle_swipe_update(struct wl_listener *listener, void *data) {
	struct gestures *gestures = wl_container_of(listener, gestures, swipe_update);
	const struct wlr_pointer_swipe_update_event *event = data;
	struct wlr_seat *seat = going_on(gestures, KIND_SWIPE);
	if (seat != NULL) {
		wlr_pointer_gestures_v1_send_swipe_update(gestures->manager, seat, event->time_msec,
				event->dx, event->dy);
	}
}

static void handle_swipe_end(struct wl_listener *listener, void *data) {
	struct gestures *gestures = wl_container_of(listener, gestures, swipe_end);
	const struct wlr_pointer_swipe_end_event *event = data;
	end(gestures, event->time_msec, event->cancelled);
}

static void handle_pinch_begin(struct wl_listener *listener, void *data) {
	struct gestures *gestures = wl_container_of(listener, gestures, pinch_begin);
	const struct wlr_pointer_pinch_begin_event *event = data;
	struct wlr_seat *seat = begin(gestures, KIND_PINCH);
	if (seat != NULL) {
		wlr_pointer_gestures_v1_send_pinch_begin(gestures->manager, seat, event->time_msec,
				event->fingers);
	}
}

static void handle_pinch_update(struct wl_listener *listener, void *data) {
	struct gestures *gestures = wl_container_of(listener, gestures, pinch_update);
	const struct wlr_pointer_pinch_update_event *event = data;
	struct wlr_seat *seat = going_on(gestures, KIND_PINCH);
	if (seat != NULL) {
		wlr_pointer_gestures_v1_send_pinch_update(gestures->manager, seat, event->time_msec,
				event->dx, event->dy, event->scale, event->rotation);
	}
}

static void handle_pinch_end(struct wl_listener *listener, void *data) {
	struct gestures *gestures = wl_container_of(listener, gestures, pinch_end);
	const struct wlr_pointer_pinch_end_event *event = data;
	end(gestures, event->time_msec, event->cancelled);
}

static void handle_hold_begin(struct wl_listener *listener, void *data) {
	struct gestures *gestures = wl_container_of(listener, gestures, hold_begin);
	const struct wlr_pointer_hold_begin_event *event = data;
	struct wlr_seat *seat = begin(gestures, KIND_HOLD);
	if (seat != NULL) {
		wlr_pointer_gestures_v1_send_hold_begin(gestures->manager, seat, event->time_msec,
				event->fingers);
	}
}

static void handle_hold_end(struct wl_listener *listener, void *data) {
	struct gestures *gestures = wl_container_of(listener, gestures, hold_end);
	const struct wlr_pointer_hold_end_event *event = data;
	end(gestures, event->time_msec, event->cancelled);
}

void gestures_leave_seat(struct server *server, struct seat *seat) {
	if (server->gestures != NULL && server->gestures->seat == seat) {
		end(server->gestures, (uint32_t)clock_now_ms(), true);
	}
}

bool gestures_create(struct server *server) {
	struct gestures *gestures = calloc(1, sizeof(*gestures));
	struct wlr_pointer_gestures_v1 *manager = wlr_pointer_gestures_v1_create(server->display);
	if (gestures == NULL || manager == NULL) {
		free(gestures);
		log_error("out of memory");
		return false;
	}
	gestures->server = server;
	gestures->manager = manager;
	struct wlr_cursor *cursor = cursor_wlr(server);
	listener_add(&gestures->swipe_begin, &cursor->events.swipe_begin, handle_swipe_begin);
	listener_add(&gestures->swipe_update, &cursor->events.swipe_update, handle_swipe_update);
	listener_add(&gestures->swipe_end, &cursor->events.swipe_end, handle_swipe_end);
	listener_add(&gestures->pinch_begin, &cursor->events.pinch_begin, handle_pinch_begin);
	listener_add(&gestures->pinch_update, &cursor->events.pinch_update, handle_pinch_update);
	listener_add(&gestures->pinch_end, &cursor->events.pinch_end, handle_pinch_end);
	listener_add(&gestures->hold_begin, &cursor->events.hold_begin, handle_hold_begin);
	listener_add(&gestures->hold_end, &cursor->events.hold_end, handle_hold_end);
	server->gestures = gestures;
	return true;
}

void gestures_destroy(struct server *server) {
	struct gestures *gestures = server->gestures;
	if (gestures == NULL) {
		return;
	}
	struct wl_listener *const listeners[] = {&gestures->swipe_begin, &gestures->swipe_update,
			&gestures->swipe_end, &gestures->pinch_begin, &gestures->pinch_update,
			&gestures->pinch_end, &gestures->hold_begin, &gestures->hold_end};
	for (size_t i = 0; i < sizeof(listeners) / sizeof(listeners[0]); i++) {
		listener_remove(listeners[i]);
	}
	free(gestures);
	server->gestures = NULL;
}
