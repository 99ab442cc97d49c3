/* SPDX-License-Identifier: MIT */
#include "compositor/shell/tools.h"

#include <stdio.h>
#include <stdlib.h>
#include <wlr/backend.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_ext_foreign_toplevel_list_v1.h>
#include <wlr/types/wlr_ext_image_capture_source_v1.h>
#include <wlr/types/wlr_ext_image_copy_capture_v1.h>
#include <wlr/types/wlr_input_device.h>
#include <wlr/types/wlr_output_layout.h>
#include <wlr/types/wlr_output_management_v1.h>
#include <wlr/types/wlr_screencopy_v1.h>
#include <wlr/types/wlr_virtual_keyboard_v1.h>
#include <wlr/types/wlr_virtual_pointer_v1.h>
#include <wlr/types/wlr_xdg_output_v1.h>

#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/watch.h"
#include "compositor/input/cursor.h"
#include "compositor/input/keyboard.h"
#include "compositor/input/pointer.h"
#include "compositor/input/tablet.h"
#include "compositor/input/touch.h"
#include "compositor/listen.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/window/window.h"

struct tools {
	struct server *server;
	struct wlr_ext_foreign_toplevel_list_v1 *list;
	struct wlr_output_manager_v1 *output_manager;
	struct wl_listener new_input, new_keyboard, new_pointer;
	struct wl_listener outputs_changed, output_apply, output_test;
};

static void handle_new_input(struct wl_listener *listener, void *data) {
	struct tools *tools = wl_container_of(listener, tools, new_input);
	struct wlr_input_device *device = data;
	if (device->type == WLR_INPUT_DEVICE_KEYBOARD) {
		keyboards_add(tools->server, wlr_keyboard_from_input_device(device), false);
	} else if (device->type == WLR_INPUT_DEVICE_POINTER) {
		pointer_add(tools->server, device);
	} else if (device->type == WLR_INPUT_DEVICE_TOUCH) {
		touch_add(tools->server, device);
	} else if (device->type == WLR_INPUT_DEVICE_TABLET) {
		tablets_add(tools->server, device);
	} else if (device->type == WLR_INPUT_DEVICE_TABLET_PAD) {
		tablets_add_pad(tools->server, device);
	}
}

static void handle_new_keyboard(struct wl_listener *listener, void *data) {
	struct tools *tools = wl_container_of(listener, tools, new_keyboard);
	struct wlr_virtual_keyboard_v1 *keyboard = data;
	keyboards_add(tools->server, &keyboard->keyboard, true);
}

static void handle_new_pointer(struct wl_listener *listener, void *data) {
	struct tools *tools = wl_container_of(listener, tools, new_pointer);
	const struct wlr_virtual_pointer_v1_new_pointer_event *event = data;
	struct wlr_input_device *device = &event->new_pointer->pointer.base;
	pointer_add(tools->server, device);
	if (event->suggested_output != NULL) {
		wlr_cursor_map_input_to_output(cursor_wlr(tools->server), device,
				event->suggested_output);
	}
}

static void handle_outputs_changed(struct wl_listener *listener, void *data) {
	struct tools *tools = wl_container_of(listener, tools, outputs_changed);
	struct wlr_output_configuration_v1 *configuration = wlr_output_configuration_v1_create();
	if (configuration == NULL) {
		return;
	}
	struct output *output;
	wl_list_for_each(output, &tools->server->outputs->list, link) {
		struct wlr_output_configuration_head_v1 *head =
				wlr_output_configuration_head_v1_create(configuration,
						output->wlr_output);
		if (head != NULL) {
			struct wlr_box box;
			output_get_box(output, &box);
			head->state.x = box.x;
			head->state.y = box.y;
		}
	}
	wlr_output_manager_v1_set_configuration(tools->output_manager, configuration);
}

static void apply_outputs(struct tools *tools, struct wlr_output_configuration_v1 *configuration,
		bool is_test) {
	bool ok = true;
	struct wlr_output_configuration_head_v1 *head;
	wl_list_for_each(head, &configuration->heads, link) {
		struct wlr_output_state state;
		wlr_output_state_init(&state);
		wlr_output_head_v1_state_apply(&head->state, &state);
		ok = ok &&
				(is_test ? wlr_output_test_state(head->state.output, &state)
					 : wlr_output_commit_state(head->state.output, &state));
		wlr_output_state_finish(&state);
		if (ok && !is_test && head->state.enabled) {
			wlr_output_layout_add(tools->server->outputs->layout, head->state.output,
					head->state.x, head->state.y);
		}
	}
	if (ok) {
		wlr_output_configuration_v1_send_succeeded(configuration);
	} else {
		wlr_output_configuration_v1_send_failed(configuration);
	}
	wlr_output_configuration_v1_destroy(configuration);
}

static void handle_output_apply(struct wl_listener *listener, void *data) {
	struct tools *tools = wl_container_of(listener, tools, output_apply);
	apply_outputs(tools, data, false);
}

static void handle_output_test(struct wl_listener *listener, void *data) {
	struct tools *tools = wl_container_of(listener, tools, output_test);
	apply_outputs(tools, data, true);
}

void tools_add_window(struct window *window) {
	struct wlr_ext_foreign_toplevel_handle_v1_state state = {.title = "", .app_id = ""};
	window->handle = wlr_ext_foreign_toplevel_handle_v1_create(window->server->tools->list,
			&state);
	tools_update_window(window);
	watch_changed(window->server);
}

void tools_update_window(struct window *window) {
	if (window->handle == NULL) {
		return;
	}
	char app_id[VM_NAME_MAX + 1 + WINDOW_TITLE_SIZE];
	snprintf(app_id, sizeof(app_id), "%s.%s", window->domain->name, window->app_id);
	struct wlr_ext_foreign_toplevel_handle_v1_state state = {
			.title = window->title, .app_id = app_id};
	wlr_ext_foreign_toplevel_handle_v1_update_state(window->handle, &state);
	watch_changed(window->server);
}

void tools_remove_window(struct window *window) {
	if (window->handle != NULL) {
		wlr_ext_foreign_toplevel_handle_v1_destroy(window->handle);
		window->handle = NULL;
	}
	watch_changed(window->server);
}

static bool create_capture(struct server *server) {
	struct wl_display *display = server->display;
	return wlr_screencopy_manager_v1_create(display) != NULL &&
			wlr_ext_image_copy_capture_manager_v1_create(display, 1) != NULL &&
			wlr_ext_output_image_capture_source_manager_v1_create(display, 1) != NULL &&
			wlr_xdg_output_manager_v1_create(display, server->outputs->layout) != NULL;
}

bool tools_create(struct server *server) {
	struct tools *tools = calloc(1, sizeof(*tools));
	if (tools == NULL) {
		log_error("out of memory");
		return false;
	}
	tools->server = server;
	server->tools = tools;
	struct wl_display *display = server->display;
	struct wlr_virtual_keyboard_manager_v1 *keyboards =
			wlr_virtual_keyboard_manager_v1_create(display);
	struct wlr_virtual_pointer_manager_v1 *pointers =
			wlr_virtual_pointer_manager_v1_create(display);
	tools->list = wlr_ext_foreign_toplevel_list_v1_create(display, 1);
	tools->output_manager = wlr_output_manager_v1_create(display);
	if (keyboards == NULL || pointers == NULL || tools->list == NULL ||
			tools->output_manager == NULL || !create_capture(server)) {
		log_error("out of memory");
		return false;
	}
	listener_add(&tools->new_input, &server->backend->events.new_input, handle_new_input);
	listener_add(&tools->new_keyboard, &keyboards->events.new_virtual_keyboard,
			handle_new_keyboard);
	listener_add(&tools->new_pointer, &pointers->events.new_virtual_pointer,
			handle_new_pointer);
	listener_add(&tools->outputs_changed, &server->outputs->changed, handle_outputs_changed);
	listener_add(&tools->output_apply, &tools->output_manager->events.apply,
			handle_output_apply);
	listener_add(&tools->output_test, &tools->output_manager->events.test, handle_output_test);
	return true;
}

void tools_destroy(struct server *server) {
	struct tools *tools = server->tools;
	if (tools == NULL) {
		return;
	}
	listener_remove(&tools->new_input);
	listener_remove(&tools->new_keyboard);
	listener_remove(&tools->new_pointer);
	listener_remove(&tools->outputs_changed);
	listener_remove(&tools->output_apply);
	listener_remove(&tools->output_test);
	free(tools);
	server->tools = NULL;
}
