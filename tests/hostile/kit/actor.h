/* SPDX-License-Identifier: MIT
 *
 * A Wayland client that writes down every event it is told: the attacker, and its victims. It links
 * libwayland-client only and works with any compositor.
 */
#ifndef SILO_TESTS_HOSTILE_KIT_ACTOR_H
#define SILO_TESTS_HOSTILE_KIT_ACTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <wayland-client.h>

#define ACTOR_GLOBALS_MAX 128
#define ACTOR_EVENTS_MAX 8192
#define ACTOR_MIME_MAX 64

/* What is told. The arguments that are kept stand behind. */
enum event_kind {
	EVENT_KEYBOARD_ENTER, /* number of held keys */
	EVENT_KEYBOARD_LEAVE,
	EVENT_KEY,       /* keycode, state */
	EVENT_MODIFIERS, /* depressed, locked */
	EVENT_POINTER_ENTER,
	EVENT_POINTER_LEAVE,
	EVENT_MOTION, /* x, y in whole pixels */
	EVENT_BUTTON, /* button, state */
	EVENT_AXIS,
	EVENT_TOUCH,
	EVENT_SELECTION, /* 1 if there is an offer, else 0 */
	EVENT_PRIMARY_SELECTION,
	EVENT_DRAG_ENTER,
	EVENT_DRAG_MOTION,
	EVENT_DRAG_DROP,
	EVENT_SOURCE_SEND,
	EVENT_SOURCE_CANCELLED,
	EVENT_CONFIGURE, /* width, height */
	EVENT_POPUP_DONE,
	EVENT_CLOSE,
	EVENT_OUTPUT_ENTER,
	EVENT_OUTPUT_LEAVE,
	EVENT_KINDS,
};

struct actor_event {
	enum event_kind kind;
	uint32_t a, b;
};

struct actor_global {
	char interface[64];
	uint32_t name, version;
	bool is_removed;
};

struct actor {
	struct wl_display *display;
	struct wl_registry *registry;
	struct wl_compositor *compositor;
	struct wl_subcompositor *subcompositor;
	struct wl_shm *shm;
	struct xdg_wm_base *wm_base;
	struct wl_seat *seat;
	struct wl_pointer *pointer;
	struct wl_keyboard *keyboard;
	struct wl_data_device_manager *data_devices;
	struct wl_data_device *data_device;
	struct zwp_primary_selection_device_manager_v1 *primary_devices;
	struct zwp_primary_selection_device_v1 *primary_device;
	struct wl_data_offer *selection, *drag_offer; /* the last ones; NULL: none */
	struct zwp_primary_selection_offer_v1 *primary_selection;
	char mime_types[ACTOR_MIME_MAX][64]; /* of the offer that was last announced */
	size_t mime_types_len;
	uint32_t serial;       /* of the last input event */
	uint32_t enter_serial; /* of the last pointer enter */
	struct actor_global globals[ACTOR_GLOBALS_MAX];
	size_t globals_len;
	struct actor_event events[ACTOR_EVENTS_MAX];
	size_t events_len, events_lost;
};

struct actor_buffer {
	struct wl_buffer *wl_buffer;
	struct wl_shm_pool *pool;
	uint32_t *pixels;
	int width, height;
};

/* A toplevel or a popup; width and height are those of the last configure event, or asked for. */
struct actor_window {
	struct actor *actor;
	struct wl_surface *surface;
	struct xdg_surface *xdg_surface;
	struct xdg_toplevel *toplevel;
	struct xdg_popup *popup;
	struct actor_buffer buffer;
	uint32_t color;
	uint32_t configure_serial;
	int width, height;
	bool is_configured, is_activated;
};

/* Connects to the socket at path and binds what is offered. Returns false if that is not possible. */
bool actor_connect(struct actor *actor, const char *path);
/* The same on a connected socket, which it owns. */
bool actor_connect_fd(struct actor *actor, int fd);
void actor_disconnect(struct actor *actor);

/* Waits until the compositor has done all that was asked, and has told. False: the connection ended. */
bool actor_settle(struct actor *actor);
/* Waits for events until deadline_ms of the monotonic clock. False: the connection ended. */
bool actor_wait(struct actor *actor, int64_t deadline_ms);
/* Waits until the connection ends. False: it did not by deadline_ms. */
bool actor_wait_end(struct actor *actor, int64_t deadline_ms);

/* Is a global of that interface offered (now)? NULL: no. */
const struct actor_global *actor_find(const struct actor *actor, const char *interface);
/* Binds it, at most in that version. NULL: not offered. */
void *actor_bind(struct actor *actor, const struct wl_interface *interface, uint32_t version);

/* Forgets the events so far. */
void actor_forget(struct actor *actor);
size_t actor_count(const struct actor *actor, enum event_kind kind);
/* The last event of that kind. NULL: none. */
const struct actor_event *actor_last(const struct actor *actor, enum event_kind kind);

/* One colour, premultiplied ARGB; and a change of a part. */
void actor_buffer_init(struct actor_buffer *buffer, struct actor *actor, int width, int height,
		uint32_t color);
void actor_buffer_fill(struct actor_buffer *buffer, int x, int y, int width, int height,
		uint32_t color);
void actor_buffer_finish(struct actor_buffer *buffer);

/* A toplevel that has not been committed, and one of a colour that is on screen. */
void actor_window_init(struct actor_window *window, struct actor *actor);
void actor_window_map(struct actor_window *window, struct actor *actor, int width, int height,
		uint32_t color);
/* A popup at x, y of parent's geometry, not committed; with actor_window_show() it appears. */
void actor_popup_init(struct actor_window *popup, struct actor_window *parent, int x, int y,
		int width, int height);
/* The initial commit, then a buffer of that size (0: what was configured). False: no configure. */
bool actor_window_show(struct actor_window *window, int width, int height, uint32_t color);
/* A new buffer of that size. */
void actor_window_paint(struct actor_window *window, int width, int height, uint32_t color);
void actor_window_finish(struct actor_window *window);

#endif
