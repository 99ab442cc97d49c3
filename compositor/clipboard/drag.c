/* SPDX-License-Identifier: MIT */
#include "compositor/clipboard/drag.h"

#include <stdlib.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_data_device.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/types/wlr_seat.h>
#include <wlr/util/box.h>

#include "base/limits.h"
#include "base/log.h"
#include "compositor/clipboard/selection.h"
#include "compositor/domain/domain.h"
#include "compositor/input/cursor.h"
#include "compositor/input/pointer.h"
#include "compositor/input/seat.h"
#include "compositor/input/tablet.h"
#include "compositor/input/touch.h"
#include "compositor/listen.h"
#include "compositor/output/layers.h"
#include "compositor/server.h"
#include "compositor/window/frame_view.h"

/* The icon in the scene; freed with the drag. */
struct drag_icon {
	struct server *server;
	struct domain *domain;
	struct wlr_drag *drag;
	struct wlr_scene_tree *tree; /* at the pointer */
	struct wlr_scene_tree *surface;
	struct frame_view *frame;
	struct wl_listener drag_destroy, icon_destroy, commit;
};

/* One pointer, so at most one drag at a time. */
static void icon_free(struct drag_icon *icon) {
	listener_remove(&icon->drag_destroy);
	listener_remove(&icon->icon_destroy);
	listener_remove(&icon->commit);
	frame_view_destroy(icon->frame);
	if (icon->tree != NULL) {
		wlr_scene_node_destroy(&icon->tree->node);
	}
	pointer_set_drag_icon(icon->server, NULL);
	free(icon);
}

static void handle_drag_destroy(struct wl_listener *listener, void *data) {
	struct drag_icon *icon = wl_container_of(listener, icon, drag_destroy);
	struct server *server = icon->server;
	icon_free(icon);
	pointer_rebase(server);
}

static void handle_icon_destroy(struct wl_listener *listener, void *data) {
	struct drag_icon *icon = wl_container_of(listener, icon, icon_destroy);
	listener_remove(&icon->icon_destroy);
	listener_remove(&icon->commit);
	frame_view_destroy(icon->frame);
	icon->frame = NULL;
	wlr_scene_node_destroy(&icon->tree->node);
	icon->tree = NULL;
	pointer_set_drag_icon(icon->server, NULL);
}

/* Clips the icon to its bound and draws its domain's edge around what is left. */
static void update_icon(struct drag_icon *icon) {
	struct wlr_surface *surface = icon->drag->icon->surface;
	struct wlr_box box = {.width = surface->current.width, .height = surface->current.height};
	box.width = box.width < DRAG_ICON_SIZE_MAX ? box.width : DRAG_ICON_SIZE_MAX;
	box.height = box.height < DRAG_ICON_SIZE_MAX ? box.height : DRAG_ICON_SIZE_MAX;
	bool is_shown = !wlr_box_empty(&box);
	wlr_scene_node_set_enabled(&icon->tree->node, is_shown);
	if (!is_shown) {
		return;
	}
	wlr_scene_subsurface_tree_set_clip(&icon->surface->node, &box);
	struct frame_spec spec = frame_view_spec(icon->server, icon->domain, FRAME_POPUP);
	spec.width = box.width;
	spec.height = box.height;
	spec.chip = true;
	frame_view_update(icon->frame, &spec);
}

static void handle_commit(struct wl_listener *listener, void *data) {
	struct drag_icon *icon = wl_container_of(listener, icon, commit);
	update_icon(icon);
}

/*
 * wlroots frees a drag with its source, or at its end; one that is refused without a source it
 * would keep for ever. So it is begun, seen by nobody, and ended.
 */
static void refuse_without_source(struct seat *seat, struct wlr_drag *drag, uint32_t serial) {
	seat->is_refusing_drag = true;
	wlr_seat_start_drag(seat->wlr_seat, drag, serial);
	wlr_seat_keyboard_end_grab(seat->wlr_seat);
	seat->is_refusing_drag = false;
}

/*
 * A finger or a pen that drags is the pointer from then on: what it is over hears the same, and wlroots'
 * drags by touch end with a source that a client may have left out.
 */
static bool start_by_touch(struct seat *seat, struct wlr_seat_request_start_drag_event *event) {
	struct server *server = seat->domain->server;
	double x, y;
	if (pointer_is_held(server) ||
			(!touch_give_drag(seat, event->origin, event->serial, &x, &y) &&
					!tablets_give_drag(seat, event->origin, event->serial, &x,
							&y))) {
		return false;
	}
	pointer_leave(server);
	wlr_cursor_warp_closest(cursor_wlr(server), NULL, x, y);
	wlr_seat_start_pointer_drag(seat->wlr_seat, event->drag, event->serial);
	pointer_hold_drag(server, seat);
	return true;
}

void drag_request(struct seat *seat, struct wlr_seat_request_start_drag_event *event) {
	struct wlr_data_source *source = event->drag->source;
	bool is_bounded = source == NULL || selection_types_are_bounded(&source->mime_types);
	if (is_bounded && pointer_holds_grab(seat->domain->server, seat) &&
			wlr_seat_validate_pointer_grab_serial(seat->wlr_seat, event->origin,
					event->serial)) {
		wlr_seat_start_pointer_drag(seat->wlr_seat, event->drag, event->serial);
	} else if (is_bounded && start_by_touch(seat, event)) {
		log_debug("%s drags by touch", seat->domain->name);
	} else if (source != NULL) {
		wlr_data_source_destroy(source);
	} else {
		refuse_without_source(seat, event->drag, event->serial);
	}
}

void drag_start(struct seat *seat, struct wlr_drag *drag) {
	struct server *server = seat->domain->server;
	if (seat->is_refusing_drag) {
		return;
	}
	pointer_begin_drag(server, seat);
	struct drag_icon *icon = calloc(1, sizeof(*icon));
	if (icon == NULL) {
		return;
	}
	icon->server = server;
	icon->domain = seat->domain;
	icon->drag = drag;
	listener_add(&icon->drag_destroy, &drag->events.destroy, handle_drag_destroy);
	if (drag->icon == NULL) {
		return;
	}
	icon->tree = wlr_scene_tree_create(server->layers->trees[LAYER_DRAG]);
	icon->frame = icon->tree == NULL ? NULL : frame_view_create(server, icon->tree);
	if (icon->frame != NULL) {
		icon->surface = wlr_scene_subsurface_tree_create(icon->tree, drag->icon->surface);
	}
	if (icon->surface == NULL) {
		icon_free(icon);
		return;
	}
	wlr_scene_node_lower_to_bottom(&icon->surface->node);
	listener_add(&icon->icon_destroy, &drag->icon->events.destroy, handle_icon_destroy);
	listener_add(&icon->commit, &drag->icon->surface->events.commit, handle_commit);
	pointer_set_drag_icon(server, icon->tree);
	update_icon(icon);
}

void drag_end(struct seat *seat) {
	struct wlr_drag *drag = seat->wlr_seat->drag;
	if (drag != NULL && drag->source != NULL) {
		wlr_data_source_destroy(drag->source);
	}
}
