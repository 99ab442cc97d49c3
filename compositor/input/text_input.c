/* SPDX-License-Identifier: MIT */
#include "compositor/input/text_input.h"

#include <stdlib.h>
#include <wlr/types/wlr_compositor.h>
#include <wlr/types/wlr_seat.h>
#include <wlr/types/wlr_text_input_v3.h>

#include "base/log.h"
#include "compositor/domain/client.h"
#include "compositor/domain/domain.h"
#include "compositor/input/seat.h"
#include "compositor/listen.h"
#include "compositor/server.h"

struct text_inputs {
	struct server *server;
	struct wl_list list; /* text_input.link */
	struct wl_listener new_text_input;
};

struct text_input {
	struct text_inputs *inputs;
	struct wlr_text_input_v3 *wlr_input;
	struct seat *seat;
	struct wl_list link; /* text_inputs.list */
	struct wl_listener destroy;
};

/* Tells it whether surface, of its own client, has the keyboard. */
static void tell(struct text_input *input, struct wlr_surface *surface) {
	struct wlr_text_input_v3 *wlr_input = input->wlr_input;
	bool is_own = surface != NULL &&
			wl_resource_get_client(surface->resource) ==
					wl_resource_get_client(wlr_input->resource);
	struct wlr_surface *wanted = is_own ? surface : NULL;
	if (wlr_input->focused_surface == wanted) {
		return;
	}
	if (wlr_input->focused_surface != NULL) {
		wlr_text_input_v3_send_leave(wlr_input);
	}
	if (wanted != NULL) {
		wlr_text_input_v3_send_enter(wlr_input, wanted);
	}
}

void text_inputs_set_focus(struct server *server, struct seat *seat, struct wlr_surface *surface) {
	struct text_input *input;
	if (server->text_inputs == NULL) {
		return;
	}
	wl_list_for_each(input, &server->text_inputs->list, link) {
		if (input->seat == seat) {
			tell(input, surface);
		}
	}
}

static void text_input_destroy(struct text_input *input) {
	listener_remove(&input->destroy);
	wl_list_remove(&input->link);
	input->seat->text_inputs_len--;
	free(input);
}

static void handle_destroy(struct wl_listener *listener, void *data) {
	struct text_input *input = wl_container_of(listener, input, destroy);
	text_input_destroy(input);
}

static void handle_new_text_input(struct wl_listener *listener, void *data) {
	struct text_inputs *inputs = wl_container_of(listener, inputs, new_text_input);
	struct wlr_text_input_v3 *wlr_input = data;
	struct client *client = client_of(wl_resource_get_client(wlr_input->resource));
	struct text_input *input = calloc(1, sizeof(*input));
	if (input == NULL || client == NULL) {
		free(input);
		wl_resource_post_no_memory(wlr_input->resource);
		return;
	}
	input->inputs = inputs;
	input->wlr_input = wlr_input;
	input->seat = client->domain->seat;
	wl_list_insert(&inputs->list, &input->link);
	listener_add(&input->destroy, &wlr_input->events.destroy, handle_destroy);
	if (++input->seat->text_inputs_len > TEXT_INPUTS_PER_DOMAIN_MAX) {
		client_end(client, "too many text inputs");
		return;
	}
	tell(input, input->seat->wlr_seat->keyboard_state.focused_surface);
}

bool text_inputs_create(struct server *server) {
	struct text_inputs *inputs = calloc(1, sizeof(*inputs));
	struct wlr_text_input_manager_v3 *manager =
			wlr_text_input_manager_v3_create(server->display);
	if (inputs == NULL || manager == NULL) {
		free(inputs);
		log_error("out of memory");
		return false;
	}
	inputs->server = server;
	wl_list_init(&inputs->list);
	listener_add(&inputs->new_text_input, &manager->events.new_text_input,
			handle_new_text_input);
	server->text_inputs = inputs;
	return true;
}

void text_inputs_destroy(struct server *server) {
	struct text_inputs *inputs = server->text_inputs;
	if (inputs == NULL) {
		return;
	}
	struct text_input *input, *next;
	wl_list_for_each_safe(input, next, &inputs->list, link) {
		text_input_destroy(input);
	}
	listener_remove(&inputs->new_text_input);
	free(inputs);
	server->text_inputs = NULL;
}
