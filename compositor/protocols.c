/* SPDX-License-Identifier: MIT */
#include "compositor/protocols.h"

#include <stdlib.h>
#include <wlr/render/wlr_renderer.h>
#include <wlr/types/wlr_alpha_modifier_v1.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_content_type_v1.h>
#include <wlr/types/wlr_data_device.h>
#include <wlr/types/wlr_ext_data_control_v1.h>
#include <wlr/types/wlr_fractional_scale_v1.h>
#include <wlr/types/wlr_presentation_time.h>
#include <wlr/types/wlr_primary_selection_v1.h>
#include <wlr/types/wlr_single_pixel_buffer_v1.h>
#include <wlr/types/wlr_subcompositor.h>
#include <wlr/types/wlr_viewporter.h>
#include <wlr/types/wlr_xdg_dialog_v1.h>

#include "base/log.h"
#include "compositor/server.h"

bool protocols_create(struct server *server) {
	struct protocols *protocols = calloc(1, sizeof(*protocols));
	if (protocols == NULL) {
		log_error("out of memory");
		return false;
	}
	server->protocols = protocols;
	struct wl_display *display = server->display;
	protocols->compositor = wlr_compositor_create(display, 6, server->renderer);
	bool ok = protocols->compositor != NULL &&
			wlr_renderer_init_wl_shm(server->renderer, display) &&
			wlr_subcompositor_create(display) != NULL &&
			wlr_data_device_manager_create(display) != NULL &&
			wlr_primary_selection_v1_device_manager_create(display) != NULL &&
			wlr_ext_data_control_manager_v1_create(display, 1) != NULL &&
			wlr_viewporter_create(display) != NULL &&
			wlr_fractional_scale_manager_v1_create(display, 1) != NULL &&
			wlr_single_pixel_buffer_manager_v1_create(display) != NULL &&
			wlr_presentation_create(display, server->backend, 2) != NULL &&
			wlr_content_type_manager_v1_create(display, 1) != NULL &&
			wlr_alpha_modifier_v1_create(display) != NULL &&
			wlr_xdg_wm_dialog_v1_create(display, 1) != NULL;
	if (!ok) {
		log_error("out of memory");
	}
	return ok;
}

/* The globals go with the display. */
void protocols_destroy(struct server *server) {
	free(server->protocols);
	server->protocols = NULL;
}
