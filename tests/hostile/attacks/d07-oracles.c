/* SPDX-License-Identifier: MIT
 *
 * D3, D7: what a machine learns of the host and of other machines without being told.
 */
#include <stdio.h>
#include <string.h>

#include "tests/hostile/kit/attack.h"

static struct actor attacker, victim;
static struct actor_window good;
static uint32_t done_serial;

static void handle_done(void *data, struct wl_callback *callback, uint32_t serial) {
	done_serial = serial;
}

static const struct wl_callback_listener done_listener = {.done = handle_done};

static uint32_t ask_serial(void) {
	struct wl_callback *callback = wl_display_sync(attacker.display);
	wl_callback_add_listener(callback, &done_listener, NULL);
	actor_settle(&attacker);
	wl_callback_destroy(callback);
	return done_serial;
}

/* wl_display.sync tells the display's serial, which each key press of anybody increases. */
static enum verdict serials(struct arena *arena) {
	arena_attacker(arena, &attacker);
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	if (!arena_click_on(arena, GOOD)) {
		return because(arena, CANNOT, "the victim's window did not appear");
	}
	uint32_t before = ask_serial();
	uint32_t quiet = ask_serial() - before;
	arena_type(arena, "secret");
	actor_settle(&victim);
	before += quiet;
	uint32_t busy = ask_serial() - before;
	return because(arena, busy <= quiet ? HELD : BROKEN,
			"the serial went up by %u while another machine was typed at, else by %u",
			busy, quiet);
}

static char output_facts[512];

static void add_fact(const char *fact) {
	size_t len = strlen(output_facts);
	snprintf(output_facts + len, sizeof(output_facts) - len, " %s", fact);
}

static void handle_geometry(void *data, struct wl_output *output, int32_t x, int32_t y,
		int32_t width_mm, int32_t height_mm, int32_t subpixel, const char *make,
		const char *model, int32_t transform) {
	add_fact(make);
	add_fact(model);
}

static void handle_mode(void *data, struct wl_output *output, uint32_t flags, int32_t width,
		int32_t height, int32_t refresh) {
}

static void handle_output_done(void *data, struct wl_output *output) {
}

static void handle_scale(void *data, struct wl_output *output, int32_t factor) {
}

static void handle_text(void *data, struct wl_output *output, const char *text) {
	add_fact(text);
}

static enum verdict outputs(struct arena *arena) {
	static const struct wl_output_listener listener = {
			.geometry = handle_geometry,
			.mode = handle_mode,
			.done = handle_output_done,
			.scale = handle_scale,
			.name = handle_text,
			.description = handle_text,
	};
	arena_attacker(arena, &attacker);
	struct wl_output *output = actor_bind(&attacker, &wl_output_interface, 4);
	if (output == NULL) {
		return because(arena, CANNOT, "no output is offered");
	}
	wl_output_add_listener(output, &listener, NULL);
	actor_settle(&attacker);
	const char *true_name = probe_output(&arena->screen, NULL)->name;
	bool is_told = strstr(output_facts, true_name) != NULL;
	return because(arena, is_told ? BROKEN : HELD, "the output is called%s", output_facts);
}

const struct attack_case attack_cases[] = {
		{"D3.1", "the true name of a screen", outputs},
		{"D7.1", "serials that count another machine's keys", serials},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
