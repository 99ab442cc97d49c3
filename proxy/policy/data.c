/* SPDX-License-Identifier: MIT
 *
 * Policy rows. Clipboard, primary selection, drag and drop, data control for the VM's own seat.
 * One row per message, in the order of the protocol; policy_init() proves that none is missing.
 */
#include "proxy/policy/tables.h"

extern const struct wl_interface wl_data_offer_interface;
extern const struct wl_interface wl_data_source_interface;
extern const struct wl_interface wl_data_device_interface;
extern const struct wl_interface wl_data_device_manager_interface;
extern const struct wl_interface zwp_primary_selection_device_manager_v1_interface;
extern const struct wl_interface zwp_primary_selection_device_v1_interface;
extern const struct wl_interface zwp_primary_selection_offer_v1_interface;
extern const struct wl_interface zwp_primary_selection_source_v1_interface;
extern const struct wl_interface ext_data_control_manager_v1_interface;
extern const struct wl_interface ext_data_control_device_v1_interface;
extern const struct wl_interface ext_data_control_source_v1_interface;
extern const struct wl_interface ext_data_control_offer_v1_interface;

static const struct policy_row wl_data_offer_requests[] = {
		{"accept", .serial = 1},
		{"receive", .action = POLICY_PIPE},
		{"destroy", .destroys = true},
		{"finish"},
		{"set_actions"},
};
static const struct policy_row wl_data_offer_events[] = {
		{"offer"},
		{"source_actions"},
		{"action"},
};

static const struct policy_row wl_data_source_requests[] = {
		{"offer", .action = POLICY_MIME},
		{"destroy", .destroys = true},
		{"set_actions"},
};
static const struct policy_row wl_data_source_events[] = {
		{"target"},
		{"send"},
		{"cancelled"},
		{"dnd_drop_performed"},
		{"dnd_finished"},
		{"action"},
};

static const struct policy_row wl_data_device_requests[] = {
		{"start_drag", .serial = 4},
		{"set_selection", .serial = 2},
		{"release", .destroys = true},
};
static const struct policy_row wl_data_device_events[] = {
		{"data_offer"},
		{"enter", .serial = 1},
		{"leave"},
		{"motion", .fold = POLICY_FOLD_INPUT},
		{"drop"},
		{"selection"},
};

static const struct policy_row wl_data_device_manager_requests[] = {
		{"create_data_source"},
		{"get_data_device"},
		{"release", .destroys = true},
};

static const struct policy_row zwp_primary_selection_device_manager_v1_requests[] = {
		{"create_source"},
		{"get_device"},
		{"destroy", .destroys = true},
};

static const struct policy_row zwp_primary_selection_device_v1_requests[] = {
		{"set_selection", .serial = 2},
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_primary_selection_device_v1_events[] = {
		{"data_offer"},
		{"selection"},
};

static const struct policy_row zwp_primary_selection_offer_v1_requests[] = {
		{"receive", .action = POLICY_PIPE},
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_primary_selection_offer_v1_events[] = {
		{"offer"},
};

static const struct policy_row zwp_primary_selection_source_v1_requests[] = {
		{"offer", .action = POLICY_MIME},
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_primary_selection_source_v1_events[] = {
		{"send"},
		{"cancelled"},
};

static const struct policy_row ext_data_control_manager_v1_requests[] = {
		{"create_data_source"},
		{"get_data_device"},
		{"destroy", .destroys = true},
};

static const struct policy_row ext_data_control_device_v1_requests[] = {
		{"set_selection"},
		{"destroy", .destroys = true},
		{"set_primary_selection"},
};
static const struct policy_row ext_data_control_device_v1_events[] = {
		{"data_offer"},
		{"selection"},
		{"finished"},
		{"primary_selection"},
};

static const struct policy_row ext_data_control_source_v1_requests[] = {
		{"offer", .action = POLICY_MIME},
		{"destroy", .destroys = true},
};
static const struct policy_row ext_data_control_source_v1_events[] = {
		{"send"},
		{"cancelled"},
};

static const struct policy_row ext_data_control_offer_v1_requests[] = {
		{"receive", .action = POLICY_PIPE},
		{"destroy", .destroys = true},
};
static const struct policy_row ext_data_control_offer_v1_events[] = {
		{"offer"},
};

const struct policy_table policy_data[] = {
		POLICY_TABLE(wl_data_offer, ROWS(wl_data_offer_requests),
				ROWS(wl_data_offer_events)),
		POLICY_TABLE(wl_data_source, ROWS(wl_data_source_requests),
				ROWS(wl_data_source_events)),
		POLICY_TABLE(wl_data_device, ROWS(wl_data_device_requests),
				ROWS(wl_data_device_events)),
		POLICY_TABLE(wl_data_device_manager, ROWS(wl_data_device_manager_requests),
				NO_ROWS),
		POLICY_TABLE(zwp_primary_selection_device_manager_v1,
				ROWS(zwp_primary_selection_device_manager_v1_requests), NO_ROWS),
		POLICY_TABLE(zwp_primary_selection_device_v1,
				ROWS(zwp_primary_selection_device_v1_requests),
				ROWS(zwp_primary_selection_device_v1_events)),
		POLICY_TABLE(zwp_primary_selection_offer_v1,
				ROWS(zwp_primary_selection_offer_v1_requests),
				ROWS(zwp_primary_selection_offer_v1_events)),
		POLICY_TABLE(zwp_primary_selection_source_v1,
				ROWS(zwp_primary_selection_source_v1_requests),
				ROWS(zwp_primary_selection_source_v1_events)),
		POLICY_TABLE(ext_data_control_manager_v1,
				ROWS(ext_data_control_manager_v1_requests), NO_ROWS),
		POLICY_TABLE(ext_data_control_device_v1, ROWS(ext_data_control_device_v1_requests),
				ROWS(ext_data_control_device_v1_events)),
		POLICY_TABLE(ext_data_control_source_v1, ROWS(ext_data_control_source_v1_requests),
				ROWS(ext_data_control_source_v1_events)),
		POLICY_TABLE(ext_data_control_offer_v1, ROWS(ext_data_control_offer_v1_requests),
				ROWS(ext_data_control_offer_v1_events)),
		{0},
};
