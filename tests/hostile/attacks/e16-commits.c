/* SPDX-License-Identifier: MIT
 *
 * E16: commits, each of which is little, as fast as they are taken.
 */
#include "base/clock.h"
#include "tests/hostile/kit/attack.h"

#define PERIOD_MS 1500
#define AT_A_TIME 500
/* More than any client needs: a frame each millisecond on twenty screens; twice what is allowed, since a
 * client that begins has saved some. */
#define COMMITS_PER_SECOND_MAX 40000

static struct actor attacker;
static struct actor_window evil;

static enum verdict commits(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	int64_t start_ms = clock_now_ms(), now_ms;
	size_t taken = 0;
	do {
		for (int i = 0; i < AT_A_TIME; i++) {
			wl_surface_commit(evil.surface);
		}
		if (!actor_settle(&attacker)) {
			return because(arena, HELD, "hung up after %zu commits", taken);
		}
		taken += AT_A_TIME;
		now_ms = clock_now_ms();
	} while (now_ms - start_ms < PERIOD_MS);
	size_t rate = taken * 1000 / (size_t)(now_ms - start_ms);
	return because(arena, rate <= COMMITS_PER_SECOND_MAX ? HELD : BROKEN,
			"%zu commits a second were taken", rate);
}

const struct attack_case attack_cases[] = {
		{"E16.1", "commits without an end", commits},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
