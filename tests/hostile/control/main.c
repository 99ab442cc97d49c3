/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wlr/backend.h>
#include <wlr/backend/headless.h>
#include <wlr/render/allocator.h>
#include <wlr/render/wlr_renderer.h>
#include <wlr/types/wlr_alpha_modifier_v1.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_content_type_v1.h>
#include <wlr/types/wlr_cursor_shape_v1.h>
#include <wlr/types/wlr_data_control_v1.h>
#include <wlr/types/wlr_data_device.h>
#include <wlr/types/wlr_export_dmabuf_v1.h>
#include <wlr/types/wlr_ext_data_control_v1.h>
#include <wlr/types/wlr_ext_image_capture_source_v1.h>
#include <wlr/types/wlr_ext_image_copy_capture_v1.h>
#include <wlr/types/wlr_foreign_toplevel_management_v1.h>
#include <wlr/types/wlr_fractional_scale_v1.h>
#include <wlr/types/wlr_gamma_control_v1.h>
#include <wlr/types/wlr_idle_inhibit_v1.h>
#include <wlr/types/wlr_idle_notify_v1.h>
#include <wlr/types/wlr_input_method_v2.h>
#include <wlr/types/wlr_keyboard_shortcuts_inhibit_v1.h>
#include <wlr/types/wlr_layer_shell_v1.h>
#include <wlr/types/wlr_output.h>
#include <wlr/types/wlr_output_layout.h>
#include <wlr/types/wlr_output_management_v1.h>
#include <wlr/types/wlr_pointer_constraints_v1.h>
#include <wlr/types/wlr_pointer_gestures_v1.h>
#include <wlr/types/wlr_presentation_time.h>
#include <wlr/types/wlr_primary_selection_v1.h>
#include <wlr/types/wlr_relative_pointer_v1.h>
#include <wlr/types/wlr_scene.h>
#include <wlr/types/wlr_screencopy_v1.h>
#include <wlr/types/wlr_security_context_v1.h>
#include <wlr/types/wlr_session_lock_v1.h>
#include <wlr/types/wlr_single_pixel_buffer_v1.h>
#include <wlr/types/wlr_subcompositor.h>
#include <wlr/types/wlr_text_input_v3.h>
#include <wlr/types/wlr_transient_seat_v1.h>
#include <wlr/types/wlr_viewporter.h>
#include <wlr/types/wlr_xdg_toplevel_icon_v1.h>
#include <wlr/types/wlr_xdg_foreign_registry.h>
#include <wlr/types/wlr_xdg_foreign_v2.h>
#include <wlr/types/wlr_xdg_output_v1.h>
#include <wlr/util/log.h>

#include "tests/hostile/control/bare.h"

struct output {
	struct bare *bare;
	struct wlr_output *wlr_output;
	struct wlr_scene_output *scene_output;
	struct wl_listener frame, destroy;
};

void bare_listen(struct wl_listener *listener, struct wl_signal *signal, wl_notify_func_t notify) {
	listener->notify = notify;
	wl_signal_add(signal, listener);
}

static void handle_frame(struct wl_listener *listener, void *data) {
	struct output *output = wl_container_of(listener, output, frame);
	struct timespec now;
	wlr_scene_output_commit(output->scene_output, NULL);
	clock_gettime(CLOCK_MONOTONIC, &now);
	wlr_scene_output_send_frame_done(output->scene_output, &now);
}

static void handle_output_destroy(struct wl_listener *listener, void *data) {
	struct output *output = wl_container_of(listener, output, destroy);
	wl_list_remove(&output->frame.link);
	wl_list_remove(&output->destroy.link);
	free(output);
}

static void handle_new_output(struct wl_listener *listener, void *data) {
	struct bare *bare = wl_container_of(listener, bare, new_output);
	struct wlr_output *wlr_output = data;
	wlr_output_init_render(wlr_output, bare->allocator, bare->renderer);
	struct wlr_output_state state;
	wlr_output_state_init(&state);
	wlr_output_state_set_enabled(&state, true);
	wlr_output_commit_state(wlr_output, &state);
	wlr_output_state_finish(&state);
	struct output *output = calloc(1, sizeof(*output));
	if (output == NULL) {
		return;
	}
	output->bare = bare;
	output->wlr_output = wlr_output;
	struct wlr_output_layout_output *place =
			wlr_output_layout_add_auto(bare->layout, wlr_output);
	output->scene_output = wlr_scene_output_create(bare->scene, wlr_output);
	wlr_scene_output_layout_add_output(bare->scene_layout, place, output->scene_output);
	bare_listen(&output->frame, &wlr_output->events.frame, handle_frame);
	bare_listen(&output->destroy, &wlr_output->events.destroy, handle_output_destroy);
}

/* Everything that wlroots has ready made. */
static void offer_all(struct bare *bare) {
	struct wl_display *display = bare->display;
	wlr_compositor_create(display, 6, bare->renderer);
	wlr_subcompositor_create(display);
	wlr_data_device_manager_create(display);
	wlr_primary_selection_v1_device_manager_create(display);
	wlr_ext_data_control_manager_v1_create(display, 1);
	wlr_data_control_manager_v1_create(display);
	wlr_viewporter_create(display);
	wlr_fractional_scale_manager_v1_create(display, 1);
	wlr_single_pixel_buffer_manager_v1_create(display);
	wlr_alpha_modifier_v1_create(display);
	wlr_content_type_manager_v1_create(display, 1);
	wlr_cursor_shape_manager_v1_create(display, 1);
	wlr_presentation_create(display, bare->backend, 2);
	wlr_screencopy_manager_v1_create(display);
	wlr_export_dmabuf_manager_v1_create(display);
	wlr_ext_image_copy_capture_manager_v1_create(display, 1);
	wlr_ext_output_image_capture_source_manager_v1_create(display, 1);
	wlr_foreign_toplevel_manager_v1_create(display);
	wlr_gamma_control_manager_v1_create(display);
	wlr_idle_inhibit_v1_create(display);
	wlr_idle_notifier_v1_create(display);
	wlr_keyboard_shortcuts_inhibit_v1_create(display);
	wlr_layer_shell_v1_create(display, 5);
	wlr_output_manager_v1_create(display);
	wlr_pointer_constraints_v1_create(display);
	wlr_pointer_gestures_v1_create(display);
	wlr_relative_pointer_manager_v1_create(display);
	wlr_security_context_manager_v1_create(display);
	wlr_session_lock_manager_v1_create(display);
	wlr_input_method_manager_v2_create(display);
	wlr_text_input_manager_v3_create(display);
	wlr_transient_seat_manager_v1_create(display);
	wlr_xdg_toplevel_icon_manager_v1_create(display, 1);
	wlr_xdg_output_manager_v1_create(display, bare->layout);
	wlr_xdg_foreign_v2_create(display, wlr_xdg_foreign_registry_create(display));
}

static bool bare_init(struct bare *bare) {
	bare->display = wl_display_create();
	bare->loop = wl_display_get_event_loop(bare->display);
	bare->backend = wlr_headless_backend_create(bare->loop);
	bare->renderer = bare->backend != NULL ? wlr_renderer_autocreate(bare->backend) : NULL;
	if (bare->renderer == NULL ||
			!wlr_renderer_init_wl_display(bare->renderer, bare->display)) {
		return false;
	}
	bare->allocator = wlr_allocator_autocreate(bare->backend, bare->renderer);
	bare->layout = wlr_output_layout_create(bare->display);
	bare->scene = wlr_scene_create();
	if (bare->allocator == NULL || bare->layout == NULL || bare->scene == NULL) {
		return false;
	}
	bare->scene_layout = wlr_scene_attach_output_layout(bare->scene, bare->layout);
	bare->windows = wlr_scene_tree_create(&bare->scene->tree);
	bare->drag_icons = wlr_scene_tree_create(&bare->scene->tree);
	bare_listen(&bare->new_output, &bare->backend->events.new_output, handle_new_output);
	offer_all(bare);
	return bare_windows_init(bare) && bare_input_init(bare);
}

static int usage(FILE *out) {
	fputs("Usage: hostile-control [--kiosk] [--size WIDTHxHEIGHT] --ready-fd FD\n", out);
	return out == stdout ? 0 : 2;
}

static int handle_term(int signal, void *data) {
	wl_display_terminate(data);
	return 0;
}

static void serve(struct bare *bare, int ready_fd) {
	const char *socket = wl_display_add_socket_auto(bare->display);
	if (socket == NULL || !wlr_backend_start(bare->backend)) {
		fputs("hostile-control: cannot start\n", stderr);
		exit(1);
	}
	wlr_headless_add_output(bare->backend, (unsigned)bare->width, (unsigned)bare->height);
	dprintf(ready_fd, "%s\n", socket);
	close(ready_fd);
	wl_display_run(bare->display);
}

int main(int argc, char *argv[]) {
	static const struct option table[] = {{"kiosk", no_argument, NULL, 'k'},
			{"size", required_argument, NULL, 's'},
			{"ready-fd", required_argument, NULL, 'r'},
			{"help", no_argument, NULL, 'h'}, {0}};
	static struct bare bare = {.width = 1280, .height = 800};
	int ready_fd = -1, option;
	while ((option = getopt_long(argc, argv, "", table, NULL)) >= 0) {
		switch (option) {
		case 'k':
			bare.is_kiosk = true;
			break;
		case 's':
			if (sscanf(optarg, "%dx%d", &bare.width, &bare.height) != 2) {
				return usage(stderr);
			}
			break;
		case 'r':
			ready_fd = atoi(optarg);
			break;
		default:
			return usage(option == 'h' ? stdout : stderr);
		}
	}
	if (ready_fd < 0 || optind < argc) {
		return usage(stderr);
	}
	signal(SIGPIPE, SIG_IGN);
	wlr_log_init(WLR_INFO, NULL);
	if (!bare_init(&bare)) {
		fputs("hostile-control: out of memory\n", stderr);
		return 1;
	}
	wl_event_loop_add_signal(bare.loop, SIGTERM, handle_term, bare.display);
	serve(&bare, ready_fd);
	wl_display_destroy_clients(bare.display);
	return 0; /* the rest ends with the process */
}
