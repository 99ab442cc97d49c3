/* SPDX-License-Identifier: MIT */
#include "launcher/toolkit/input.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <xkbcommon/xkbcommon-compose.h>

#include "base/fd.h"
#include "base/limits.h"
#include "cursor-shape-v1-client-protocol.h"

#define EVDEV_OFFSET 8
/* A wheel's click in the units of the protocol's axis event. */
#define CLICK_120 120.0
#define CLICK_AXIS 15.0

struct input {
	struct client *client;
	struct input_handlers handlers;
	struct wl_keyboard *keyboard;
	struct wl_pointer *pointer;
	struct wp_cursor_shape_device_v1 *shape;
	struct xkb_context *xkb;
	struct xkb_keymap *keymap;
	struct xkb_state *state;
	struct xkb_compose_state *compose;
	int32_t repeat_rate, repeat_delay_ms;
	uint32_t repeat_key;
	struct key_press repeat_press;
	sd_event_source *repeat;
	struct wl_surface *pointed; /* has the pointer; NULL: none of ours, or it is gone */
	double x, y, axis, clicks;
	bool has_clicks;
};

/* ---- keyboard ---- */

static void handle_keymap(void *data, struct wl_keyboard *keyboard, uint32_t format, int32_t fd,
		uint32_t size) {
	struct input *input = data;
	cleanup_fd int map = fd;
	if (format != WL_KEYBOARD_KEYMAP_FORMAT_XKB_V1 || size == 0 ||
			size > RECEIVED_FILE_BYTES_MAX) {
		return;
	}
	char *text = mmap(NULL, size, PROT_READ, MAP_PRIVATE, map, 0);
	if (text == MAP_FAILED) {
		return;
	}
	struct xkb_keymap *keymap =
			xkb_keymap_new_from_buffer(input->xkb, text, strnlen(text, size),
					XKB_KEYMAP_FORMAT_TEXT_V1, XKB_KEYMAP_COMPILE_NO_FLAGS);
	munmap(text, size);
	if (keymap == NULL) {
		return;
	}
	xkb_state_unref(input->state);
	xkb_keymap_unref(input->keymap);
	input->keymap = keymap;
	input->state = xkb_state_new(keymap);
}

static void stop_repeat(struct input *input) {
	sd_event_source_set_enabled(input->repeat, SD_EVENT_OFF);
}

static void arm_repeat(struct input *input, uint64_t delay_us) {
	sd_event_source_set_time_relative(input->repeat, delay_us);
	sd_event_source_set_enabled(input->repeat, SD_EVENT_ONESHOT);
}

static int handle_repeat(sd_event_source *source, uint64_t now, void *data) {
	struct input *input = data;
	if (input->repeat_rate > 0) {
		arm_repeat(input, 1000000u / (uint64_t)input->repeat_rate);
		input->handlers.key(input->handlers.data, &input->repeat_press);
	}
	return 0;
}

static bool is_control(const char *text) {
	return (unsigned char)text[0] < 0x20 || text[0] == 0x7f;
}

/* What the key types, dead keys and compose sequences considered. */
static void set_text(struct input *input, xkb_keycode_t code, struct key_press *press) {
	enum xkb_compose_status status = XKB_COMPOSE_NOTHING;
	if (input->compose != NULL &&
			xkb_compose_state_feed(input->compose, press->symbol) ==
					XKB_COMPOSE_FEED_ACCEPTED) {
		status = xkb_compose_state_get_status(input->compose);
	}
	if (status == XKB_COMPOSE_COMPOSED) {
		press->symbol = xkb_compose_state_get_one_sym(input->compose);
		xkb_compose_state_get_utf8(input->compose, press->text, sizeof(press->text));
	} else if (status == XKB_COMPOSE_NOTHING) {
		xkb_state_key_get_utf8(input->state, code, press->text, sizeof(press->text));
	}
	if (is_control(press->text) || press->has_control || press->has_alt) {
		press->text[0] = '\0';
	}
}

static bool has_modifier(const struct input *input, const char *name) {
	return xkb_state_mod_name_is_active(input->state, name, XKB_STATE_MODS_EFFECTIVE) > 0;
}

static void handle_key(void *data, struct wl_keyboard *keyboard, uint32_t serial, uint32_t time,
		uint32_t key, uint32_t state) {
	struct input *input = data;
	if (input->state == NULL || input->handlers.key == NULL) {
		return;
	}
	if (state != WL_KEYBOARD_KEY_STATE_PRESSED) {
		if (key == input->repeat_key) {
			stop_repeat(input);
		}
		return;
	}
	xkb_keycode_t code = key + EVDEV_OFFSET;
	struct key_press press = {
			.symbol = xkb_state_key_get_one_sym(input->state, code),
			.has_shift = has_modifier(input, XKB_MOD_NAME_SHIFT),
			.has_control = has_modifier(input, XKB_MOD_NAME_CTRL),
			.has_alt = has_modifier(input, XKB_MOD_NAME_ALT) ||
					has_modifier(input, XKB_MOD_NAME_LOGO),
	};
	set_text(input, code, &press);
	stop_repeat(input);
	if (input->repeat_rate > 0 && xkb_keymap_key_repeats(input->keymap, code)) {
		input->repeat_key = key;
		input->repeat_press = press;
		arm_repeat(input, (uint64_t)input->repeat_delay_ms * 1000);
	}
	input->handlers.key(input->handlers.data, &press);
}

static void handle_modifiers(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		uint32_t depressed, uint32_t latched, uint32_t locked, uint32_t group) {
	struct input *input = data;
	if (input->state != NULL) {
		xkb_state_update_mask(input->state, depressed, latched, locked, 0, 0, group);
	}
}

static void ignore_keyboard_enter(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		struct wl_surface *surface, struct wl_array *keys) {
}

static void handle_keyboard_leave(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		struct wl_surface *surface) {
	struct input *input = data;
	stop_repeat(input);
	if (input->handlers.unfocused != NULL) {
		input->handlers.unfocused(input->handlers.data);
	}
}

static void handle_repeat_info(void *data, struct wl_keyboard *keyboard, int32_t rate,
		int32_t delay_ms) {
	struct input *input = data;
	input->repeat_rate = rate < 0 ? 0 : rate > 100 ? 100 : rate;
	input->repeat_delay_ms = delay_ms < 0 ? 0 : delay_ms;
}

static const struct wl_keyboard_listener keyboard_listener = {
		.keymap = handle_keymap,
		.enter = ignore_keyboard_enter,
		.leave = handle_keyboard_leave,
		.key = handle_key,
		.modifiers = handle_modifiers,
		.repeat_info = handle_repeat_info,
};

/* ---- pointer ---- */

static void move_to(struct input *input, wl_fixed_t x, wl_fixed_t y) {
	input->x = wl_fixed_to_double(x);
	input->y = wl_fixed_to_double(y);
	if (input->handlers.motion != NULL && input->pointed != NULL) {
		input->handlers.motion(input->handlers.data, input->pointed, input->x, input->y);
	}
}

static void handle_pointer_enter(void *data, struct wl_pointer *pointer, uint32_t serial,
		struct wl_surface *surface, wl_fixed_t x, wl_fixed_t y) {
	struct input *input = data;
	if (input->shape != NULL) {
		wp_cursor_shape_device_v1_set_shape(input->shape, serial,
				WP_CURSOR_SHAPE_DEVICE_V1_SHAPE_DEFAULT);
	}
	input->pointed = surface;
	move_to(input, x, y);
}

static void handle_pointer_leave(void *data, struct wl_pointer *pointer, uint32_t serial,
		struct wl_surface *surface) {
	struct input *input = data;
	struct wl_surface *left = input->pointed;
	input->pointed = NULL;
	if (input->handlers.left != NULL && left != NULL) {
		input->handlers.left(input->handlers.data, left);
	}
}

static void handle_motion(void *data, struct wl_pointer *pointer, uint32_t time, wl_fixed_t x,
		wl_fixed_t y) {
	move_to(data, x, y);
}

static void handle_button(void *data, struct wl_pointer *pointer, uint32_t serial, uint32_t time,
		uint32_t button, uint32_t state) {
	struct input *input = data;
	if (state == WL_POINTER_BUTTON_STATE_PRESSED && input->handlers.press != NULL &&
			input->pointed != NULL) {
		input->handlers.press(input->handlers.data, input->pointed, button, input->x,
				input->y);
	}
}

static void handle_axis(void *data, struct wl_pointer *pointer, uint32_t time, uint32_t axis,
		wl_fixed_t value) {
	struct input *input = data;
	if (axis == WL_POINTER_AXIS_VERTICAL_SCROLL) {
		input->axis += wl_fixed_to_double(value);
	}
}

static void handle_axis_value120(void *data, struct wl_pointer *pointer, uint32_t axis,
		int32_t value) {
	struct input *input = data;
	if (axis == WL_POINTER_AXIS_VERTICAL_SCROLL) {
		input->clicks += value / CLICK_120;
		input->has_clicks = true;
	}
}

static void handle_pointer_frame(void *data, struct wl_pointer *pointer) {
	struct input *input = data;
	double steps = input->has_clicks ? input->clicks : input->axis / CLICK_AXIS;
	input->axis = input->clicks = 0;
	input->has_clicks = false;
	if (steps != 0 && input->handlers.scroll != NULL && input->pointed != NULL) {
		input->handlers.scroll(input->handlers.data, input->pointed, input->x, input->y,
				steps);
	}
}

static void ignore_axis_source(void *data, struct wl_pointer *pointer, uint32_t source) {
}

static void ignore_axis_stop(void *data, struct wl_pointer *pointer, uint32_t time, uint32_t axis) {
}

static void ignore_axis_discrete(void *data, struct wl_pointer *pointer, uint32_t axis,
		int32_t steps) {
}

static const struct wl_pointer_listener pointer_listener = {
		.enter = handle_pointer_enter,
		.leave = handle_pointer_leave,
		.motion = handle_motion,
		.button = handle_button,
		.axis = handle_axis,
		.frame = handle_pointer_frame,
		.axis_source = ignore_axis_source,
		.axis_stop = ignore_axis_stop,
		.axis_discrete = ignore_axis_discrete,
		.axis_value120 = handle_axis_value120,
};

/* ---- seat ---- */

static void take_pointer(struct input *input) {
	struct client *client = input->client;
	input->pointer = wl_seat_get_pointer(client->seat);
	wl_pointer_add_listener(input->pointer, &pointer_listener, input);
	if (client->cursor_shape != NULL) {
		input->shape = wp_cursor_shape_manager_v1_get_pointer(client->cursor_shape,
				input->pointer);
	}
}

static void drop_pointer(struct input *input) {
	if (input->shape != NULL) {
		wp_cursor_shape_device_v1_destroy(input->shape);
	}
	if (input->pointer != NULL) {
		wl_pointer_destroy(input->pointer);
	}
	input->shape = NULL;
	input->pointer = NULL;
}

static void handle_capabilities(void *data, struct wl_seat *seat, uint32_t capabilities) {
	struct input *input = data;
	bool has_keyboard = (capabilities & WL_SEAT_CAPABILITY_KEYBOARD) != 0;
	bool has_pointer = (capabilities & WL_SEAT_CAPABILITY_POINTER) != 0;
	if (has_keyboard && input->keyboard == NULL) {
		input->keyboard = wl_seat_get_keyboard(seat);
		wl_keyboard_add_listener(input->keyboard, &keyboard_listener, input);
	} else if (!has_keyboard && input->keyboard != NULL) {
		stop_repeat(input);
		wl_keyboard_destroy(input->keyboard);
		input->keyboard = NULL;
	}
	if (has_pointer && input->pointer == NULL) {
		take_pointer(input);
	} else if (!has_pointer) {
		drop_pointer(input);
	}
}

static void ignore_name(void *data, struct wl_seat *seat, const char *name) {
}

static const struct wl_seat_listener seat_listener = {
		.capabilities = handle_capabilities,
		.name = ignore_name,
};

static struct xkb_compose_state *create_compose(struct xkb_context *xkb) {
	const char *locale = getenv("LC_ALL");
	if (locale == NULL || locale[0] == '\0') {
		locale = getenv("LC_CTYPE");
	}
	if (locale == NULL || locale[0] == '\0') {
		locale = getenv("LANG");
	}
	struct xkb_compose_table *table = xkb_compose_table_new_from_locale(xkb,
			locale != NULL && locale[0] != '\0' ? locale : "C",
			XKB_COMPOSE_COMPILE_NO_FLAGS);
	if (table == NULL) {
		return NULL;
	}
	struct xkb_compose_state *state = xkb_compose_state_new(table, XKB_COMPOSE_STATE_NO_FLAGS);
	xkb_compose_table_unref(table);
	return state;
}

struct input *input_create(struct client *client, const struct input_handlers *handlers) {
	struct input *input = calloc(1, sizeof(*input));
	if (input == NULL) {
		return NULL;
	}
	input->client = client;
	input->handlers = *handlers;
	input->xkb = xkb_context_new(XKB_CONTEXT_NO_FLAGS);
	if (input->xkb == NULL ||
			sd_event_add_time(client->event, &input->repeat, CLOCK_MONOTONIC, 0, 1000,
					handle_repeat, input) < 0) {
		input_destroy(input);
		return NULL;
	}
	stop_repeat(input);
	input->compose = create_compose(input->xkb);
	if (client->seat != NULL) {
		wl_seat_add_listener(client->seat, &seat_listener, input);
	}
	return input;
}

void input_forget(struct input *input, const struct wl_surface *surface) {
	if (input->pointed == surface) {
		input->pointed = NULL;
	}
}

void input_destroy(struct input *input) {
	if (input == NULL) {
		return;
	}
	input->repeat = sd_event_source_disable_unref(input->repeat);
	drop_pointer(input);
	if (input->keyboard != NULL) {
		wl_keyboard_destroy(input->keyboard);
	}
	xkb_compose_state_unref(input->compose);
	xkb_state_unref(input->state);
	xkb_keymap_unref(input->keymap);
	xkb_context_unref(input->xkb);
	free(input);
}
