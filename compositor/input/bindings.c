/* SPDX-License-Identifier: MIT */
#include "compositor/input/bindings.h"

#include <stddef.h>
#include <wlr/types/wlr_keyboard.h>

#include "compositor/input/focus.h"
#include "compositor/server.h"
#include "compositor/window/window.h"

static void cycle(struct server *server) {
	focus_cycle(server, false);
}

static void cycle_back(struct server *server) {
	focus_cycle(server, true);
}

static void close_window(struct server *server) {
	if (focus_window(server) != NULL) {
		window_close(focus_window(server));
	}
}

static void toggle_fullscreen(struct server *server) {
	struct window *window = focus_window(server);
	if (window != NULL) {
		window_set_fullscreen(window, !window->is_fullscreen);
	}
}

static void toggle_maximized(struct server *server) {
	struct window *window = focus_window(server);
	if (window != NULL) {
		window_set_maximized(window, !window->is_maximized);
	}
}

static void minimize(struct server *server) {
	if (focus_window(server) != NULL) {
		window_set_minimized(focus_window(server), true);
	}
}

struct binding {
	bool with_shift;
	bool is_trusted; /* never from virtual keyboards */
	xkb_keysym_t symbol;
	void (*run)(struct server *server);
};

/* silo(1) lists the same. */
static const struct binding bindings[] = {
		{false, false, XKB_KEY_Tab, cycle},
		{true, false, XKB_KEY_Tab, cycle_back},
		{true, false, XKB_KEY_ISO_Left_Tab, cycle_back},
		{false, false, XKB_KEY_q, close_window},
		{false, false, XKB_KEY_f, toggle_fullscreen},
		{false, false, XKB_KEY_m, toggle_maximized},
		{false, false, XKB_KEY_n, minimize},
		{true, true, XKB_KEY_e, server_stop},
};

uint32_t bindings_modifier(struct server *server) {
	return server->is_nested ? WLR_MODIFIER_ALT : WLR_MODIFIER_LOGO;
}

bool bindings_run(struct server *server, uint32_t modifiers, xkb_keysym_t symbol, bool is_virtual) {
	const uint32_t relevant = WLR_MODIFIER_SHIFT | WLR_MODIFIER_CTRL | WLR_MODIFIER_ALT |
			WLR_MODIFIER_LOGO;
	xkb_keysym_t lower = xkb_keysym_to_lower(symbol);
	for (size_t i = 0; i < sizeof(bindings) / sizeof(bindings[0]); i++) {
		const struct binding *binding = &bindings[i];
		uint32_t wanted = bindings_modifier(server) |
				(binding->with_shift ? WLR_MODIFIER_SHIFT : 0);
		if (binding->symbol == lower && (modifiers & relevant) == wanted &&
				!(binding->is_trusted && is_virtual)) {
			binding->run(server);
			return true;
		}
	}
	return false;
}
