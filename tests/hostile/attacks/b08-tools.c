/* SPDX-License-Identifier: MIT
 *
 * A6, B8: programs of the host at the lock, which are trusted with more than a machine and with less than the
 * locker: what lies over everything, takes the keyboard, types, or says that it is a locker. And lockers that die.
 */
#include <linux/input-event-codes.h>

#include "base/clock.h"
#include "ext-idle-notify-v1-client-protocol.h"
#include "ext-session-lock-v1-client-protocol.h"
#include "idle-inhibit-unstable-v1-client-protocol.h"
#include "tests/hostile/kit/attack.h"
#include "tests/probe/keyboard.h"
#include "tests/probe/pointer.h"
#include "wlr-layer-shell-unstable-v1-client-protocol.h"

#define LOCKER "locker /bin/sleep 60\n"
#define DYING "locker /bin/sh -c \"exit 1\"\n"
#define LOCK "Alt+l"
#define PATIENCE_MS 5000
#define IDLE_MS 200
#define EDGES 15 /* anchored at all */

static struct actor attacker, tool;
static struct actor_window evil;
static struct box box; /* where the attacker's window is */

static bool set_up(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	bool is_clicked = arena_click_on(arena, EVIL);
	arena_find(arena, EVIL, &box);
	actor_settle(&attacker);
	return is_clicked && actor_count(&attacker, EVENT_KEYBOARD_ENTER) > 0;
}

static bool lock(struct arena *arena) {
	actor_settle(&attacker);
	arena_chord(arena, LOCK);
	actor_settle(&attacker);
	actor_forget(&attacker);
	return arena_log_holds(arena, "locked: by its keys");
}

static size_t input_told(struct actor *actor) {
	static const enum event_kind kinds[] = {EVENT_KEYBOARD_ENTER, EVENT_KEY, EVENT_MODIFIERS,
			EVENT_POINTER_ENTER, EVENT_MOTION, EVENT_BUTTON, EVENT_AXIS, EVENT_TOUCH};
	size_t told = 0;
	actor_settle(actor);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		told += actor_count(actor, kinds[i]);
	}
	return told;
}

static enum verdict judge_input(struct arena *arena, struct actor *actor, bool is_locked) {
	if (!is_locked) {
		return because(arena, CANNOT, "the session is not locked");
	}
	size_t told = input_told(actor);
	return because(arena, told == 0 ? HELD : BROKEN,
			"it was told of %zu events while the session was locked", told);
}

/* ---- a surface of the host's over everything ---- */

struct overlay {
	struct wl_surface *surface;
	struct zwlr_layer_surface_v1 *role;
	struct actor_buffer buffer;
	uint32_t width, height;
};

static void handle_layer_configure(void *data, struct zwlr_layer_surface_v1 *role, uint32_t serial,
		uint32_t width, uint32_t height) {
	struct overlay *overlay = data;
	overlay->width = width;
	overlay->height = height;
	zwlr_layer_surface_v1_ack_configure(role, serial);
}

static void handle_layer_closed(void *data, struct zwlr_layer_surface_v1 *role) {
}

static const struct zwlr_layer_surface_v1_listener layer_listener = {
		.configure = handle_layer_configure, .closed = handle_layer_closed};

/* Above all windows, on the whole screen, with the keyboard. False: there are no such surfaces. */
static bool overlay_show(struct overlay *overlay) {
	struct zwlr_layer_shell_v1 *shell = actor_bind(&tool, &zwlr_layer_shell_v1_interface, 4);
	if (shell == NULL) {
		return false;
	}
	overlay->surface = wl_compositor_create_surface(tool.compositor);
	overlay->role = zwlr_layer_shell_v1_get_layer_surface(shell, overlay->surface, NULL,
			ZWLR_LAYER_SHELL_V1_LAYER_OVERLAY, "attack");
	zwlr_layer_surface_v1_add_listener(overlay->role, &layer_listener, overlay);
	zwlr_layer_surface_v1_set_anchor(overlay->role, EDGES);
	zwlr_layer_surface_v1_set_exclusive_zone(overlay->role, -1);
	zwlr_layer_surface_v1_set_keyboard_interactivity(overlay->role,
			ZWLR_LAYER_SURFACE_V1_KEYBOARD_INTERACTIVITY_EXCLUSIVE);
	wl_surface_commit(overlay->surface);
	actor_settle(&tool);
	if (overlay->width == 0 || overlay->height == 0) {
		return false;
	}
	actor_buffer_init(&overlay->buffer, &tool, (int)overlay->width, (int)overlay->height, GOOD);
	wl_surface_attach(overlay->surface, overlay->buffer.wl_buffer, 0, 0);
	wl_surface_damage_buffer(overlay->surface, 0, 0, INT32_MAX, INT32_MAX);
	wl_surface_commit(overlay->surface);
	return actor_settle(&tool);
}

static bool open_tool(struct arena *arena) {
	return actor_connect(&tool, arena->tools_socket);
}

/* One that is there before, and one that comes behind the lock. */
static enum verdict overlays_seen(struct arena *arena) {
	static struct overlay before, behind;
	if (!set_up(arena) || !open_tool(arena) || !overlay_show(&before)) {
		return because(arena, CANNOT, "no surface over everything is to be had");
	}
	bool is_locked = lock(arena);
	overlay_show(&behind);
	struct box shown;
	arena_look(arena);
	size_t pixels = arena_find(arena, GOOD, &shown);
	if (!is_locked) {
		return because(arena, CANNOT, "the session is not locked");
	}
	return because(arena, pixels == 0 ? HELD : BROKEN,
			"%zu pixels of it are seen while it is locked", pixels);
}

static enum verdict overlays_typed_at(struct arena *arena) {
	static struct overlay before;
	if (!set_up(arena) || !open_tool(arena) || !overlay_show(&before) ||
			actor_count(&tool, EVENT_KEYBOARD_ENTER) == 0) {
		return because(arena, CANNOT, "no surface that takes the keyboard is to be had");
	}
	bool is_locked = lock(arena);
	actor_settle(&tool);
	actor_forget(&tool);
	arena_type(arena, "secret");
	return judge_input(arena, &tool, is_locked);
}

/* ---- one that acts for the user ---- */

static enum verdict typed_for_the_user(struct arena *arena) {
	bool is_locked = set_up(arena) && lock(arena);
	struct keyboard *keyboard = keyboard_get(&arena->screen);
	if (keyboard == NULL || !keyboard_type(keyboard, "secret")) {
		return because(arena, CANNOT, "no virtual keyboard is offered");
	}
	wl_display_roundtrip(arena->screen.display);
	return judge_input(arena, &attacker, is_locked);
}

static enum verdict clicked_for_the_user(struct arena *arena) {
	bool is_locked = set_up(arena) && lock(arena);
	struct pointer *pointer = pointer_get(&arena->screen);
	if (pointer == NULL) {
		return because(arena, CANNOT, "no virtual pointer is offered");
	}
	pointer_move(&arena->screen, pointer, box.x + 50, box.y + 50);
	pointer_button(pointer, BTN_LEFT, true);
	pointer_button(pointer, BTN_LEFT, false);
	pointer_scroll(pointer, 1);
	wl_display_roundtrip(arena->screen.display);
	return judge_input(arena, &attacker, is_locked);
}

/* ---- lockers ---- */

static void handle_locked(void *data, struct ext_session_lock_v1 *its) {
	bool *is_told = data;
	*is_told = true;
}

static void handle_finished(void *data, struct ext_session_lock_v1 *its) {
}

static const struct ext_session_lock_v1_listener lock_listener = {
		.locked = handle_locked, .finished = handle_finished};

/* The one that silo has started has not come yet: another one says that the session is unlocked. */
static enum verdict unlocked_by_another(struct arena *arena) {
	if (!set_up(arena) || !lock(arena) || !open_tool(arena)) {
		return because(arena, CANNOT, "the session is not locked");
	}
	struct ext_session_lock_manager_v1 *manager =
			actor_bind(&tool, &ext_session_lock_manager_v1_interface, 1);
	if (manager != NULL) {
		struct ext_session_lock_v1 *its = ext_session_lock_manager_v1_lock(manager);
		bool is_told = false;
		ext_session_lock_v1_add_listener(its, &lock_listener, &is_told);
		int64_t end_ms = clock_now_ms() + PATIENCE_MS;
		while (!is_told && clock_now_ms() < end_ms && actor_wait(&tool, end_ms)) {
		}
		ext_session_lock_v1_unlock_and_destroy(its);
		actor_settle(&tool);
	}
	bool is_open = arena_log_holds(arena, "unlocked by");
	return because(arena, is_open ? BROKEN : HELD, "the session is %s",
			is_open ? "open" : "locked");
}

/* Its program ends at once, each time it is started. */
static enum verdict dying_locker(struct arena *arena) {
	if (!set_up(arena) || !lock(arena)) {
		return because(arena, CANNOT, "the session is not locked");
	}
	int64_t end_ms = clock_now_ms() + PATIENCE_MS;
	/* The third rest is sixteen times the first. */
	while (clock_now_ms() < end_ms && !arena_log_holds(arena, "unlocked by") &&
			!arena_log_holds(arena, "started again in 3200 ms")) {
		actor_wait(&attacker, clock_now_ms() + 20);
	}
	arena_type(arena, "secret");
	arena_click(arena, box.x + 50, box.y + 50);
	size_t told = input_told(&attacker);
	struct box shown;
	arena_look(arena);
	size_t pixels = arena_find(arena, EVIL, &shown);
	return because(arena, told == 0 && pixels == 0 ? HELD : BROKEN,
			"%zu events and %zu pixels, after lockers that died", told, pixels);
}

/* ---- time ---- */

static void handle_idled(void *data, struct ext_idle_notification_v1 *notification) {
	bool *is_idle = data;
	*is_idle = true;
}

static void handle_resumed(void *data, struct ext_idle_notification_v1 *notification) {
}

/* Behind the lock no window keeps a host's program from switching the screens off. */
static enum verdict awake_behind(struct arena *arena) {
	static const struct ext_idle_notification_v1_listener listener = {
			.idled = handle_idled, .resumed = handle_resumed};
	static bool is_idle;
	if (!set_up(arena) || !open_tool(arena)) {
		return because(arena, CANNOT, "the attacker did not get the keyboard by a click");
	}
	struct zwp_idle_inhibit_manager_v1 *manager =
			actor_bind(&attacker, &zwp_idle_inhibit_manager_v1_interface, 1);
	struct ext_idle_notifier_v1 *notifier =
			actor_bind(&tool, &ext_idle_notifier_v1_interface, 1);
	if (manager == NULL || notifier == NULL) {
		return because(arena, CANNOT, "nobody can be told that the user is away");
	}
	zwp_idle_inhibit_manager_v1_create_inhibitor(manager, evil.surface);
	if (!lock(arena)) {
		return because(arena, CANNOT, "the session is not locked");
	}
	arena_look(arena);
	ext_idle_notification_v1_add_listener(ext_idle_notifier_v1_get_idle_notification(notifier,
							      IDLE_MS, tool.seat),
			&listener, &is_idle);
	int64_t end_ms = clock_now_ms() + 5 * IDLE_MS;
	while (!is_idle && clock_now_ms() < end_ms && actor_wait(&tool, end_ms)) {
	}
	return because(arena, is_idle ? HELD : BROKEN, "the user %s",
			is_idle ? "counts as away"
				: "counts as there, for a window behind the lock");
}

const struct attack_case attack_cases[] = {
		{"A6.5", "a host's program lies over the lock", overlays_seen, "lock-picture",
				LOCKER},
		{"B8.7", "a host's program takes the keyboard when it locks", overlays_typed_at,
				"lock-input", LOCKER},
		{"B8.8", "a host's program types into a window behind the lock", typed_for_the_user,
				"lock-input", LOCKER},
		{"B8.9", "a host's program clicks on a window behind the lock",
				clicked_for_the_user, "lock-pointer", LOCKER},
		{"B8.10", "a host's program unlocks", unlocked_by_another, "lock-who", LOCKER},
		{"B8.11", "lockers that die at once", dying_locker, "lock-death", DYING},
		{"B9.4", "a window behind the lock keeps the screens on", awake_behind,
				"idle-sight", LOCKER},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
