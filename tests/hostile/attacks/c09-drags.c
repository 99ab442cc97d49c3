/* SPDX-License-Identifier: MIT
 *
 * A18, C8, C9: drags that begin without a button, reach another machine, or hide the screen.
 */
#include <linux/input-event-codes.h>

#include "tests/hostile/kit/attack.h"

static struct actor attacker, victim;
static struct actor_window evil, good;
static struct actor_buffer image;

static bool set_up(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, ANCHOR);
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	return arena_click_on(arena, ANCHOR) && actor_settle(&attacker) &&
			actor_count(&attacker, EVENT_BUTTON) == 2;
}

static void begin_drag(uint32_t serial, int size) {
	struct wl_data_source *source =
			wl_data_device_manager_create_data_source(attacker.data_devices);
	wl_data_source_offer(source, "text/plain");
	struct wl_surface *icon = NULL;
	if (size > 0) {
		icon = wl_compositor_create_surface(attacker.compositor);
	}
	wl_data_device_start_drag(attacker.data_device, source, evil.surface, icon, serial);
	if (size > 0) {
		actor_buffer_init(&image, &attacker, size, size, EVIL);
		wl_surface_attach(icon, image.wl_buffer, 0, 0);
		wl_surface_damage_buffer(icon, 0, 0, size, size);
		wl_surface_commit(icon);
	}
	actor_settle(&attacker);
}

/* Where the victim's window is. */
static struct box find_victim(struct arena *arena) {
	struct box box;
	arena_look(arena);
	arena_find(arena, GOOD, &box);
	return box;
}

/* No button is held; the pointer must stay free. */
static enum verdict without_button(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the attacker was not clicked on");
	}
	begin_drag(attacker.serial - 1, 0);
	if (!actor_settle(&attacker)) {
		return because(arena, HELD, "the attacker was hung up");
	}
	struct box box = find_victim(arena);
	actor_forget(&victim);
	arena_point(arena, box.x + 50, box.y + 50);
	arena_point(arena, box.x + 60, box.y + 60);
	actor_settle(&victim);
	size_t told = actor_count(&victim, EVENT_POINTER_ENTER);
	return because(arena, told > 0 ? HELD : BROKEN, "the victim %s the pointer",
			told > 0 ? "got" : "did not get");
}

static bool hold_and_drag(struct arena *arena, int size) {
	if (!set_up(arena)) {
		return false;
	}
	arena_press(arena, BTN_LEFT, true);
	actor_settle(&attacker);
	begin_drag(attacker.serial, size);
	return true;
}

static enum verdict over_another(struct arena *arena) {
	if (!hold_and_drag(arena, 0)) {
		return because(arena, CANNOT, "the attacker was not clicked on");
	}
	struct box box = find_victim(arena);
	actor_forget(&victim);
	arena_point(arena, box.x + 50, box.y + 50);
	arena_point(arena, box.x + 60, box.y + 60);
	arena_press(arena, BTN_LEFT, false);
	actor_settle(&victim);
	size_t told = actor_count(&victim, EVENT_DRAG_ENTER) +
			actor_count(&victim, EVENT_DRAG_MOTION) +
			actor_count(&victim, EVENT_DRAG_DROP);
	return because(arena, told == 0 ? HELD : BROKEN,
			"the victim was told %zu times of the drag", told);
}

static enum verdict large_icon(struct arena *arena) {
	if (!hold_and_drag(arena, 700)) {
		return because(arena, CANNOT, "the attacker was not clicked on");
	}
	struct box box = find_victim(arena);
	arena_point(arena, box.x + 10, box.y + 10);
	arena_look(arena);
	struct box shown;
	size_t pixels = arena_find(arena, EVIL, &shown);
	arena_press(arena, BTN_LEFT, false);
	return because(arena, pixels <= 256 * 256 ? HELD : BROKEN, "%zu pixels of icon", pixels);
}

const struct attack_case attack_cases[] = {
		{"A18.1", "a drag icon of 700x700", large_icon},
		{"C8.2", "a drag over another machine's window", over_another},
		{"C9.1", "a drag without a button held", without_button},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
