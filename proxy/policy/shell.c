/* SPDX-License-Identifier: MIT
 *
 * Policy rows. Windows: xdg-shell, decorations, dialogs, activation.
 * One row per message, in the order of the protocol; policy_init() proves that none is missing.
 */
#include "proxy/policy/tables.h"

extern const struct wl_interface xdg_wm_base_interface;
extern const struct wl_interface xdg_positioner_interface;
extern const struct wl_interface xdg_surface_interface;
extern const struct wl_interface xdg_toplevel_interface;
extern const struct wl_interface xdg_popup_interface;
extern const struct wl_interface zxdg_decoration_manager_v1_interface;
extern const struct wl_interface zxdg_toplevel_decoration_v1_interface;
extern const struct wl_interface xdg_wm_dialog_v1_interface;
extern const struct wl_interface xdg_dialog_v1_interface;
extern const struct wl_interface xdg_activation_v1_interface;
extern const struct wl_interface xdg_activation_token_v1_interface;

static const struct policy_row xdg_wm_base_requests[] = {
		{"destroy", .destroys = true},
		{"create_positioner"},
		{"get_xdg_surface"},
		{"pong", .serial = 1, .strict = true},
};
static const struct policy_row xdg_wm_base_events[] = {
		{"ping", .serial = 1, .fold = POLICY_FOLD_PASSES},
};

static const struct policy_row xdg_positioner_requests[] = {
		{"destroy", .destroys = true},
		{"set_size"},
		{"set_anchor_rect"},
		{"set_anchor"},
		{"set_gravity"},
		{"set_constraint_adjustment"},
		{"set_offset"},
		{"set_reactive"},
		{"set_parent_size"},
		{"set_parent_configure", .serial = 1},
};

static const struct policy_row xdg_surface_requests[] = {
		{"destroy", .destroys = true},
		{"get_toplevel", .action = POLICY_GET_TOPLEVEL, .cost = COST_WINDOW},
		{"get_popup", .action = POLICY_GET_POPUP, .cost = COST_WINDOW},
		{"set_window_geometry"},
		{"ack_configure", .serial = 1, .strict = true},
};
static const struct policy_row xdg_surface_events[] = {
		{"configure", .serial = 1, .fold = POLICY_FOLD_CONFIGURE},
};

static const struct policy_row xdg_toplevel_requests[] = {
		{"destroy", .destroys = true},
		{"set_parent"},
		{"set_title", .action = POLICY_TITLE},
		{"set_app_id", .action = POLICY_APP_ID},
		{"show_window_menu", .serial = 2},
		{"move", .serial = 2},
		{"resize", .serial = 2},
		{"set_max_size"},
		{"set_min_size"},
		{"set_maximized", .cost = COST_WINDOW},
		{"unset_maximized", .cost = COST_WINDOW},
		{"set_fullscreen", .cost = COST_WINDOW},
		{"unset_fullscreen", .cost = COST_WINDOW},
		{"set_minimized", .cost = COST_WINDOW},
};
static const struct policy_row xdg_toplevel_events[] = {
		{"configure", .fold = POLICY_FOLD_LATCHED},
		{"close"},
		{"configure_bounds", .fold = POLICY_FOLD_LATCHED},
		{"wm_capabilities", .fold = POLICY_FOLD_LATCHED},
};

static const struct policy_row xdg_popup_requests[] = {
		{"destroy", .destroys = true},
		{"grab", .serial = 2, .cost = COST_WINDOW},
		{"reposition", .cost = COST_WINDOW},
};
static const struct policy_row xdg_popup_events[] = {
		{"configure"},
		{"popup_done"},
		{"repositioned"},
};

static const struct policy_row zxdg_decoration_manager_v1_requests[] = {
		{"destroy", .destroys = true},
		{"get_toplevel_decoration"},
};

static const struct policy_row zxdg_toplevel_decoration_v1_requests[] = {
		{"destroy", .destroys = true},
		{"set_mode"},
		{"unset_mode"},
};
static const struct policy_row zxdg_toplevel_decoration_v1_events[] = {
		{"configure", .fold = POLICY_FOLD_LATCHED},
};

static const struct policy_row xdg_wm_dialog_v1_requests[] = {
		{"destroy", .destroys = true},
		{"get_xdg_dialog"},
};

static const struct policy_row xdg_dialog_v1_requests[] = {
		{"destroy", .destroys = true},
		{"set_modal"},
		{"unset_modal"},
};

static const struct policy_row xdg_activation_v1_requests[] = {
		{"destroy", .destroys = true},
		{"get_activation_token", .cost = COST_TOKEN},
		{"activate", .cost = COST_WINDOW},
};

static const struct policy_row xdg_activation_token_v1_requests[] = {
		{"set_serial", .serial = 1},
		{"set_app_id", .action = POLICY_APP_ID},
		{"set_surface"},
		{"commit"},
		{"destroy", .destroys = true},
};
static const struct policy_row xdg_activation_token_v1_events[] = {
		{"done"},
};

const struct policy_table policy_shell[] = {
		POLICY_TABLE(xdg_wm_base, ROWS(xdg_wm_base_requests), ROWS(xdg_wm_base_events)),
		POLICY_TABLE(xdg_positioner, ROWS(xdg_positioner_requests), NO_ROWS),
		POLICY_TABLE(xdg_surface, ROWS(xdg_surface_requests), ROWS(xdg_surface_events)),
		POLICY_TABLE(xdg_toplevel, ROWS(xdg_toplevel_requests), ROWS(xdg_toplevel_events)),
		POLICY_TABLE(xdg_popup, ROWS(xdg_popup_requests), ROWS(xdg_popup_events)),
		POLICY_TABLE(zxdg_decoration_manager_v1, ROWS(zxdg_decoration_manager_v1_requests),
				NO_ROWS),
		POLICY_TABLE(zxdg_toplevel_decoration_v1,
				ROWS(zxdg_toplevel_decoration_v1_requests),
				ROWS(zxdg_toplevel_decoration_v1_events)),
		POLICY_TABLE(xdg_wm_dialog_v1, ROWS(xdg_wm_dialog_v1_requests), NO_ROWS),
		POLICY_TABLE(xdg_dialog_v1, ROWS(xdg_dialog_v1_requests), NO_ROWS),
		POLICY_TABLE(xdg_activation_v1, ROWS(xdg_activation_v1_requests), NO_ROWS),
		POLICY_TABLE(xdg_activation_token_v1, ROWS(xdg_activation_token_v1_requests),
				ROWS(xdg_activation_token_v1_events)),
		{0},
};
