/* SPDX-License-Identifier: MIT */
#include "compositor/input/pointing.h"

#include <libinput.h>
#include <wlr/config.h>
#include <wlr/types/wlr_input_device.h>
#if WLR_HAS_LIBINPUT_BACKEND
#include <wlr/backend/libinput.h>
#endif

#include "base/log.h"
#include "compositor/settings/settings.h"

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
	if (is_touchpad || settings->natural_scroll != CHOICE_UNSET) {
		libinput_device_config_scroll_set_natural_scroll_enabled(handle,
				settings->natural_scroll != CHOICE_NO);
	}
	if (settings->has_speed) {
		libinput_device_config_accel_set_speed(handle, settings->speed);
	}
	log_debug("%s %s is set up", is_touchpad ? "touchpad" : "pointer",
			libinput_device_get_name(handle));
}
#endif

void pointing_configure(struct wlr_input_device *device, const struct pointer_settings *settings) {
#if WLR_HAS_LIBINPUT_BACKEND
	if (wlr_input_device_is_libinput(device)) {
		struct libinput_device *handle = wlr_libinput_get_device_handle(device);
		if (handle != NULL) {
			configure(handle, settings);
		}
	}
#endif
}
