/* SPDX-License-Identifier: MIT
 *
 * A6, B8: what was open, held or under way when it locks, as far as b08-lock has it not, and what comes at that
 * moment; and B9: who keeps the session from being locked. The locker shows nothing: that is the time before a locker is up, for ever.
 */
#include <linux/input-event-codes.h>

#include "base/clock.h"
#include "idle-inhibit-unstable-v1-client-protocol.h"
#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

#define LOCKER "locker /bin/sleep 60\n"
#define LOCK "Alt+l"
#define IDLE_MS 3000
#define FLOOD 12
#define INHIBITORS 100

static struct actor attacker;
static struct actor_window evil, popup;
static struct box box; /* where the attacker's window is */

/* The attacker's window has keyboard and pointer. */
static bool set_up(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	bool is_clicked = arena_click_on(arena, EVIL);
	arena_find(arena, EVIL, &box);
	actor_settle(&attacker);
	return is_clicked && actor_count(&attacker, EVENT_KEYBOARD_ENTER) > 0;
}

/* Locks, and forgets what the attacker was told until then. */
static bool lock(struct arena *arena) {
	actor_settle(&attacker);
	arena_chord(arena, LOCK);
	actor_settle(&attacker);
	actor_forget(&attacker);
	return arena_log_holds(arena, "locked: by its keys");
}

static size_t input_told(void) {
	static const enum event_kind kinds[] = {EVENT_KEYBOARD_ENTER, EVENT_KEY, EVENT_MODIFIERS,
			EVENT_POINTER_ENTER, EVENT_MOTION, EVENT_BUTTON, EVENT_AXIS,
			EVENT_DRAG_ENTER, EVENT_DRAG_MOTION, EVENT_DRAG_DROP};
	size_t told = 0;
	actor_settle(&attacker);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		told += actor_count(&attacker, kinds[i]);
	}
	return told;
}

static enum verdict judge(struct arena *arena, bool is_locked) {
	if (!is_locked) {
		return because(arena, CANNOT, "the session is not locked");
	}
	size_t told = input_told();
	return because(arena, told == 0 ? HELD : BROKEN,
			"the attacker was told of %zu events while the session was locked", told);
}

static enum verdict held_button(struct arena *arena) {
	bool is_ready = set_up(arena);
	arena_point(arena, box.x + 30, box.y + 30);
	arena_press(arena, BTN_LEFT, true);
	bool is_locked = is_ready && lock(arena);
	arena_point(arena, box.x + 60, box.y + 60);
	arena_press(arena, BTN_LEFT, false);
	return judge(arena, is_locked);
}

/* A surface of a colour that is in no window. */
static struct wl_surface *show_image(struct actor_buffer *image, int size) {
	struct wl_surface *surface = wl_compositor_create_surface(attacker.compositor);
	actor_buffer_init(image, &attacker, size, size, ANCHOR);
	wl_surface_attach(surface, image->wl_buffer, 0, 0);
	wl_surface_damage_buffer(surface, 0, 0, size, size);
	return surface;
}

static void begin_drag(struct arena *arena, struct wl_surface *icon) {
	arena_point(arena, box.x + 30, box.y + 30);
	arena_press(arena, BTN_LEFT, true);
	actor_settle(&attacker);
	struct wl_data_source *source =
			wl_data_device_manager_create_data_source(attacker.data_devices);
	wl_data_source_offer(source, "text/plain");
	wl_data_device_start_drag(attacker.data_device, source, evil.surface, icon,
			attacker.serial);
	if (icon != NULL) {
		wl_surface_commit(icon);
	}
	actor_settle(&attacker);
	arena_point(arena, box.x + 50, box.y + 50);
}

static enum verdict judge_image(struct arena *arena, uint32_t color, bool is_locked) {
	struct box shown;
	actor_settle(&attacker);
	arena_look(arena);
	size_t pixels = arena_find(arena, color, &shown);
	if (!is_locked) {
		return because(arena, CANNOT, "the session is not locked");
	}
	return because(arena, pixels == 0 ? HELD : BROKEN,
			"%zu pixels of it are seen while it is locked", pixels);
}

static enum verdict drag_icon(struct arena *arena) {
	static struct actor_buffer image;
	bool is_ready = set_up(arena);
	begin_drag(arena, show_image(&image, 100));
	bool is_locked = is_ready && lock(arena);
	return judge_image(arena, ANCHOR, is_locked);
}

static enum verdict cursor(struct arena *arena) {
	static struct actor_buffer image;
	bool is_ready = set_up(arena);
	struct wl_surface *surface = show_image(&image, 48);
	wl_pointer_set_cursor(attacker.pointer, attacker.enter_serial, surface, 24, 24);
	wl_surface_commit(surface);
	bool is_locked = is_ready && lock(arena);
	/* Once more, with what it was told last. */
	wl_pointer_set_cursor(attacker.pointer, attacker.enter_serial, surface, 24, 24);
	return judge_image(arena, ANCHOR, is_locked);
}

/* All that opens, grows, rises and asks for attention, as fast as it can, while the user locks. */
static void flood(struct zwp_idle_inhibit_manager_v1 *manager, struct actor_window windows[FLOOD],
		struct actor_window menus[FLOOD]) {
	for (size_t i = 0; i < FLOOD; i++) {
		actor_window_init(&windows[i], &attacker);
		xdg_toplevel_set_fullscreen(windows[i].toplevel, NULL);
		actor_window_show(&windows[i], 0, 0, ANCHOR);
		actor_popup_init(&menus[i], &windows[i], 0, 0, 900, 700);
		xdg_popup_grab(menus[i].popup, attacker.seat, attacker.serial);
		actor_window_show(&menus[i], 900, 700, ANCHOR);
		xdg_toplevel_set_maximized(evil.toplevel);
		xdg_toplevel_move(evil.toplevel, attacker.seat, attacker.serial);
		if (i == 0 && manager != NULL) {
			zwp_idle_inhibit_manager_v1_create_inhibitor(manager, evil.surface);
		}
	}
}

static enum verdict everything(struct arena *arena) {
	static struct actor_window windows[2][FLOOD], menus[2][FLOOD];
	bool is_ready = set_up(arena);
	struct zwp_idle_inhibit_manager_v1 *manager =
			actor_bind(&attacker, &zwp_idle_inhibit_manager_v1_interface, 1);
	flood(manager, windows[0], menus[0]);
	bool is_locked = is_ready && lock(arena);
	flood(manager, windows[1], menus[1]);
	arena_type(arena, "secret");
	arena_click(arena, box.x + 30, box.y + 30);
	size_t told = input_told();
	enum verdict verdict = judge_image(arena, ANCHOR, is_locked);
	if (verdict == HELD && told > 0) {
		return because(arena, BROKEN, "it was told of %zu events", told);
	}
	return verdict;
}

static enum verdict drag(struct arena *arena) {
	bool is_ready = set_up(arena);
	begin_drag(arena, NULL);
	bool is_locked = is_ready && lock(arena);
	arena_point(arena, box.x + 80, box.y + 80);
	arena_press(arena, BTN_LEFT, false);
	return judge(arena, is_locked);
}

/* A menu, for which the keyboard is grabbed while the user holds a button. */
static bool open_menu(struct arena *arena) {
	arena_point(arena, box.x + 30, box.y + 30);
	arena_press(arena, BTN_LEFT, true);
	actor_settle(&attacker);
	actor_popup_init(&popup, &evil, 10, 10, 100, 80);
	xdg_popup_grab(popup.popup, attacker.seat, attacker.serial);
	bool is_shown = actor_window_show(&popup, 100, 80, EVIL);
	arena_press(arena, BTN_LEFT, false);
	return is_shown;
}

static enum verdict menu(struct arena *arena) {
	bool is_locked = set_up(arena) && open_menu(arena) && lock(arena);
	arena_type(arena, "secret");
	arena_click(arena, box.x + 40, box.y + 40);
	return judge(arena, is_locked);
}

static enum verdict menu_opened_behind(struct arena *arena) {
	bool is_ready = set_up(arena);
	uint32_t serial = attacker.serial;
	bool is_locked = is_ready && lock(arena);
	actor_popup_init(&popup, &evil, 10, 10, 100, 80);
	xdg_popup_grab(popup.popup, attacker.seat, serial);
	actor_window_show(&popup, 100, 80, EVIL);
	arena_type(arena, "secret");
	arena_click(arena, box.x + 40, box.y + 40);
	return judge(arena, is_locked);
}

static enum verdict chords(struct arena *arena) {
	bool is_locked = set_up(arena) && lock(arena);
	arena_chord(arena, "Alt+q");
	arena_chord(arena, "Alt+m");
	arena_chord(arena, "Alt+Shift+e");
	if (!is_locked) {
		return because(arena, CANNOT, "the session is not locked");
	}
	if (!actor_settle(&attacker)) {
		return because(arena, BROKEN, "a chord ended the locked session");
	}
	return because(arena, HELD, "no chord did anything");
}

/* Does the session lock by itself, though the attacker does not want it to? */
static enum verdict judge_idle(struct arena *arena) {
	int64_t end_ms = clock_now_ms() + IDLE_MS;
	while (clock_now_ms() < end_ms && actor_wait(&attacker, end_ms)) {
	}
	bool is_locked = arena_log_holds(arena, "locked: nobody is there");
	return because(arena, is_locked ? HELD : BROKEN, "the session %s",
			is_locked ? "locked" : "was kept from locking by a window out of sight");
}

static bool inhibit(struct wl_surface *surface) {
	struct zwp_idle_inhibit_manager_v1 *manager =
			actor_bind(&attacker, &zwp_idle_inhibit_manager_v1_interface, 1);
	if (manager == NULL) {
		return false;
	}
	zwp_idle_inhibit_manager_v1_create_inhibitor(manager, surface);
	return actor_settle(&attacker);
}

static enum verdict awake_minimised(struct arena *arena) {
	if (!set_up(arena) || !inhibit(evil.surface)) {
		return because(arena, CANNOT, "the attacker cannot ask for it");
	}
	arena_chord(arena, "Alt+n");
	return judge_idle(arena);
}

static enum verdict awake_covered(struct arena *arena) {
	static struct actor victim;
	static struct actor_window good;
	if (!set_up(arena) || !inhibit(evil.surface)) {
		return because(arena, CANNOT, "the attacker cannot ask for it");
	}
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	if (!arena_click_on(arena, GOOD)) {
		return because(arena, CANNOT, "the victim was not clicked on");
	}
	arena_chord(arena, "Alt+m");
	actor_settle(&victim);
	actor_window_paint(&good, good.width, good.height, GOOD);
	return judge_idle(arena);
}

/* Each of them is looked at when the compositor asks who keeps it awake. */
static enum verdict awake_often(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the attacker did not get the keyboard by a click");
	}
	bool lives = true;
	for (size_t i = 0; i < INHIBITORS && lives; i++) {
		lives = inhibit(evil.surface);
	}
	return because(arena, lives ? BROKEN : HELD, "who asks for it %d times %s", INHIBITORS,
			lives ? "is served" : "is ended");
}

const struct attack_case attack_cases[] = {
		{"A6.3", "typing into a menu with a grab that is open when it locks", menu,
				"lock-input", LOCKER},
		{"A6.4", "a menu with a grab is opened behind the lock", menu_opened_behind,
				"lock-input", LOCKER},
		{"A6.6", "the picture of a drag that is under way when it locks", drag_icon,
				"lock-input,lock-picture", LOCKER},
		{"A6.7", "the pointer's picture when it locks", cursor, "lock-input,lock-pointer",
				LOCKER},
		{"A6.8", "windows, menus and demands without end as it locks", everything,
				"lock-picture", LOCKER},
		{"B8.4", "a button that is held when it locks", held_button, "lock-input", LOCKER},
		{"B8.5", "a drag that is under way when it locks", drag, "lock-input,lock-pointer",
				LOCKER},
		{"B8.6", "chords of the desktop while it is locked", chords, "lock-chords", LOCKER},
		{"B9.1", "a minimised window keeps the session awake", awake_minimised,
				"idle-sight", LOCKER "idle {\n\tlock 1s\n}\n"},
		{"B9.2", "a covered window keeps the session awake", awake_covered, "idle-sight",
				LOCKER "idle {\n\tlock 1s\n}\n"},
		{"B9.5", "a hundred wishes to stay awake", awake_often},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
