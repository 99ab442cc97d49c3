/* SPDX-License-Identifier: MIT
 *
 * D1: what the numbers of globals tell.
 */
#include "tests/hostile/kit/attack.h"

static struct actor attacker, tool;

/*
 * The compositor's own numbers have gaps where others are given more, and grow with every screen
 * that has ever been there. A few may be the same by chance.
 */
static enum verdict numbers(struct arena *arena) {
	size_t compared = 0, same = 0;
	arena_attacker(arena, &attacker);
	if (!actor_connect(&tool, arena->tools_socket)) {
		return because(arena, CANNOT, "no connection beside the machine's");
	}
	for (size_t i = 0; i < attacker.globals_len; i++) {
		const struct actor_global *global = &attacker.globals[i];
		const struct actor_global *own = actor_find(&tool, global->interface);
		compared += own != NULL;
		same += own != NULL && own->name == global->name;
	}
	return because(arena, same > compared / 2 ? BROKEN : HELD,
			"%zu of %zu globals have the compositor's own numbers", same, compared);
}

const struct attack_case attack_cases[] = {
		{"D1.1", "the compositor's own numbers of globals", numbers, "registry-names"},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
