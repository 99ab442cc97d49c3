/* SPDX-License-Identifier: MIT
 *
 * B1, B2, B3: taking the keyboard, or a click, by appearing at the right moment.
 */
#include <linux/input-event-codes.h>

#include "tests/hostile/kit/attack.h"
#include "xdg-activation-v1-client-protocol.h"
#include "xdg-shell-client-protocol.h"

static struct actor attacker, victim;
static struct actor_window evil, good, more[8];

/* The victim's window has the keyboard. */
static bool set_up(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	bool is_clicked = arena_click_on(arena, GOOD);
	actor_settle(&victim);
	return is_clicked && actor_count(&victim, EVENT_KEYBOARD_ENTER) > 0;
}

/* The user types on; all of it must reach the victim. */
static enum verdict type_on(struct arena *arena) {
	actor_settle(&victim);
	actor_forget(&victim);
	actor_forget(&attacker);
	arena_type(arena, "secret");
	actor_settle(&victim);
	actor_settle(&attacker);
	size_t told = actor_count(&victim, EVENT_KEY), stolen = actor_count(&attacker, EVENT_KEY);
	return because(arena, told == 12 && stolen == 0 ? HELD : BROKEN,
			"of 12 key events the victim got %zu, the attacker %zu", told, stolen);
}

static enum verdict map_while_typing(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim did not get the keyboard by a click");
	}
	arena_type(arena, "ab");
	actor_window_map(&more[0], &attacker, 300, 200, EVIL);
	return type_on(arena);
}

static enum verdict map_again_and_again(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim did not get the keyboard by a click");
	}
	for (int i = 0; i < 8; i++) {
		actor_window_map(&more[i], &attacker, 200, 150, EVIL);
		actor_window_finish(&more[i]);
	}
	actor_window_map(&more[0], &attacker, 200, 150, EVIL);
	return type_on(arena);
}

static enum verdict full_screen(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim did not get the keyboard by a click");
	}
	actor_window_init(&more[0], &attacker);
	xdg_toplevel_set_fullscreen(more[0].toplevel, NULL);
	actor_window_show(&more[0], 0, 0, EVIL);
	return type_on(arena);
}

/* The victim's window ends while it is typed at; the attacker's is there at once. */
static enum verdict left_behind(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim did not get the keyboard by a click");
	}
	actor_window_finish(&good);
	actor_settle(&victim);
	actor_window_map(&more[0], &attacker, 300, 200, EVIL);
	actor_forget(&attacker);
	arena_type(arena, "secret");
	actor_settle(&attacker);
	size_t stolen = actor_count(&attacker, EVENT_KEY);
	return because(arena, stolen == 0 ? HELD : BROKEN, "%zu key events meant for the victim",
			stolen);
}

static void handle_token(void *data, struct xdg_activation_token_v1 *token, const char *text) {
	struct xdg_activation_v1 *activation = data;
	xdg_activation_v1_activate(activation, text, evil.surface);
}

static enum verdict activation(struct arena *arena, bool has_serial) {
	static const struct xdg_activation_token_v1_listener listener = {.done = handle_token};
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the victim did not get the keyboard by a click");
	}
	struct xdg_activation_v1 *manager = actor_bind(&attacker, &xdg_activation_v1_interface, 1);
	if (manager == NULL) {
		return because(arena, HELD, "activation is not offered");
	}
	struct xdg_activation_token_v1 *token = xdg_activation_v1_get_activation_token(manager);
	xdg_activation_token_v1_add_listener(token, &listener, manager);
	if (has_serial) {
		xdg_activation_token_v1_set_serial(token, attacker.serial, attacker.seat);
	}
	xdg_activation_token_v1_commit(token);
	actor_settle(&attacker);
	if (!actor_settle(&attacker)) {
		return because(arena, HELD, "the attacker was hung up");
	}
	return type_on(arena);
}

static enum verdict activation_without_serial(struct arena *arena) {
	return activation(arena, false);
}

static enum verdict activation_with_old_serial(struct arena *arena) {
	return activation(arena, true);
}

const struct attack_case attack_cases[] = {
		{"B1.1", "a window appears while another machine is typed at", map_while_typing},
		{"B1.2", "windows appear and vanish and appear", map_again_and_again},
		{"B1.3", "a full-screen window appears", full_screen},
		{"B1.4", "a window appears where the keyboard was left behind", left_behind},
		{"B3.1", "activation without an event", activation_without_serial},
		{"B3.2", "activation with an old event", activation_with_old_serial},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
