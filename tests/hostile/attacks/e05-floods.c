/* SPDX-License-Identifier: MIT
 *
 * E4, E5: more of everything than a compositor has memory, descriptors or time for.
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/hostile/kit/attack.h"
#include "tests/hostile/kit/raw.h"
#include "xdg-shell-client-protocol.h"

/* What one client may cost all host processes together, beyond an ordinary one. */
#define GROWTH_MAX_KIB (40u << 10)
/* What a megabyte of requests may cost them of the processor's time. */
#define TIME_MAX_MS 400
#define RECTANGLES 40000
#define REGIONS_SET 3000
/* More than a process may have open, unless it was told otherwise. */
#define POOLS 1800
#define ANSWER_MS 2000
/* Connections that do not read, and how often each asks for all that is offered. */
#define UNREAD 5
#define LISTS 4000
#define LISTS_AT_ONCE 50

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

/* Calls once count times, telling the compositor all along. False: it has hung up. */
static bool repeat(void (*once)(int i), int count) {
	for (int i = 0; i < count; i++) {
		once(i);
		if (i % 1000 == 999 && !actor_settle(&attacker)) {
			return false;
		}
	}
	return actor_settle(&attacker);
}

static enum verdict flood(struct arena *arena, void (*once)(int i), int count) {
	size_t before_kib = set_up(arena);
	repeat(once, count);
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

static struct wl_region *region;

/* No two of them touch. */
static void add_rectangle(int i) {
	if (i == 0) {
		region = wl_compositor_create_region(attacker.compositor);
	}
	wl_region_add(region, i % 1999 * 3, i / 1999 * 3, 2, 2);
}

/* Each copies the region twice. */
static void set_region(int i) {
	wl_surface_set_input_region(evil.surface, region);
	wl_surface_commit(evil.surface);
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

/* Whoever lists windows is told each. */
static void set_app_id(int i) {
	char id[200];
	memset(id, 'x', sizeof(id));
	snprintf(id, sizeof(id), "%d", i);
	id[strlen(id)] = 'x';
	id[sizeof(id) - 1] = '\0';
	xdg_toplevel_set_app_id(evil.toplevel, id);
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

/* The user's panel is busy meanwhile, and reads it all later. */
static enum verdict names(struct arena *arena) {
	set_up(arena);
	repeat(set_app_id, 20000);
	bool is_served = wl_display_roundtrip(arena->screen.display) >= 0;
	return because(arena, is_served ? HELD : BROKEN, "who lists windows %s",
			is_served ? "is served" : "was hung up");
}

/* Little memory, but each request takes the longer the more there are. */
static enum verdict rectangles(struct arena *arena) {
	set_up(arena);
	int64_t before_ms = arena_time_ms(arena);
	bool is_hung_up = !repeat(add_rectangle, RECTANGLES) || !repeat(set_region, REGIONS_SET);
	int64_t used_ms = arena_time_ms(arena) - before_ms;
	return because(arena, used_ms <= TIME_MAX_MS ? HELD : BROKEN,
			"%lld ms of the processor's time, the client %s", (long long)used_ms,
			is_hung_up ? "hung up" : "goes on");
}

/* A descriptor each. Returns how many were taken before the client was hung up. */
static int make_pools(struct arena *arena, int count) {
	arena_attacker(arena, &attacker);
	for (int i = 0; i < count; i++) {
		int fd = memfd_create("flood", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		if (fd < 0 || ftruncate(fd, 4096) < 0) {
			return -1;
		}
		wl_shm_create_pool(attacker.shm, fd, 4096);
		close(fd);
		if (!actor_settle(&attacker)) {
			return i;
		}
	}
	return count;
}

/* As many as there can be are kept; whoever comes next needs one too. */
static enum verdict pools(struct arena *arena) {
	const uint32_t ask[] = {1, 12u << 16, 2};
	int most = make_pools(arena, POOLS);
	actor_disconnect(&attacker);
	if (make_pools(arena, most) != most) {
		return because(arena, CANNOT, "first %d were taken, then fewer", most);
	}
	struct pollfd readable = {.fd = raw_connect(arena->victim_socket), .events = POLLIN};
	raw_send(readable.fd, ask, sizeof(ask), NULL, 0);
	bool is_served = poll(&readable, 1, ANSWER_MS) > 0 && (readable.revents & POLLHUP) == 0;
	close(readable.fd);
	return because(arena, is_served ? HELD : BROKEN, "with %d pools held another client %s",
			most, is_served ? "is served" : "gets no answer");
}

/* What is offered is told 4,000 times to each, and none of it is read. */
static enum verdict unread(struct arena *arena) {
	static uint32_t words[3 * LISTS];
	for (uint32_t i = 0; i < LISTS; i++) {
		words[3 * i] = 1;
		words[3 * i + 1] = 12u << 16 | 1;
		words[3 * i + 2] = 2 + i;
	}
	size_t before_kib = set_up(arena);
	int fds[UNREAD];
	for (int i = 0; i < UNREAD; i++) {
		fds[i] = raw_connect(arena->attacker_socket);
	}
	/* No more at once than the compositor can tell at once. */
	for (size_t at = 0; at < LISTS; at += LISTS_AT_ONCE) {
		for (int i = 0; i < UNREAD; i++) {
			raw_send(fds[i], words + 3 * at, 12 * LISTS_AT_ONCE, NULL, 0);
			actor_settle(&attacker);
		}
	}
	return judge(arena, before_kib);
}

const struct attack_case attack_cases[] = {
		{"E4.1", "20,000 lists of what is offered, not read", unread, "unread"},
		{"E5.1", "600,000 regions", regions},
		{"E5.2", "80,000 surfaces", surfaces},
		{"E5.3", "500,000 frame callbacks", frames},
		{"E5.4", "40,000 rectangles that do not touch", rectangles},
		{"E5.5", "20,000 types of 3 KB in an offer", types},
		{"E5.6", "as many descriptors as a process may have", pools},
		{"E5.7", "20,000 names of an application", names},
};
const size_t attack_cases_len = sizeof(attack_cases) / sizeof(attack_cases[0]);
