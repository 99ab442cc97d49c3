/* SPDX-License-Identifier: MIT */
#include "compositor/shell/console.h"

#include <libinput.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wlr/backend.h>
#include <wlr/backend/libinput.h>
#include <wlr/backend/session.h>
#include <wlr/types/wlr_input_device.h>

#include "base/log.h"
#include "compositor/listen.h"
#include "compositor/server.h"

#define NAME_SIZE 32
/* A change of consoles that is told of comes within this time after the devices are gone. */
#define GRACE_MS 500

/* An input device of the session, or (device gone) one that is missed. */
struct node {
	struct console *console;
	struct wl_list link; /* console.present or console.missed */
	char name[NAME_SIZE];
	struct wl_listener destroy;
};

struct console {
	struct wlr_session *session;
	struct wl_list present, missed;
	struct wl_event_source *timer;
	bool is_returning; /* it is us who change the session's state */
	bool is_settling;  /* libinput still has to tell what went and came by that */
	struct wl_listener new_input, active, session_destroy;
};

static void node_destroy(struct node *node) {
	listener_remove(&node->destroy);
	wl_list_remove(&node->link);
	free(node);
}

static bool holds(const struct wl_list *list, const char *name) {
	const struct node *node;
	wl_list_for_each(node, list, link) {
		if (strcmp(node->name, name) == 0) {
			return true;
		}
	}
	return false;
}

/* Does the device still exist, unused by us? */
static bool is_lost(const struct console *console, const struct node *node) {
	char path[sizeof("/dev/input/") + NAME_SIZE];
	snprintf(path, sizeof(path), "/dev/input/%s", node->name);
	return !holds(&console->present, node->name) && access(path, F_OK) == 0;
}

static void forget_missed(struct console *console) {
	struct node *node, *tmp;
	wl_list_for_each_safe(node, tmp, &console->missed, link) {
		node_destroy(node);
	}
}

/* As if the session had been left: wlroots closes all devices and opens them again. */
static void leave_and_return(struct console *console) {
	struct wlr_session *session = console->session;
	console->is_returning = true;
	session->active = false;
	wl_signal_emit_mutable(&session->events.active, NULL);
	session->active = true;
	wl_signal_emit_mutable(&session->events.active, NULL);
	console->is_returning = false;
}

static int handle_timer(void *data) {
	struct console *console = data;
	bool is_any_lost = false;
	const struct node *node;
	wl_list_for_each(node, &console->missed, link) {
		is_any_lost = is_any_lost || is_lost(console, node);
	}
	forget_missed(console);
	if (is_any_lost) {
		log_info("the console's devices were taken away and given back: opening them "
			 "again");
		leave_and_return(console);
		console->is_settling = true;
	}
	return 0;
}

static void handle_device_destroy(struct wl_listener *listener, void *data) {
	struct node *node = wl_container_of(listener, node, destroy);
	struct console *console = node->console;
	listener_remove(&node->destroy);
	wl_list_remove(&node->link);
	bool is_missed = console->session != NULL && console->session->active &&
			!console->is_settling && is_lost(console, node) &&
			!holds(&console->missed, node->name);
	wl_list_insert(&console->missed, &node->link);
	if (!is_missed) {
		node_destroy(node);
		return;
	}
	wl_event_source_timer_update(console->timer, GRACE_MS);
}

static void handle_new_input(struct wl_listener *listener, void *data) {
	struct console *console = wl_container_of(listener, console, new_input);
	struct wlr_input_device *device = data;
	if (!wlr_input_device_is_libinput(device)) {
		return;
	}
	struct node *node = calloc(1, sizeof(*node));
	if (node == NULL) {
		log_error("out of memory");
		return;
	}
	console->is_settling = false;
	node->console = console;
	snprintf(node->name, sizeof(node->name), "%s",
			libinput_device_get_sysname(wlr_libinput_get_device_handle(device)));
	listener_add(&node->destroy, &device->events.destroy, handle_device_destroy);
	wl_list_insert(&console->present, &node->link);
}

/* A change that is told of: whatever is missed comes back with the session. */
static void handle_active(struct wl_listener *listener, void *data) {
	struct console *console = wl_container_of(listener, console, active);
	if (!console->is_returning) {
		forget_missed(console);
		console->is_settling = false;
		wl_event_source_timer_update(console->timer, 0);
	}
}

static void handle_session_destroy(struct wl_listener *listener, void *data) {
	struct console *console = wl_container_of(listener, console, session_destroy);
	console->session = NULL;
	listener_remove(&console->active);
	listener_remove(&console->session_destroy);
	forget_missed(console);
	wl_event_source_timer_update(console->timer, 0);
}

bool console_create(struct server *server) {
	if (server->session == NULL) {
		return true;
	}
	struct console *console = calloc(1, sizeof(*console));
	if (console == NULL) {
		log_error("out of memory");
		return false;
	}
	server->console = console;
	console->session = server->session;
	wl_list_init(&console->present);
	wl_list_init(&console->missed);
	console->timer = wl_event_loop_add_timer(server->loop, handle_timer, console);
	if (console->timer == NULL) {
		log_error("out of memory");
		return false;
	}
	listener_add(&console->new_input, &server->backend->events.new_input, handle_new_input);
	listener_add(&console->active, &server->session->events.active, handle_active);
	listener_add(&console->session_destroy, &server->session->events.destroy,
			handle_session_destroy);
	return true;
}

void console_destroy(struct server *server) {
	struct console *console = server->console;
	if (console == NULL) {
		return;
	}
	struct node *node, *tmp;
	wl_list_for_each_safe(node, tmp, &console->present, link) {
		node_destroy(node);
	}
	forget_missed(console);
	listener_remove(&console->new_input);
	listener_remove(&console->active);
	listener_remove(&console->session_destroy);
	if (console->timer != NULL) {
		wl_event_source_remove(console->timer);
	}
	free(console);
	server->console = NULL;
}
