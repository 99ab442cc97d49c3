/* SPDX-License-Identifier: MIT
 *
 * A20: machines whose definitions ask for what cannot be read, or told apart.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decorations/palette.h"
#include "tests/hostile/kit/attack.h"
#include "tests/hostile/kit/machine.h"

#define WIDTH 420
#define HEIGHT 240
#define TAB 26
#define CONTRAST 4.5

static struct actor attacker;
static struct actor_window evil;

/* A window of a new machine on screen, alone; ret_shown is where. Returns the dial channel, -1: it is not there. */
static int show(struct arena *arena, const struct machine *machine, struct box *ret_shown) {
	int dial = machine_register(machine);
	if (dial < 0) {
		return -1;
	}
	if (!actor_connect_fd(&attacker, machine_connect(dial))) {
		close(dial);
		return -1;
	}
	actor_window_map(&evil, &attacker, WIDTH, HEIGHT, EVIL);
	arena_look(arena);
	if (arena_find(arena, EVIL, ret_shown) == 0 || ret_shown->x < 0 || ret_shown->y < TAB) {
		close(dial);
		return -1;
	}
	return dial;
}

static void hide(void) {
	actor_window_finish(&evil);
	actor_disconnect(&attacker);
	memset(&attacker, 0, sizeof(attacker));
}

static struct color as_color(uint32_t rgb) {
	return (struct color){(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb};
}

/* The best contrast to fill that anything on the tab's name has. */
static double name_contrast(const struct arena *arena, const struct box *shown, uint32_t fill) {
	double best = 0;
	for (int y = shown->y - TAB + 4; y < shown->y - 6; y++) {
		for (int x = shown->x + TAB; x < shown->x + 2 * TAB; x++) {
			double contrast = color_contrast(as_color(arena_pixel(arena, x, y)),
					as_color(fill));
			best = fmax(best, contrast);
		}
	}
	return best;
}

static enum verdict labels_are_read(struct arena *arena) {
	/* Bright, dark, and the greys between that suit neither white nor black well. */
	static const char *const colors[] = {"#ffff00", "#ffffff", "#00ff00", "#c0c0c0", "#7f7f7f",
			"#7b7b7b", "#777777", "#767676", "#ff0000", "#0000ff", "#000000",
			"#e0b000"};
	double worst = INFINITY;
	const char *worst_color = "";
	for (size_t i = 0; i < sizeof(colors) / sizeof(colors[0]); i++) {
		char name[16];
		struct box shown;
		snprintf(name, sizeof(name), "mwm%zu", i);
		const struct machine machine = {.name = name, .color = colors[i]};
		int dial = show(arena, &machine, &shown);
		if (dial < 0) {
			return because(arena, CANNOT, "no window of a new machine is there");
		}
		double contrast = name_contrast(arena, &shown,
				(uint32_t)strtoul(colors[i] + 1, NULL, 16));
		if (contrast < worst) {
			worst = contrast;
			worst_color = colors[i];
		}
		hide();
		close(dial);
	}
	return because(arena, worst >= CONTRAST ? HELD : BROKEN, "the worst is %.2f : 1, on %s",
			worst, worst_color);
}

static enum verdict twins(struct arena *arena) {
	static const struct machine machines[] = {
			{.name = "one", .color = "#8b572a", .glyph = "star"},
			{.name = "two", .color = "#8b572a", .glyph = "star"},
	};
	static uint32_t cells[2][TAB * TAB];
	for (size_t i = 0; i < 2; i++) {
		struct box shown;
		/* The first one's channel stays open: it lives on. */
		if (show(arena, &machines[i], &shown) < 0) {
			return because(arena, CANNOT, "no window of a new machine is there");
		}
		for (int j = 0; j < TAB * TAB; j++) {
			cells[i][j] = arena_pixel(arena, shown.x + j % TAB,
					shown.y - TAB + j / TAB);
		}
		hide();
	}
	int different = 0;
	for (int i = 0; i < TAB * TAB; i++) {
		different += cells[0][i] != cells[1][i];
	}
	return because(arena, different > TAB ? HELD : BROKEN,
			"%d pixels of the two signs are different", different);
}

const struct attack_case attack_cases[] = {
		{"A20.1", "colours in which a label cannot be read", labels_are_read,
				"label-contrast"},
		{"A20.2", "two machines of one colour and sign", twins, "twins"},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
