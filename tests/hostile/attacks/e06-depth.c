/* SPDX-License-Identifier: MIT
 *
 * E6: trees of surfaces deeper than anybody needs.
 */
#include "tests/hostile/kit/attack.h"

#define DEPTH 300

static struct actor attacker;
static struct actor_window evil;

static enum verdict chain(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	struct wl_surface *parent = evil.surface;
	int depth = 0;
	while (depth < DEPTH && actor_settle(&attacker)) {
		struct wl_surface *surface = wl_compositor_create_surface(attacker.compositor);
		wl_subcompositor_get_subsurface(attacker.subcompositor, surface, parent);
		parent = surface;
		depth++;
	}
	bool is_hung_up = !actor_settle(&attacker);
	return because(arena, is_hung_up ? HELD : BROKEN, "%s at a depth of %d",
			is_hung_up ? "hung up" : "nothing was said", depth);
}

const struct attack_case attack_cases[] = {
		{"E6.1", "300 sub-surfaces, one in the other", chain},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
