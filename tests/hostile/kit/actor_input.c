/* SPDX-License-Identifier: MIT
 *
 * What an actor is told by its seat and its data devices.
 */
#include <string.h>
#include <unistd.h>

#include "primary-selection-unstable-v1-client-protocol.h"
#include "tests/hostile/kit/actor_private.h"

static void handle_keymap(void *data, struct wl_keyboard *keyboard, uint32_t format, int32_t fd,
		uint32_t size) {
	close(fd);
}

static void handle_keyboard_enter(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		struct wl_surface *surface, struct wl_array *keys) {
	struct actor *actor = data;
	actor->serial = serial;
	actor_note(actor, EVENT_KEYBOARD_ENTER, (uint32_t)(keys->size / 4), 0);
}

static void handle_keyboard_leave(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		struct wl_surface *surface) {
	actor_note(data, EVENT_KEYBOARD_LEAVE, 0, 0);
}

static void handle_key(void *data, struct wl_keyboard *keyboard, uint32_t serial, uint32_t time,
		uint32_t key, uint32_t state) {
	struct actor *actor = data;
	actor->serial = serial;
	actor_note(actor, EVENT_KEY, key, state);
}

static void handle_modifiers(void *data, struct wl_keyboard *keyboard, uint32_t serial,
		uint32_t depressed, uint32_t latched, uint32_t locked, uint32_t group) {
	actor_note(data, EVENT_MODIFIERS, depressed, locked);
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
	struct actor *actor = data;
	actor->enter_serial = serial;
	actor_note(actor, EVENT_POINTER_ENTER, (uint32_t)wl_fixed_to_int(x),
			(uint32_t)wl_fixed_to_int(y));
}

static void handle_pointer_leave(void *data, struct wl_pointer *pointer, uint32_t serial,
		struct wl_surface *surface) {
	actor_note(data, EVENT_POINTER_LEAVE, 0, 0);
}

static void handle_motion(void *data, struct wl_pointer *pointer, uint32_t time, wl_fixed_t x,
		wl_fixed_t y) {
	actor_note(data, EVENT_MOTION, (uint32_t)wl_fixed_to_int(x), (uint32_t)wl_fixed_to_int(y));
}

static void handle_button(void *data, struct wl_pointer *pointer, uint32_t serial, uint32_t time,
		uint32_t button, uint32_t state) {
	struct actor *actor = data;
	actor->serial = serial;
	actor_note(actor, EVENT_BUTTON, button, state);
}

static void handle_axis(void *data, struct wl_pointer *pointer, uint32_t time, uint32_t axis,
		wl_fixed_t value) {
	actor_note(data, EVENT_AXIS, axis, 0);
}

static void handle_frame(void *data, struct wl_pointer *pointer) {
}

static void handle_axis_source(void *data, struct wl_pointer *pointer, uint32_t source) {
}

static void handle_axis_stop(void *data, struct wl_pointer *pointer, uint32_t time, uint32_t axis) {
}

static void handle_axis_discrete(void *data, struct wl_pointer *pointer, uint32_t axis,
		int32_t discrete) {
}

static const struct wl_pointer_listener pointer_listener = {
		.enter = handle_pointer_enter,
		.leave = handle_pointer_leave,
		.motion = handle_motion,
		.button = handle_button,
		.axis = handle_axis,
		.frame = handle_frame,
		.axis_source = handle_axis_source,
		.axis_stop = handle_axis_stop,
		.axis_discrete = handle_axis_discrete,
};

static void handle_capabilities(void *data, struct wl_seat *seat, uint32_t capabilities) {
	struct actor *actor = data;
	if ((capabilities & WL_SEAT_CAPABILITY_KEYBOARD) != 0 && actor->keyboard == NULL) {
		actor->keyboard = wl_seat_get_keyboard(seat);
		wl_keyboard_add_listener(actor->keyboard, &keyboard_listener, actor);
	}
	if ((capabilities & WL_SEAT_CAPABILITY_POINTER) != 0 && actor->pointer == NULL) {
		actor->pointer = wl_seat_get_pointer(seat);
		wl_pointer_add_listener(actor->pointer, &pointer_listener, actor);
	}
}

static void handle_name(void *data, struct wl_seat *seat, const char *name) {
}

static const struct wl_seat_listener seat_listener = {
		.capabilities = handle_capabilities, .name = handle_name};

static void add_mime_type(struct actor *actor, const char *mime_type) {
	if (actor->mime_types_len < ACTOR_MIME_MAX) {
		char *slot = actor->mime_types[actor->mime_types_len++];
		size_t len = strnlen(mime_type, sizeof(actor->mime_types[0]) - 1);
		memcpy(slot, mime_type, len);
		slot[len] = '\0';
	}
}

static void handle_offer(void *data, struct wl_data_offer *offer, const char *mime_type) {
	add_mime_type(data, mime_type);
}

static void handle_source_actions(void *data, struct wl_data_offer *offer, uint32_t actions) {
}

static void handle_action(void *data, struct wl_data_offer *offer, uint32_t action) {
}

static const struct wl_data_offer_listener offer_listener = {
		.offer = handle_offer,
		.source_actions = handle_source_actions,
		.action = handle_action,
};

static void handle_data_offer(void *data, struct wl_data_device *device,
		struct wl_data_offer *offer) {
	struct actor *actor = data;
	actor->mime_types_len = 0;
	wl_data_offer_add_listener(offer, &offer_listener, actor);
}

static void handle_drag_enter(void *data, struct wl_data_device *device, uint32_t serial,
		struct wl_surface *surface, wl_fixed_t x, wl_fixed_t y,
		struct wl_data_offer *offer) {
	struct actor *actor = data;
	actor->drag_offer = offer;
	actor_note(actor, EVENT_DRAG_ENTER, (uint32_t)wl_fixed_to_int(x),
			(uint32_t)wl_fixed_to_int(y));
}

static void handle_drag_leave(void *data, struct wl_data_device *device) {
}

static void handle_drag_motion(void *data, struct wl_data_device *device, uint32_t time,
		wl_fixed_t x, wl_fixed_t y) {
	actor_note(data, EVENT_DRAG_MOTION, (uint32_t)wl_fixed_to_int(x),
			(uint32_t)wl_fixed_to_int(y));
}

static void handle_drop(void *data, struct wl_data_device *device) {
	actor_note(data, EVENT_DRAG_DROP, 0, 0);
}

static void handle_selection(void *data, struct wl_data_device *device,
		struct wl_data_offer *offer) {
	struct actor *actor = data;
	actor->selection = offer;
	actor_note(actor, EVENT_SELECTION, offer != NULL, 0);
}

static const struct wl_data_device_listener data_device_listener = {
		.data_offer = handle_data_offer,
		.enter = handle_drag_enter,
		.leave = handle_drag_leave,
		.motion = handle_drag_motion,
		.drop = handle_drop,
		.selection = handle_selection,
};

static void handle_primary_mime(void *data, struct zwp_primary_selection_offer_v1 *offer,
		const char *mime_type) {
	add_mime_type(data, mime_type);
}

static const struct zwp_primary_selection_offer_v1_listener primary_offer_listener = {
		.offer = handle_primary_mime};

static void handle_primary_offer(void *data, struct zwp_primary_selection_device_v1 *device,
		struct zwp_primary_selection_offer_v1 *offer) {
	struct actor *actor = data;
	actor->mime_types_len = 0;
	zwp_primary_selection_offer_v1_add_listener(offer, &primary_offer_listener, actor);
}

static void handle_primary_selection(void *data, struct zwp_primary_selection_device_v1 *device,
		struct zwp_primary_selection_offer_v1 *offer) {
	struct actor *actor = data;
	actor->primary_selection = offer;
	actor_note(actor, EVENT_PRIMARY_SELECTION, offer != NULL, 0);
}

static const struct zwp_primary_selection_device_v1_listener primary_device_listener = {
		.data_offer = handle_primary_offer, .selection = handle_primary_selection};

void actor_listen_input(struct actor *actor) {
	if (actor->seat == NULL) {
		return;
	}
	wl_seat_add_listener(actor->seat, &seat_listener, actor);
	actor->data_devices = actor_bind(actor, &wl_data_device_manager_interface, 3);
	if (actor->data_devices != NULL) {
		actor->data_device = wl_data_device_manager_get_data_device(actor->data_devices,
				actor->seat);
		wl_data_device_add_listener(actor->data_device, &data_device_listener, actor);
	}
	actor->primary_devices =
			actor_bind(actor, &zwp_primary_selection_device_manager_v1_interface, 1);
	if (actor->primary_devices != NULL) {
		actor->primary_device = zwp_primary_selection_device_manager_v1_get_device(
				actor->primary_devices, actor->seat);
		zwp_primary_selection_device_v1_add_listener(actor->primary_device,
				&primary_device_listener, actor);
	}
}
