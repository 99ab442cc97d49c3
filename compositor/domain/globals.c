/* SPDX-License-Identifier: MIT
 *
 * libwayland calls the filter when it advertises a global, when it removes one, and again at bind.
 * A wl_seat is shown to its own domain only and is known by its wl_global, since the seat's user
 * data goes before the global does; while a seat is being made, its global is nobody's and so
 * hidden.
 */
#include "compositor/domain/globals.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/defence.h"
#include "base/fd.h"
#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/server.h"

struct globals {
	struct wl_client *checker; /* a client of our own that asks for the registry; else NULL */
	const char *unknown;
};

#define VM (1u << CLIENT_VM)
#define APP (1u << CLIENT_HOST_APP)
#define SHELL (1u << CLIENT_HOST_SHELL)
#define TOOLS (1u << CLIENT_HOST_TOOLS)
#define LOCKER (1u << CLIENT_HOST_LOCKER)
#define ALL (VM | APP | SHELL | TOOLS | LOCKER)

const struct globals_row globals_table[] = {
		/* Surfaces, windows, buffers: everybody's. */
		{"wl_compositor", ALL, 0},
		{"wl_subcompositor", ALL, 0},
		{"wl_shm", ALL, 0},
		{"wl_output", ALL, 0},
		{"wl_seat", ALL, 0}, /* each sees its own domain's only */
		{"wl_data_device_manager", ALL, 0},
		{"zwp_primary_selection_device_manager_v1", ALL, 0},
		{"xdg_wm_base", ALL, 0},
		{"xdg_wm_dialog_v1", ALL, 0},
		{"xdg_activation_v1", ALL, 0}, /* within the own domain only */
		{"zxdg_decoration_manager_v1", ALL, 0},
		{"wp_viewporter", ALL, 0},
		{"wp_fractional_scale_manager_v1", ALL, 0},
		{"wp_single_pixel_buffer_manager_v1", ALL, 0},
		{"wp_cursor_shape_manager_v1", ALL, 0},
		{"wp_presentation", ALL, 0},
		{"wp_content_type_manager_v1", ALL, 0},
		{"wp_alpha_modifier_v1", ALL, 0},
		{"zwp_relative_pointer_manager_v1", ALL, 0},
		/* To who has the keyboard. */
		{"zwp_pointer_gestures_v1", ALL, 0},
		{"zwp_text_input_manager_v3", ALL, 0},
		/* Each sees a tablet of its own domain's. */
		{"zwp_tablet_manager_v2", ALL, 0},
		/* While they have keyboard and pointer, after a click, until the trusted key. */
		{"zwp_pointer_constraints_v1", ALL, 0},
		/*
		 * Reaches the selections of the seat that is given with it, so of the own domain.
		 */
		{"ext_data_control_manager_v1", ALL, 0},
		/* Surfaces outside windows, without a frame. */
		{"zwlr_layer_shell_v1", SHELL | TOOLS, VM | APP | LOCKER},
		/* Counts while its window is in sight. */
		{"zwp_idle_inhibit_manager_v1", VM | APP | SHELL | TOOLS, LOCKER},
		/* When the user is there, and when not. */
		{"ext_idle_notifier_v1", TOOLS, VM | APP | SHELL | LOCKER},
		/* Locks, and unlocks. */
		{"ext_session_lock_manager_v1", LOCKER, VM | APP | SHELL | TOOLS},
		/* The true names and places of outputs. */
		{"zxdg_output_manager_v1", APP | SHELL | TOOLS | LOCKER, VM},
		/* Other clients' pixels, input and windows. */
		{"zwlr_screencopy_manager_v1", TOOLS, VM | APP | SHELL | LOCKER},
		{"ext_image_copy_capture_manager_v1", TOOLS, VM | APP | SHELL | LOCKER},
		{"ext_output_image_capture_source_manager_v1", TOOLS, VM | APP | SHELL | LOCKER},
		{"ext_foreign_toplevel_list_v1", TOOLS | SHELL, VM | APP | LOCKER},
		{"zwp_virtual_keyboard_manager_v1", TOOLS, VM | APP | SHELL | LOCKER},
		{"zwlr_virtual_pointer_manager_v1", TOOLS, VM | APP | SHELL | LOCKER},
		{"zwlr_output_manager_v1", TOOLS, VM | APP | SHELL | LOCKER},
};

const size_t globals_table_len = sizeof(globals_table) / sizeof(globals_table[0]);

static const struct globals_row *find_row(const char *interface) {
	for (size_t i = 0; i < globals_table_len; i++) {
		if (strcmp(globals_table[i].interface, interface) == 0) {
			return &globals_table[i];
		}
	}
	return NULL;
}

static bool filter(const struct wl_client *wl_client, const struct wl_global *global, void *data) {
	struct server *server = data;
	const char *interface = wl_global_get_interface(global)->name;
	const struct globals_row *row = find_row(interface);
	if (wl_client == server->globals->checker) {
		if (row == NULL) {
			server->globals->unknown = interface;
		}
		return false;
	}
	struct client *client = client_of(wl_client);
	if (client == NULL || row == NULL) {
		return false;
	}
	if ((row->allow & (1u << client->class)) == 0 &&
			(row->allow != LOCKER || DEFENDS(lock_who))) {
		return false;
	}
	if (strcmp(interface, "wl_seat") == 0 && DEFENDS(hidden_seats)) {
		return domains_of_seat_global(server, global) == client->domain;
	}
	if (strcmp(interface, "ext_data_control_manager_v1") == 0) {
		return client->domain->has_data_control;
	}
	return true;
}

bool globals_create(struct server *server) {
	server->globals = calloc(1, sizeof(*server->globals));
	if (server->globals == NULL) {
		log_error("out of memory");
		return false;
	}
	wl_display_set_global_filter(server->display, filter, server);
	return true;
}

void globals_destroy(struct server *server) {
	if (server->globals == NULL) {
		return;
	}
	wl_display_set_global_filter(server->display, NULL, NULL);
	free(server->globals);
	server->globals = NULL;
}

static bool table_is_sound(void) {
	for (size_t i = 0; i < globals_table_len; i++) {
		const struct globals_row *row = &globals_table[i];
		if ((row->allow | row->deny) != ALL || (row->allow & row->deny) != 0 ||
				find_row(row->interface) != row) {
			log_error("bug: %s is not once in the table of globals", row->interface);
			return false;
		}
	}
	return true;
}

bool globals_check(struct server *server) {
	if (!table_is_sound()) {
		return false;
	}
	struct globals *globals = server->globals;
	int fds[2];
	if (fd_socketpair(SOCK_STREAM, fds) < 0) {
		log_error("cannot make a socket pair");
		return false;
	}
	globals->checker = wl_client_create(server->display, fds[0]);
	if (globals->checker == NULL) {
		fd_close(&fds[0]);
		fd_close(&fds[1]);
		log_error("out of memory");
		return false;
	}
	/* wl_display.get_registry(new id 2): libwayland then asks the filter about every global. */
	const uint32_t get_registry[] = {1, 12u << 16 | 1, 2};
	bool sent = write(fds[1], get_registry, sizeof(get_registry)) == sizeof(get_registry);
	wl_event_loop_dispatch(server->loop, 0);
	wl_client_destroy(globals->checker);
	globals->checker = NULL;
	fd_close(&fds[1]);
	if (globals->unknown != NULL) {
		log_error("bug: global %s is not in the table of globals", globals->unknown);
	}
	return sent && globals->unknown == NULL;
}

void globals_check_end(struct server *server) {
}
