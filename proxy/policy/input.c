/* SPDX-License-Identifier: MIT
 *
 * Policy rows. Seats and what is made from them; input-related extensions.
 * One row per message, in the order of the protocol; policy_init() proves that none is missing.
 */
#include "proxy/policy/tables.h"

extern const struct wl_interface wl_seat_interface;
extern const struct wl_interface wl_pointer_interface;
extern const struct wl_interface wl_keyboard_interface;
extern const struct wl_interface wl_touch_interface;
extern const struct wl_interface zwp_relative_pointer_manager_v1_interface;
extern const struct wl_interface zwp_relative_pointer_v1_interface;
extern const struct wl_interface zwp_pointer_constraints_v1_interface;
extern const struct wl_interface zwp_locked_pointer_v1_interface;
extern const struct wl_interface zwp_confined_pointer_v1_interface;
extern const struct wl_interface zwp_pointer_gestures_v1_interface;
extern const struct wl_interface zwp_pointer_gesture_swipe_v1_interface;
extern const struct wl_interface zwp_pointer_gesture_pinch_v1_interface;
extern const struct wl_interface zwp_pointer_gesture_hold_v1_interface;
extern const struct wl_interface zwp_tablet_manager_v2_interface;
extern const struct wl_interface zwp_tablet_seat_v2_interface;
extern const struct wl_interface zwp_tablet_v2_interface;
extern const struct wl_interface zwp_tablet_tool_v2_interface;
extern const struct wl_interface zwp_tablet_pad_v2_interface;
extern const struct wl_interface zwp_tablet_pad_group_v2_interface;
extern const struct wl_interface zwp_tablet_pad_ring_v2_interface;
extern const struct wl_interface zwp_tablet_pad_strip_v2_interface;
extern const struct wl_interface zwp_tablet_pad_dial_v2_interface;
extern const struct wl_interface wp_cursor_shape_manager_v1_interface;
extern const struct wl_interface wp_cursor_shape_device_v1_interface;
extern const struct wl_interface zwp_text_input_v3_interface;
extern const struct wl_interface zwp_text_input_manager_v3_interface;
extern const struct wl_interface zwp_idle_inhibit_manager_v1_interface;
extern const struct wl_interface zwp_idle_inhibitor_v1_interface;

static const struct policy_row wl_seat_requests[] = {
		{"get_pointer"},
		{"get_keyboard"},
		{"get_touch"},
		{"release", .destroys = true},
};
static const struct policy_row wl_seat_events[] = {
		{"capabilities"},
		{"name", .action = POLICY_SEAT_NAME},
};

static const struct policy_row wl_pointer_requests[] = {
		{"set_cursor", .serial = 1},
		{"release", .destroys = true},
};
static const struct policy_row wl_pointer_events[] = {
		{"enter", .serial = 1, .fold = POLICY_FOLD_BEGIN, .same = ARG(1)},
		{"leave", .serial = 1, .fold = POLICY_FOLD_END, .same = ARG(1)},
		{"motion", .fold = POLICY_FOLD_INPUT},
		{"button", .serial = 1},
		{"axis", .fold = POLICY_FOLD_INPUT, .same = ARG(1), .sum = ARG(2)},
		{"frame", .fold = POLICY_FOLD_INPUT},
		{"axis_source", .fold = POLICY_FOLD_INPUT, .same = ARG(0)},
		{"axis_stop"},
		{"axis_discrete", .fold = POLICY_FOLD_INPUT, .same = ARG(0), .sum = ARG(1)},
		{"axis_value120", .fold = POLICY_FOLD_INPUT, .same = ARG(0), .sum = ARG(1)},
		{"axis_relative_direction", .fold = POLICY_FOLD_INPUT, .same = ARG(0) | ARG(1)},
		{"warp"},
};

static const struct policy_row wl_keyboard_requests[] = {
		{"release", .destroys = true},
};
static const struct policy_row wl_keyboard_events[] = {
		{"keymap"},
		{"enter", .serial = 1, .fold = POLICY_FOLD_BEGIN, .same = ARG(1)},
		{"leave", .serial = 1, .fold = POLICY_FOLD_END, .same = ARG(1)},
		{"key", .serial = 1},
		{"modifiers", .serial = 1, .fold = POLICY_FOLD_INPUT},
		{"repeat_info"},
};

static const struct policy_row wl_touch_requests[] = {
		{"release", .destroys = true},
};
static const struct policy_row wl_touch_events[] = {
		{"down", .serial = 1},
		{"up", .serial = 1},
		{"motion", .fold = POLICY_FOLD_INPUT, .same = ARG(1)},
		{"frame", .fold = POLICY_FOLD_INPUT},
		{"cancel"},
		{"shape", .fold = POLICY_FOLD_INPUT, .same = ARG(0)},
		{"orientation", .fold = POLICY_FOLD_INPUT, .same = ARG(0)},
};

static const struct policy_row zwp_relative_pointer_manager_v1_requests[] = {
		{"destroy", .destroys = true},
		{"get_relative_pointer"},
};

static const struct policy_row zwp_relative_pointer_v1_requests[] = {
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_relative_pointer_v1_events[] = {
		{"relative_motion", .fold = POLICY_FOLD_INPUT,
				.sum = ARG(2) | ARG(3) | ARG(4) | ARG(5)},
};

static const struct policy_row zwp_pointer_constraints_v1_requests[] = {
		{"destroy", .destroys = true},
		{"lock_pointer", .cost = COST_WINDOW},
		{"confine_pointer", .cost = COST_WINDOW},
};

static const struct policy_row zwp_locked_pointer_v1_requests[] = {
		{"destroy", .destroys = true},
		{"set_cursor_position_hint"},
		{"set_region"},
};
static const struct policy_row zwp_locked_pointer_v1_events[] = {
		{"locked"},
		{"unlocked"},
};

static const struct policy_row zwp_confined_pointer_v1_requests[] = {
		{"destroy", .destroys = true},
		{"set_region"},
};
static const struct policy_row zwp_confined_pointer_v1_events[] = {
		{"confined"},
		{"unconfined"},
};

static const struct policy_row zwp_pointer_gestures_v1_requests[] = {
		{"get_swipe_gesture"},
		{"get_pinch_gesture"},
		{"release", .destroys = true},
		{"get_hold_gesture"},
};

static const struct policy_row zwp_pointer_gesture_swipe_v1_requests[] = {
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_pointer_gesture_swipe_v1_events[] = {
		{"begin", .serial = 1},
		{"update", .fold = POLICY_FOLD_INPUT, .sum = ARG(1) | ARG(2)},
		{"end", .serial = 1},
};

static const struct policy_row zwp_pointer_gesture_pinch_v1_requests[] = {
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_pointer_gesture_pinch_v1_events[] = {
		{"begin", .serial = 1},
		{"update", .fold = POLICY_FOLD_INPUT, .sum = ARG(1) | ARG(2) | ARG(4)},
		{"end", .serial = 1},
};

static const struct policy_row zwp_pointer_gesture_hold_v1_requests[] = {
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_pointer_gesture_hold_v1_events[] = {
		{"begin", .serial = 1},
		{"end", .serial = 1},
};

static const struct policy_row zwp_tablet_manager_v2_requests[] = {
		{"get_tablet_seat", .cost = COST_WINDOW}, // makes some ten objects
		{"destroy", .destroys = true},
};

static const struct policy_row zwp_tablet_seat_v2_requests[] = {
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_tablet_seat_v2_events[] = {
		{"tablet_added"},
		{"tool_added"},
		{"pad_added"},
};

static const struct policy_row zwp_tablet_v2_requests[] = {
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_tablet_v2_events[] = {
		{"name", .action = POLICY_TABLET_NAME},
		{"id", .action = POLICY_WITHHOLD},
		{"path", .action = POLICY_WITHHOLD},
		{"done"},
		{"removed"},
		{"bustype", .action = POLICY_WITHHOLD},
};

static const struct policy_row zwp_tablet_tool_v2_requests[] = {
		{"set_cursor", .serial = 1},
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_tablet_tool_v2_events[] = {
		{"type"},
		{"hardware_serial", .action = POLICY_WITHHOLD},
		{"hardware_id_wacom", .action = POLICY_WITHHOLD},
		{"capability"},
		{"done"},
		{"removed"},
		{"proximity_in", .serial = 1},
		{"proximity_out"},
		{"down", .serial = 1},
		{"up"},
		{"motion", .fold = POLICY_FOLD_INPUT},
		{"pressure", .fold = POLICY_FOLD_INPUT},
		{"distance", .fold = POLICY_FOLD_INPUT},
		{"tilt", .fold = POLICY_FOLD_INPUT},
		{"rotation", .fold = POLICY_FOLD_INPUT},
		{"slider", .fold = POLICY_FOLD_INPUT},
		{"wheel", .fold = POLICY_FOLD_INPUT, .sum = ARG(0) | ARG(1)},
		{"button", .serial = 1},
		{"frame", .fold = POLICY_FOLD_INPUT},
};

static const struct policy_row zwp_tablet_pad_v2_requests[] = {
		{"set_feedback", .serial = 3},
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_tablet_pad_v2_events[] = {
		{"group"},
		{"path", .action = POLICY_WITHHOLD},
		{"buttons"},
		{"done"},
		{"button"},
		{"enter", .serial = 1},
		{"leave", .serial = 1},
		{"removed"},
};

static const struct policy_row zwp_tablet_pad_group_v2_requests[] = {
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_tablet_pad_group_v2_events[] = {
		{"buttons"},
		{"ring"},
		{"strip"},
		{"modes"},
		{"done"},
		{"mode_switch", .serial = 2},
		{"dial"},
};

static const struct policy_row zwp_tablet_pad_ring_v2_requests[] = {
		{"set_feedback", .serial = 2},
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_tablet_pad_ring_v2_events[] = {
		{"source"},
		{"angle"},
		{"stop"},
		{"frame"},
};

static const struct policy_row zwp_tablet_pad_strip_v2_requests[] = {
		{"set_feedback", .serial = 2},
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_tablet_pad_strip_v2_events[] = {
		{"source"},
		{"position"},
		{"stop"},
		{"frame"},
};

static const struct policy_row zwp_tablet_pad_dial_v2_requests[] = {
		{"set_feedback", .serial = 2},
		{"destroy", .destroys = true},
};
static const struct policy_row zwp_tablet_pad_dial_v2_events[] = {
		{"delta"},
		{"frame"},
};

static const struct policy_row wp_cursor_shape_manager_v1_requests[] = {
		{"destroy", .destroys = true},
		{"get_pointer"},
		{"get_tablet_tool_v2"},
};

static const struct policy_row wp_cursor_shape_device_v1_requests[] = {
		{"destroy", .destroys = true},
		{"set_shape", .serial = 1},
};

static const struct policy_row zwp_text_input_v3_requests[] = {
		{"destroy", .destroys = true},
		{"enable"},
		{"disable"},
		{"set_surrounding_text", .action = POLICY_UTF8},
		{"set_text_change_cause"},
		{"set_content_type"},
		{"set_cursor_rectangle"},
		{"commit"},
		{"set_available_actions"},
		{"show_input_panel"},
		{"hide_input_panel"},
};
static const struct policy_row zwp_text_input_v3_events[] = {
		{"enter", .fold = POLICY_FOLD_BEGIN, .same = ARG(0)},
		{"leave", .fold = POLICY_FOLD_END, .same = ARG(0)},
		{"preedit_string"},
		{"commit_string"},
		{"delete_surrounding_text"},
		{"done"},
		{"action", .serial = 2},
		{"language"},
		{"preedit_hint"},
};

static const struct policy_row zwp_text_input_manager_v3_requests[] = {
		{"destroy", .destroys = true},
		{"get_text_input"},
};

static const struct policy_row zwp_idle_inhibit_manager_v1_requests[] = {
		{"destroy", .destroys = true},
		{"create_inhibitor"},
};

static const struct policy_row zwp_idle_inhibitor_v1_requests[] = {
		{"destroy", .destroys = true},
};

const struct policy_table policy_input[] = {
		POLICY_TABLE(wl_seat, ROWS(wl_seat_requests), ROWS(wl_seat_events)),
		POLICY_TABLE(wl_pointer, ROWS(wl_pointer_requests), ROWS(wl_pointer_events)),
		POLICY_TABLE(wl_keyboard, ROWS(wl_keyboard_requests), ROWS(wl_keyboard_events)),
		POLICY_TABLE(wl_touch, ROWS(wl_touch_requests), ROWS(wl_touch_events)),
		POLICY_TABLE(zwp_relative_pointer_manager_v1,
				ROWS(zwp_relative_pointer_manager_v1_requests), NO_ROWS),
		POLICY_TABLE(zwp_relative_pointer_v1, ROWS(zwp_relative_pointer_v1_requests),
				ROWS(zwp_relative_pointer_v1_events)),
		POLICY_TABLE(zwp_pointer_constraints_v1, ROWS(zwp_pointer_constraints_v1_requests),
				NO_ROWS),
		POLICY_TABLE(zwp_locked_pointer_v1, ROWS(zwp_locked_pointer_v1_requests),
				ROWS(zwp_locked_pointer_v1_events)),
		POLICY_TABLE(zwp_confined_pointer_v1, ROWS(zwp_confined_pointer_v1_requests),
				ROWS(zwp_confined_pointer_v1_events)),
		POLICY_TABLE(zwp_pointer_gestures_v1, ROWS(zwp_pointer_gestures_v1_requests),
				NO_ROWS),
		POLICY_TABLE(zwp_pointer_gesture_swipe_v1,
				ROWS(zwp_pointer_gesture_swipe_v1_requests),
				ROWS(zwp_pointer_gesture_swipe_v1_events)),
		POLICY_TABLE(zwp_pointer_gesture_pinch_v1,
				ROWS(zwp_pointer_gesture_pinch_v1_requests),
				ROWS(zwp_pointer_gesture_pinch_v1_events)),
		POLICY_TABLE(zwp_pointer_gesture_hold_v1,
				ROWS(zwp_pointer_gesture_hold_v1_requests),
				ROWS(zwp_pointer_gesture_hold_v1_events)),
		POLICY_TABLE(zwp_tablet_manager_v2, ROWS(zwp_tablet_manager_v2_requests), NO_ROWS),
		POLICY_TABLE(zwp_tablet_seat_v2, ROWS(zwp_tablet_seat_v2_requests),
				ROWS(zwp_tablet_seat_v2_events)),
		POLICY_TABLE(zwp_tablet_v2, ROWS(zwp_tablet_v2_requests),
				ROWS(zwp_tablet_v2_events)),
		POLICY_TABLE(zwp_tablet_tool_v2, ROWS(zwp_tablet_tool_v2_requests),
				ROWS(zwp_tablet_tool_v2_events)),
		POLICY_TABLE(zwp_tablet_pad_v2, ROWS(zwp_tablet_pad_v2_requests),
				ROWS(zwp_tablet_pad_v2_events)),
		POLICY_TABLE(zwp_tablet_pad_group_v2, ROWS(zwp_tablet_pad_group_v2_requests),
				ROWS(zwp_tablet_pad_group_v2_events)),
		POLICY_TABLE(zwp_tablet_pad_ring_v2, ROWS(zwp_tablet_pad_ring_v2_requests),
				ROWS(zwp_tablet_pad_ring_v2_events)),
		POLICY_TABLE(zwp_tablet_pad_strip_v2, ROWS(zwp_tablet_pad_strip_v2_requests),
				ROWS(zwp_tablet_pad_strip_v2_events)),
		POLICY_TABLE(zwp_tablet_pad_dial_v2, ROWS(zwp_tablet_pad_dial_v2_requests),
				ROWS(zwp_tablet_pad_dial_v2_events)),
		POLICY_TABLE(wp_cursor_shape_manager_v1, ROWS(wp_cursor_shape_manager_v1_requests),
				NO_ROWS),
		POLICY_TABLE(wp_cursor_shape_device_v1, ROWS(wp_cursor_shape_device_v1_requests),
				NO_ROWS),
		POLICY_TABLE(zwp_text_input_v3, ROWS(zwp_text_input_v3_requests),
				ROWS(zwp_text_input_v3_events)),
		POLICY_TABLE(zwp_text_input_manager_v3, ROWS(zwp_text_input_manager_v3_requests),
				NO_ROWS),
		POLICY_TABLE(zwp_idle_inhibit_manager_v1,
				ROWS(zwp_idle_inhibit_manager_v1_requests), NO_ROWS),
		POLICY_TABLE(zwp_idle_inhibitor_v1, ROWS(zwp_idle_inhibitor_v1_requests), NO_ROWS),
		{0},
};
