/* SPDX-License-Identifier: MIT
 *
 * A19, B5, B7, B9, D2: protocols that no machine may use, offered or guessed.
 */
#include <string.h>

#include "tests/hostile/kit/attack.h"

#define NAMES_TRIED 120

static struct actor attacker;

static const char *const forbidden[] = {
		"zwlr_layer_shell_v1",
		"ext_session_lock_manager_v1",
		"zwp_input_method_manager_v2",
		"zwp_virtual_keyboard_manager_v1",
		"zwlr_virtual_pointer_manager_v1",
		"zwlr_screencopy_manager_v1",
		"ext_image_copy_capture_manager_v1",
		"ext_output_image_capture_source_manager_v1",
		"ext_foreign_toplevel_image_capture_source_manager_v1",
		"zwlr_export_dmabuf_manager_v1",
		"ext_foreign_toplevel_list_v1",
		"zwlr_foreign_toplevel_manager_v1",
		"zwlr_gamma_control_manager_v1",
		"zwlr_output_manager_v1",
		"zwlr_output_power_manager_v1",
		"zwlr_data_control_manager_v1",
		"wp_drm_lease_device_v1",
		"ext_workspace_manager_v1",
		"wp_security_context_manager_v1",
		"ext_transient_seat_manager_v1",
		"ext_idle_notifier_v1",
		"zxdg_exporter_v2",
		"zxdg_importer_v2",
		"zxdg_output_manager_v1",
};

static enum verdict offered(struct arena *arena) {
	char list[400] = "";
	size_t count = 0;
	arena_attacker(arena, &attacker);
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		if (actor_find(&attacker, forbidden[i]) != NULL) {
			count++;
			strncat(list, " ", sizeof(list) - strlen(list) - 1);
			strncat(list, forbidden[i], sizeof(list) - strlen(list) - 1);
		}
	}
	return because(arena, count == 0 ? HELD : BROKEN, "%zu offered:%s", count, list);
}

/* One connection a guess; a right one is not hung up. */
static enum verdict guessed(struct arena *arena) {
	size_t bound = 0;
	for (uint32_t name = 0; name < NAMES_TRIED; name++) {
		static const struct wl_interface interface = {
				"zwlr_screencopy_manager_v1", 1, 0, NULL, 0, NULL};
		arena_attacker(arena, &attacker);
		wl_registry_bind(attacker.registry, name, &interface, 1);
		bound += actor_settle(&attacker);
		actor_disconnect(&attacker);
	}
	return because(arena, bound == 0 ? HELD : BROKEN, "%zu of %d guesses were right", bound,
			NAMES_TRIED);
}

const struct attack_case attack_cases[] = {
		{"A19.1", "protocols that reach beyond windows are offered", offered},
		{"A19.2", "a hidden protocol's name is guessed", guessed},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
