/* SPDX-License-Identifier: MIT */
#include "compositor/input/bindings.h"

#include <stddef.h>
#include <wlr/types/wlr_keyboard.h>

#include "base/defence.h"
#include "compositor/input/actions.h"
#include "compositor/input/hold.h"
#include "compositor/lock/lock.h"
#include "compositor/server.h"
#include "compositor/settings/settings.h"
#include "compositor/shell/layer_shell.h"
#include "compositor/window/switcher.h"

#define SHIFT WLR_MODIFIER_SHIFT
#define WORKSPACE(n)                                                                               \
	{BINDING_MOD, XKB_KEY_0 + (n), "workspace", (n), 0},                                       \
			{BINDING_MOD | SHIFT, XKB_KEY_0 + (n), "move-to-workspace", (n), 0}

/* silo(1) lists the same. */
const struct binding bindings_default[] = {
		{BINDING_MOD, XKB_KEY_Tab, "next-window", 0, 0},
		{BINDING_MOD | SHIFT, XKB_KEY_Tab, "previous-window", 0, 0},
		{WLR_MODIFIER_ALT, XKB_KEY_Tab, "next-window", 0, 0},
		{WLR_MODIFIER_ALT | SHIFT, XKB_KEY_Tab, "previous-window", 0, 0},
		{BINDING_MOD, XKB_KEY_grave, "next-of-vm", 0, 0},
		{BINDING_MOD | SHIFT, XKB_KEY_grave, "previous-of-vm", 0, 0},
		{BINDING_MOD, XKB_KEY_q, "close", 0, 0},
		{BINDING_MOD, XKB_KEY_f, "fullscreen", 0, 0},
		{BINDING_MOD, XKB_KEY_m, "maximise", 0, 0},
		{BINDING_MOD, XKB_KEY_n, "minimise", 0, 0},
		{BINDING_MOD, XKB_KEY_Left, "snap-left", 0, 0},
		{BINDING_MOD, XKB_KEY_Right, "snap-right", 0, 0},
		{BINDING_MOD, XKB_KEY_Up, "grow", 0, 0},
		{BINDING_MOD, XKB_KEY_Down, "shrink", 0, 0},
		WORKSPACE(1),
		WORKSPACE(2),
		WORKSPACE(3),
		WORKSPACE(4),
		WORKSPACE(5),
		WORKSPACE(6),
		WORKSPACE(7),
		WORKSPACE(8),
		WORKSPACE(9),
		{BINDING_MOD, XKB_KEY_Return, "terminal", 0, 0},
		{BINDING_MOD, XKB_KEY_space, "launcher", 0, 0},
		{BINDING_MOD, XKB_KEY_l, "lock", 0, 0},
		{BINDING_MOD, XKB_KEY_Escape, "reveal", 0, 0},
		{BINDING_MOD | SHIFT, XKB_KEY_f, "freeze", 0, 0},
		{BINDING_MOD | SHIFT, XKB_KEY_k, "kill", 0, 0},
		{BINDING_MOD | SHIFT, XKB_KEY_c, "copy-out", 0, 0},
		{BINDING_MOD | SHIFT, XKB_KEY_v, "paste-in", 0, 0},
		{BINDING_MOD | SHIFT, XKB_KEY_r, "reload", 0, 0},
		{BINDING_MOD | SHIFT, XKB_KEY_e, "end-session", 0, 0},
};
const size_t bindings_default_len = sizeof(bindings_default) / sizeof(bindings_default[0]);

uint32_t bindings_modifier(struct server *server) {
	if (server->settings->modifier != 0) {
		return server->settings->modifier;
	}
	return server->is_nested ? WLR_MODIFIER_ALT : WLR_MODIFIER_LOGO;
}

static bool run_action(struct server *server, const char *name, unsigned int number,
		uint32_t modifiers, bool is_virtual) {
	const struct action *action = name != NULL ? action_find(name) : NULL;
	/* Only the chords for other consoles, which are none of these, work then. */
	if (lock_is_on(server) && DEFENDS(lock_chords)) {
		return false;
	}
	if (action == NULL || (action->is_trusted && is_virtual && DEFENDS(virtual_chords)) ||
			(switcher_is_open(server) && !action->is_switchers &&
					action->end == NULL)) {
		return false;
	}
	/* While the launcher is open, chords for windows are keys like others, and the launcher's. */
	if (layer_shell_is_modal(server) && !action->is_trusted) {
		return false;
	}
	if (action->end != NULL || action->confirm != NULL) {
		hold_begin(server, action, modifiers);
	} else {
		action->run(server, number);
	}
	return true;
}

bool bindings_run_tap(struct server *server, bool is_virtual) {
	return run_action(server, server->is_nested ? NULL : "launcher", 0, 0, is_virtual);
}

bool bindings_run(struct server *server, uint32_t modifiers, xkb_keysym_t symbol, bool is_virtual) {
	const uint32_t relevant = WLR_MODIFIER_SHIFT | WLR_MODIFIER_CTRL | WLR_MODIFIER_ALT |
			WLR_MODIFIER_LOGO;
	xkb_keysym_t lower = xkb_keysym_to_lower(symbol);
	lower = lower == XKB_KEY_ISO_Left_Tab ? XKB_KEY_Tab : lower;
	const struct settings *settings = server->settings;
	for (size_t i = 0; i < settings->bindings_len; i++) {
		const struct binding *binding = &settings->bindings[i];
		uint32_t held = binding->modifiers & ~BINDING_MOD;
		held |= binding->modifiers & BINDING_MOD ? bindings_modifier(server) : 0;
		if (binding->symbol == lower && held == (modifiers & relevant)) {
			return run_action(server, binding->action, binding->number, held,
					is_virtual);
		}
	}
	return false;
}
