/* SPDX-License-Identifier: MIT */
#include "compositor/input/focus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wlr/types/wlr_cursor.h>
#include <wlr/types/wlr_xdg_shell.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "compositor/clipboard/clipboard.h"
#include "compositor/domain/domain.h"
#include "compositor/domain/watch.h"
#include "compositor/input/constraint.h"
#include "compositor/input/cursor.h"
#include "compositor/input/deadtime.h"
#include "compositor/input/seat.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/window/window.h"
#include "compositor/window/workspace.h"

struct focus {
	struct window *window; /* in use */
	/* A window of this domain ended by itself, with nobody to follow it: until a user's action the
	 * keyboard is for no other. "": it is for anybody. */
	char left_by[VM_NAME_MAX + 1];
	bool is_held;
	struct focus_hold hold;
	bool is_locked; /* hold is the lock's; without it, it would be: */
	bool is_wanted;
	struct focus_hold wanted;
	char expected[VM_NAME_MAX + 1]; /* "": no window is expected */
	int64_t expected_ms;            /* since then */
};

/* Machines that are emulated take a minute to start. */
#define EXPECTED_MS 120000

bool focus_create(struct server *server) {
	server->focus = calloc(1, sizeof(*server->focus));
	if (server->focus == NULL) {
		log_error("out of memory");
		return false;
	}
	return true;
}

void focus_destroy(struct server *server) {
	free(server->focus);
	server->focus = NULL;
}

void focus_expect(struct server *server, const char *domain) {
	struct focus *focus = server->focus;
	snprintf(focus->expected, sizeof(focus->expected), "%s", domain != NULL ? domain : "");
	focus->expected_ms = clock_now_ms();
}

bool focus_take_expected(struct window *window) {
	struct focus *focus = window->server->focus;
	if (strcmp(focus->expected, window->domain->name) != 0) {
		return false;
	}
	int64_t since_ms = clock_now_ms() - focus->expected_ms;
	focus_expect(window->server, NULL);
	return since_ms < EXPECTED_MS;
}

bool focus_may_pass_to(const struct window *window) {
	struct server *server = window->server;
	const struct window *in_use = focus_in_use(server);
	const char *left_by = server->focus->left_by;
	if (in_use != NULL) {
		return in_use->domain == window->domain;
	}
	if (left_by[0] != '\0') {
		return strcmp(left_by, window->domain->name) == 0;
	}
	return !deadtime_is_typing(server);
}

struct window *focus_in_use(struct server *server) {
	return server->focus != NULL ? server->focus->window : NULL;
}

struct window *focus_window(struct server *server) {
	return focus_held(server) == NULL ? focus_in_use(server) : NULL;
}

const struct focus_hold *focus_held(struct server *server) {
	return server->focus != NULL && server->focus->is_held ? &server->focus->hold : NULL;
}

struct domain *focus_domain(struct server *server) {
	if (focus_held(server) != NULL) {
		return domains_host(server);
	}
	struct window *window = focus_window(server);
	return window != NULL ? window->domain : NULL;
}

struct output *focus_output(struct server *server) {
	const struct focus_hold *hold = focus_held(server);
	if (hold != NULL && hold->output != NULL) {
		return hold->output;
	}
	struct window *window = focus_window(server);
	if (window != NULL) {
		struct wlr_box area;
		window_get_area(window, &area);
		return outputs_at(server, area.x + area.width / 2.0, area.y + area.height / 2.0);
	}
	struct wlr_cursor *cursor = cursor_wlr(server);
	return hold != NULL ? outputs_at(server, cursor->x, cursor->y) : NULL;
}

/* The window in use gains or loses the keyboard for what holds it, or gets it back. */
static void leave_window(struct window *window) {
	seat_keyboard_leave(window->domain->seat);
	window_set_active(window, false);
}

static void enter_window(struct window *window) {
	seat_keyboard_enter(window->domain->seat, window->toplevel->base->surface);
	window_set_active(window, true);
}

static void hold_for(struct server *server, const struct focus_hold *hold) {
	struct focus *focus = server->focus;
	if (!focus->is_held && hold == NULL) {
		return;
	}
	struct seat *host = domains_host(server)->seat;
	if (!focus->is_held && focus->window != NULL) {
		leave_window(focus->window);
	}
	if (focus->is_held && (hold == NULL || hold->surface == NULL)) {
		seat_keyboard_leave(host);
	}
	focus->is_held = hold != NULL;
	focus->hold = hold != NULL ? *hold : (struct focus_hold){0};
	if (hold != NULL && hold->surface != NULL) {
		seat_keyboard_enter(host, hold->surface);
	} else if (hold == NULL && focus->window != NULL) {
		enter_window(focus->window);
	}
	constraints_update(server);
	outputs_update_strips(server);
	watch_changed(server);
	clipboard_focus_changed(server);
}

void focus_set_hold(struct server *server, const struct focus_hold *hold) {
	struct focus *focus = server->focus;
	focus->is_wanted = hold != NULL;
	focus->wanted = hold != NULL ? *hold : (struct focus_hold){0};
	if (!focus->is_locked) {
		hold_for(server, hold);
	}
}

void focus_set_lock(struct server *server, const struct focus_hold *lock) {
	struct focus *focus = server->focus;
	focus->is_locked = lock != NULL;
	if (lock == NULL && focus->is_wanted) {
		lock = &focus->wanted;
	}
	hold_for(server, lock);
}

static void move_to_front(struct server *server, struct window *window) {
	wl_list_remove(&window->order);
	wl_list_insert(windows_order(server), &window->order);
}

void focus_set(struct server *server, struct window *window) {
	struct focus *focus = server->focus;
	struct window *old = focus->window;
	if (old == window) {
		return;
	}
	focus->window = window;
	focus->left_by[0] = '\0';
	if (focus->is_held) {
		if (window != NULL) {
			window_set_urgent(window, false);
			move_to_front(server, window);
		}
		return;
	}
	struct domain *old_domain = old != NULL ? old->domain : NULL;
	if (old != NULL && (window == NULL || window->domain != old_domain)) {
		seat_keyboard_leave(old_domain->seat);
	}
	if (old != NULL) {
		window_set_active(old, false);
	}
	if (window != NULL) {
		window_set_urgent(window, false);
		seat_keyboard_enter(window->domain->seat, window->toplevel->base->surface);
		window_set_active(window, true);
		move_to_front(server, window);
	}
	constraints_update(server);
	outputs_update_strips(server);
	watch_changed(server);
}

void focus_lose(struct server *server, struct window *window, bool is_user_action) {
	if (focus_in_use(server) != window) {
		return;
	}
	struct window *next = NULL, *candidate;
	wl_list_for_each(candidate, windows_order(server), order) {
		if (candidate != window && window_is_shown(candidate) &&
				(is_user_action || candidate->domain == window->domain)) {
			next = candidate;
			break;
		}
	}
	focus_set(server, next);
	if (next == NULL && !is_user_action) {
		snprintf(server->focus->left_by, sizeof(server->focus->left_by), "%s",
				window->domain->name);
	}
	if (next != NULL) {
		window_raise(next);
		if (!is_user_action) {
			deadtime_appeared(next);
		}
	}
}

struct window *focus_latest(struct server *server) {
	struct window *window;
	wl_list_for_each(window, windows_order(server), order) {
		if (window_is_shown(window)) {
			return window;
		}
	}
	return NULL;
}

void focus_show(struct server *server, struct window *window) {
	focus_expect(server, NULL);
	window_set_minimized(window, false);
	workspaces_switch_to(server, window->workspace, window);
	focus_set(server, window);
	window_raise(window);
}
