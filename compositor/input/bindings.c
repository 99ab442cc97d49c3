/* SPDX-License-Identifier: MIT */
#include "compositor/input/bindings.h"

#include <stddef.h>
#include <wlr/types/wlr_keyboard.h>

#include "compositor/input/actions.h"
#include "compositor/server.h"
#include "compositor/window/workspace.h"

#define SHIFT WLR_MODIFIER_SHIFT

/* silo(1) lists the same. */
const struct binding bindings_default[] = {
		{BINDING_MOD, XKB_KEY_Tab, "next-window", 0},
		{BINDING_MOD | SHIFT, XKB_KEY_Tab, "previous-window", 0},
		{BINDING_MOD, XKB_KEY_q, "close", 0},
		{BINDING_MOD, XKB_KEY_f, "fullscreen", 0},
		{BINDING_MOD, XKB_KEY_m, "maximise", 0},
		{BINDING_MOD, XKB_KEY_n, "minimise", 0},
		{BINDING_MOD, XKB_KEY_Left, "snap-left", 0},
		{BINDING_MOD, XKB_KEY_Right, "snap-right", 0},
		{BINDING_MOD, XKB_KEY_Up, "grow", 0},
		{BINDING_MOD, XKB_KEY_Down, "shrink", 0},
		{BINDING_MOD | SHIFT, XKB_KEY_e, "end-session", 0},
};
const size_t bindings_default_len = sizeof(bindings_default) / sizeof(bindings_default[0]);

uint32_t bindings_modifier(struct server *server) {
	return server->is_nested ? WLR_MODIFIER_ALT : WLR_MODIFIER_LOGO;
}

static bool run_action(struct server *server, const char *name, unsigned int number,
		bool is_virtual) {
	const struct action *action = name != NULL ? action_find(name) : NULL;
	if (action == NULL || (action->is_trusted && is_virtual)) {
		return false;
	}
	action->run(server, number);
	return true;
}

/* The shared modifier and a digit, alone and with Shift. */
static bool run_digit(struct server *server, uint32_t modifiers, xkb_keysym_t symbol,
		bool is_virtual) {
	if (symbol < XKB_KEY_1 || symbol > XKB_KEY_9) {
		return false;
	}
	unsigned int number = symbol - XKB_KEY_0;
	if (modifiers == BINDING_MOD) {
		return run_action(server, "workspace", number, is_virtual);
	}
	return modifiers == (BINDING_MOD | SHIFT) &&
			run_action(server, "move-to-workspace", number, is_virtual);
}

bool bindings_run(struct server *server, uint32_t modifiers, xkb_keysym_t symbol, bool is_virtual) {
	const uint32_t relevant = WLR_MODIFIER_SHIFT | WLR_MODIFIER_CTRL | WLR_MODIFIER_ALT |
			WLR_MODIFIER_LOGO;
	xkb_keysym_t lower = xkb_keysym_to_lower(symbol);
	lower = lower == XKB_KEY_ISO_Left_Tab ? XKB_KEY_Tab : lower;
	uint32_t held = modifiers & relevant, shared = bindings_modifier(server);
	if ((held & shared) == 0) {
		return false;
	}
	held = (held & ~shared) | BINDING_MOD;
	for (size_t i = 0; i < bindings_default_len; i++) {
		const struct binding *binding = &bindings_default[i];
		if (binding->symbol == lower && binding->modifiers == held) {
			return run_action(server, binding->action, binding->number, is_virtual);
		}
	}
	return run_digit(server, held, lower, is_virtual);
}
