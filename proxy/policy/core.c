/* SPDX-License-Identifier: MIT
 *
 * Policy rows. The core protocol without input and data transfer: display, registry, surfaces,
 * shared memory, outputs. One row per message, in the order of the protocol; policy_init() proves
 * that none is missing.
 */
#include "proxy/policy/tables.h"

extern const struct wl_interface wl_display_interface;
extern const struct wl_interface wl_registry_interface;
extern const struct wl_interface wl_callback_interface;
extern const struct wl_interface wl_compositor_interface;
extern const struct wl_interface wl_shm_pool_interface;
extern const struct wl_interface wl_shm_interface;
extern const struct wl_interface wl_buffer_interface;
extern const struct wl_interface wl_surface_interface;
extern const struct wl_interface wl_output_interface;
extern const struct wl_interface wl_region_interface;
extern const struct wl_interface wl_subcompositor_interface;
extern const struct wl_interface wl_subsurface_interface;

static const struct policy_row wl_display_requests[] = {
		{"sync", .action = POLICY_SYNC},
		{"get_registry"},
};
static const struct policy_row wl_display_events[] = {
		{"error", .action = POLICY_ERROR},
		{"delete_id", .action = POLICY_DELETE_ID, .fold = POLICY_FOLD_PASSES},
};

static const struct policy_row wl_registry_requests[] = {
		{"bind", .action = POLICY_BIND},
};
static const struct policy_row wl_registry_events[] = {
		{"global", .action = POLICY_GLOBAL},
		{"global_remove", .action = POLICY_GLOBAL_REMOVE},
};

static const struct policy_row wl_callback_events[] = {
		{"done", .destroys = true, .action = POLICY_DONE, .fold = POLICY_FOLD_PASSES},
};

static const struct policy_row wl_compositor_requests[] = {
		{"create_surface", .action = POLICY_CREATE_SURFACE},
		{"create_region"},
		{"release", .destroys = true},
};

static const struct policy_row wl_shm_pool_requests[] = {
		{"create_buffer", .action = POLICY_CREATE_BUFFER},
		{"destroy", .destroys = true},
		{"resize", .action = POLICY_RESIZE_POOL},
};

static const struct policy_row wl_shm_requests[] = {
		{"create_pool", .action = POLICY_CREATE_POOL},
		{"release", .destroys = true},
};
static const struct policy_row wl_shm_events[] = {
		{"format"},
};

static const struct policy_row wl_buffer_requests[] = {
		{"destroy", .destroys = true},
};
static const struct policy_row wl_buffer_events[] = {
		{"release", .fold = POLICY_FOLD_PASSES},
};

static const struct policy_row wl_surface_requests[] = {
		{"destroy", .destroys = true},
		{"attach", .action = POLICY_ATTACH},
		{"damage", .action = POLICY_DAMAGE},
		{"frame", .action = POLICY_FRAME},
		{"set_opaque_region"},
		{"set_input_region"},
		{"commit", .action = POLICY_COMMIT, .cost = COST_COMMIT},
		{"set_buffer_transform", .action = POLICY_TRANSFORM},
		{"set_buffer_scale", .action = POLICY_SCALE},
		{"damage_buffer", .action = POLICY_DAMAGE_BUFFER},
		{"offset"},
		{"get_release"},
};
static const struct policy_row wl_surface_events[] = {
		{"enter", .fold = POLICY_FOLD_PAIR, .same = ARG(0)},
		{"leave", .fold = POLICY_FOLD_PAIR, .same = ARG(0)},
		{"preferred_buffer_scale", .fold = POLICY_FOLD_STATE},
		{"preferred_buffer_transform", .fold = POLICY_FOLD_STATE},
};

static const struct policy_row wl_output_requests[] = {
		{"release", .destroys = true},
};
static const struct policy_row wl_output_events[] = {
		{"geometry", .action = POLICY_OUTPUT_GEOMETRY},
		{"mode", .action = POLICY_OUTPUT_MODE},
		{"done"},
		{"scale"},
		{"name", .action = POLICY_OUTPUT_NAME},
		{"description", .action = POLICY_OUTPUT_DESCRIPTION},
};

static const struct policy_row wl_region_requests[] = {
		{"destroy", .destroys = true},
		{"add", .action = POLICY_REGION},
		{"subtract", .action = POLICY_REGION},
};

static const struct policy_row wl_subcompositor_requests[] = {
		{"destroy", .destroys = true},
		{"get_subsurface", .action = POLICY_GET_SUBSURFACE},
};

static const struct policy_row wl_subsurface_requests[] = {
		{"destroy", .destroys = true},
		{"set_position"},
		{"place_above"},
		{"place_below"},
		{"set_sync"},
		{"set_desync"},
};

const struct policy_table policy_core[] = {
		POLICY_TABLE(wl_display, ROWS(wl_display_requests), ROWS(wl_display_events)),
		POLICY_TABLE(wl_registry, ROWS(wl_registry_requests), ROWS(wl_registry_events)),
		POLICY_TABLE(wl_callback, NO_ROWS, ROWS(wl_callback_events)),
		POLICY_TABLE(wl_compositor, ROWS(wl_compositor_requests), NO_ROWS),
		POLICY_TABLE(wl_shm_pool, ROWS(wl_shm_pool_requests), NO_ROWS),
		POLICY_TABLE(wl_shm, ROWS(wl_shm_requests), ROWS(wl_shm_events)),
		POLICY_TABLE(wl_buffer, ROWS(wl_buffer_requests), ROWS(wl_buffer_events)),
		POLICY_TABLE(wl_surface, ROWS(wl_surface_requests), ROWS(wl_surface_events)),
		POLICY_TABLE(wl_output, ROWS(wl_output_requests), ROWS(wl_output_events)),
		POLICY_TABLE(wl_region, ROWS(wl_region_requests), NO_ROWS),
		POLICY_TABLE(wl_subcompositor, ROWS(wl_subcompositor_requests), NO_ROWS),
		POLICY_TABLE(wl_subsurface, ROWS(wl_subsurface_requests), NO_ROWS),
		{0},
};
