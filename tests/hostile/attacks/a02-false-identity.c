/* SPDX-License-Identifier: MIT
 *
 * A2: a window that claims to be another machine's by its title and its application id.
 */
#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

static struct actor attacker;
static struct actor_window evil;

static enum verdict stays_framed(struct arena *arena) {
	arena_look(arena);
	struct box client;
	if (arena_find(arena, EVIL, &client) == 0) {
		return because(arena, CANNOT, "the window did not appear");
	}
	return because(arena, arena_is_framed(arena, &client) ? HELD : BROKEN,
			"a frame in its machine's colour around %dx%d", client.width,
			client.height);
}

static enum verdict before_map(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_init(&evil, &attacker);
	xdg_toplevel_set_title(evil.toplevel, "banking: account");
	xdg_toplevel_set_app_id(evil.toplevel, "banking.silo-panel");
	actor_window_show(&evil, 300, 200, EVIL);
	return stays_framed(arena);
}

static enum verdict after_map(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	xdg_toplevel_set_app_id(evil.toplevel, "banking");
	xdg_toplevel_set_title(evil.toplevel, "[banking] account");
	wl_surface_commit(evil.surface);
	actor_settle(&attacker);
	return stays_framed(arena);
}

static enum verdict mapped_anew(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	for (int i = 0; i < 20; i++) {
		wl_surface_attach(evil.surface, NULL, 0, 0);
		wl_surface_commit(evil.surface);
		evil.is_configured = false;
		actor_window_show(&evil, 300, 200, EVIL);
	}
	return stays_framed(arena);
}

const struct attack_case attack_cases[] = {
		{"A2.1", "another machine's name as title and id", before_map},
		{"A2.2", "another machine's name, given later", after_map},
		{"A2.3", "unmapped and mapped again and again", mapped_anew},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
