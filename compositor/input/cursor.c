/* SPDX-License-Identifier: MIT */
#include "compositor/input/cursor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_cursor_shape_v1.h>
#include <wlr/types/wlr_seat.h>
#include <wlr/types/wlr_tablet_v2.h>
#include <wlr/types/wlr_xcursor_manager.h>

#include "base/limits.h"
#include "base/log.h"
#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/input/pointer.h"
#include "compositor/input/seat.h"
#include "compositor/listen.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"

#define SIZE_DEFAULT 24

struct cursor {
	struct server *server;
	struct wlr_cursor *wlr_cursor;
	struct wlr_xcursor_manager *manager;
	struct seat *owner; /* whose client area the pointer is over; NULL: none */
	const char *shape;  /* NULL: a client's surface, or hidden */
	struct wlr_surface *surface;
	int hotspot_x, hotspot_y;
	bool is_put_by; /* the surface's image would lie on a strip: the theme's is shown */
	struct wl_listener surface_commit, surface_destroy, request_shape;
};

struct wlr_cursor *cursor_wlr(struct server *server) {
	return server->cursor->wlr_cursor;
}

static void forget_surface(struct cursor *cursor) {
	listener_remove(&cursor->surface_commit);
	listener_remove(&cursor->surface_destroy);
	cursor->surface = NULL;
	cursor->is_put_by = false;
}

/* Shows the shape, or what the theme has in its place: not every theme has all. */
static void show_shape(struct cursor *cursor) {
	const char *const names[] = {cursor->shape, "default", "left_ptr"};
	const char *name = cursor->shape;
	if (wlr_xcursor_manager_load(cursor->manager, 1)) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			if (wlr_xcursor_manager_get_xcursor(cursor->manager, names[i], 1) != NULL) {
				name = names[i];
				break;
			}
		}
	}
	wlr_cursor_set_xcursor(cursor->wlr_cursor, cursor->manager, name);
}

void cursor_set_shape(struct server *server, const char *name) {
	struct cursor *cursor = server->cursor;
	forget_surface(cursor);
	if (cursor->shape == NULL || strcmp(cursor->shape, name) != 0) {
		cursor->shape = name;
		show_shape(cursor);
	}
}

void cursor_set_owner(struct server *server, struct seat *seat) {
	struct cursor *cursor = server->cursor;
	if (cursor->owner != seat) {
		cursor->owner = seat;
		cursor_set_shape(server, "default");
	}
}

static void handle_surface_commit(struct wl_listener *listener, void *data);

/* Our listener comes after that of wlr_cursor and so has the last word on a commit. */
static void show_surface_image(struct cursor *cursor) {
	listener_remove(&cursor->surface_commit);
	wlr_cursor_set_surface(cursor->wlr_cursor, cursor->surface, cursor->hotspot_x,
			cursor->hotspot_y);
	listener_add(&cursor->surface_commit, &cursor->surface->events.commit,
			handle_surface_commit);
}

static bool image_is_legal(const struct cursor *cursor) {
	const struct wlr_surface_state *state = &cursor->surface->current;
	if (state->width == 0 || state->height == 0) {
		return true; /* no image: hidden */
	}
	return state->width <= CURSOR_SIZE_MAX && state->height <= CURSOR_SIZE_MAX &&
			cursor->hotspot_x >= 0 && cursor->hotspot_x < state->width &&
			cursor->hotspot_y >= 0 && cursor->hotspot_y < state->height;
}

/* Does the image, with the pointer where it is, lie on a strip, which no guest may draw on? */
static bool is_on_strip(const struct cursor *cursor) {
	const struct wlr_surface_state *state = &cursor->surface->current;
	const struct wlr_box box = {
			.x = (int)floor(cursor->wlr_cursor->x) - cursor->hotspot_x,
			.y = (int)floor(cursor->wlr_cursor->y) - cursor->hotspot_y,
			.width = state->width,
			.height = state->height,
	};
	return outputs_strip_meets(cursor->server, &box);
}

void cursor_moved(struct server *server) {
	struct cursor *cursor = server->cursor;
	if (cursor->surface == NULL || is_on_strip(cursor) == cursor->is_put_by) {
		return;
	}
	cursor->is_put_by = !cursor->is_put_by;
	if (cursor->is_put_by) {
		wlr_cursor_set_xcursor(cursor->wlr_cursor, cursor->manager, "default");
	} else {
		show_surface_image(cursor);
	}
}

static void handle_surface_commit(struct wl_listener *listener, void *data) {
	struct cursor *cursor = wl_container_of(listener, cursor, surface_commit);
	/* An offset is any number; a hotspot that was legal is small. */
	int64_t x = (int64_t)cursor->hotspot_x - cursor->surface->current.dx;
	int64_t y = (int64_t)cursor->hotspot_y - cursor->surface->current.dy;
	bool is_near = x >= 0 && x < CURSOR_SIZE_MAX && y >= 0 && y < CURSOR_SIZE_MAX;
	cursor->hotspot_x = is_near ? (int)x : -1;
	cursor->hotspot_y = is_near ? (int)y : -1;
	if (!image_is_legal(cursor)) {
		cursor_set_shape(cursor->server, "default");
		return;
	}
	cursor_moved(cursor->server);
}

static void handle_surface_destroy(struct wl_listener *listener, void *data) {
	struct cursor *cursor = wl_container_of(listener, cursor, surface_destroy);
	cursor_set_shape(cursor->server, "default");
}

static bool may_set(struct cursor *cursor, struct seat *seat, struct wlr_seat_client *client) {
	return seat == cursor->owner && client != NULL &&
			client == seat->wlr_seat->pointer_state.focused_client;
}

static void show_surface(struct cursor *cursor, struct wlr_surface *surface, int32_t hotspot_x,
		int32_t hotspot_y) {
	forget_surface(cursor);
	cursor->shape = NULL;
	if (surface == NULL) {
		wlr_cursor_unset_image(cursor->wlr_cursor);
		return;
	}
	cursor->surface = surface;
	cursor->hotspot_x = hotspot_x;
	cursor->hotspot_y = hotspot_y;
	if (!image_is_legal(cursor)) {
		cursor_set_shape(cursor->server, "default");
		return;
	}
	show_surface_image(cursor);
	listener_add(&cursor->surface_destroy, &surface->events.destroy, handle_surface_destroy);
	cursor_moved(cursor->server);
}

void cursor_request_surface(struct seat *seat,
		const struct wlr_seat_pointer_request_set_cursor_event *event) {
	struct cursor *cursor = seat->domain->server->cursor;
	if (may_set(cursor, seat, event->seat_client)) {
		show_surface(cursor, event->surface, event->hotspot_x, event->hotspot_y);
	}
}

void cursor_request_tool(struct seat *seat, struct wlr_surface *surface, int32_t hotspot_x,
		int32_t hotspot_y) {
	struct cursor *cursor = seat->domain->server->cursor;
	if (seat == cursor->owner) {
		show_surface(cursor, surface, hotspot_x, hotspot_y);
	}
}

/* Is a pen over a surface of that client? */
static bool has_tool(const struct wlr_tablet_v2_tablet_tool *tool,
		const struct wlr_seat_client *client) {
	return tool != NULL && client != NULL && tool->focused_surface != NULL &&
			wl_resource_get_client(tool->focused_surface->resource) == client->client;
}

static void handle_request_shape(struct wl_listener *listener, void *data) {
	struct cursor *cursor = wl_container_of(listener, cursor, request_shape);
	const struct wlr_cursor_shape_manager_v1_request_set_shape_event *event = data;
	struct seat *owner = cursor->owner;
	if (owner == NULL || event->seat_client == NULL ||
			event->seat_client->seat != owner->wlr_seat) {
		return;
	}
	bool is_tool = event->device_type == WLR_CURSOR_SHAPE_MANAGER_V1_DEVICE_TYPE_TABLET_TOOL;
	if (is_tool ? has_tool(event->tablet_tool, event->seat_client)
		    : may_set(cursor, owner, event->seat_client)) {
		cursor_set_shape(cursor->server, wlr_cursor_shape_v1_name(event->shape));
	}
}

bool cursor_shows_surface(struct server *server) {
	return server->cursor->surface != NULL;
}

void cursor_forget_seat(struct server *server, struct seat *seat) {
	if (server->cursor != NULL && server->cursor->owner == seat) {
		cursor_set_owner(server, NULL);
	}
}

static uint32_t theme_size(const struct settings *settings) {
	if (settings->cursor_size != 0) {
		return settings->cursor_size;
	}
	const char *text = getenv("XCURSOR_SIZE");
	long size = text != NULL ? strtol(text, NULL, 10) : 0;
	return size > 0 && size <= CURSOR_SIZE_HARD_MAX ? (uint32_t)size : SIZE_DEFAULT;
}

static struct wlr_xcursor_manager *load_theme(const struct settings *settings) {
	const char *theme = settings->cursor_theme;
	theme = theme != NULL ? theme : getenv("XCURSOR_THEME");
	return wlr_xcursor_manager_create(theme, theme_size(settings));
}

void cursor_reload(struct server *server) {
	struct cursor *cursor = server->cursor;
	struct wlr_xcursor_manager *manager = load_theme(server->settings);
	if (manager == NULL) {
		return;
	}
	struct wlr_xcursor_manager *old = cursor->manager;
	cursor->manager = manager;
	cursor->shape = NULL;
	cursor_set_shape(server, "default");
	wlr_xcursor_manager_destroy(old);
	pointer_rebase(server);
}

bool cursor_create(struct server *server) {
	struct cursor *cursor = calloc(1, sizeof(*cursor));
	if (cursor == NULL) {
		log_error("out of memory");
		return false;
	}
	server->cursor = cursor;
	cursor->server = server;
	cursor->wlr_cursor = wlr_cursor_create();
	cursor->manager = load_theme(server->settings);
	struct wlr_cursor_shape_manager_v1 *shapes =
			wlr_cursor_shape_manager_v1_create(server->display, 2);
	if (cursor->wlr_cursor == NULL || cursor->manager == NULL || shapes == NULL) {
		log_error("out of memory");
		return false;
	}
	wlr_cursor_attach_output_layout(cursor->wlr_cursor, server->outputs->layout);
	listener_add(&cursor->request_shape, &shapes->events.request_set_shape,
			handle_request_shape);
	cursor_set_shape(server, "default");
	return true;
}

void cursor_destroy(struct server *server) {
	struct cursor *cursor = server->cursor;
	if (cursor == NULL) {
		return;
	}
	forget_surface(cursor);
	listener_remove(&cursor->request_shape);
	if (cursor->wlr_cursor != NULL) {
		wlr_cursor_destroy(cursor->wlr_cursor);
	}
	if (cursor->manager != NULL) {
		wlr_xcursor_manager_destroy(cursor->manager);
	}
	free(cursor);
	server->cursor = NULL;
}
