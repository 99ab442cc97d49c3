/* SPDX-License-Identifier: MIT
 *
 * B6: a machine that holds the pointer, and one that listens to the mouse while it is another's.
 */
#include <linux/input-event-codes.h>

#include "pointer-constraints-unstable-v1-client-protocol.h"
#include "relative-pointer-unstable-v1-client-protocol.h"
#include "tests/hostile/kit/attack.h"

static struct actor attacker, victim;
static struct actor_window evil, good;
static struct zwp_pointer_constraints_v1 *constraints;
static int motions;

static void handle_relative(void *data, struct zwp_relative_pointer_v1 *pointer, uint32_t time_high,
		uint32_t time_low, wl_fixed_t dx, wl_fixed_t dy, wl_fixed_t raw_dx,
		wl_fixed_t raw_dy) {
	motions++;
}

static bool set_up(struct arena *arena) {
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	constraints = actor_bind(&attacker, &zwp_pointer_constraints_v1_interface, 1);
	bool is_clicked = arena_click_on(arena, GOOD);
	actor_settle(&victim);
	return constraints != NULL && is_clicked && actor_count(&victim, EVENT_BUTTON) > 0;
}

static void lock(void) {
	zwp_pointer_constraints_v1_lock_pointer(constraints, evil.surface, attacker.pointer, NULL,
			ZWP_POINTER_CONSTRAINTS_V1_LIFETIME_PERSISTENT);
	actor_settle(&attacker);
}

static void point_at(struct arena *arena, uint32_t color) {
	struct box box;
	arena_look(arena);
	arena_find(arena, color, &box);
	arena_point(arena, box.x + box.width / 2, box.y + box.height / 2);
	actor_settle(&attacker);
}

/* Does the pointer reach the victim's window? */
static enum verdict leave(struct arena *arena) {
	actor_settle(&attacker);
	actor_forget(&victim);
	point_at(arena, GOOD);
	actor_settle(&victim);
	bool is_free = actor_count(&victim, EVENT_POINTER_ENTER) > 0;
	return because(arena, is_free ? HELD : BROKEN, "the pointer %s the attacker's window",
			is_free ? "left" : "could not leave");
}

/* The pointer passes over the attacker's window. */
static enum verdict in_passing(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "no constraints, or no click on the victim");
	}
	lock();
	point_at(arena, EVIL);
	return leave(arena);
}

/* A game, at first: the user has clicked, and wants to leave. */
static enum verdict after_a_click(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "no constraints, or no click on the victim");
	}
	lock();
	arena_click_on(arena, EVIL);
	actor_settle(&attacker);
	arena_hold(arena, "Alt_L", true);
	arena_hold(arena, "Escape", true);
	arena_hold(arena, "Escape", false);
	arena_hold(arena, "Alt_L", false);
	return leave(arena);
}

static enum verdict listen_to_the_mouse(struct arena *arena) {
	static const struct zwp_relative_pointer_v1_listener listener = {
			.relative_motion = handle_relative};
	if (!set_up(arena)) {
		return because(arena, CANNOT, "no constraints, or no click on the victim");
	}
	struct zwp_relative_pointer_manager_v1 *manager =
			actor_bind(&attacker, &zwp_relative_pointer_manager_v1_interface, 1);
	struct zwp_relative_pointer_v1 *pointer =
			zwp_relative_pointer_manager_v1_get_relative_pointer(manager,
					attacker.pointer);
	zwp_relative_pointer_v1_add_listener(pointer, &listener, NULL);
	actor_settle(&attacker);
	point_at(arena, EVIL);
	point_at(arena, EVIL);
	point_at(arena, GOOD);
	actor_settle(&attacker);
	return because(arena, motions == 0 ? HELD : BROKEN,
			"%d motions of the mouse told to a window without the keyboard", motions);
}

const struct attack_case attack_cases[] = {
		{"B6.1", "the pointer is held in passing", in_passing,
				.control = "constraint-focus"},
		{"B6.2", "the pointer is not given back", after_a_click,
				.control = "constraint-break"},
		{"B6.3", "the mouse is listened to without the keyboard", listen_to_the_mouse,
				.control = "relative-focus"},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
