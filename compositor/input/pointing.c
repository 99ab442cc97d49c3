/* SPDX-License-Identifier: MIT */
#include "compositor/input/pointing.h"

#include <libinput.h>
#include <stdlib.h>
#include <wlr/config.h>
#include <wlr/types/wlr_input_device.h>
#if WLR_HAS_LIBINPUT_BACKEND
#include <wlr/backend/libinput.h>
#endif

#include "base/log.h"
#include "compositor/listen.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"

struct pointing {
	struct wl_list devices; /* device.link */
};

struct device {
	struct wlr_input_device *wlr_device;
	struct wl_list link;
	struct wl_listener destroy;
};

#if WLR_HAS_LIBINPUT_BACKEND
/* libinput refuses what a device cannot do; then it stays as it was. */
static void set_tap(struct libinput_device *handle, bool is_on) {
	libinput_device_config_tap_set_enabled(handle,
			is_on ? LIBINPUT_CONFIG_TAP_ENABLED : LIBINPUT_CONFIG_TAP_DISABLED);
	libinput_device_config_tap_set_drag_enabled(handle,
			is_on ? LIBINPUT_CONFIG_DRAG_ENABLED : LIBINPUT_CONFIG_DRAG_DISABLED);
}

static void configure(struct libinput_device *handle, const struct pointer_settings *settings) {
	/* Only what feels single fingers is a touchpad. */
	bool is_touchpad = libinput_device_config_tap_get_finger_count(handle) > 0;
	if (is_touchpad) {
		set_tap(handle, settings->tap != CHOICE_NO);
		libinput_device_config_dwt_set_enabled(handle, LIBINPUT_CONFIG_DWT_ENABLED);
	}
	/* What is said no more is the device's own again. */
	bool is_natural = settings->natural_scroll != CHOICE_UNSET
			? settings->natural_scroll == CHOICE_YES
			: is_touchpad ||
					libinput_device_config_scroll_get_default_natural_scroll_enabled(
							handle);
	libinput_device_config_scroll_set_natural_scroll_enabled(handle, is_natural);
	libinput_device_config_accel_set_speed(handle,
			settings->has_speed
					? settings->speed
					: libinput_device_config_accel_get_default_speed(handle));
	log_debug("%s %s is set up", is_touchpad ? "touchpad" : "pointer",
			libinput_device_get_name(handle));
}
#endif

static void set_up(struct wlr_input_device *device, const struct pointer_settings *settings) {
#if WLR_HAS_LIBINPUT_BACKEND
	if (wlr_input_device_is_libinput(device)) {
		struct libinput_device *handle = wlr_libinput_get_device_handle(device);
		if (handle != NULL) {
			configure(handle, settings);
		}
	}
#endif
}

static void device_destroy(struct device *device) {
	listener_remove(&device->destroy);
	wl_list_remove(&device->link);
	free(device);
}

static void handle_destroy(struct wl_listener *listener, void *data) {
	struct device *device = wl_container_of(listener, device, destroy);
	device_destroy(device);
}

void pointing_add(struct server *server, struct wlr_input_device *wlr_device) {
	set_up(wlr_device, &server->settings->pointer);
	struct device *device = calloc(1, sizeof(*device));
	if (device == NULL) {
		log_warn("out of memory: a pointer will not hear of other settings");
		return;
	}
	device->wlr_device = wlr_device;
	wl_list_insert(&server->pointing->devices, &device->link);
	listener_add(&device->destroy, &wlr_device->events.destroy, handle_destroy);
}

void pointing_reload(struct server *server) {
	struct device *device;
	wl_list_for_each(device, &server->pointing->devices, link) {
		set_up(device->wlr_device, &server->settings->pointer);
	}
}

bool pointing_create(struct server *server) {
	server->pointing = calloc(1, sizeof(*server->pointing));
	if (server->pointing == NULL) {
		log_error("out of memory");
		return false;
	}
	wl_list_init(&server->pointing->devices);
	return true;
}

void pointing_destroy(struct server *server) {
	if (server->pointing == NULL) {
		return;
	}
	struct device *device, *next;
	wl_list_for_each_safe(device, next, &server->pointing->devices, link) {
		device_destroy(device);
	}
	free(server->pointing);
	server->pointing = NULL;
}
