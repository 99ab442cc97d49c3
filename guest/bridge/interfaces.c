/* SPDX-License-Identifier: MIT */
#include "guest/bridge/interfaces.h"

#include <string.h>

extern const struct wl_interface wl_compositor_interface, wl_subcompositor_interface,
		wl_seat_interface, wl_output_interface, wl_data_device_manager_interface,
		wl_fixes_interface, xdg_wm_base_interface, wp_presentation_interface,
		zwp_tablet_manager_v2_interface, wp_fractional_scale_manager_v1_interface,
		wp_cursor_shape_manager_v1_interface, wp_single_pixel_buffer_manager_v1_interface,
		wp_alpha_modifier_v1_interface, wp_content_type_manager_v1_interface,
		xdg_activation_v1_interface, xdg_wm_dialog_v1_interface,
		ext_data_control_manager_v1_interface,
		zwp_primary_selection_device_manager_v1_interface,
		zxdg_decoration_manager_v1_interface, zxdg_output_manager_v1_interface,
		zwp_pointer_constraints_v1_interface, zwp_relative_pointer_manager_v1_interface,
		zwp_pointer_gestures_v1_interface, zwp_text_input_manager_v3_interface,
		zwp_idle_inhibit_manager_v1_interface;

static const struct wl_interface *const globals[] = {
		&wl_compositor_interface,
		&wl_subcompositor_interface,
		&wl_shm_interface,
		&wl_seat_interface,
		&wl_output_interface,
		&wl_data_device_manager_interface,
		&wl_fixes_interface,
		&xdg_wm_base_interface,
		&wp_viewporter_interface,
		&wp_presentation_interface,
		&zwp_tablet_manager_v2_interface,
		&wp_fractional_scale_manager_v1_interface,
		&wp_cursor_shape_manager_v1_interface,
		&wp_single_pixel_buffer_manager_v1_interface,
		&wp_alpha_modifier_v1_interface,
		&wp_content_type_manager_v1_interface,
		&xdg_activation_v1_interface,
		&xdg_wm_dialog_v1_interface,
		&ext_data_control_manager_v1_interface,
		&zwp_primary_selection_device_manager_v1_interface,
		&zxdg_decoration_manager_v1_interface,
		&zxdg_output_manager_v1_interface,
		&zwp_pointer_constraints_v1_interface,
		&zwp_relative_pointer_manager_v1_interface,
		&zwp_pointer_gestures_v1_interface,
		&zwp_text_input_manager_v3_interface,
		&zwp_idle_inhibit_manager_v1_interface,
};

const struct wl_interface *interfaces_find_global(const char *name, size_t len) {
	for (size_t i = 0; i < sizeof(globals) / sizeof(globals[0]); i++) {
		if (strlen(globals[i]->name) == len && memcmp(globals[i]->name, name, len) == 0) {
			return globals[i];
		}
	}
	return NULL;
}
