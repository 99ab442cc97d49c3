/* SPDX-License-Identifier: MIT
 *
 * B11, C10: questions to the user that are answered by keys which were meant for something else: typed as
 * the question appears, or behind the lock. With the real silo-ask; without a defence, with its weak one.
 */
#include "base/clock.h"
#include "tests/hostile/kit/copies.h"

#define ASKED "clipboard {\n\trule untrusted banking ask\n}\nlocker /bin/sleep 60\n"
#define QUESTION_MS 10000
/* After so long without a key a question listens. */
#define QUIET_MS 700

/* What says yes to a question that listens: past the offer to remember it. */
static void say_yes(struct arena *arena) {
	arena_chord(arena, "Tab");
	arena_chord(arena, "Tab");
	arena_chord(arena, "space");
}

/* All but the question is dark. */
static bool is_asked(struct arena *arena) {
	struct box box;
	arena_look(arena);
	return arena_find(arena, GOOD, &box) == 0;
}

/* The attacker's copy is pasted in the victim's window, which asks. With keys, the user types meanwhile. */
static bool ask(struct arena *arena, bool types) {
	static struct source source = {.bytes = "poison", .len = 6};
	if (!copies_set_up(arena) ||
			!copies_copy(arena, &attacker, EVIL, "text/plain", &source, "opied") ||
			!arena_click_on(arena, GOOD)) {
		return false;
	}
	arena_chord(arena, PASTE);
	int64_t end_ms = clock_now_ms() + QUESTION_MS;
	while (!is_asked(arena)) {
		if (clock_now_ms() > end_ms) {
			return false;
		}
		if (types) {
			arena_type(arena, "x");
		}
	}
	return true;
}

static enum verdict judge(struct arena *arena) {
	bool is_pasted = copies_await(arena, "Pasted into banking", NULL);
	return because(arena, is_pasted ? BROKEN : HELD, "the question %s",
			is_pasted ? "took them for a yes" : "took them for nothing");
}

static enum verdict typed_on(struct arena *arena) {
	if (!ask(arena, true)) {
		return because(arena, CANNOT, "nothing was asked");
	}
	say_yes(arena);
	return judge(arena);
}

static enum verdict locked(struct arena *arena) {
	if (!ask(arena, false)) {
		return because(arena, CANNOT, "nothing was asked");
	}
	arena_chord(arena, "Alt+l");
	if (!arena_log_holds(arena, "locked: by its keys")) {
		return because(arena, CANNOT, "the session is not locked");
	}
	int64_t end_ms = clock_now_ms() + QUIET_MS;
	while (clock_now_ms() < end_ms && actor_wait(&victim, end_ms)) {
	}
	say_yes(arena);
	return judge(arena);
}

const struct attack_case attack_cases[] = {
		{"B11.1", "a question that appears as the user types", typed_on, "ask-deadtime",
				ASKED},
		{"B11.2", "a question that is open when it locks, answered behind the lock", locked,
				"lock-input", ASKED},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
