/* SPDX-License-Identifier: MIT
 *
 * Policy rows. Extensions of surfaces and outputs.
 * One row per message, in the order of the protocol; policy_init() proves that none is missing.
 */
#include "proxy/policy/tables.h"

extern const struct wl_interface wp_viewporter_interface;
extern const struct wl_interface wp_viewport_interface;
extern const struct wl_interface wp_fractional_scale_manager_v1_interface;
extern const struct wl_interface wp_fractional_scale_v1_interface;
extern const struct wl_interface wp_single_pixel_buffer_manager_v1_interface;
extern const struct wl_interface wp_presentation_interface;
extern const struct wl_interface wp_presentation_feedback_interface;
extern const struct wl_interface wp_content_type_manager_v1_interface;
extern const struct wl_interface wp_content_type_v1_interface;
extern const struct wl_interface wp_alpha_modifier_v1_interface;
extern const struct wl_interface wp_alpha_modifier_surface_v1_interface;
extern const struct wl_interface zxdg_output_manager_v1_interface;
extern const struct wl_interface zxdg_output_v1_interface;

static const struct policy_row wp_viewporter_requests[] = {
		{"destroy", .destroys = true},
		{"get_viewport", .action = POLICY_GET_VIEWPORT},
};

static const struct policy_row wp_viewport_requests[] = {
		{"destroy", .destroys = true},
		{"set_source"},
		{"set_destination"},
};

static const struct policy_row wp_fractional_scale_manager_v1_requests[] = {
		{"destroy", .destroys = true},
		{"get_fractional_scale"},
};

static const struct policy_row wp_fractional_scale_v1_requests[] = {
		{"destroy", .destroys = true},
};
static const struct policy_row wp_fractional_scale_v1_events[] = {
		{"preferred_scale", .fold = POLICY_FOLD_STATE},
};

static const struct policy_row wp_single_pixel_buffer_manager_v1_requests[] = {
		{"destroy", .destroys = true},
		{"create_u32_rgba_buffer"},
};

static const struct policy_row wp_presentation_requests[] = {
		{"destroy", .destroys = true},
		{"feedback"},
};
static const struct policy_row wp_presentation_events[] = {
		{"clock_id"},
};

static const struct policy_row wp_presentation_feedback_events[] = {
		{"sync_output", .fold = POLICY_FOLD_PASSES},
		{"presented", .destroys = true, .fold = POLICY_FOLD_PASSES},
		{"discarded", .destroys = true, .fold = POLICY_FOLD_PASSES},
};

static const struct policy_row wp_content_type_manager_v1_requests[] = {
		{"destroy", .destroys = true},
		{"get_surface_content_type"},
};

static const struct policy_row wp_content_type_v1_requests[] = {
		{"destroy", .destroys = true},
		{"set_content_type"},
};

static const struct policy_row wp_alpha_modifier_v1_requests[] = {
		{"destroy", .destroys = true},
		{"get_surface"},
};

static const struct policy_row wp_alpha_modifier_surface_v1_requests[] = {
		{"destroy", .destroys = true},
		{"set_multiplier"},
};

static const struct policy_row zxdg_output_manager_v1_requests[] = {
		{"destroy", .destroys = true},
		{"get_xdg_output", .action = POLICY_GET_XDG_OUTPUT},
};

static const struct policy_row zxdg_output_v1_requests[] = {
		{"destroy", .destroys = true},
};
static const struct policy_row zxdg_output_v1_events[] = {
		{"logical_position"},
		{"logical_size"},
		{"done"},
		{"name", .action = POLICY_OUTPUT_NAME},
		{"description", .action = POLICY_OUTPUT_DESCRIPTION},
};

const struct policy_table policy_surface[] = {
		POLICY_TABLE(wp_viewporter, ROWS(wp_viewporter_requests), NO_ROWS),
		POLICY_TABLE(wp_viewport, ROWS(wp_viewport_requests), NO_ROWS),
		POLICY_TABLE(wp_fractional_scale_manager_v1,
				ROWS(wp_fractional_scale_manager_v1_requests), NO_ROWS),
		POLICY_TABLE(wp_fractional_scale_v1, ROWS(wp_fractional_scale_v1_requests),
				ROWS(wp_fractional_scale_v1_events)),
		POLICY_TABLE(wp_single_pixel_buffer_manager_v1,
				ROWS(wp_single_pixel_buffer_manager_v1_requests), NO_ROWS),
		POLICY_TABLE(wp_presentation, ROWS(wp_presentation_requests),
				ROWS(wp_presentation_events)),
		POLICY_TABLE(wp_presentation_feedback, NO_ROWS,
				ROWS(wp_presentation_feedback_events)),
		POLICY_TABLE(wp_content_type_manager_v1, ROWS(wp_content_type_manager_v1_requests),
				NO_ROWS),
		POLICY_TABLE(wp_content_type_v1, ROWS(wp_content_type_v1_requests), NO_ROWS),
		POLICY_TABLE(wp_alpha_modifier_v1, ROWS(wp_alpha_modifier_v1_requests), NO_ROWS),
		POLICY_TABLE(wp_alpha_modifier_surface_v1,
				ROWS(wp_alpha_modifier_surface_v1_requests), NO_ROWS),
		POLICY_TABLE(zxdg_output_manager_v1, ROWS(zxdg_output_manager_v1_requests),
				NO_ROWS),
		POLICY_TABLE(zxdg_output_v1, ROWS(zxdg_output_v1_requests),
				ROWS(zxdg_output_v1_events)),
		{0},
};
