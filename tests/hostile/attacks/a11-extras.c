/* SPDX-License-Identifier: MIT
 *
 * A11, A12, A15, B9: attacks by protocols that a machine has no use for. What is not offered cannot be
 * asked for: A19.2 guesses at numbers.
 */
#include "tests/hostile/kit/attack.h"

static struct actor attacker;

static enum verdict is_offered(struct arena *arena, const char *interface) {
	arena_attacker(arena, &attacker);
	bool is_there = actor_find(&attacker, interface) != NULL;
	return because(arena, is_there ? BROKEN : HELD, "%s is %s", interface,
			is_there ? "offered" : "not offered");
}

static enum verdict icons(struct arena *arena) {
	return is_offered(arena, "xdg_toplevel_icon_manager_v1");
}

static enum verdict identity(struct arena *arena) {
	return is_offered(arena, "wp_security_context_manager_v1");
}

static enum verdict parents(struct arena *arena) {
	return is_offered(arena, "zxdg_importer_v2");
}

static enum verdict presence(struct arena *arena) {
	return is_offered(arena, "ext_idle_notifier_v1");
}

static enum verdict input_method(struct arena *arena) {
	return is_offered(arena, "zwp_input_method_manager_v2");
}

const struct attack_case attack_cases[] = {
		{"A11.1", "a picture of its own in lists of windows", icons},
		{"A12.1", "a name that the machine gives itself", identity},
		{"A15.1", "a dialog over another machine's window, by a handle", parents},
		{"B7.3", "a machine composes the user's text", input_method},
		{"B9.3", "a machine asks whether the user is there", presence},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
