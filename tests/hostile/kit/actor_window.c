/* SPDX-License-Identifier: MIT
 *
 * Windows and popups of one colour.
 */
#include <string.h>

#include "base/clock.h"
#include "tests/hostile/kit/actor_private.h"
#include "xdg-shell-client-protocol.h"

#define CONFIGURE_MS 20000
/* Of a window that may choose. */
#define FREE_WIDTH 640
#define FREE_HEIGHT 480

static void handle_output_enter(void *data, struct wl_surface *surface, struct wl_output *output) {
	struct actor_window *window = data;
	actor_note(window->actor, EVENT_OUTPUT_ENTER, 0, 0);
}

static void handle_output_leave(void *data, struct wl_surface *surface, struct wl_output *output) {
	struct actor_window *window = data;
	actor_note(window->actor, EVENT_OUTPUT_LEAVE, 0, 0);
}

static void handle_preferred_scale(void *data, struct wl_surface *surface, int32_t factor) {
}

static void handle_preferred_transform(void *data, struct wl_surface *surface, uint32_t transform) {
}

static const struct wl_surface_listener surface_listener = {
		.enter = handle_output_enter,
		.leave = handle_output_leave,
		.preferred_buffer_scale = handle_preferred_scale,
		.preferred_buffer_transform = handle_preferred_transform,
};

static void handle_configure(void *data, struct xdg_surface *xdg_surface, uint32_t serial) {
	struct actor_window *window = data;
	window->configure_serial = serial;
	window->is_configured = true;
	xdg_surface_ack_configure(xdg_surface, serial);
}

static const struct xdg_surface_listener xdg_surface_listener = {.configure = handle_configure};

static void handle_toplevel_configure(void *data, struct xdg_toplevel *toplevel, int32_t width,
		int32_t height, struct wl_array *states) {
	struct actor_window *window = data;
	if (width > 0 && height > 0) {
		window->width = width;
		window->height = height;
	}
	window->is_activated = false;
	const uint32_t *state;
	wl_array_for_each(state, states) {
		window->is_activated |= *state == XDG_TOPLEVEL_STATE_ACTIVATED;
	}
	actor_note(window->actor, EVENT_CONFIGURE, (uint32_t)width, (uint32_t)height);
}

static void handle_close(void *data, struct xdg_toplevel *toplevel) {
	struct actor_window *window = data;
	actor_note(window->actor, EVENT_CLOSE, 0, 0);
}

static const struct xdg_toplevel_listener toplevel_listener = {
		.configure = handle_toplevel_configure, .close = handle_close};

static void handle_popup_configure(void *data, struct xdg_popup *popup, int32_t x, int32_t y,
		int32_t width, int32_t height) {
	struct actor_window *window = data;
	actor_note(window->actor, EVENT_CONFIGURE, (uint32_t)width, (uint32_t)height);
}

static void handle_popup_done(void *data, struct xdg_popup *popup) {
	struct actor_window *window = data;
	actor_note(window->actor, EVENT_POPUP_DONE, 0, 0);
}

static const struct xdg_popup_listener popup_listener = {
		.configure = handle_popup_configure, .popup_done = handle_popup_done};

static void make_surface(struct actor_window *window, struct actor *actor) {
	*window = (struct actor_window){.actor = actor};
	window->surface = wl_compositor_create_surface(actor->compositor);
	wl_surface_add_listener(window->surface, &surface_listener, window);
	window->xdg_surface = xdg_wm_base_get_xdg_surface(actor->wm_base, window->surface);
	xdg_surface_add_listener(window->xdg_surface, &xdg_surface_listener, window);
}

void actor_window_init(struct actor_window *window, struct actor *actor) {
	make_surface(window, actor);
	window->toplevel = xdg_surface_get_toplevel(window->xdg_surface);
	xdg_toplevel_add_listener(window->toplevel, &toplevel_listener, window);
}

void actor_popup_init(struct actor_window *popup, struct actor_window *parent, int x, int y,
		int width, int height) {
	make_surface(popup, parent->actor);
	struct xdg_positioner *positioner = xdg_wm_base_create_positioner(parent->actor->wm_base);
	xdg_positioner_set_size(positioner, width, height);
	xdg_positioner_set_anchor_rect(positioner, x, y, 1, 1);
	xdg_positioner_set_anchor(positioner, XDG_POSITIONER_ANCHOR_TOP_LEFT);
	xdg_positioner_set_gravity(positioner, XDG_POSITIONER_GRAVITY_BOTTOM_RIGHT);
	popup->popup = xdg_surface_get_popup(popup->xdg_surface, parent->xdg_surface, positioner);
	xdg_popup_add_listener(popup->popup, &popup_listener, popup);
	xdg_positioner_destroy(positioner);
}

static int pick(int asked, int configured, int other) {
	return asked > 0 ? asked : configured > 0 ? configured : other;
}

bool actor_window_show(struct actor_window *window, int width, int height, uint32_t color) {
	wl_surface_commit(window->surface);
	int64_t deadline_ms = clock_now_ms() + CONFIGURE_MS;
	while (!window->is_configured && clock_now_ms() < deadline_ms) {
		if (!actor_wait(window->actor, deadline_ms)) {
			return false;
		}
	}
	if (!window->is_configured) {
		return false;
	}
	bool is_free = width == 0 && window->width == 0;
	actor_window_paint(window, pick(width, window->width, FREE_WIDTH),
			pick(height, window->height, FREE_HEIGHT), color);
	if (is_free && actor_settle(window->actor) && window->width > 0) {
		/* Some compositors say only now how large it is to be. */
		actor_window_paint(window, window->width, window->height, color);
	}
	return actor_settle(window->actor);
}

void actor_window_paint(struct actor_window *window, int width, int height, uint32_t color) {
	struct actor_buffer old = window->buffer;
	actor_buffer_init(&window->buffer, window->actor, width, height, color);
	window->color = color;
	wl_surface_attach(window->surface, window->buffer.wl_buffer, 0, 0);
	wl_surface_damage_buffer(window->surface, 0, 0, width, height);
	wl_surface_commit(window->surface);
	actor_settle(window->actor);
	actor_buffer_finish(&old);
}

void actor_window_map(struct actor_window *window, struct actor *actor, int width, int height,
		uint32_t color) {
	actor_window_init(window, actor);
	actor_window_show(window, width, height, color);
}

void actor_window_finish(struct actor_window *window) {
	if (window->popup != NULL) {
		xdg_popup_destroy(window->popup);
	}
	if (window->toplevel != NULL) {
		xdg_toplevel_destroy(window->toplevel);
	}
	if (window->surface != NULL) {
		xdg_surface_destroy(window->xdg_surface);
		wl_surface_destroy(window->surface);
	}
	actor_buffer_finish(&window->buffer);
	*window = (struct actor_window){0};
}
