/* SPDX-License-Identifier: MIT
 *
 * E4: a machine that is frozen reads nothing, whatever the user does over its windows. It must not lose
 * them for that.
 */
#include "tests/hostile/kit/attack.h"

#define WAYS 30000
#define SIDE 100

static struct actor attacker;
static struct actor_window evil;

static enum verdict motion(struct arena *arena) {
	struct box box;
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	arena_look(arena);
	if (arena_find(arena, EVIL, &box) == 0) {
		return because(arena, CANNOT, "the window is not there");
	}
	/* It does not read from here on. */
	for (int i = 0; i < WAYS; i++) {
		arena_point(arena, box.x + 20 + i % SIDE, box.y + 20 + i / SIDE % SIDE);
	}
	arena_point(arena, box.x + 20, box.y + 20);
	bool goes_on = actor_settle(&attacker);
	return because(arena, goes_on ? HELD : BROKEN, "%d motions later the window %s", 2 * WAYS,
			goes_on ? "is there" : "is gone");
}

const struct attack_case attack_cases[] = {
		{"E4.2", "60,000 motions over a window of a frozen machine", motion, "fold"},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
