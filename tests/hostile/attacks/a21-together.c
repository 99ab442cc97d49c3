/* SPDX-License-Identifier: MIT
 *
 * A21: attacks that each fail alone, used together.
 */
#include <linux/input-event-codes.h>

#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

#define ICON 700

static struct actor attacker;
static struct actor_window evil, popup;
static struct actor_buffer image;

/* The icon goes where the pointer goes. */
static void drag_icon(uint32_t color) {
	struct wl_surface *icon = wl_compositor_create_surface(attacker.compositor);
	struct wl_data_source *source =
			wl_data_device_manager_create_data_source(attacker.data_devices);
	wl_data_source_offer(source, "text/plain");
	wl_data_device_start_drag(attacker.data_device, source, evil.surface, icon,
			attacker.serial);
	actor_buffer_init(&image, &attacker, ICON, ICON, color);
	wl_surface_attach(icon, image.wl_buffer, 0, 0);
	wl_surface_damage_buffer(icon, 0, 0, ICON, ICON);
	wl_surface_commit(icon);
	actor_settle(&attacker);
}

/* All that can be seen of the colour is within the frame, and the strip is the compositor's. */
static enum verdict judge(struct arena *arena) {
	struct box shown;
	arena_look(arena);
	if (arena_find(arena, EVIL, &shown) == 0) {
		return because(arena, CANNOT, "nothing is shown");
	}
	size_t in_strip = arena_find_in_strip(arena, EVIL);
	bool is_framed = arena_is_framed(arena, &shown);
	return because(arena, in_strip == 0 && is_framed ? HELD : BROKEN,
			"%zu pixels in the strip, %s at its edges", in_strip,
			is_framed ? "a frame" : "no frame");
}

static bool set_up(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	if (!arena_click_on(arena, EVIL)) {
		return false;
	}
	xdg_toplevel_set_fullscreen(evil.toplevel, NULL);
	actor_settle(&attacker);
	actor_window_paint(&evil, evil.width, evil.height, EVIL);
	return actor_settle(&attacker);
}

static enum verdict all_at_once(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the window did not get a click");
	}
	actor_popup_init(&popup, &evil, -2000, -2000, 5000, 5000);
	actor_window_show(&popup, 5000, 5000, EVIL);
	arena_look(arena);
	arena_point(arena, arena->width / 2, arena->height / 2);
	arena_press(arena, BTN_LEFT, true);
	actor_settle(&attacker);
	drag_icon(EVIL);
	/* Icon and pointer in the corner of the strip. */
	arena_point(arena, 60, 10);
	enum verdict verdict = judge(arena);
	arena_press(arena, BTN_LEFT, false);
	return verdict;
}

/* Full screen and back with each frame that is drawn: the strip must not be late. */
static enum verdict flickering(struct arena *arena) {
	if (!set_up(arena)) {
		return because(arena, CANNOT, "the window did not get a click");
	}
	for (int i = 0; i < 20; i++) {
		xdg_toplevel_unset_fullscreen(evil.toplevel);
		actor_settle(&attacker);
		actor_window_paint(&evil, 1280, 800, EVIL);
		struct box shown;
		arena_look(arena);
		size_t in_strip = arena_find_in_strip(arena, EVIL);
		if (arena_find(arena, EVIL, &shown) > 0 && in_strip > 0) {
			return because(arena, BROKEN, "%zu pixels in the strip in turn %d",
					in_strip, i);
		}
		xdg_toplevel_set_fullscreen(evil.toplevel, NULL);
		actor_settle(&attacker);
		actor_window_paint(&evil, evil.width, evil.height, EVIL);
	}
	return judge(arena);
}

const struct attack_case attack_cases[] = {
		{"A21.1", "full screen, a popup and a drag icon at once", all_at_once},
		{"A21.2", "full screen and back all the time", flickering},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
