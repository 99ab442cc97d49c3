/* SPDX-License-Identifier: MIT */
#include "compositor/window/bare.h"

#include <stdlib.h>
#include <wayland-server-core.h>

#include "base/defence.h"
#include "base/log.h"
#include "compositor/domain/domain.h"
#include "compositor/input/focus.h"
#include "compositor/input/pointer.h"
#include "compositor/output/output.h"
#include "compositor/server.h"
#include "compositor/window/arrange.h"
#include "compositor/window/reveal.h"
#include "compositor/window/switcher.h"
#include "compositor/window/window.h"

#define STRIP_MS 3000
#define ESCAPE_MS 1000

struct bare {
	struct server *server;
	struct wl_event_source *strip_timer, *escape_timer;
	bool is_strip_shown; /* until the timer fires */
};

bool bare_has(const struct window *window) {
	return window->is_fullscreen && window->domain->may_be_frameless &&
			(!window->domain->has_left_frameless || !DEFENDS(frameless_left));
}

/* All windows of the domain that are fullscreen get a frame, or may be without. */
static void set_left(struct domain *domain, bool has_left) {
	struct window *window;
	if (domain->has_left_frameless == has_left) {
		return;
	}
	domain->has_left_frameless = has_left;
	wl_list_for_each(window, windows_stack(domain->server), link) {
		if (window->domain == domain && window->is_mapped && window->is_fullscreen) {
			arrange_state(window);
		}
	}
}

void bare_allow(struct window *window) {
	set_left(window->domain, false);
}

/* The window that has the keyboard, if it has no frame. */
static struct window *window_of(struct server *server) {
	struct window *window = focus_window(server);
	return window != NULL && bare_has(window) && window_is_shown(window) ? window : NULL;
}

bool bare_is_on(struct output *output) {
	return window_of(output->server) != NULL && focus_output(output->server) == output;
}

bool bare_hides_strip(struct output *output) {
	struct server *server = output->server;
	bool is_needed = server->bare == NULL || server->bare->is_strip_shown ||
			reveal_is_open(server) || switcher_is_open(server);
	return !is_needed && bare_is_on(output);
}

static int handle_strip_timer(void *data) {
	struct bare *bare = data;
	bare->is_strip_shown = false;
	outputs_update_strips(bare->server);
	pointer_rebase(bare->server);
	return 0;
}

void bare_show_strip(struct server *server) {
	struct bare *bare = server->bare;
	if (bare != NULL && window_of(server) != NULL) {
		bare->is_strip_shown = true;
		wl_event_source_timer_update(bare->strip_timer, STRIP_MS);
		outputs_update_strips(server);
		pointer_rebase(server);
	}
}

static int handle_escape_timer(void *data) {
	struct bare *bare = data;
	struct window *window = window_of(bare->server);
	if (window != NULL) {
		/* First: the client may ask again at once, or show another such window. */
		set_left(window->domain, true);
		window_set_fullscreen(window, false);
	}
	return 0;
}

void bare_escape(struct server *server, bool is_press) {
	struct bare *bare = server->bare;
	if (is_press && window_of(server) != NULL) {
		bare_show_strip(server);
		wl_event_source_timer_update(bare->escape_timer, ESCAPE_MS);
	} else {
		wl_event_source_timer_update(bare->escape_timer, 0);
	}
}

bool bare_create(struct server *server) {
	struct bare *bare = calloc(1, sizeof(*bare));
	if (bare == NULL) {
		log_error("out of memory");
		return false;
	}
	server->bare = bare;
	bare->server = server;
	bare->strip_timer = wl_event_loop_add_timer(server->loop, handle_strip_timer, bare);
	bare->escape_timer = wl_event_loop_add_timer(server->loop, handle_escape_timer, bare);
	if (bare->strip_timer == NULL || bare->escape_timer == NULL) {
		log_error("out of memory");
		return false;
	}
	return true;
}

void bare_destroy(struct server *server) {
	struct bare *bare = server->bare;
	if (bare == NULL) {
		return;
	}
	if (bare->strip_timer != NULL) {
		wl_event_source_remove(bare->strip_timer);
	}
	if (bare->escape_timer != NULL) {
		wl_event_source_remove(bare->escape_timer);
	}
	free(bare);
	server->bare = NULL;
}
