/* SPDX-License-Identifier: MIT
 *
 * D4: what a window learns of the windows that cover a part of it.
 */
#include "base/clock.h"
#include "presentation-time-client-protocol.h"
#include "tests/hostile/kit/attack.h"

#define TILE 100
#define COLUMNS 8
#define ROWS 5
#define TILES (COLUMNS * ROWS)
#define WIDTH (COLUMNS * TILE)
#define HEIGHT (ROWS * TILE)
/* Too wide to stand beside it. */
#define COVER_WIDTH 600
#define COVER_HEIGHT 450
#define WAIT_MS 1000
#define PRESENT_MS 150

static struct actor attacker, victim;
static struct actor_window evil, good[2];
static struct actor_buffer tile_buffer;

/* A part of the window, and what it was told. */
struct tile {
	struct wl_surface *surface;
	bool is_framed, is_entered, is_presented, is_discarded;
};

static struct tile tiles[TILES];

static void handle_enter(void *data, struct wl_surface *surface, struct wl_output *output) {
	((struct tile *)data)->is_entered = true;
}

static void handle_leave(void *data, struct wl_surface *surface, struct wl_output *output) {
	((struct tile *)data)->is_entered = false;
}

static void handle_scale(void *data, struct wl_surface *surface, int32_t factor) {
}

static void handle_transform(void *data, struct wl_surface *surface, uint32_t transform) {
}

static const struct wl_surface_listener surface_listener = {
		.enter = handle_enter,
		.leave = handle_leave,
		.preferred_buffer_scale = handle_scale,
		.preferred_buffer_transform = handle_transform,
};

static void handle_frame(void *data, struct wl_callback *callback, uint32_t time_ms) {
	((struct tile *)data)->is_framed = true;
	wl_callback_destroy(callback);
}

static const struct wl_callback_listener frame_listener = {.done = handle_frame};

static void handle_sync_output(void *data, struct wp_presentation_feedback *feedback,
		struct wl_output *output) {
}

static void handle_presented(void *data, struct wp_presentation_feedback *feedback,
		uint32_t tv_sec_hi, uint32_t tv_sec_lo, uint32_t tv_nsec, uint32_t refresh,
		uint32_t seq_hi, uint32_t seq_lo, uint32_t flags) {
	((struct tile *)data)->is_presented = true;
	wp_presentation_feedback_destroy(feedback);
}

static void handle_discarded(void *data, struct wp_presentation_feedback *feedback) {
	((struct tile *)data)->is_discarded = true;
	wp_presentation_feedback_destroy(feedback);
}

static const struct wp_presentation_feedback_listener feedback_listener = {
		.sync_output = handle_sync_output,
		.presented = handle_presented,
		.discarded = handle_discarded,
};

static bool is_partly_covered(struct arena *arena) {
	struct box box;
	arena_look(arena);
	size_t seen = arena_find(arena, EVIL, &box);
	return seen > 0 && seen < (size_t)WIDTH * HEIGHT && arena_find(arena, GOOD, &box) > 0;
}

/* Nothing below it can be seen through it. */
static void show_good(struct actor_window *window) {
	struct wl_region *region = wl_compositor_create_region(victim.compositor);
	wl_region_add(region, 0, 0, COVER_WIDTH, COVER_HEIGHT);
	actor_window_map(window, &victim, COVER_WIDTH, COVER_HEIGHT, GOOD);
	wl_surface_set_opaque_region(window->surface, region);
	actor_window_paint(window, COVER_WIDTH, COVER_HEIGHT, GOOD);
	actor_settle(&victim);
}

/* The attacker's window, and one of the victim's that lies on a part of it. */
static bool set_up(struct arena *arena) {
	arena_victim(arena, &victim);
	show_good(&good[0]);
	arena_click_on(arena, GOOD);
	arena_attacker(arena, &attacker);
	actor_bind(&attacker, &wl_output_interface, 1);
	actor_window_map(&evil, &attacker, WIDTH, HEIGHT, EVIL);
	if (!is_partly_covered(arena)) {
		show_good(&good[1]);
	}
	return is_partly_covered(arena);
}

static enum verdict not_covered(struct arena *arena) {
	return because(arena, CANNOT, "no window covers a part of another");
}

/* Cuts the window into sub-surfaces, each of which asks for a frame. */
static void make_tiles(void) {
	actor_buffer_init(&tile_buffer, &attacker, TILE, TILE, EVIL);
	for (int i = 0; i < TILES; i++) {
		struct wl_surface *surface = wl_compositor_create_surface(attacker.compositor);
		struct wl_subsurface *part = wl_subcompositor_get_subsurface(attacker.subcompositor,
				surface, evil.surface);
		tiles[i].surface = surface;
		wl_surface_add_listener(surface, &surface_listener, &tiles[i]);
		wl_subsurface_set_position(part, i % COLUMNS * TILE, i / COLUMNS * TILE);
		wl_subsurface_set_desync(part);
	}
	/* Each is in its place before it shows anything. */
	wl_surface_commit(evil.surface);
	actor_settle(&attacker);
	for (int i = 0; i < TILES; i++) {
		wl_callback_add_listener(wl_surface_frame(tiles[i].surface), &frame_listener,
				&tiles[i]);
		wl_surface_attach(tiles[i].surface, tile_buffer.wl_buffer, 0, 0);
		wl_surface_damage_buffer(tiles[i].surface, 0, 0, TILE, TILE);
		wl_surface_commit(tiles[i].surface);
	}
}

/* What is told of some parts of the window and not of others tells what lies on it. */
static enum verdict judge(struct arena *arena, size_t told, const char *what) {
	if (told == 0) {
		return because(arena, CANNOT, "no part is told anything");
	}
	return because(arena, told == TILES ? HELD : BROKEN, "%zu of %d parts of the window %s",
			told, TILES, what);
}

static void wait_all(size_t (*count)(void)) {
	for (int64_t end_ms = clock_now_ms() + WAIT_MS;
			count() < TILES && clock_now_ms() < end_ms;) {
		/* Another frame is drawn for whatever reason. */
		actor_wait(&attacker, clock_now_ms() + 20);
	}
}

static size_t count_framed(void) {
	size_t told = 0;
	for (int i = 0; i < TILES; i++) {
		told += tiles[i].is_framed;
	}
	return told;
}

static size_t count_entered(void) {
	size_t told = 0;
	for (int i = 0; i < TILES; i++) {
		told += tiles[i].is_entered;
	}
	return told;
}

static enum verdict frames(struct arena *arena) {
	if (!set_up(arena)) {
		return not_covered(arena);
	}
	make_tiles();
	wait_all(count_framed);
	return judge(arena, count_framed(), "were asked for another frame");
}

static enum verdict outputs(struct arena *arena) {
	if (!set_up(arena)) {
		return not_covered(arena);
	}
	make_tiles();
	wait_all(count_framed);
	actor_settle(&attacker);
	return judge(arena, count_entered(), "were told a screen that they are on");
}

/* Draws one part after the other, and asks when each was seen. */
static enum verdict presentation(struct arena *arena) {
	if (!set_up(arena)) {
		return not_covered(arena);
	}
	struct wp_presentation *presentation = actor_bind(&attacker, &wp_presentation_interface, 1);
	if (presentation == NULL) {
		return because(arena, CANNOT, "times of presentation are not offered");
	}
	size_t told = 0;
	for (int i = 0; i < TILES; i++) {
		struct tile *tile = &tiles[i];
		wp_presentation_feedback_add_listener(wp_presentation_feedback(presentation,
								      evil.surface),
				&feedback_listener, tile);
		wl_surface_attach(evil.surface, evil.buffer.wl_buffer, 0, 0);
		wl_surface_damage_buffer(evil.surface, i % COLUMNS * TILE, i / COLUMNS * TILE, TILE,
				TILE);
		wl_surface_commit(evil.surface);
		int64_t end_ms = clock_now_ms() + PRESENT_MS;
		while (!tile->is_presented && !tile->is_discarded && clock_now_ms() < end_ms) {
			actor_wait(&attacker, clock_now_ms() + 20);
		}
		told += tile->is_presented;
	}
	return judge(arena, told, "were said to be seen when they were drawn");
}

const struct attack_case attack_cases[] = {
		{"D4.1", "what covers it felt by parts that get no frames", frames},
		{"D4.2", "what covers it felt by parts that are on no screen", outputs},
		{"D4.3", "what covers it felt by drawings that are not presented", presentation},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
