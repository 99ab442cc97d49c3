/* SPDX-License-Identifier: MIT */
#include "compositor/input/touchpad.h"

#include <libinput.h>
#include <wlr/config.h>
#include <wlr/types/wlr_input_device.h>
#if WLR_HAS_LIBINPUT_BACKEND
#include <wlr/backend/libinput.h>
#endif

#include "base/log.h"

void touchpad_configure(struct wlr_input_device *device) {
#if WLR_HAS_LIBINPUT_BACKEND
	if (!wlr_input_device_is_libinput(device)) {
		return;
	}
	struct libinput_device *handle = wlr_libinput_get_device_handle(device);
	/* Only what feels single fingers is a touchpad. */
	if (handle == NULL || libinput_device_config_tap_get_finger_count(handle) == 0) {
		return;
	}
	libinput_device_config_tap_set_enabled(handle, LIBINPUT_CONFIG_TAP_ENABLED);
	libinput_device_config_tap_set_drag_enabled(handle, LIBINPUT_CONFIG_DRAG_ENABLED);
	if (libinput_device_config_scroll_has_natural_scroll(handle) != 0) {
		libinput_device_config_scroll_set_natural_scroll_enabled(handle, 1);
	}
	if (libinput_device_config_dwt_is_available(handle) != 0) {
		libinput_device_config_dwt_set_enabled(handle, LIBINPUT_CONFIG_DWT_ENABLED);
	}
	log_debug("touchpad %s: tap to click, natural scrolling", libinput_device_get_name(handle));
#endif
}
