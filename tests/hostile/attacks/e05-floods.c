/* SPDX-License-Identifier: MIT
 *
 * E5: more of everything than a compositor has memory or descriptors for.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/hostile/kit/attack.h"
#include "xdg-shell-client-protocol.h"

/* What one client may cost all host processes together, beyond an ordinary one. */
#define GROWTH_MAX_KIB (40u << 10)
#define POOLS 900

static struct actor attacker, victim;
static struct actor_window evil, good;

/* After the flood: the growth is bounded, and the victim can show something. */
static enum verdict judge(struct arena *arena, size_t before_kib) {
	bool is_hung_up = !actor_settle(&attacker);
	size_t now_kib = arena_memory_kib(arena);
	size_t growth = now_kib > before_kib ? now_kib - before_kib : 0;
	arena_victim(arena, &victim);
	actor_window_map(&good, &victim, 300, 200, GOOD);
	bool is_served = actor_settle(&victim);
	if (!is_served) {
		return because(arena, BROKEN, "another client was hung up");
	}
	return because(arena, growth <= GROWTH_MAX_KIB ? HELD : BROKEN,
			"%zu MiB more memory, the client %s", growth >> 10,
			is_hung_up ? "hung up" : "goes on");
}

static size_t set_up(struct arena *arena) {
	arena_attacker(arena, &attacker);
	actor_window_map(&evil, &attacker, 300, 200, EVIL);
	return arena_memory_kib(arena);
}

/* Calls once count times, telling the compositor all along. */
static enum verdict flood(struct arena *arena, void (*once)(int i), int count) {
	size_t before_kib = set_up(arena);
	for (int i = 0; i < count; i++) {
		once(i);
		if (i % 1000 == 999 && !actor_settle(&attacker)) {
			break;
		}
	}
	return judge(arena, before_kib);
}

static void make_region(int i) {
	wl_compositor_create_region(attacker.compositor);
}

static void make_surface(int i) {
	wl_compositor_create_surface(attacker.compositor);
}

static void ask_for_frame(int i) {
	wl_surface_frame(evil.surface);
}

static void offer_type(int i) {
	static struct wl_data_source *source;
	static char type[3000];
	if (i == 0) {
		source = wl_data_device_manager_create_data_source(attacker.data_devices);
		memset(type, 'x', sizeof(type) - 1);
	}
	snprintf(type, 16, "text/%d", i);
	type[strlen(type)] = 'x';
	wl_data_source_offer(source, type);
}

static enum verdict regions(struct arena *arena) {
	return flood(arena, make_region, 600000);
}

static enum verdict surfaces(struct arena *arena) {
	return flood(arena, make_surface, 80000);
}

static enum verdict frames(struct arena *arena) {
	return flood(arena, ask_for_frame, 500000);
}

static enum verdict types(struct arena *arena) {
	return flood(arena, offer_type, 20000);
}

const struct attack_case attack_cases[] = {
		{"E5.1", "600,000 regions", regions},
		{"E5.2", "80,000 surfaces", surfaces},
		{"E5.3", "500,000 frame callbacks", frames},
		{"E5.5", "20,000 types of 3 KB in an offer", types},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
