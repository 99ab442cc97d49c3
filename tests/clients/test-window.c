/* SPDX-License-Identifier: MIT
 *
 * A window for tests: a flat of one colour that prints every event it gets, one a line. Links
 * libwayland-client only, so that it runs in guests as well.
 */
#include <errno.h>
#include <getopt.h>
#include <linux/input-event-codes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wayland-client.h>

#include "idle-inhibit-unstable-v1-client-protocol.h"
#include "tests/clients/shm.h"
#include "xdg-decoration-unstable-v1-client-protocol.h"
#include "xdg-shell-client-protocol.h"

#define SHADOW 0x60000000u

struct window {
	struct wl_display *display;
	struct wl_compositor *compositor;
	struct wl_subcompositor *subcompositor;
	struct wl_shm *shm;
	struct wl_seat *seat;
	struct xdg_wm_base *wm_base;
	struct zxdg_decoration_manager_v1 *decorations;
	struct zwp_idle_inhibit_manager_v1 *inhibitors;
	struct wl_data_device_manager *data_devices;
	struct wl_data_device *data_device;
	struct wl_keyboard *keyboard;
	struct wl_pointer *pointer;

	struct wl_surface *surface;
	struct xdg_surface *xdg_surface;
	struct xdg_toplevel *toplevel;
	struct shm_buffer buffers[2];
	struct wl_surface *sub_surface;
	struct shm_buffer sub_buffer;
	struct wl_surface *popup_surface;
	struct xdg_surface *popup_xdg_surface;
	struct xdg_popup *popup;
	struct shm_buffer popup_buffer;
	struct wl_surface *icon; /* of a drag */
	struct shm_buffer icon_buffer;

	/* What the command line wants. */
	uint32_t color, sub_color;
	int width, height, shadow;
	int sub_x, sub_y, sub_width, sub_height;
	bool keeps_size, wants_popup, animates, is_decorated, is_awake, drags, is_held;

	int pending_width, pending_height;
	bool is_closed, is_mapped;
	uint32_t serial; /* of the last press */
	double pointer_x, pointer_y;
};

static void draw(struct window *window);

static void handle_ping(void *data, struct xdg_wm_base *wm_base, uint32_t serial) {
	xdg_wm_base_pong(wm_base, serial);
}

static const struct xdg_wm_base_listener wm_base_listener = {.ping = handle_ping};

static void close_popup(struct window *window) {
	if (window->popup != NULL) {
		xdg_popup_destroy(window->popup);
		xdg_surface_destroy(window->popup_xdg_surface);
		wl_surface_destroy(window->popup_surface);
		shm_buffer_finish(&window->popup_buffer);
		window->popup = NULL;
	}
}

static void handle_popup_surface(void *data, struct xdg_surface *surface, uint32_t serial) {
	struct window *window = data;
	xdg_surface_ack_configure(surface, serial);
	wl_surface_attach(window->popup_surface, window->popup_buffer.wl_buffer, 0, 0);
	wl_surface_damage(window->popup_surface, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_commit(window->popup_surface);
}

static const struct xdg_surface_listener popup_surface_listener = {
		.configure = handle_popup_surface};

static void handle_popup_configure(void *data, struct xdg_popup *popup, int32_t x, int32_t y,
		int32_t width, int32_t height) {
	printf("popup %d,%d %dx%d\n", x, y, width, height);
}

static void handle_popup_done(void *data, struct xdg_popup *popup) {
	puts("popup-done");
	close_popup(data);
}

static const struct xdg_popup_listener popup_listener = {
		.configure = handle_popup_configure,
		.popup_done = handle_popup_done,
};

static void open_popup(struct window *window, int x, int y) {
	close_popup(window);
	struct xdg_positioner *positioner = xdg_wm_base_create_positioner(window->wm_base);
	xdg_positioner_set_size(positioner, 160, 100);
	xdg_positioner_set_anchor_rect(positioner, x, y, 1, 1);
	xdg_positioner_set_anchor(positioner, XDG_POSITIONER_ANCHOR_BOTTOM_RIGHT);
	xdg_positioner_set_gravity(positioner, XDG_POSITIONER_GRAVITY_BOTTOM_RIGHT);
	xdg_positioner_set_constraint_adjustment(positioner,
			XDG_POSITIONER_CONSTRAINT_ADJUSTMENT_SLIDE_X |
					XDG_POSITIONER_CONSTRAINT_ADJUSTMENT_SLIDE_Y);
	window->popup_surface = wl_compositor_create_surface(window->compositor);
	window->popup_xdg_surface =
			xdg_wm_base_get_xdg_surface(window->wm_base, window->popup_surface);
	xdg_surface_add_listener(window->popup_xdg_surface, &popup_surface_listener, window);
	window->popup = xdg_surface_get_popup(window->popup_xdg_surface, window->xdg_surface,
			positioner);
	xdg_popup_add_listener(window->popup, &popup_listener, window);
	xdg_positioner_destroy(positioner);
	if (window->seat != NULL) {
		xdg_popup_grab(window->popup, window->seat, window->serial);
	}
	shm_buffer_init(&window->popup_buffer, window->shm, 160, 100);
	shm_buffer_fill(&window->popup_buffer, 0, 0, 160, 100, ~window->color | 0xff000000u);
	wl_surface_commit(window->popup_surface);
}

static void handle_drag_target(void *data, struct wl_data_source *source, const char *type) {
}

static void handle_drag_send(void *data, struct wl_data_source *source, const char *type,
		int32_t fd) {
	puts("drag-send");
	close(fd);
}

static void handle_drag_cancelled(void *data, struct wl_data_source *source) {
	struct window *window = data;
	puts("drag-cancelled");
	wl_data_source_destroy(source);
	wl_surface_destroy(window->icon);
	window->icon = NULL;
}

static const struct wl_data_source_listener drag_listener = {
		.target = handle_drag_target,
		.send = handle_drag_send,
		.cancelled = handle_drag_cancelled,
};

static void begin_drag(struct window *window) {
	if (window->icon != NULL || window->data_devices == NULL) {
		return;
	}
	if (window->data_device == NULL) {
		window->data_device = wl_data_device_manager_get_data_device(window->data_devices,
				window->seat);
	}
	struct wl_data_source *source =
			wl_data_device_manager_create_data_source(window->data_devices);
	wl_data_source_add_listener(source, &drag_listener, window);
	wl_data_source_offer(source, "text/plain");
	window->icon = wl_compositor_create_surface(window->compositor);
	wl_data_device_start_drag(window->data_device, source, window->surface, window->icon,
			window->serial);
	shm_buffer_finish(&window->icon_buffer);
	shm_buffer_init(&window->icon_buffer, window->shm, 64, 64);
	shm_buffer_fill(&window->icon_buffer, 0, 0, 64, 64, ~window->color | 0xff000000u);
	wl_surface_attach(window->icon, window->icon_buffer.wl_buffer, 0, 0);
	wl_surface_damage(window->icon, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_commit(window->icon);
	puts("drag-begun");
}

static void handle_keymap(void *data, struct wl_keyboard *keyboard, uint32_t format, int32_t fd,
		uint32_t size) {
	printf("keymap %u\n", size);
	close(fd);
}

static void handle_keyboard_enter(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		struct wl_surface *surface, struct wl_array *keys) {
	printf("keyboard-enter %zu\n", keys->size / sizeof(uint32_t));
}

static void handle_keyboard_leave(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		struct wl_surface *surface) {
	puts("keyboard-leave");
}

static void handle_key(void *data, struct wl_keyboard *keyboard, uint32_t serial, uint32_t time,
		uint32_t key, uint32_t state) {
	struct window *window = data;
	bool pressed = state == WL_KEYBOARD_KEY_STATE_PRESSED;
	printf("key %u %s\n", key, pressed ? "pressed" : "released");
	if (!pressed) {
		return;
	}
	window->serial = serial;
	if (key == KEY_P && window->wants_popup) {
		open_popup(window, window->width / 2, window->height / 2);
	} else if (key == KEY_F) {
		xdg_toplevel_set_fullscreen(window->toplevel, NULL);
	} else if (key == KEY_U) {
		xdg_toplevel_unset_fullscreen(window->toplevel);
	} else if (key == KEY_M) {
		xdg_toplevel_set_maximized(window->toplevel);
	} else if (key == KEY_Q) {
		window->is_closed = true;
	}
}

static void handle_modifiers(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		uint32_t depressed, uint32_t latched, uint32_t locked, uint32_t group) {
	printf("modifiers %x %x %x %u\n", depressed, latched, locked, group);
}

static void handle_repeat_info(void *data, struct wl_keyboard *keyboard, int32_t rate,
		int32_t delay) {
}

static const struct wl_keyboard_listener keyboard_listener = {
		.keymap = handle_keymap,
		.enter = handle_keyboard_enter,
		.leave = handle_keyboard_leave,
		.key = handle_key,
		.modifiers = handle_modifiers,
		.repeat_info = handle_repeat_info,
};

static void handle_pointer_enter(void *data, struct wl_pointer *pointer, uint32_t serial,
		struct wl_surface *surface, wl_fixed_t x, wl_fixed_t y) {
	struct window *window = data;
	window->pointer_x = wl_fixed_to_double(x);
	window->pointer_y = wl_fixed_to_double(y);
	printf("pointer-enter %.1f %.1f\n", window->pointer_x, window->pointer_y);
}

static void handle_pointer_leave(void *data, struct wl_pointer *pointer, uint32_t serial,
		struct wl_surface *surface) {
	puts("pointer-leave");
}

static void handle_motion(void *data, struct wl_pointer *pointer, uint32_t time, wl_fixed_t x,
		wl_fixed_t y) {
	struct window *window = data;
	window->pointer_x = wl_fixed_to_double(x);
	window->pointer_y = wl_fixed_to_double(y);
	printf("motion %.1f %.1f\n", window->pointer_x, window->pointer_y);
	if (window->drags && window->is_held) {
		begin_drag(window);
	}
}

static void handle_button(void *data, struct wl_pointer *pointer, uint32_t serial, uint32_t time,
		uint32_t button, uint32_t state) {
	struct window *window = data;
	bool pressed = state == WL_POINTER_BUTTON_STATE_PRESSED;
	printf("button %u %s\n", button, pressed ? "pressed" : "released");
	window->is_held = pressed;
	if (pressed) {
		window->serial = serial;
		if (window->wants_popup && window->popup == NULL) {
			open_popup(window, (int)window->pointer_x - window->shadow,
					(int)window->pointer_y - window->shadow);
		}
	}
}

static void handle_axis(void *data, struct wl_pointer *pointer, uint32_t time, uint32_t axis,
		wl_fixed_t value) {
	printf("axis %u %.1f\n", axis, wl_fixed_to_double(value));
}

static const struct wl_pointer_listener pointer_listener = {
		.enter = handle_pointer_enter,
		.leave = handle_pointer_leave,
		.motion = handle_motion,
		.button = handle_button,
		.axis = handle_axis,
};

static void handle_capabilities(void *data, struct wl_seat *seat, uint32_t capabilities) {
	struct window *window = data;
	if ((capabilities & WL_SEAT_CAPABILITY_KEYBOARD) != 0 && window->keyboard == NULL) {
		window->keyboard = wl_seat_get_keyboard(seat);
		wl_keyboard_add_listener(window->keyboard, &keyboard_listener, window);
	}
	if ((capabilities & WL_SEAT_CAPABILITY_POINTER) != 0 && window->pointer == NULL) {
		window->pointer = wl_seat_get_pointer(seat);
		wl_pointer_add_listener(window->pointer, &pointer_listener, window);
	}
}

static void handle_seat_name(void *data, struct wl_seat *seat, const char *name) {
}

static const struct wl_seat_listener seat_listener = {
		.capabilities = handle_capabilities,
		.name = handle_seat_name,
};

static void handle_global(void *data, struct wl_registry *registry, uint32_t name,
		const char *interface, uint32_t version) {
	struct window *window = data;
	const struct {
		const struct wl_interface *interface;
		void *global;
		uint32_t version;
	} globals[] = {
			{&wl_compositor_interface, &window->compositor, 4},
			{&wl_subcompositor_interface, &window->subcompositor, 1},
			{&wl_shm_interface, &window->shm, 1},
			{&wl_seat_interface, &window->seat, 4},
			{&xdg_wm_base_interface, &window->wm_base, 1},
			{&zxdg_decoration_manager_v1_interface, &window->decorations, 1},
			{&zwp_idle_inhibit_manager_v1_interface, &window->inhibitors, 1},
			{&wl_data_device_manager_interface, &window->data_devices, 1},
	};
	for (size_t i = 0; i < sizeof(globals) / sizeof(globals[0]); i++) {
		void **global = globals[i].global;
		if (*global == NULL && strcmp(interface, globals[i].interface->name) == 0) {
			*global = wl_registry_bind(registry, name, globals[i].interface,
					globals[i].version);
		}
	}
}

static void handle_global_remove(void *data, struct wl_registry *registry, uint32_t name) {
}

static const struct wl_registry_listener registry_listener = {
		.global = handle_global,
		.global_remove = handle_global_remove,
};

static void handle_frame(void *data, struct wl_callback *callback, uint32_t time) {
	struct window *window = data;
	wl_callback_destroy(callback);
	if (window->animates) {
		window->color = (window->color & 0xff000000u) |
				((window->color + 0x030201u) & 0xffffffu);
		draw(window);
	} else {
		puts("frame");
	}
}

static const struct wl_callback_listener frame_listener = {.done = handle_frame};

/* Draws the window at its size with its shadow around it, into a buffer that is free. */
static void draw(struct window *window) {
	struct shm_buffer *buffer = &window->buffers[window->buffers[0].is_busy ? 1 : 0];
	int margin = window->shadow;
	int width = window->width + 2 * margin, height = window->height + 2 * margin;
	if (buffer->width != width || buffer->height != height || buffer->is_busy) {
		shm_buffer_finish(buffer);
		shm_buffer_init(buffer, window->shm, width, height);
	}
	shm_buffer_fill(buffer, 0, 0, width, height, margin > 0 ? SHADOW : window->color);
	shm_buffer_fill(buffer, margin, margin, window->width, window->height, window->color);
	buffer->is_busy = true;
	xdg_surface_set_window_geometry(window->xdg_surface, margin, margin, window->width,
			window->height);
	wl_surface_attach(window->surface, buffer->wl_buffer, 0, 0);
	wl_surface_damage(window->surface, 0, 0, INT32_MAX, INT32_MAX);
	if (!window->is_mapped || window->animates) {
		wl_callback_add_listener(wl_surface_frame(window->surface), &frame_listener,
				window);
	}
	window->is_mapped = true;
	wl_surface_commit(window->surface);
}

static void handle_surface_configure(void *data, struct xdg_surface *surface, uint32_t serial) {
	struct window *window = data;
	xdg_surface_ack_configure(surface, serial);
	if (!window->keeps_size && window->pending_width > 0 && window->pending_height > 0) {
		window->width = window->pending_width;
		window->height = window->pending_height;
	}
	draw(window);
}

static const struct xdg_surface_listener surface_listener = {.configure = handle_surface_configure};

static void handle_configure(void *data, struct xdg_toplevel *toplevel, int32_t width,
		int32_t height, struct wl_array *states) {
	static const char *const names[] = {"", " maximized", " fullscreen", " resizing",
			" activated", " tiled-left", " tiled-right", " tiled-top", " tiled-bottom",
			" suspended"};
	struct window *window = data;
	window->pending_width = width;
	window->pending_height = height;
	printf("configure %dx%d", width, height);
	const uint32_t *state;
	wl_array_for_each(state, states) {
		fputs(*state < sizeof(names) / sizeof(names[0]) ? names[*state] : " other", stdout);
	}
	putchar('\n');
}

static void handle_close(void *data, struct xdg_toplevel *toplevel) {
	struct window *window = data;
	puts("close");
	window->is_closed = true;
}

static const struct xdg_toplevel_listener toplevel_listener = {
		.configure = handle_configure,
		.close = handle_close,
};

static void add_subsurface(struct window *window) {
	window->sub_surface = wl_compositor_create_surface(window->compositor);
	struct wl_subsurface *subsurface = wl_subcompositor_get_subsurface(window->subcompositor,
			window->sub_surface, window->surface);
	wl_subsurface_set_position(subsurface, window->sub_x + window->shadow,
			window->sub_y + window->shadow);
	wl_subsurface_set_desync(subsurface);
	struct shm_buffer *buffer = &window->sub_buffer;
	shm_buffer_init(buffer, window->shm, window->sub_width, window->sub_height);
	shm_buffer_fill(buffer, 0, 0, buffer->width, buffer->height, window->sub_color);
	wl_surface_attach(window->sub_surface, buffer->wl_buffer, 0, 0);
	wl_surface_commit(window->sub_surface);
}

static void usage(FILE *file) {
	fputs("usage: test-window [OPTION…]\n"
	      "  --color RRGGBB      of the window\n"
	      "  --size WxH\n"
	      "  --title TEXT, --app-id TEXT\n"
	      "  --shadow N          a client-side shadow of N pixels around the window\n"
	      "  --subsurface X,Y,WxH,RRGGBB\n"
	      "  --popup             a popup at every click and at the key p\n"
	      "  --keep-size         does not follow configured sizes\n"
	      "  --fullscreen, --maximized\n"
	      "  --decorated         asks for the compositor's decorations\n"
	      "  --drag              a drag, with an icon, when it is moved over with a button "
	      "held\n"
	      "  --awake             wants the session to stay awake\n"
	      "  --animate           draws at every frame callback\n"
	      "Keys: f fullscreen, u not, m maximized, p popup, q quit.\n",
			file);
}

/* Reads the options; returns false if they are wrong. */
static bool parse(int argc, char *argv[], struct window *window, const char **ret_title,
		const char **ret_app_id, int *ret_state) {
	static const struct option options[] = {{"color", 1, NULL, 'c'}, {"size", 1, NULL, 's'},
			{"title", 1, NULL, 't'}, {"app-id", 1, NULL, 'a'}, {"shadow", 1, NULL, 'd'},
			{"subsurface", 1, NULL, 'u'}, {"popup", 0, NULL, 'p'},
			{"keep-size", 0, NULL, 'k'}, {"fullscreen", 0, NULL, 'f'},
			{"maximized", 0, NULL, 'm'}, {"animate", 0, NULL, 'n'},
			{"decorated", 0, NULL, 'e'}, {"awake", 0, NULL, 'w'},
			{"drag", 0, NULL, 'g'}, {"help", 0, NULL, 'h'}, {0}};
	int option;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			window->color = (uint32_t)strtoul(optarg, NULL, 16) | 0xff000000u;
			break;
		case 's':
			if (sscanf(optarg, "%dx%d", &window->width, &window->height) != 2) {
				return false;
			}
			break;
		case 't':
			*ret_title = optarg;
			break;
		case 'a':
			*ret_app_id = optarg;
			break;
		case 'd':
			window->shadow = atoi(optarg);
			break;
		case 'u':
			if (sscanf(optarg, "%d,%d,%dx%d,%x", &window->sub_x, &window->sub_y,
					    &window->sub_width, &window->sub_height,
					    &window->sub_color) != 5) {
				return false;
			}
			window->sub_color |= 0xff000000u;
			break;
		case 'p':
			window->wants_popup = true;
			break;
		case 'k':
			window->keeps_size = true;
			break;
		case 'n':
			window->animates = true;
			break;
		case 'e':
			window->is_decorated = true;
			break;
		case 'g':
			window->drags = true;
			break;
		case 'w':
			window->is_awake = true;
			break;
		case 'f':
		case 'm':
			*ret_state = option;
			break;
		default:
			return false;
		}
	}
	return window->width > 0 && window->height > 0 && window->shadow >= 0;
}

static void map_window(struct window *window, const char *title, const char *app_id, int state) {
	window->surface = wl_compositor_create_surface(window->compositor);
	window->xdg_surface = xdg_wm_base_get_xdg_surface(window->wm_base, window->surface);
	xdg_surface_add_listener(window->xdg_surface, &surface_listener, window);
	window->toplevel = xdg_surface_get_toplevel(window->xdg_surface);
	xdg_toplevel_add_listener(window->toplevel, &toplevel_listener, window);
	if (window->is_decorated && window->decorations != NULL) {
		zxdg_toplevel_decoration_v1_set_mode(
				zxdg_decoration_manager_v1_get_toplevel_decoration(
						window->decorations, window->toplevel),
				ZXDG_TOPLEVEL_DECORATION_V1_MODE_SERVER_SIDE);
	}
	if (window->is_awake && window->inhibitors != NULL) {
		zwp_idle_inhibit_manager_v1_create_inhibitor(window->inhibitors, window->surface);
	}
	xdg_toplevel_set_title(window->toplevel, title);
	xdg_toplevel_set_app_id(window->toplevel, app_id);
	if (state == 'f') {
		xdg_toplevel_set_fullscreen(window->toplevel, NULL);
	} else if (state == 'm') {
		xdg_toplevel_set_maximized(window->toplevel);
	}
	if (window->sub_width > 0 && window->sub_height > 0 && window->subcompositor != NULL) {
		add_subsurface(window);
	}
	wl_surface_commit(window->surface);
}

int main(int argc, char *argv[]) {
	struct window window = {.color = 0xff3060c0, .width = 320, .height = 200};
	const char *title = "test-window", *app_id = "silo.test-window";
	int state = 0;
	if (!parse(argc, argv, &window, &title, &app_id, &state)) {
		usage(stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	window.display = wl_display_connect(NULL);
	if (window.display == NULL) {
		fprintf(stderr, "test-window: cannot connect: %s\n", strerror(errno));
		return 1;
	}
	wl_registry_add_listener(wl_display_get_registry(window.display), &registry_listener,
			&window);
	wl_display_roundtrip(window.display);
	if (window.compositor == NULL || window.shm == NULL || window.wm_base == NULL) {
		fputs("test-window: wl_compositor, wl_shm and xdg_wm_base are needed\n", stderr);
		return 1;
	}
	xdg_wm_base_add_listener(window.wm_base, &wm_base_listener, &window);
	if (window.seat != NULL) {
		wl_seat_add_listener(window.seat, &seat_listener, &window);
	}
	map_window(&window, title, app_id, state);
	while (!window.is_closed) {
		if (wl_display_dispatch(window.display) < 0) {
			const struct wl_interface *interface = NULL;
			uint32_t id;
			uint32_t code = wl_display_get_protocol_error(window.display, &interface,
					&id);
			fprintf(stderr, "test-window: disconnected: %s (%s error %u)\n",
					strerror(errno), interface != NULL ? interface->name : "no",
					code);
			return 1;
		}
	}
	wl_display_disconnect(window.display);
	return 0;
}
